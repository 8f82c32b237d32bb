"""Column generation over whole rosters of single people."""

from optimizer.roster.columns.improve import ColumnsResult, Improver, improve_columns

__all__ = ["ColumnsResult", "Improver", "improve_columns"]
