"""The search that B7, B8 and B9 are about, as a user of mmsk writes it: 15 weights on 5 folds, and a refit."""

from __future__ import annotations

from typing import Any

from sklearn.model_selection import GridSearchCV

from benchmarks._data import Table, branches
from benchmarks._options import Options

__all__ = ["candidates", "forget", "kernel_search", "pipeline_search"]

STEP = 0.25


def candidates(options: Options) -> list[dict[str, float]]:
    """Return the shares of the modalities that are tried, 15 of them."""
    from mmsk import simplex_weights

    return simplex_weights(["text", "image", "audio"], options.pick(STEP, 1.0))


def forget() -> None:
    """Empty what mmsk remembers in this process, as it is when a session begins."""
    from mmsk import _reference
    from mmsk.cache import resolve
    from mmsk.fusion import memo

    resolve(None).clear()
    memo.clear()
    _reference._remembered.clear()


def pipeline_search(data: Table, options: Options, n_jobs: int | None = None, cache: Any = None) -> GridSearchCV:
    """`fusion_pipeline` in GridSearchCV."""
    from mmsk import fusion_pipeline, weight_grid

    model = fusion_pipeline(branches(), cache=cache)
    grid = weight_grid(model, step=options.pick(STEP, 1.0))
    return GridSearchCV(model, grid, cv=data.folds, n_jobs=n_jobs, error_score="raise").fit(data.X, data.y)


def kernel_search(data: Table, options: Options) -> GridSearchCV:
    """`KernelFusionClassifier` in GridSearchCV."""
    from mmsk import KernelFusionClassifier, fusion_transformer

    model = KernelFusionClassifier(fusion_transformer(branches()))
    grid = {"weights": candidates(options)}
    return GridSearchCV(model, grid, cv=data.folds, error_score="raise").fit(data.X, data.y)
