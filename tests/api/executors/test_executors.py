"""Which executor the settings name, and what is wrong with those that name none."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.config import Settings
from api.executors import check_executor
from optimizer.errors import InvalidInput


@pytest.mark.parametrize(
    ("executor", "codes"),
    [
        ("processes", []),
        ("tcp://127.0.0.1:8786", []),
        ("threads", ["unknown_value"]),
        ("http://127.0.0.1:8786", ["unknown_value"]),
        ("tls://127.0.0.1:8786", ["missing_field"]),
    ],
)
def test_an_executor_is_here_or_a_cluster(executor: str, codes: list[str]) -> None:
    pytest.importorskip("distributed")
    found: list[str] = []
    try:
        check_executor(Settings(executor=executor))
    except InvalidInput as error:
        found = [issue.code for issue in error.issues]
    assert found == codes


def test_every_key_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    settings = Settings(executor="tls://127.0.0.1:8786", executor_tls_folder=str(tmp_path))
    with pytest.raises(InvalidInput) as caught:
        check_executor(settings)
    missing = [issue.detail.split()[3] for issue in caught.value.issues]
    assert missing == ["cert.pem", "key.pem"]
