"""fusion_transformer and fusion_pipeline: the ColumnTransformer and the Pipeline that a user would write by hand.

Strategy: nothing here is an estimator of its own. Branches are given as ColumnTransformer takes them; what comes back
is built of Pipeline, ColumnTransformer (our `FusionTransformer` is one, which counts copies once), the user's
transformers and a `BlockScaler` each, so that every part can be reached by `set_params`, searched over, replaced, and
read by anybody who knows scikit-learn.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.utils import check_random_state, get_tags

from mmsk._union import DescriptorUnion, name_descriptors
from mmsk.fusion import BlockScaler, FusionTransformer, GramSVC, linear_gram
from mmsk.pipeline._scale import ignores_scale
from mmsk.text import Tfidf

__all__ = ["fusion_pipeline", "fusion_transformer", "steps_of"]

Branch = tuple[str, Any, Any]

CLIP = 4.0  # standard deviations: what a number of a table is limited to


def fusion_transformer(
    branches: Sequence[Branch],
    *,
    weights: Mapping[str, float] | str | None = None,
    indicator: bool = False,
    dropout: float = 0.0,
    random_state: int | np.random.RandomState | None = None,
    on_error: str | None = None,
    cache: Any = None,
    n_jobs: int | None = None,
    verbose: bool | int | None = None,
    isolate: bool | None = None,
    target: str = "auto",
) -> FusionTransformer:
    """Build the ColumnTransformer that describes each modality and brings all of them to one scale.

    Parameters
    ----------
    branches : list of (name, transformer, column)
        As ColumnTransformer takes them. The transformer is a descriptor, a list of descriptors of one column (they
        become a `DescriptorUnion`, each item decoded once), "passthrough" for numbers and dates, "drop", or any
        scikit-learn transformer or pipeline. "photo" and ["photo"] mean the same. Numbers that come as they are
        ("passthrough") are limited to 4 standard deviations on either side of their mean: ``clip=4.0`` in
        `BlockScaler`, ``set_params(NAME__scale__clip=None)`` to undo it.
    weights : dict, "auto" or None, default=None
        Weight of each branch, 1 where none is given. A branch of weight 1 has unit mean squared row norm. "auto" = each
        learned from the labels, see `BlockScaler`, and rows balanced, see `FusionTransformer`; given ones are applied
        as they are. What takes a whole fusion, such as `KernelFusionClassifier`, has weights of its own and looks at
        these only to leave out a branch of weight 0.
    indicator : bool, default=False
        Whether each branch gets a column that says which rows are present.
    dropout : float, default=0.0
        Share of rows of each branch that is hidden in training, see `BlockScaler`.
    random_state : int, RandomState instance or None, default=None
        Seed of `dropout`; each branch gets a seed of its own from it.
    on_error, cache, n_jobs, verbose, isolate
        Set on every descriptor that has the parameter, where not None.
    target : {"auto", "classes", "numbers"}, default="auto"
        What weights are learned from, see `BlockScaler`.

    Returns
    -------
    FusionTransformer
        A ColumnTransformer in which learned weights know of each other, not fitted, of branches
        ``Pipeline([("describe", transformer), ("scale", BlockScaler(weight))])``. The given transformers are cloned.

    Raises
    ------
    ValueError
        For branches that are no triples, names that come twice, and weights that are none, or of unknown branches.

    Notes
    -----
    ``on_error="raise"`` is one error that lists all bad items of the rows that `fit` is given, before the estimator
    after it is fitted. A search gives `fit` the training part of each split: a bad item in the first test part raises
    when the first model is scored. To know before, fit this to the whole table: what it describes is in the cache then,
    and the search describes nothing anew.

    Examples
    --------
    >>> from mmsk import fusion_transformer
    >>> from mmsk.image import HOG, LBP
    >>> from mmsk.text import Tfidf
    >>> fusion = fusion_transformer([("text", Tfidf(), "caption"), ("image", [HOG(), LBP()], "photo")])
    >>> [(name, column) for name, _, column in fusion.transformers]
    [('text', 'caption'), ('image', 'photo')]
    >>> fusion.get_params()["image__describe__hog__orientations"]
    9
    """
    names = _checked_names(branches)
    if isinstance(weights, str) and weights != "auto":
        raise ValueError(f"weights has to be a dict, 'auto' or None, got {weights!r}")
    given = dict.fromkeys(names, weights) if isinstance(weights, str) else dict(weights or {})
    if unknown := set(given) - set(names):
        raise ValueError(f"weights for unknown branches: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    settings = {"on_error": on_error, "cache": cache, "n_jobs": n_jobs, "verbose": verbose, "isolate": isolate}
    seeds = _seeds(random_state, len(names)) if dropout else [None] * len(names)
    transformers = []
    for (name, transformer, column), seed in zip(branches, seeds, strict=True):
        if isinstance(transformer, str) and transformer == "drop":
            transformers.append((name, "drop", column))
            continue
        describe = _describer(transformer, settings)
        scale = BlockScaler(
            given.get(name, 1.0),
            # TF-IDF weighs its columns on purpose, be they stored sparse or dense
            standardize=False if isinstance(describe, Tfidf) else "auto",
            indicator=indicator,
            dropout=dropout,
            random_state=seed,
            target=target,
            clip=CLIP if isinstance(describe, str) else None,  # descriptors have no such outliers
        )
        branch = Pipeline([("describe", describe), ("scale", scale)])
        transformers.append((name, branch, _column_for(describe, column)))
    return FusionTransformer(transformers)


def fusion_pipeline(
    branches: Sequence[Branch],
    estimator: Any = None,
    *,
    weights: Mapping[str, float] | str | None = "auto",
    indicator: bool = False,
    dropout: float = 0.0,
    random_state: int | np.random.RandomState | None = None,
    on_error: str | None = None,
    cache: Any = None,
    n_jobs: int | None = None,
    verbose: bool | int | None = None,
    isolate: bool | None = None,
) -> Pipeline:
    """Build the Pipeline from a table to predictions: `fusion_transformer`, then an estimator.

    Parameters
    ----------
    branches : list of (name, transformer, column)
        As in `fusion_transformer`.
    estimator : estimator, default=None
        Any classifier or regressor, cloned. None = ``GramSVC(kernel=linear_gram, C=2)``: the machine that
        ``SVC(kernel="linear")`` is, many times faster on wide data, see `mmsk.fusion.linear_gram`. Rows are
        of unit length, see `FusionTransformer`; to fit them more closely does harm where modalities are noisy or
        missing. For numbers, give a regressor, such as ``RidgeCV()``.
    weights : dict, "auto" or None, default="auto"
        As in `fusion_transformer`. Learned by default; 1 before an estimator that does not see weights.
    indicator, dropout, random_state, on_error, cache, n_jobs, verbose, isolate
        As in `fusion_transformer`.

    Returns
    -------
    Pipeline
        Of two steps, "fusion" and "classifier" (or "regressor", or "estimator" for what is neither); not fitted.

    Warns
    -----
    UserWarning
        When weights are given to an estimator that does not see them: trees, and pipelines that rescale the columns.

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> from mmsk import fusion_pipeline
    >>> from mmsk.audio import MFCC
    >>> from mmsk.text import Tfidf
    >>> branches = [("text", Tfidf(), "caption"), ("audio", MFCC(), "clip")]
    >>> model = fusion_pipeline(branches, SVC(kernel="linear"), weights={"audio": 0.5})
    >>> list(model.named_steps)
    ['fusion', 'classifier']
    >>> model.get_params()["fusion__audio__scale__weight"]
    0.5
    """
    estimator = GramSVC(kernel=linear_gram, C=2.0) if estimator is None else clone(estimator)
    reason = ignores_scale(estimator)
    if reason and weights == "auto":
        weights = None
    fusion = fusion_transformer(
        branches,
        weights=weights,
        indicator=indicator,
        dropout=dropout,
        random_state=random_state,
        on_error=on_error,
        cache=cache,
        n_jobs=n_jobs,
        verbose=verbose,
        isolate=isolate,
        target="classes" if is_classifier(estimator) else "numbers" if is_regressor(estimator) else "auto",
    )
    if reason and isinstance(weights, Mapping) and set(weights.values()) - {1.0}:
        warnings.warn(f"the weights have no effect: {reason}", UserWarning, stacklevel=2)
    step = "classifier" if is_classifier(estimator) else "regressor" if is_regressor(estimator) else "estimator"
    return Pipeline([("fusion", fusion), (step, estimator)])


def _checked_names(branches: Sequence[Branch]) -> list[str]:
    """Return the names of the branches, or say which branch is not of the right form."""
    for branch in branches:
        if not (isinstance(branch, tuple) and len(branch) == 3 and isinstance(branch[0], str)):
            raise ValueError(f"a branch is a tuple (name, transformer, column), got {branch!r}")
    names = [name for name, _, _ in branches]
    if not names:
        raise ValueError("at least one branch is needed")
    if len(set(names)) < len(names):
        raise ValueError(f"branch names have to differ, got {', '.join(names)}")
    return names


def _describer(given: Any, settings: Mapping[str, Any]) -> Any:
    """Return the transformer of a branch: a clone with the settings that it has parameters for."""
    if isinstance(given, str):
        return given
    describe = DescriptorUnion(name_descriptors(given)) if isinstance(given, list) else given
    describe = clone(describe)
    for part in steps_of(describe):
        known = part.get_params(deep=False) if getattr(part, "__single_column_transformer__", False) else {}
        part_settings = {name: value for name, value in settings.items() if value is not None and name in known}
        if part_settings:
            part.set_params(**part_settings)
    return describe


def steps_of(transformer: Any) -> list[Any]:
    """Return the transformers that a Pipeline or FeatureUnion is made of, at any depth."""
    if isinstance(transformer, Pipeline):
        return [part for _, step in transformer.steps for part in steps_of(step)]
    if isinstance(transformer, FeatureUnion):
        return [part for _, member in transformer.transformer_list for part in steps_of(member)]
    return [transformer]


def _column_for(describe: Any, column: Any) -> Any:
    """Return the column in the form the transformer takes: a name for one column of items, a list for numbers."""
    first = steps_of(describe)[0]
    takes_items = not isinstance(first, str) and not get_tags(first).input_tags.two_d_array
    if takes_items and isinstance(column, list) and len(column) == 1:
        return column[0]
    if not takes_items and isinstance(column, (str, int)):
        return [column]
    return column


def _seeds(random_state: int | np.random.RandomState | None, count: int) -> list[int | None]:
    """Return a seed for each branch; no seeds for no seed, so that dropout stays random then."""
    if random_state is None:
        return [None] * count
    generator = check_random_state(random_state)
    return [int(seed) for seed in generator.randint(np.iinfo(np.int32).max, size=count)]
