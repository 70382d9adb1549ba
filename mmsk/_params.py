"""Named fragments of `_parameter_constraints`: what a parameter may be, said once.

The private names of scikit-learn's parameter validation are imported here (and in `_base.py`) only, so that a change
over there is mended in one place.
"""

from __future__ import annotations

from numbers import Integral, Real
from pathlib import Path
from typing import Any

from sklearn.base import _fit_context as fit_context
from sklearn.utils import _safe_indexing as rows_of
from sklearn.utils._param_validation import HasMethods, Interval, InvalidParameterError, StrOptions
from sklearn.utils.metaestimators import _BaseComposition as BaseComposition

__all__ = [
    "ANY",
    "BOOL",
    "CALLABLE",
    "COUNT",
    "COUNT_OR_NONE",
    "NON_NEGATIVE",
    "N_JOBS",
    "PATH_OR_NONE",
    "POSITIVE",
    "POSITIVE_OR_NONE",
    "RANDOM_STATE",
    "SHARE",
    "STR_OR_NONE",
    "VERBOSE",
    "WHOLE",
    "BaseComposition",
    "HasMethods",
    "Integral",
    "Interval",
    "InvalidParameterError",
    "Made",
    "Real",
    "StrOptions",
    "check_pair",
    "fit_context",
    "one_of",
    "rows_of",
]

ANY: str = "no_validation"
BOOL: list[Any] = ["boolean"]
CALLABLE: list[Any] = [callable]
COUNT: list[Any] = [Interval(Integral, 1, None, closed="left")]
COUNT_OR_NONE: list[Any] = [*COUNT, None]
WHOLE: list[Any] = [Interval(Integral, 0, None, closed="left")]
POSITIVE: list[Any] = [Interval(Real, 0, None, closed="neither")]
POSITIVE_OR_NONE: list[Any] = [*POSITIVE, None]
NON_NEGATIVE: list[Any] = [Interval(Real, 0, None, closed="left")]
SHARE: list[Any] = [Interval(Real, 0, 1, closed="both")]
STR_OR_NONE: list[Any] = [str, None]
PATH_OR_NONE: list[Any] = [str, Path, None]
N_JOBS: list[Any] = [Integral, None]
VERBOSE: list[Any] = ["verbose"]
RANDOM_STATE: list[Any] = ["random_state"]


class Made(HasMethods):
    """Constraint: an instance of a class, told by how one is made; scikit-learn's own tells its import path only."""

    def __init__(self, kind: type, told: str) -> None:
        super().__init__([])
        self.kind = kind
        self.told = told

    def is_satisfied_by(self, val: Any) -> bool:
        """Return whether a value is such an instance."""
        return isinstance(val, self.kind)

    def __str__(self) -> str:
        return self.told


def one_of(*options: str) -> list[Any]:
    """Constraint: one of these strings."""
    return [StrOptions(set(options))]


def check_pair(name: str, value: Any) -> tuple[int, int]:
    """Return a sequence of two whole numbers >= 1 as a tuple, or say what is wrong with it.

    scikit-learn's constraints look at the type of a parameter, not into it.
    """
    pair = tuple(value)
    if len(pair) != 2 or not all(isinstance(part, Integral) and int(part) >= 1 for part in pair):
        raise InvalidParameterError(f"{name} must be two whole numbers >= 1, got {value!r}")
    return int(pair[0]), int(pair[1])
