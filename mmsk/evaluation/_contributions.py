"""modality_contributions: what each modality adds to the prediction for each row.

Strategy: a fitted model is asked about each row with every subset of its present modalities hidden; a missing modality
is a thing our models know how to do without, so no background rows have to be made up. Shapley values share out the
difference that hiding all of them makes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from mmsk.evaluation._ampute import blanked, filled_cells
from mmsk.evaluation._modalities import check_count, find_modalities
from mmsk.evaluation._shapley import members, shapley_values
from mmsk.fusion._decisions import decides_by_pair

__all__ = ["modality_contributions"]

METHODS = ("predict_proba", "decision_function")
BEFORE, AFTER = ("prediction", "all_hidden"), ("all_shown",)  # the columns around the modalities


def modality_contributions(model: Any, X: pd.DataFrame, *, response_method: str = "auto") -> pd.DataFrame:
    """Share the prediction for each row out among the modalities that are present in it.

    Parameters
    ----------
    model : estimator
        Fitted; as in `modality_scores`. It has to predict rows with missing cells.
    X : DataFrame of shape (n_rows, n_columns)
        The rows to explain.
    response_method : {"auto", "predict_proba", "decision_function"}, default="auto"
        What is shared out of a classifier: the probability or the decision value of the class that is predicted.
        "auto" = probabilities where the model has them. Of a regressor it is the prediction.

    Returns
    -------
    DataFrame of shape (n_rows, n_modalities + 3)
        ``prediction``; ``all_hidden``, the value with all modalities hidden; for each modality its contribution, 0
        where it is missing; ``all_shown``, the value for the row as it is, which is the sum of all before it.

    Raises
    ------
    TypeError
        For an X that is no DataFrame.
    ValueError
        For modalities that share a column, which can only be hidden together; for a modality named as one of the three
        columns above; for a model without the method, or of several outputs; and for decision values that are not one
        a class.

    Notes
    -----
    There are 2**M predictions a row. The values are those of this model: a modality that it has learned to lean on
    counts, be it right or wrong.

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games. Contributions to the Theory of Games 2.
    Lundberg, S. M. and Lee, S.-I. (2017). A unified approach to interpreting model predictions. NIPS 30.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.svm import SVC
    >>> from mmsk import fusion_pipeline
    >>> from mmsk.evaluation import modality_contributions
    >>> from mmsk.text import Tfidf
    >>> X = pd.DataFrame({"title": ["red fox", "grey goose", "a fox"], "price": [3.0, 1.0, 3.5]})
    >>> branches = [("text", Tfidf(), "title"), ("number", "passthrough", "price")]
    >>> model = fusion_pipeline(branches, SVC(kernel="linear"), weights=None)
    >>> model = model.fit(X, ["fox", "goose", "fox"])
    >>> modality_contributions(model, pd.DataFrame({"title": ["the red fox"], "price": [None]})).round(3)
      prediction  all_hidden   text  number  all_shown
    0        fox       0.316  0.368     0.0      0.684
    """
    check_is_fitted(model)
    columns = find_modalities(model).column_names(X)
    check_count(list(columns))
    _check_names(columns)
    method = _method(model, response_method)
    predicted = np.asarray(model.predict(X))
    if predicted.ndim > 1:
        advice = "fit the model to a 1-D y, one output at a time"
        raise ValueError(f"predictions have to be one a row, got an array of shape {predicted.shape}; {advice}")
    n_masks = 2 ** len(columns)
    values = np.empty((n_masks, len(X)))
    for mask in range(n_masks):
        shown = X
        for player in set(range(len(columns))) - set(members(mask, len(columns))):
            shown = blanked(shown, list(columns.values())[player], np.ones(len(X), dtype=bool))
        values[mask] = _respond(model, shown, predicted, method)
    present = sum(filled_cells(X, names).astype(int) << player for player, names in enumerate(columns.values()))
    # what is missing cannot be hidden: such coalitions are one and the same, to the last bit
    values = values[np.arange(n_masks)[:, None] & present, np.arange(len(X))]
    shares = shapley_values(values)
    parts = [predicted, values[0], *shares, values[-1]]
    return pd.DataFrame(dict(zip([*BEFORE, *columns, *AFTER], parts, strict=True)), index=X.index)


def _check_names(columns: dict[str, list[Any]]) -> None:
    """Refuse modalities that cannot be told apart by hiding cells, or by their names."""
    readers: dict[Any, str] = {}
    for name, group in columns.items():
        if name in (*BEFORE, *AFTER):
            raise ValueError(f"the modality {name!r} has the name of a column of the answer; rename it")
        for column in group:
            if column in readers:
                shared = f"{readers[column]!r} and {name!r} both read the column {column!r}"
                raise ValueError(f"{shared}, and can only be hidden together; make them one branch (a DescriptorUnion)")
            readers[column] = name


def _method(model: Any, response_method: str) -> str:
    """Return the method to call."""
    if response_method not in ("auto", *METHODS):
        raise ValueError(f"response_method has to be 'auto' or one of {', '.join(METHODS)}, got {response_method!r}")
    if not is_classifier(model):
        return "predict"
    wanted = METHODS if response_method == "auto" else (response_method,)
    for method in wanted:
        if hasattr(model, method):
            return method
    raise ValueError(f"{type(model).__name__} has no {' and no '.join(wanted)}")


def _respond(model: Any, X: pd.DataFrame, predicted: np.ndarray, method: str) -> np.ndarray:
    """Return the value that speaks for the class that was predicted for each row."""
    values = np.asarray(getattr(model, method)(X), dtype=np.float64)
    if method == "predict":
        return values
    if values.ndim == 1:  # two classes: positive speaks for the second
        return np.where(predicted == model.classes_[1], values, -values)
    if method == "decision_function" and decides_by_pair(model, values):
        raise ValueError("decision values are one a pair of classes; use decision_function_shape='ovr'")
    return np.asarray(values[np.arange(len(values)), np.searchsorted(model.classes_, predicted)])
