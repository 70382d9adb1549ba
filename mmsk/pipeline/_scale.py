"""Which estimators do not see how large a column is, so that a weight on a block does nothing."""

from __future__ import annotations

from typing import Any

from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    BaggingRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, PowerTransformer, QuantileTransformer, RobustScaler
from sklearn.preprocessing import StandardScaler as Standard
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

__all__ = ["ignores_scale"]

TREES = (
    DecisionTreeClassifier,
    DecisionTreeRegressor,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
BOOSTERS = ("xgboost", "lightgbm", "catboost")  # packages of tree boosters, which need not be installed
ENSEMBLES = (AdaBoostClassifier, AdaBoostRegressor, BaggingClassifier, BaggingRegressor)
RESCALERS = (MaxAbsScaler, MinMaxScaler, PowerTransformer, QuantileTransformer, RobustScaler, Standard)


def ignores_scale(estimator: Any) -> str | None:
    """Return why an estimator does not see the scale of its columns, None if it does.

    >>> from sklearn.svm import SVC
    >>> print(ignores_scale(SVC()))
    None
    >>> ignores_scale(RandomForestClassifier())
    'RandomForestClassifier splits on one column at a time, whatever its scale'
    """
    if isinstance(estimator, Pipeline):
        for _, step in estimator.steps:
            if isinstance(step, RESCALERS) and getattr(step, "with_std", getattr(step, "with_scaling", True)):
                return f"{type(step).__name__} inside the estimator undoes them"
        return ignores_scale(estimator.steps[-1][1])
    inner = getattr(estimator, "estimator", None)
    if isinstance(estimator, ENSEMBLES):
        return ignores_scale(DecisionTreeClassifier() if inner is None else inner)
    if isinstance(estimator, TREES) or type(estimator).__module__.partition(".")[0] in BOOSTERS:
        return f"{type(estimator).__name__} splits on one column at a time, whatever its scale"
    return ignores_scale(inner) if inner is not None else None
