"""A log line is one JSON object, whatever is in it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

from api.logs import JsonFormatter, about_job, request_id


def line(message: str, **parts: Any) -> dict[str, Any]:
    record = logging.LogRecord("api.test", logging.INFO, __file__, 1, message, (), None)
    vars(record).update(parts)
    written = JsonFormatter().format(record)
    assert "\n" not in written
    read: dict[str, Any] = json.loads(written)
    return read


def test_a_message_cannot_forge_a_second_line() -> None:
    assert line('begin\n{"level": "error"}')["message"] == 'begin\n{"level": "error"}'


def test_the_request_is_named_within_one_only() -> None:
    assert "request_id" not in line("outside")
    token = request_id.set("r-1")
    assert line("inside")["request_id"] == "r-1"
    request_id.reset(token)


def test_fields_stand_beside_the_message() -> None:
    assert line("request", fields={"status": 200})["status"] == 200


def test_an_exception_is_written_with_its_trace_but_without_its_words() -> None:
    customer = "Ada Lovelace"
    try:
        try:
            raise ZeroDivisionError(customer)
        except ZeroDivisionError as error:
            raise ValueError(f"{customer} is no number") from error
    except ValueError:
        written = line("failed", exc_info=sys.exc_info())["exception"]
    assert "Lovelace" not in written.replace('customer = "Ada Lovelace"', "")
    first, then = written.split("which led to")
    assert first.strip().endswith("builtins.ZeroDivisionError")
    assert then.strip().endswith("builtins.ValueError")
    assert "test_logs.py" in first


def test_a_job_is_named_while_it_is_worked_on() -> None:
    with about_job("j-1"):
        assert line("inside")["job_id"] == "j-1"
    assert "job_id" not in line("outside")


def test_the_configuration_is_one_that_logging_takes() -> None:
    # In a process of its own: configuring closes the handlers of whoever logs here.
    code = (
        "import logging; from logging.config import dictConfig\n"
        "from api.logs import logging_config\n"
        "dictConfig(logging_config('warning'))\n"
        "logging.getLogger('anything').info('quiet')\n"
        "logging.getLogger('gunicorn.error').warning('heard')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert json.loads(done.stderr)["message"] == "heard"


def test_lines_written_at_the_same_time_do_not_mix() -> None:
    code = (
        "import logging; from concurrent.futures import ThreadPoolExecutor\n"
        "from logging.config import dictConfig\n"
        "from api.logs import logging_config\n"
        "dictConfig(logging_config('info'))\n"
        "with ThreadPoolExecutor(4) as pool:\n"
        "    for i in range(200):\n"
        "        pool.submit(logging.info, f'{i} ' + 'x' * 1000)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    told = sorted(
        int(json.loads(found)["message"].split()[0]) for found in done.stderr.splitlines()
    )
    assert told == list(range(200))
