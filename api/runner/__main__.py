"""A runner as a process of its own: ``python -P -m api.runner [PARENT]``.

With the number of the process that started it, it ends when that process does.
"""

from __future__ import annotations

import logging
import sys

from api.config import Settings
from api.problems import problem_of
from api.runner.process import run_here
from optimizer.errors import InvalidInput


def main() -> int:
    """Run until the end; what cannot be used is told in the log."""
    try:
        run_here(Settings.from_environment(), parent=int(sys.argv[1]) if sys.argv[1:] else None)
    except InvalidInput as error:
        problem = problem_of(error)
        fields = problem.as_dict() if problem is not None else {}
        logging.getLogger(__name__).error("The runner cannot work.", extra={"fields": fields})
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
