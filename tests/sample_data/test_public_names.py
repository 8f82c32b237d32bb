from __future__ import annotations

import sample_data


def test_the_package_offers_these_names_and_no_others() -> None:
    assert sample_data.__all__ == [
        "SMALL",
        "Arguments",
        "Closure",
        "Opening",
        "Promotion",
        "Sample",
        "Stream",
        "centre_around",
        "describe",
        "generate",
        "staffed",
        "write_sample",
    ]
    assert all(hasattr(sample_data, name) for name in sample_data.__all__)
