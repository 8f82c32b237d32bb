"""The options about reading a history reach the reader as they are meant."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result

from api.cli.histories import HistoryReader, history_options
from forecasts import ForecastError


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return a log of a day with a call every five minutes, in UTC."""
    rows = [f"2024-07-01T{m // 60:02d}:{m % 60:02d}:00Z,phone" for m in range(480, 1080, 5)]
    path = tmp_path / "log.csv"
    path.write_text("when,queue\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def run(*options: str) -> tuple[Result, list[HistoryReader]]:
    """Call a command with the options about reading; return what it got too."""
    got: list[HistoryReader] = []

    @click.command()
    @history_options
    @click.option("--days", default=7)
    def command(reader: HistoryReader, days: int) -> None:
        got.append(reader)

    return CliRunner().invoke(command, options), got


def test_every_option_reaches_the_reader(log: Path) -> None:
    result, (reader,) = run(
        "--history", str(log), "--contacts", "--interval", "15", "--zone", "Europe/Paris",
        "--map", "arrived=when", "--map", "group=queue", "--repair", "cells=drop",
        "--as-of", "2024-07-02", "--once-per-case", "1.5",
    )  # fmt: skip
    assert result.exit_code == 0
    assert reader == HistoryReader(
        path=log,
        contacts=True,
        interval_minutes=15,
        zone="Europe/Paris",
        mapping=(("arrived", "when"), ("group", "queue")),
        repairs=(("cells", "drop"),),
        as_of=date(2024, 7, 2),
        once_per_case=timedelta(hours=1.5),
    )


def test_a_log_is_counted_in_local_time(log: Path) -> None:
    _, (reader,) = run(
        "--history", str(log), "--contacts", "--interval", "60", "--zone", "Europe/Paris",
        "--map", "arrived=when", "--map", "group=queue",
    )  # fmt: skip
    history = reader.read()
    assert history.groups == ("phone",)
    assert np.flatnonzero(history.offered[0] == 12).tolist() == list(range(10, 20))


def test_rows_are_compared_with_today_unless_a_day_is_given(log: Path) -> None:
    _, (reader,) = run("--history", str(log))
    assert reader.as_of == date.today()


def test_options_of_logs_need_a_log(log: Path) -> None:
    result, _ = run("--history", str(log), "--interval", "15")
    assert result.exit_code == 2
    assert "--contacts" in result.output


def test_repairs_that_do_not_exist_are_told_before_the_file_is_read(log: Path) -> None:
    _, (reader,) = run("--history", str(log), "--repair", "cells=guess", "--repair", "sky=drop")
    with pytest.raises(ForecastError) as caught:
        reader.read()
    assert [issue.pointer for issue in caught.value.issues] == ["/repairs/cells", "/repairs/sky"]


def test_a_repair_without_a_choice_is_bad_usage(log: Path) -> None:
    result, _ = run("--history", str(log), "--repair", "cells")
    assert result.exit_code == 2
    assert "kind=choice" in result.output
