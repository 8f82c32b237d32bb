"""One sample of ordinary size, made once."""

from __future__ import annotations

import pytest

from sample_data import Sample, generate


@pytest.fixture(scope="session")
def centre() -> Sample:
    return generate(agents=300, skills=4, seed=11)
