"""The objects that a model is made of, fitted ones too; and a model without the folders of the machine it is from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from mmsk.cache import FeatureCache

__all__ = ["leave_folders_behind", "parts_of", "set_for_now"]

FOLDERS = ("cache", "memory")  # parameters of descriptors and of Pipeline that may name a folder


def parts_of(model: Any) -> Iterator[Any]:
    """Yield a model and every object in its attributes, parameters and containers, each once.

    Examples
    --------
    >>> from sklearn.decomposition import PCA
    >>> from sklearn.pipeline import make_pipeline
    >>> [part for part in parts_of(make_pipeline(PCA(3), "passthrough")) if isinstance(part, PCA)]
    [PCA(n_components=3)]
    """
    waiting, seen = [model], {}
    while waiting:
        part = waiting.pop()
        if isinstance(part, (str, bytes, int, float, type, type(None), np.generic)) or id(part) in seen:
            continue
        seen[id(part)] = part  # held, so that no other object gets its id
        yield part
        if isinstance(part, Mapping):
            waiting.extend(part.values())
        elif isinstance(part, (list, tuple, set)):
            waiting.extend(part)
        elif isinstance(part, np.ndarray):
            waiting.extend(part.ravel().tolist() if part.dtype == object else ())
        waiting.extend(getattr(part, "__dict__", {}).values())


@contextmanager
def set_for_now(model: Any, **values: Any) -> Iterator[None]:
    """Set attributes on all parts of a model that have them; afterwards all parts have those of before, and no more."""
    before = [
        (part, {name: vars(part)[name] for name in values if name in vars(part)})
        for part in parts_of(model)
        if isinstance(part, BaseEstimator)
    ]
    try:
        for part, known in before:
            vars(part).update({name: values[name] for name in known})
        yield
    finally:
        for part, known in before:
            for name in values.keys() - known.keys():
                vars(part).pop(name, None)
            vars(part).update(known)


def leave_folders_behind(model: Any) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Set parameters that name a folder for a cache to None; return each part's attributes and what they were.

    A folder means nothing on another machine, and a stranger's file should not choose where this one reads and writes.
    """
    changed = []
    for part in parts_of(model):
        if isinstance(part, BaseEstimator):
            known = {name: vars(part).get(name) for name in FOLDERS}
            named = {name: value for name, value in known.items() if _is_folder(value)}
            vars(part).update(dict.fromkeys(named))
            changed.append((vars(part), named))
    return changed


def _is_folder(value: Any) -> bool:
    return isinstance(value, (str, PurePath, FeatureCache)) or hasattr(value, "store_backend")  # a joblib.Memory
