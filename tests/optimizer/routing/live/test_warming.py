"""After warming up, no change of a match has anything left to compile."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
from numba.core.registry import CPUDispatcher
from optimizer.routing.live import readings, rows, search, warm_up

warm_up()
kernels = {
    name: getattr(module, name)
    for module, names in [
        (search, search.__all__), (rows, [*rows.__all__, "_widen", "_rebase_each"]),
        (readings, ["_fits"]),
    ]
    for name in names
    if isinstance(getattr(module, name), CPUDispatcher)
}
assert len(kernels) >= 10, sorted(kernels)
print(sorted(name for name, kernel in kernels.items() if not kernel.signatures))
"""


def test_every_kernel_is_compiled_once_and_for_all() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
