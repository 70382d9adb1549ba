"""The estimator that a name stands for."""

from __future__ import annotations

import ast
from collections import Counter
from importlib import import_module
from typing import Any

import numpy as np
import typer

from mmsk.cli._options import meant, pairs

__all__ = ["as_number", "make_estimator", "values_of"]

#: name -> (module, classifier, regressor, parameters that differ from scikit-learn's defaults)
NAMED: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "svm": ("mmsk.fusion", "GramSVC", "GramSVR", {}),
    "forest": ("sklearn.ensemble", "RandomForestClassifier", "RandomForestRegressor", {"n_estimators": 300}),
    "logistic": ("sklearn.linear_model", "LogisticRegression", "Ridge", {"max_iter": 2000}),
    "mlp": ("sklearn.neural_network", "MLPClassifier", "MLPRegressor", {"max_iter": 1000}),
}
SCALED_TARGET = ("svm", "mlp")  # whose defaults suit a target of about unit variance


def make_estimator(
    name: str,
    y: np.ndarray,
    *,
    number: bool,
    class_weight: list[str] | None = None,
    calibrate: bool = False,
    seed: int = 0,
) -> Any:
    """Return an unfitted estimator.

    Parameters
    ----------
    name : str
        One of `NAMED`, or the dotted path of a class.
    y : ndarray of shape (n_rows,)
        The target.
    number : bool
        Whether the target is a number, so that a regressor is needed.
    class_weight : list of str, default=None
        ["balanced"], or CLASS=VALUE each.
    calibrate : bool, default=False
        Whether to add probabilities.
    seed : int, default=0
        Set as random_state where there is one.
    """
    estimator = _named(name, number) if name in NAMED else _imported(name, number)
    known = estimator.get_params()
    if "random_state" in known:
        estimator.set_params(random_state=seed)
    if class_weight:
        if "class_weight" not in known:
            raise ValueError(f"{type(estimator).__name__} takes no class weights")
        if calibrate and class_weight != ["balanced"]:
            raise ValueError("--calibrate numbers the classes anew; it goes with --class-weight balanced only")
        estimator.set_params(class_weight=_class_weights(class_weight, y))
    if calibrate:
        estimator = _calibrated(estimator, y, number)
    if number and name in SCALED_TARGET:
        from sklearn.compose import TransformedTargetRegressor
        from sklearn.preprocessing import StandardScaler

        return TransformedTargetRegressor(estimator, transformer=StandardScaler())
    return estimator


def values_of(text: str) -> list[Any]:
    """Return the values in a text, separated by commas: numbers, True, None, tuples as Python writes them, or words.

    >>> values_of("0.1,1,10"), values_of("rbf,linear"), values_of("(8, 8),(16, 16)")
    ([0.1, 1, 10], ['rbf', 'linear'], [(8, 8), (16, 16)])
    """
    try:
        return list(ast.literal_eval(f"[{text}]"))
    except (ValueError, SyntaxError):
        return [_value(part.strip()) for part in text.split(",")]


def _value(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _named(name: str, number: bool) -> Any:
    module, classifier, regressor, params = NAMED[name]
    made = getattr(import_module(module), regressor if number else classifier)()
    if name == "svm":
        from mmsk.fusion import linear_gram

        made.set_params(kernel=linear_gram)
        if not number:
            made.set_params(C=2.0)  # as the default of fusion_pipeline
    return made.set_params(**{key: value for key, value in params.items() if key in made.get_params()})


def _imported(path: str, number: bool) -> Any:
    """Return an instance of a class given by its dotted path."""
    from sklearn.base import BaseEstimator, is_classifier, is_regressor

    module, _, attribute = path.rpartition(".")
    if not module:
        message = f"{path!r} is none of {', '.join(NAMED)}, and no path of a class{meant(path, NAMED)}"
        raise typer.BadParameter(message, param_hint="--model")
    try:
        made = getattr(import_module(module), attribute)()
    except (ImportError, AttributeError, TypeError) as error:
        raise typer.BadParameter(f"cannot make {path}: {error}", param_hint="--model") from error
    fits = isinstance(made, BaseEstimator) and (is_regressor(made) if number else is_classifier(made))
    if not fits:
        kind, others = ("regressor", "number") if number else ("classifier", "class")
        names = ", ".join(NAMED)
        message = f"{path!r} is no {kind}, and the target is a {others}; take {names}, or the path of a {kind}"
        raise typer.BadParameter(message, param_hint="--model")
    return made


def _class_weights(texts: list[str], y: np.ndarray) -> str | dict[Any, float]:
    """Return what --class-weight means to scikit-learn."""
    if texts == ["balanced"]:
        return "balanced"
    classes = {str(value): value for value in np.unique(y)}
    weights = {}
    for name, value in pairs(texts, "--class-weight").items():
        if name not in classes:
            raise ValueError(f"--class-weight: no class {name!r}; there are {', '.join(classes)}")
        weights[classes[name]] = as_number(value, "--class-weight")
    return weights


def _calibrated(estimator: Any, y: np.ndarray, number: bool) -> Any:
    from sklearn.calibration import CalibratedClassifierCV

    if number:
        raise ValueError("--calibrate is for classes; a number has no probability")
    name, count = min(Counter(y.tolist()).items(), key=lambda item: item[1])
    if count < 2:
        raise ValueError(f"--calibrate needs two rows of each class; {name!r} has one")
    return CalibratedClassifierCV(estimator, ensemble=False, cv=min(5, count))


def as_number(text: str, option: str) -> float:
    """Return a number that an option was given."""
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a number", param_hint=option) from None
