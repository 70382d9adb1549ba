"""What splits its training rows into folds, and would have copies of one row on both sides."""

from __future__ import annotations

from typing import Any

from sklearn.utils.validation import has_fit_parameter

from mmsk._params import InvalidParameterError
from mmsk.fusion._late_fit import taker_of
from mmsk.fusion._memo import parts_of

__all__ = ["refuse_folds"]


def refuse_folds(estimator: Any, around: str) -> None:
    """Refuse an estimator with folds of its own, at any depth, other than by the groups that its `fit` is given.

    Parameters
    ----------
    estimator : estimator
    around : str
        Name of the class that makes the copies.

    Raises
    ------
    InvalidParameterError
        For a part that has a parameter `cv`, or makes probabilities out of fold (``probability=True``), unless it takes
        groups and they reach it.
    """
    _, taker = taker_of(estimator, "groups")
    for part in parts_of(estimator):
        if part is taker and has_fit_parameter(part, "groups"):
            continue
        params, name = part.get_params(deep=False), type(part).__name__
        calibrates = params.get("probability") is True
        if "cv" in params or calibrates:
            outside = "CalibratedClassifierCV" if calibrates else name if "estimator" in params else "GridSearchCV"
            advice = f"split them outside, as in {outside}({around}(...), ...)"
            raise InvalidParameterError(f"estimator: {name} would validate on copies of its training rows; {advice}")
