"""Tables of other kinds than the stamps, which defaults were not chosen on: two to four modalities, some with gaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_digits, load_wine

from benchmarks._quality import Data
from mmsk.pipeline import PROPOSALS

__all__ = ["TABLES"]

LETTERS = list("abcdefghiklmnoprstuvwy")
COLOURS = {"red": (200, 50, 40), "green": (50, 160, 60), "blue": (60, 70, 200)}


def wine(seed: int) -> Data:
    """Chemistry of 178 wines, in four blocks of numbers, one of which tells nearly all and one nearly nothing."""
    found = load_wine(as_frame=True)
    X = found.data.rename(columns=lambda name: name.replace("/", "_"))
    blocks: dict[str, list[int]] = {
        "acids": [1, 2, 3],
        "magnesium": [4],
        "phenols": [5, 6, 7, 8],
        "looks": [0, 9, 10, 11, 12],
    }
    return _data("wine, four blocks of numbers", X, found.target, {n: list(X.columns[c]) for n, c in blocks.items()})


def cancer(seed: int) -> Data:
    """Means, errors and extremes of 569 tumours."""
    X = load_breast_cancer(as_frame=True).data.rename(columns=lambda name: name.replace(" ", "_"))
    blocks = {name: list(X.columns[10 * k : 10 * k + 10]) for k, name in enumerate(["mean", "error", "worst"])}
    return _data("tumours, three blocks of numbers", X, load_breast_cancer().target, blocks)


def digits(seed: int) -> Data:
    """600 digits, each quarter a modality; 30% of the quarters are missing."""
    rng, found = np.random.default_rng(seed), load_digits()
    rows = rng.permutation(len(found.target))[:600]
    quarters = [(slice(r, r + 4), slice(c, c + 4)) for r in (0, 4) for c in (0, 4)]
    X = pd.DataFrame({f"quarter{k}": _cells(found.images[rows][:, a, b] / 16.0) for k, (a, b) in enumerate(quarters)})
    X = X.map(np.ravel)
    return _data(
        "digits, quarters, 30% missing", _hidden(X, rng), found.target[rows], {name: name for name in X}, "vector"
    )


def change(seed: int) -> Data:
    """What was before, what is after, and a note: the class is the direction of the change, of which neither tells."""
    rng = np.random.default_rng(seed)
    before, moved = rng.normal(size=(500, 5)), 0.5 * rng.normal(size=(500, 5))
    y = moved @ [1.0, -1.0, 0.5, 0.5, 0.0] + 0.2 * rng.normal(size=500) > 0
    X = pd.DataFrame(np.hstack([before, before + moved])).add_prefix("x")
    X["note"] = _texts(rng, np.where(rng.uniform(size=500) < 0.7, y, ~y).astype(int), 2, told=0.5)
    columns = {"before": [f"x{k}" for k in range(5)], "after": [f"x{k}" for k in range(5, 10)], "text": "note"}
    return _data("change, two blocks and a note", X, y, columns)


def topics(seed: int) -> Data:
    """Texts about six things, one of 100 places, a grade, and skewed amounts; 30% missing."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 6, 600)
    places = rng.dirichlet(np.full(100, 0.1), 6)
    X = pd.DataFrame(np.exp(0.5 * rng.normal(size=(6, 4))[y] + rng.normal(size=(600, 4)))).add_prefix("amount")
    X["text"] = _texts(rng, y, 6, told=0.5)
    X["place"] = _cells([f"p{rng.choice(100, p=0.5 * places[k] + 0.005)}" for k in y])
    X["grade"] = _cells(np.array(["poor", "fair", "good", "fine", "best"])[(y + rng.integers(0, 3, 600)) % 5])
    columns = {"text": "text", "number": [f"amount{k}" for k in range(4)], "place": ["place"], "grade": ["grade"]}
    kinds = {"place": "category", "grade": "category"}
    return _data("topics, places, grades, amounts, 30% missing", _hidden(X, rng), y, columns, kinds)


def report(seed: int) -> Data:
    """One in ten is defect: an embedding, some numbers, and a telling report that one in ten rows has."""
    rng = np.random.default_rng(seed)
    y = rng.uniform(size=900) < 0.1
    hidden = rng.normal(size=(900, 12)) + 0.9 * y[:, None] * (np.arange(12) < 3)
    X = pd.DataFrame(rng.normal(size=(900, 4)) + 0.8 * y[:, None] * (np.arange(4) < 2)).add_prefix("x")
    X["embedding"] = _cells(hidden @ rng.normal(size=(12, 256)) / 4 + rng.normal(size=(900, 256)))
    X["text"] = _texts(rng, y.astype(int), 2, told=0.9)
    X.loc[rng.uniform(size=900) > 0.1, "text"] = None
    columns = {"embedding": "embedding", "number": [f"x{k}" for k in range(4)], "text": "text"}
    return _data("rare class, embedding, numbers, rare report", X, y, columns, {"embedding": "vector"})


def shapes(seed: int) -> Data:
    """The caption tells the colour, the picture the shape, and the class is both."""
    rng = np.random.default_rng(seed)
    colour, shape = rng.integers(0, 3, 500), rng.integers(0, 3, 500)
    X = pd.DataFrame({"text": _texts(rng, colour, 3, told=0.9), "image": _cells([_shape(rng, one) for one in shape])})
    return _data(
        "colour in the caption, shape in the picture", X, 3 * colour + shape, {"text": "text", "image": "image"}
    )


TABLES: list[Callable[[int], Data]] = [wine, cancer, digits, change, topics, report, shapes]


def _data(name: str, X: pd.DataFrame, y: Any, columns: dict[str, Any], kinds: Any = None) -> Data:
    """Return a table with the branch that is proposed for each kind; a block of columns is one of numbers."""
    kinds = dict.fromkeys(columns, kinds) if isinstance(kinds, str) else dict(kinds or {})
    usual = {one: one if isinstance(column, str) else "number" for one, column in columns.items()}
    branches = [(one, PROPOSALS[kinds.get(one, usual[one])](), column) for one, column in columns.items()]
    return Data(name, X, np.asarray(y).astype(str), branches)


def _cells(values: Sequence[Any]) -> pd.Series:
    return pd.Series(list(values), dtype=object)


def _hidden(X: pd.DataFrame, rng: np.random.Generator, share: float = 0.3) -> pd.DataFrame:
    return X.mask(rng.uniform(size=X.shape) < share, None)


def _texts(rng: np.random.Generator, classes: np.ndarray, n_classes: int, told: float) -> pd.Series:
    """Return texts of common words, with some of their class where they tell it."""
    words = ["".join(rng.choice(LETTERS, 6)) for _ in range(60 + 4 * n_classes)]
    own = np.array(words[60:]).reshape(n_classes, 4)
    texts = []
    for one in classes:
        more = list(rng.choice(own[one], 2)) if rng.uniform() < told else []
        texts.append(" ".join(rng.permutation([*rng.choice(words[:60], 5), *more])))
    return _cells(texts)


def _shape(rng: np.random.Generator, kind: int) -> np.ndarray:
    """Return a disc, a square or a cross of any colour and place, with noise."""
    rows, columns = (np.mgrid[:32, :32] - rng.integers(12, 20, 2)[:, None, None]) / rng.integers(6, 10)
    inside = [
        rows**2 + columns**2 < 1,
        np.maximum(abs(rows), abs(columns)) < 0.9,
        np.minimum(abs(rows), abs(columns)) < 0.3,
    ]
    inside = inside[kind] & (np.maximum(abs(rows), abs(columns)) < 1)
    colours = np.array(list(COLOURS.values()))[rng.integers(0, 3, 2)] + rng.normal(0, 30, (2, 3))
    picture = np.where(inside[..., None], colours[0], 200) + rng.normal(0, 15, (32, 32, 3))
    return np.asarray(np.clip(picture, 0, 255).astype(np.uint8))
