"""A runner as a process of its own: ``python -P -m api.runner [PARENT]``.

With the number of the process that started it, it ends when that process does.
"""

from __future__ import annotations

import sys

from api.config import Settings
from api.runner.process import run_here

if __name__ == "__main__":
    run_here(Settings.from_environment(), parent=int(sys.argv[1]) if sys.argv[1:] else None)
