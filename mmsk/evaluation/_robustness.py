"""robustness_curve: how a model's score falls as more and more cells are hidden from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.metrics import check_scoring
from sklearn.utils import check_random_state

from mmsk._params import rows_of
from mmsk.evaluation._ampute import ampute_modalities
from mmsk.evaluation._folds import split, spread
from mmsk.evaluation._modalities import find_modalities

__all__ = ["robustness_curve"]

ALL = "all"
RATES = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)


def robustness_curve(
    model: Any,
    X: pd.DataFrame,
    y: Any,
    modality: str,
    rates: Sequence[float] = RATES,
    *,
    cv: Any = 5,
    scoring: Any = None,
    groups: Any = None,
    n_repeats: int = 5,
    n_jobs: int | None = None,
    random_state: int | np.random.RandomState | None = 0,
) -> pd.DataFrame:
    """Score a model on test rows of which a share of the cells is hidden.

    In each fold the model is fitted once, on the training rows as they are; cells are hidden in the test rows only.

    Parameters
    ----------
    model : estimator
        As in `modality_scores`; it has to predict rows with missing cells. It is not fitted.
    X : DataFrame of shape (n_rows, n_columns)
        The table.
    y : array-like of shape (n_rows,)
        The target.
    modality : str
        The modality whose cells are hidden, also from other modalities that read them. "all": each modality's, at the
        same rate, independently of each other, but together for those that share a column.
    rates : sequence of float, default=(0, 0.1, 0.2, 0.3, 0.5, 0.7, 1)
        Shares of the present cells that are hidden, see `ampute_modalities`.
    cv : int or splitter, default=5
        Stratified folds for an int and classifiers, as in scikit-learn.
    scoring : str or callable, default=None
        As in `sklearn.model_selection.cross_val_score`.
    groups : array-like of shape (n_rows,), default=None
        For a splitter that keeps groups together.
    n_repeats : int, default=5
        How many times cells are drawn for each fold; not used at rates where there is nothing to draw, 0 and 1.
    n_jobs : int, default=None
        Folds at the same time.
    random_state : int, RandomState instance or None, default=0
        Seed of what is hidden. An int hides the same cells from each model that is compared, and the cells of a
        smaller rate are among those of a larger one.

    Returns
    -------
    DataFrame with a row for each rate
        ``rate``; ``mean``, the mean score; ``sd``, the standard deviation over the folds of the mean over the repeats.

    Raises
    ------
    TypeError
        For an X that is no DataFrame.
    ValueError
        For an unknown modality, and rates outside of 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from mmsk import fusion_pipeline
    >>> from mmsk.evaluation import robustness_curve
    >>> y = np.tile([0, 1], 30)
    >>> model = fusion_pipeline([("a", "passthrough", "a"), ("b", "passthrough", "b")])
    >>> X = pd.DataFrame({"a": y.astype(float), "b": np.zeros(60)})
    >>> robustness_curve(model, X, y, "a", rates=[0, 1])
       rate  mean   sd
    0   0.0   1.0  0.0
    1   1.0   0.5  0.0
    """
    columns = find_modalities(model).column_names(X)
    if modality != ALL and modality not in columns:
        raise ValueError(f"no modality {modality!r}; there are {', '.join(columns)}, and 'all'")
    hidden = _joined(columns) if modality == ALL else {modality: columns[modality]}
    y = np.asarray(y)
    folds = split(model, X, y, cv, groups)
    seeds = check_random_state(random_state).randint(np.iinfo(np.int32).max, size=(len(folds), n_repeats))
    scored = Parallel(n_jobs=n_jobs)(
        delayed(_fold_scores)(model, X, y, *fold, hidden, list(rates), own, scoring)
        for fold, own in zip(folds, seeds, strict=True)
    )
    scores = np.array(scored).T  # (rates, folds)
    return pd.DataFrame({"rate": np.array(rates, dtype=float), "mean": scores.mean(axis=1), "sd": spread(scores)})


def _joined(columns: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Return the columns of each modality, of those that share one as of a single one.

    Else its cells would be drawn for each of them, and more of them hidden than is asked for.

    >>> _joined({"words": ["title"], "photo": ["photo"], "statistics": ["title", "notes"]})
    {'photo': ['photo'], 'words + statistics': ['title', 'notes']}
    """
    joined: dict[str, list[Any]] = {}
    for name, own in columns.items():
        met = [other for other, group in joined.items() if set(group) & set(own)]
        everything = [column for other in met for column in joined.pop(other)] + own
        joined[" + ".join([*met, name])] = list(dict.fromkeys(everything))
    return joined


def _fold_scores(
    model: Any,
    X: pd.DataFrame,
    y: np.ndarray,
    train: np.ndarray,
    test: np.ndarray,
    hidden: Mapping[str, Any],
    rates: Sequence[float],
    seeds: np.ndarray,
    scoring: Any,
) -> list[float]:
    """Return the mean score of one fold at each rate."""
    fitted = clone(model).fit(rows_of(X, train), y[train])
    scorer, held_out = check_scoring(fitted, scoring=scoring), rows_of(X, test)
    scores = []
    for rate in rates:
        drawn = seeds[:1] if rate in (0, 1) else seeds
        amputed = (ampute_modalities(held_out, rate, columns=hidden, random_state=int(seed)) for seed in drawn)
        scores.append(float(np.mean([scorer(fitted, frame, y[test]) for frame in amputed])))
    return scores
