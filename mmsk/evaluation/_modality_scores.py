"""modality_scores: what each modality is worth to a model, alone and beside the others.

Strategy: the worth of a coalition of modalities is the score of the model refitted with them and no others, on the
same folds for all coalitions; that of none is what the prior scores. From the 2**M worths all else follows exactly.
Folds go to the workers whole: the fits of one fold share the process's caches, so that each item is described once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.metrics import check_scoring

from mmsk._params import rows_of
from mmsk.evaluation._folds import scoring_name, split, spread
from mmsk.evaluation._modalities import check_count, check_droppable, find_modalities
from mmsk.evaluation._shapley import members, shapley_interactions, shapley_values

__all__ = ["ModalityScores", "modality_scores"]

NONE = "(none)"  # how the empty coalition is called


@dataclass(frozen=True, repr=False)
class ModalityScores:
    """What `modality_scores` returns; it prints as a report.

    Parameters
    ----------
    coalitions : DataFrame with a row for each coalition, as in "text + image"
        ``size``; ``score``, the mean over the folds; ``sd`` over the folds.
    modalities : DataFrame with a row for each modality
        ``alone`` and ``left_out``: the score of it alone, and of all others without it. ``shapley``: its share of
        what all together score above the prior; ``sd`` over the folds; ``se``, the standard error of the mean.
    interactions : DataFrame with a row for each pair of modalities
        ``interaction``: positive = they help each other, negative = redundant or in conflict; ``sd``, ``se``.
    scoring : str
        What was scored.
    n_folds : int
    """

    coalitions: pd.DataFrame
    modalities: pd.DataFrame
    interactions: pd.DataFrame
    scoring: str
    n_folds: int

    def __repr__(self) -> str:
        scores = self.coalitions["score"]
        pairs = self.interactions.set_axis([" & ".join(pair) for pair in self.interactions.index])
        parts = [
            f"{self.scoring}, mean of {self.n_folds} folds: {scores.iloc[-1]:.3f} with all modalities, "
            f"{scores.iloc[0]:.3f} with none (the prior)",
            _text(self.modalities),
            "Interactions (positive: they help each other; negative: redundant or in conflict)",
            _text(pairs) if len(pairs) else "  none: there is one modality",
            "Coalitions",
            _text(self.coalitions),
        ]
        return "\n".join(parts)


def modality_scores(
    model: Any,
    X: Any,
    y: Any,
    cv: Any = 5,
    *,
    scoring: Any = None,
    groups: Any = None,
    n_jobs: int | None = None,
    random_state: int | np.random.RandomState | None = None,
) -> ModalityScores:
    """Score each modality alone, each left out, and all coalitions; share the score out among the modalities.

    Parameters
    ----------
    model : estimator
        A classifier or regressor with a ColumnTransformer inside, whose branches are the modalities, as in
        `fusion_pipeline` and `KernelFusionClassifier`; or a late fusion with a list ``estimators`` of (name,
        estimator, column). At most 8 modalities. It is not fitted.
    X : DataFrame of shape (n_rows, n_columns)
        The table.
    y : array-like of shape (n_rows,)
        The target.
    cv : int or splitter, default=5
        Stratified folds for an int and classifiers, as in scikit-learn. All coalitions are scored on the same folds.
    scoring : str or callable, default=None
        As in `sklearn.model_selection.cross_val_score`.
    groups : array-like of shape (n_rows,), default=None
        For a splitter that keeps groups together.
    n_jobs : int, default=None
        Folds fitted at the same time.
    random_state : int, RandomState instance or None, default=None
        Where `cv` is an int, rows are shuffled before they are split, unless this is None.

    Returns
    -------
    ModalityScores
        With the tables ``coalitions``, ``modalities`` and ``interactions``.

    Raises
    ------
    ValueError
        For a model in which no modalities can be found, or more than 8; for a search over modalities.

    Notes
    -----
    There are 2**M - 1 fits a fold. Shapley values are exact, and sum to the score of all modalities less that of the
    prior. What is dropped is refitted without. Weights that a kernel or late fusion is given as a dict keep their
    proportions and their sum. Those given to `fusion_pipeline` stand in its branches, which keep theirs as they are:
    of ``{"a": 2, "b": 1}`` without a, b weighs 1.

    ``se`` takes into account that the training rows of the folds overlap: the variance over k folds is multiplied by
    1 / k + n_test / n_train (Nadeau & Bengio 2003). It is a scale, not a test.

    References
    ----------
    Grabisch, M. and Roubens, M. (1999). An axiomatic approach to the concept of interaction among players in
    cooperative games. International Journal of Game Theory 28.
    Nadeau, C. and Bengio, Y. (2003). Inference for the generalization error. Machine Learning 52.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from mmsk import fusion_pipeline
    >>> from mmsk.evaluation import modality_scores
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat([0, 1], 40)
    >>> X = pd.DataFrame({"good": y + 0.1 * rng.normal(size=80), "bad": rng.normal(size=80)})
    >>> model = fusion_pipeline([("good", "passthrough", "good"), ("bad", "passthrough", "bad")])
    >>> modality_scores(model, X, y).modalities["shapley"].idxmax()
    'good'
    """
    modalities = find_modalities(model)
    names = list(modalities.columns)
    check_count(names)
    check_droppable(model, names)
    coalitions = [[names[player] for player in members(mask, len(names))] for mask in range(2 ** len(names))]
    models = [modalities.only(model, kept) for kept in coalitions]
    y = np.asarray(y)
    folds = split(model, X, y, cv, groups, random_state)
    scored = Parallel(n_jobs=n_jobs)(delayed(_fold_scores)(models, X, y, *fold, scoring) for fold in folds)
    worth = np.array(scored).T  # (coalitions, folds)
    return ModalityScores(
        coalitions=_coalitions(coalitions, worth),
        modalities=_modalities(names, worth, folds),
        interactions=_interactions(names, worth, folds),
        scoring=scoring_name(model, scoring),
        n_folds=len(folds),
    )


def _fold_scores(models: Sequence[Any], X: Any, y: np.ndarray, train: Any, test: Any, scoring: Any) -> list[float]:
    """Return the score of each model on one fold."""
    seen, held_out = rows_of(X, train), rows_of(X, test)
    scores = []
    for model in models:
        fitted = clone(model).fit(seen, y[train])
        scores.append(float(check_scoring(fitted, scoring=scoring)(fitted, held_out, y[test])))
    return scores


def _text(table: pd.DataFrame) -> str:
    return "\n".join(f"  {line}" for line in table.rename_axis(None).to_string(float_format="%.3f").splitlines())


def _coalitions(coalitions: Sequence[Sequence[str]], worth: np.ndarray) -> pd.DataFrame:
    index = pd.Index([" + ".join(kept) or NONE for kept in coalitions], name="coalition")
    columns = {"size": [len(kept) for kept in coalitions], "score": worth.mean(axis=1), "sd": spread(worth)}
    return pd.DataFrame(columns, index=index).sort_values("size", kind="stable")


def _modalities(names: list[str], worth: np.ndarray, folds: Sequence[Any]) -> pd.DataFrame:
    means, values = worth.mean(axis=1), shapley_values(worth)
    alone = 1 << np.arange(len(names))
    columns = {
        "alone": means[alone],
        "left_out": means[len(worth) - 1 - alone],
        "shapley": values.mean(axis=1),
        "sd": spread(values),
        "se": spread(values, folds),
    }
    return pd.DataFrame(columns, index=pd.Index(names, name="modality"))


def _interactions(names: list[str], worth: np.ndarray, folds: Sequence[Any]) -> pd.DataFrame:
    pairs = shapley_interactions(worth)
    values = np.array(list(pairs.values())).reshape(len(pairs), len(folds))
    sides = [[names[pair[side]] for pair in pairs] for side in (0, 1)]
    columns = {"interaction": values.mean(axis=1), "sd": spread(values), "se": spread(values, folds)}
    return pd.DataFrame(columns, index=pd.MultiIndex.from_arrays(sides, names=["modality", "with"]))
