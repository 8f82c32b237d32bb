"""Blocks of PuLP variables and rows from pairs of variable and coefficient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import pulp

__all__ = ["Terms", "Variables", "add_row", "block", "terms", "values"]

Variables: TypeAlias = np.ndarray[Any, Any]
"""PuLP variables, or None where there is none."""

Terms = list[tuple[Any, float]]
"""Variables with their coefficients; none stands there twice, as PuLP would drop the first."""


def block(
    model: pulp.LpProblem, name: str, upper: NDArray[np.float64], *, integer: bool = False
) -> Variables:
    """Add a variable of at least 0 for every upper bound; where that is NaN, there is none."""
    made = np.empty(upper.shape, dtype=np.object_)
    kind = "Integer" if integer else "Continuous"
    for place, most in np.ndenumerate(upper):
        if not np.isnan(most):
            label = "_".join(map(str, (name, *place)))
            made[place] = model.add_variable(label, 0.0, None if np.isinf(most) else most, kind)
    return made


def terms(variables: Variables, coefficients: ArrayLike) -> Terms:
    """Pair variables with coefficients, which broadcast."""
    factors = np.broadcast_to(np.asarray(coefficients, float), variables.shape)
    return [
        (variable, float(factor))
        for variable, factor in zip(variables.flat, factors.flat, strict=True)
        if variable is not None
    ]


def add_row(
    model: pulp.LpProblem, left: Terms, sense: Literal["<=", "==", ">="], right: float
) -> None:
    """Add a constraint."""
    import pulp

    senses = {"<=": pulp.LpConstraintLE, "==": pulp.LpConstraintEQ, ">=": pulp.LpConstraintGE}
    model.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(left), senses[sense], rhs=right))


def values(variables: Variables) -> NDArray[np.float64]:
    """Return what the solver has left in the variables; 0 where there is none."""
    found = [0.0 if variable is None else variable.varValue for variable in variables.flat]
    # Presolve and feasibility tolerances leave a little less than nothing.
    return np.maximum(np.array(found, dtype=np.float64), 0.0).reshape(variables.shape)
