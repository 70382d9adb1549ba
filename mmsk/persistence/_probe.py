"""The golden probe: what a model says of 8 made-up rows, when it is saved and whenever it is loaded.

Strategy: a model that loads without complaint may still say something else under other versions: attributes that were
renamed are ignored, defaults change. So its answers are kept in the file, for rows that hold nothing of anybody's data:
random words that it knows, noise pictures, tones and numbers, drawn from a seed by the oldest generator of numpy,
whose stream never changes. Some rows lack a modality.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from mmsk._reference import object_array
from mmsk.errors import MmskError
from mmsk.persistence._inputs import Input, inputs_of
from mmsk.persistence._parts import set_for_now

__all__ = ["TOLERANCE", "difference", "make_probe", "run_probe"]

SEED = 20261121
ROWS = 8
COMPLETE = 4  # rows that lack nothing
TOLERANCE = 1e-6  # absolute, and relative to values above 1
METHODS = ("predict", "predict_proba", "decision_function", "transform")
MAX_WIDTH = 64  # columns of an answer that are kept as they are
FOLDED = 16  # random sums of columns that are kept of a wider one
RATE = 22050  # Hz, of the tones


def make_probe(model: Any) -> dict[str, Any]:
    """Return the rows' recipe and the model's answers, plain enough for JSON; or the reason why there are none."""
    reasons = []
    for missing in (True, False):  # not every model takes missing values
        recipe = {"seed": SEED, "missing": missing}
        try:
            answers = run_probe(model, recipe)
            return {**recipe, "answers": json.loads(json.dumps(answers, allow_nan=True, default=str))}
        except Exception as error:
            reasons.append(f"{type(error).__name__}: {error}")
    return {"reason": f"the model could not be asked about made-up rows ({reasons[-1][:500]})"}


def run_probe(model: Any, recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a model says of the rows of a recipe, by the name of the method.

    Raises
    ------
    MmskError
        When it has no method to ask, or reads something that cannot be made up.
    """
    asked = getattr(model, "space_", model)  # of a retriever
    quiet: dict[str, Any] = {"cache": False, "n_jobs": None, "verbose": False, "report_": [], "n_bad_": 0}
    with set_for_now(model, **quiet), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = _rows(asked, int(recipe["seed"]), bool(recipe["missing"]))
        answers = {name: _plain(getattr(asked, name)(rows)) for name in METHODS if hasattr(asked, name)}
    if not answers:
        raise MmskError(f"{type(model).__name__} has none of the methods {', '.join(METHODS)}")
    return answers


def difference(expected: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Return where two sets of answers differ by more than `TOLERANCE`; nothing if they do not."""
    if expected.keys() != found.keys():
        return f"it has the methods {', '.join(found)}, and had {', '.join(expected)}"
    for name, answer in found.items():
        before, now = np.asarray(expected[name]), np.asarray(json.loads(json.dumps(answer, default=str)))
        if before.shape != now.shape:
            return f"{name} returns an array of shape {now.shape}, and returned {before.shape}"
        if not all(side.dtype.kind in "biuf" for side in (before, now)):
            if before.tolist() != now.tolist():
                return f"{name} returns other values"
            continue
        before, now = before.astype(np.float64), now.astype(np.float64)
        if not np.allclose(before, now, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True):
            return f"{name} differs by up to {np.nanmax(np.abs(before - now), initial=0):.3g}"
    return ""


def _plain(answer: Any) -> Any:
    """Return an answer as lists; of a wide one a few random sums of its columns, and the number of missing values."""
    values = np.asarray(answer.toarray() if sparse.issparse(answer) else answer)
    if values.ndim != 2 or values.shape[1] <= MAX_WIDTH or values.dtype.kind not in "biuf":
        return values.tolist()
    known = np.nan_to_num(values.astype(np.float64))
    signs = np.random.RandomState(SEED).choice([-1.0, 1.0], size=(values.shape[1], FOLDED))
    sums = np.einsum("ij,jk->ik", known, signs)
    return np.column_stack([sums, np.isnan(values).sum(axis=1)]).tolist()


def _rows(model: Any, seed: int, missing: bool) -> Any:
    """Return the made-up table that a fitted model is asked about, or the bare column of a descriptor."""
    inputs = inputs_of(model)
    columns = {}
    for number, one in enumerate(inputs):
        if one.kind not in MAKERS:
            raise MmskError(f"column {one.column!r} holds items of kind {one.kind!r}, which cannot be made up")
        cells = MAKERS[one.kind](one, np.random.RandomState([seed, number]))
        if missing:
            cells[COMPLETE + number % (ROWS - COMPLETE)] = np.nan if one.kind == "number" else None
        columns[one.column] = np.array(cells, dtype=float) if one.kind == "number" else object_array(cells)
    if list(columns) == [None]:
        return columns[None]
    if all(isinstance(column, str) for column in columns):
        return pd.DataFrame(columns)
    return _as_array(columns, getattr(model, "n_features_in_", len(columns)), inputs)


def _as_array(columns: Mapping[Any, np.ndarray], width: int, inputs: Sequence[Input]) -> np.ndarray:
    """Return columns that have no names as an array; those that nobody reads are 0."""
    numbers = all(one.kind == "number" for one in inputs)
    table: np.ndarray = np.zeros((ROWS, width), dtype=float if numbers else object)
    for place, cells in columns.items():
        table[:, place] = cells
    return table


def _texts(reader: Input, generator: np.random.RandomState) -> list[Any]:
    vectorizers = getattr(reader.reader, "vectorizers_", {})
    known = vectorizers.get("word", next(iter(vectorizers.values()), reader.reader))
    words = sorted(getattr(known, "vocabulary_", ["red", "green", "blue", "cat", "dog", "one", "two", "three"]))
    return [" ".join(generator.choice(words, size=generator.randint(3, 12))) for _ in range(ROWS)]


def _pictures(_: Input, generator: np.random.RandomState) -> list[Any]:
    sizes = generator.randint(48, 128, size=(ROWS, 2))
    return [generator.randint(0, 256, size=(height, width, 3)).astype(np.uint8) for height, width in sizes]


def _sounds(_: Input, generator: np.random.RandomState) -> list[Any]:
    made = []
    for frequency in generator.uniform(110, 1760, size=ROWS):  # Hz
        time = np.arange(generator.randint(RATE // 2, RATE)) / RATE
        tone = 0.5 * np.sin(2 * np.pi * frequency * time) + 0.02 * generator.uniform(-1, 1, size=len(time))
        made.append((tone.astype(np.float32), RATE))
    return made


def _numbers(reader: Input, generator: np.random.RandomState) -> list[Any]:
    mean, scale = (np.ravel(getattr(reader.reader, name, ())) for name in ("mean_", "scale_"))
    drawn = generator.standard_normal(ROWS)
    if reader.place < min(len(mean), len(scale)):
        drawn = mean[reader.place] + scale[reader.place] * drawn
    return list(drawn)


def _categories(reader: Input, generator: np.random.RandomState) -> list[Any]:
    known = list(reader.reader.categories_[reader.place])
    return [known[position] for position in generator.randint(len(known), size=ROWS)]


def _vectors(reader: Input, generator: np.random.RandomState) -> list[Any]:
    return list(generator.standard_normal((ROWS, reader.reader.length_)))


MAKERS: dict[str, Callable[[Input, np.random.RandomState], list[Any]]] = {
    "text": _texts,
    "image": _pictures,
    "audio": _sounds,
    "number": _numbers,
    "category": _categories,
    "vector": _vectors,
}
