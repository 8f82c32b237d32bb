"""A collector for issues: checks add to it and never stop at the first problem."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from optimizer.errors import Issue, Severity

__all__ = ["Findings"]

_GREAT = 1e300


class Findings:
    """Issues found below one place of a document.

    Parameters
    ----------
    pointer
        JSON pointer of that place; the pointers of added issues are relative to it.
    """

    __slots__ = ("_base", "_parts", "issues")

    def __init__(
        self,
        pointer: str = "",
        issues: list[Issue] | None = None,
        parts: tuple[str | int, ...] = (),
    ) -> None:
        self._base = pointer
        # Joined only when there is something to report: most places are sound.
        self._parts = parts
        self.issues: list[Issue] = [] if issues is None else issues

    @property
    def pointer(self) -> str:
        """Return the JSON pointer of this place."""
        escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in self._parts)
        return "/".join([self._base, *escaped])

    def at(self, *parts: str | int) -> Findings:
        """Return a collector for a place below this one; both share their issues."""
        return Findings(self._base, self.issues, (*self._parts, *parts))

    def error(self, code: str, detail: str) -> None:
        """Add an error at this place."""
        self.issues.append(Issue(code, self.pointer, detail))

    def warning(self, code: str, detail: str) -> None:
        """Add a warning at this place."""
        self.issues.append(Issue(code, self.pointer, detail, Severity.WARNING))

    def information(self, code: str, detail: str) -> None:
        """Add a remark at this place: nothing is wrong, but it may not be what was meant."""
        self.issues.append(Issue(code, self.pointer, detail, Severity.INFORMATION))

    def unique(self, field: str, ids: Iterable[str]) -> set[str]:
        """Report empty and repeated identifiers of the list `field`; return all of them."""
        seen: set[str] = set()
        for index, name in enumerate(ids):
            if not name:
                self.at(field, index, "id").error("empty_id", "The identifier is empty.")
            if name in seen:
                self.at(field, index, "id").error("duplicate_id", f"{name!r} stands here twice.")
            seen.add(name)
        return seen

    def known(self, field: str, name: str | None, names: Collection[str], what: str) -> None:
        """Report a reference to something that does not exist."""
        if name is not None and name not in names:
            self.at(field).error(f"unknown_{what}", f"There is no {what} {name!r}.")

    def within(
        self,
        field: str,
        value: float | None,
        low: float,
        high: float = math.inf,
        *,
        open_low: bool = False,
        open_high: bool = False,
    ) -> None:
        """Report a number outside its range; None is a value that is not set."""
        if value is None or low < value < high:
            return
        below = value <= low if open_low else value < low
        above = value >= high if open_high else value > high
        if below or above or not math.isfinite(value):
            # Whole numbers know no bounds, but writing them as floats does.
            shown = f"{value:g}" if abs(value) < _GREAT or isinstance(value, float) else "too great"
            left = f"{'(' if open_low else '['}{low:g}"
            right = f"{high:g}{')' if open_high or math.isinf(high) else ']'}"
            self.at(field).error(
                "out_of_range", f"{field} is {shown} but must be in {left}, {right}."
            )

    def ordered(self, field: str, low: float, high: float | None) -> None:
        """Report bounds whose lower side lies above the upper."""
        if high is not None and low > high:
            self.at(field).error(
                "minimum_above_maximum",
                f"{field}: the least, {low:g}, is above the most, {high:g}.",
            )

    def zone(self, field: str, name: str) -> None:
        """Report a time zone that does not exist."""
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            self.at(field).error("unknown_zone", f"There is no time zone {name!r}.")

    def aware(self, field: str, moment: datetime | None) -> None:
        """Report a time without an offset from UTC."""
        if moment is not None and moment.tzinfo is None:
            self.at(field).error("missing_offset", f"{moment.isoformat()} has no offset from UTC.")
