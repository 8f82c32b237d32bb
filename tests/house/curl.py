"""The commands of documentation pages, done as they are written against an application in memory.

Understood are ``curl`` with the options that the pages use, and ``NAME=$(curl ... | jq -r .path)``.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

BASE = "http://127.0.0.1:8080"

_FLAGS = "sSfNi"
_VALUED = {
    "-X": "method",
    "-H": "header",
    "-d": "data",
    "--data-binary": "data",
    "-o": "out",
    "-m": "seconds",
    "--max-time": "seconds",
}


@dataclass(frozen=True)
class Answer:
    """What a command prints."""

    status: int
    text: str
    request: tuple[str, str]


@dataclass
class Shell:
    """A shell with variables, in a folder with files.

    Parameters
    ----------
    before_get
        Is called before anything is read.
    """

    client: FlaskClient
    folder: Path
    before_get: Any
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, fence: str) -> list[Answer]:
        """Do all commands of a fence."""
        return [self._run(command) for command in commands(fence)]

    def _run(self, command: str) -> Answer:
        command = re.sub(r"\$\{?(\w+)\}?", self._value, command)
        if (assigned := re.fullmatch(r"(\w+)=\$\((.*)\)", command.strip(), re.DOTALL)) is None:
            return self._curl(shlex.split(command))
        curl, _, jq = assigned[2].rpartition("|")
        answer = self._curl(shlex.split(curl))
        tool, raw, path = shlex.split(jq)
        assert (tool, raw) == ("jq", "-r"), jq
        assert answer.status < 400, answer.text
        self.variables[assigned[1]] = str(_pick(json.loads(answer.text), path))
        return answer

    def _value(self, found: re.Match[str]) -> str:
        return self.variables.get(found[1], found[0])

    def _curl(self, words: list[str]) -> Answer:
        assert words[0] == "curl", words
        given: dict[str, list[str]] = {"header": [], "data": []}
        url = ""
        rest = iter(words[1:])
        for word in rest:
            if word in _VALUED:
                given.setdefault(_VALUED[word], []).append(next(rest))
            elif word.startswith("-"):
                assert set(word[1:]) <= set(_FLAGS), f"{word} is not understood"
                given.setdefault("flags", []).append(word[1:])
            else:
                url = word
        return self._ask(url, given)

    def _ask(self, url: str, given: dict[str, list[str]]) -> Answer:
        assert url.startswith(BASE), url
        data = b"".join(map(self._read, given["data"]))
        method = given.get("method", ["POST" if given["data"] else "GET"])[0]
        if method == "GET":
            self.before_get()
        path = url.removeprefix(BASE)
        headers = [tuple(header.split(": ", 1)) for header in given["header"]]
        if given["data"] and not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        answer = self.client.open(path, method=method, headers=headers, data=data, buffered=False)
        body = _body(answer, endless="seconds" in given)
        text = body.decode(errors="replace")
        for name in given.get("out", ()):
            (self.folder / name).write_bytes(body)
        if "i" in "".join(given.get("flags", ())):
            lines = [f"HTTP/1.1 {answer.status}", *(f"{k}: {v}" for k, v in answer.headers)]
            text = "\n".join([*lines, "", text])
        return Answer(answer.status_code, text, (method, path))

    def _read(self, data: str) -> bytes:
        return (self.folder / data[1:]).read_bytes() if data.startswith("@") else data.encode()


def commands(fence: str) -> list[str]:
    """Return the commands of a fence; one goes on while a quote, a bracket or a line is open."""
    found: list[str] = []
    held = ""
    for line in fence.splitlines():
        held += line
        if held.endswith("\\"):
            held = held[:-1] + " "
        elif _complete(held):
            if held.strip() and not held.startswith("#"):
                found.append(held)
            held = ""
        else:
            held += "\n"
    assert not held, f"{held} has no end"
    return found


def _complete(text: str) -> bool:
    if "=$(" in text.partition("\n")[0] and not text.rstrip().endswith(")"):
        return False
    try:
        shlex.split(text.replace("$(", "").rstrip(")"))
    except ValueError:
        return False
    return True


def _body(answer: Any, *, endless: bool) -> bytes:
    """Return the body; of a stream that would go on, what comes before its first pause."""
    if not endless:
        return bytes(answer.data)
    parts = []
    for part in answer.iter_encoded():
        parts.append(part)
        if part.startswith(b":"):
            break
    answer.close()
    return b"".join(parts)


def _pick(value: Any, path: str) -> Any:
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        value = value[int(index)] if index else value[name]
    return value
