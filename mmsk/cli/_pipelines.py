"""The pipelines that commands build and take apart.

Strategy: a cross-validation describes nothing itself. All items are described once before it, by as many workers as
are wanted and under a progress bar; the folds find the vectors in the process's memo. So folds and candidates can run
in threads, which share that memo.
"""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import typer

from mmsk.cli._estimators import as_number, values_of
from mmsk.cli._options import OnBad, meant, pairs

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "alone_and_fused",
    "build",
    "columns_of",
    "describe_once",
    "descriptors_alone",
    "fusion_of",
    "parameters",
    "quiet",
    "set_on_descriptors",
    "tell_of_bad_items",
    "workers",
]

FEW = 500  # rows that one process describes, at 1 to 20 ms each, before workers have started (5 s) and shared them


def build(
    branches: list[tuple[str, Any, Any]],
    estimator: Any,
    weight: list[str] | None,
    param: list[str] | None,
    on_error: OnBad,
    **settings: Any,
) -> Any:
    """Return the unfitted pipeline that the options describe."""
    from mmsk import fusion_pipeline

    weights = {name: as_number(value, "--weight") for name, value in pairs(weight, "--weight").items()} or "auto"
    model = fusion_pipeline(branches, estimator, weights=weights, on_error=on_error.value, **settings)
    for name, values in parameters(model, param).items():
        if len(values) != 1:
            message = f"{name} takes one value here, got {len(values)}; `mmsk tune` tries several"
            raise typer.BadParameter(message, param_hint="--param")
        model.set_params(**{name: values[0]})
    return model


def parameters(model: Any, param: list[str] | None) -> dict[str, list[Any]]:
    """Return the values that options NAME=V1,V2,... give to parameters of a model."""
    given = {name: values_of(text) for name, text in pairs(param, "--param").items()}
    known = model.get_params(deep=True)
    for name in given:
        if name not in known:
            message = f"the model has no parameter {name!r}{meant(name, known)}"
            raise typer.BadParameter(message, param_hint="--param")
    return given


def alone_and_fused(model: Any) -> dict[str, Any]:
    """Return a pipeline of each branch alone, by its name, and then the whole one."""
    from sklearn.base import clone
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline

    (fusion_name, fusion), (last_name, estimator) = model.steps
    if len(fusion.transformers) == 1:
        return {fusion.transformers[0][0]: model}
    alone = {
        branch[0]: Pipeline([(fusion_name, ColumnTransformer([clone_branch(branch)])), (last_name, clone(estimator))])
        for branch in fusion.transformers
    }
    return {**alone, "all fused": model}


def clone_branch(branch: tuple[str, Any, Any]) -> tuple[str, Any, Any]:
    """Return a branch at weight 1: alone it needs none, and 0 would switch it off."""
    from sklearn.base import clone

    name, transformer, column = branch
    return name, clone(transformer).set_params(scale__weight=1.0), column


def describe_once(model: Any, X: pd.DataFrame, y: np.ndarray, jobs: int) -> float:
    """Describe all items under a progress bar, and return the seconds that it took."""
    from sklearn.base import clone

    start = time.perf_counter()
    fusion = set_on_descriptors(clone(fusion_of(model)), n_jobs=workers(jobs, len(X)), verbose=True)
    fusion.fit_transform(X, y)
    tell_of_bad_items(fusion)
    return time.perf_counter() - start


def workers(jobs: int, n_rows: int) -> int:
    """Return how many processes describe so many rows: where none were asked for, a few rows get this one alone.

    >>> workers(-1, 20), workers(-1, 20_000), workers(2, 20)
    (1, -1, 2)
    """
    return 1 if jobs == -1 and n_rows <= FEW else jobs


def tell_of_bad_items(fusion: Any) -> None:
    """Warn of items that could not be read and were taken for missing, the last time that each branch saw any."""
    for name, branch in fusion.named_transformers_.items():
        describe: Any = getattr(branch, "named_steps", {}).get("describe")
        if getattr(describe, "n_bad_", 0):
            first = "row {row}: {ref}: {kind}".format_map(describe.report_[0])
            warnings.warn(f"taken for missing: {describe.n_bad_} of the items of {name!r} ({first}, say)", stacklevel=2)


def set_on_descriptors(model: Any, **values: Any) -> Any:
    """Set parameters on the descriptors of all branches, fitted or not, where they have them; return the model."""
    fusion = fusion_of(model)
    if fusion is None:
        return model
    fitted = getattr(fusion, "named_transformers_", {}).values()  # clones: set_params of the whole would miss them
    for branch in [*(branch for _, branch, _ in fusion.transformers), *fitted]:
        describe: Any = getattr(branch, "named_steps", {}).get("describe")
        if hasattr(describe, "set_params"):
            known = describe.get_params(deep=False)
            describe.set_params(**{name: value for name, value in values.items() if name in known})
    return model


def quiet(model: Any) -> Any:
    """Return a model as it should be kept: its descriptors show no progress and start no workers."""
    return set_on_descriptors(model, n_jobs=None, verbose=False)


def fusion_of(model: Any) -> Any:
    """Return the ColumnTransformer that a model is or begins with, None if there is none."""
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline

    first = model.steps[0][1] if isinstance(model, Pipeline) else model
    return first if isinstance(first, ColumnTransformer) else None


def columns_of(model: Any) -> list[str]:
    """Return the columns that a model reads."""
    fusion = fusion_of(model)
    if fusion is None:
        return []
    listed = [column if isinstance(column, list) else [column] for _, _, column in fusion.transformers]
    return [name for columns in listed for name in columns if isinstance(name, str)]


def descriptors_alone(branches: list[tuple[str, Any, Any]], on_error: OnBad, n_jobs: int) -> Any:
    """Return a ColumnTransformer of what describes each branch, without scales and weights, that makes a DataFrame."""
    from sklearn.compose import ColumnTransformer

    from mmsk import fusion_transformer

    fusion = fusion_transformer(branches, on_error=on_error.value, n_jobs=n_jobs, verbose=True)
    bare = []
    for name, branch, column in fusion.transformers:
        descriptor = branch.named_steps["describe"]
        if not isinstance(descriptor, str) and "sparse_output" in descriptor.get_params(deep=False):
            descriptor.set_params(sparse_output=False)
        bare.append((name, descriptor, column))
    return ColumnTransformer(bare).set_output(transform="pandas")
