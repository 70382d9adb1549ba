"""Decision values that are one a pair of classes, not one a class."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["decides_by_pair"]


def decides_by_pair(model: Any, values: np.ndarray) -> bool:
    """Return whether the decision values of a classifier belong to pairs of classes.

    Their number does not tell: three classes make three pairs. So the settings are looked at too, those of the model
    with all that is inside it, or of what a search has chosen.

    Parameters
    ----------
    model : classifier
        Fitted.
    values : ndarray
        What its ``decision_function`` returns. Of two classes it is 1-D, and a pair is all there is.

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> X, y = [[0], [1], [2]], ["a", "b", "c"]
    >>> for shape in ("ovr", "ovo"):
    ...     machine = SVC(decision_function_shape=shape).fit(X, y)
    ...     decides_by_pair(machine, machine.decision_function(X))
    False
    True
    """
    settings = getattr(model, "best_estimator_", model).get_params(deep=True).items()
    by_pair = any(key.endswith("decision_function_shape") and value == "ovo" for key, value in settings)
    return values.ndim > 1 and (by_pair or values.shape[1] != len(model.classes_))
