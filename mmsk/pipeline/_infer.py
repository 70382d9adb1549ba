"""Which column holds text, images, sound, numbers or categories: read from the values, shown, never hidden.

Strategy: a kind is a row in a table of tests, tried in order on a sample of the column's present cells; the first that
most cells pass wins. What fits none of them is left out and said so: a column of paths to something else must never be
read as text, because a path often spells the label. Of files without an ending, a few are looked into.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer

from mmsk._reference import is_missing
from mmsk._vector_cells import count_numbers, is_cut_short, is_thin
from mmsk._vectors import Vectors
from mmsk.audio import MFCC, Chroma, SpectralShape
from mmsk.image import HOG, LBP, ColorHistogram, ColorMoments, PictureShape
from mmsk.pipeline._categories import CategoryEncoder
from mmsk.pipeline._contents import FILES, held_by_files, is_picture, is_sound
from mmsk.text import Tfidf

__all__ = ["PROPOSALS", "infer_branches", "infer_kinds"]

SAMPLE = 500  # present cells that are looked at
MOST = 0.8  # share of them that has to be of one kind
MAX_CATEGORIES = 30
GIVEN_AWAY = 0.9  # share of rows whose folder names the label, above which we warn

IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".webp", ".bmp", ".ppm", ".pgm", ".pbm"}
AUDIO_SUFFIXES = {".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au", ".m4a", ".aac"}
PATH = re.compile(r"^[^\s\n][^\n]*[/\\][^\n]*\.\w{1,5}$|^[\w.-]+\.[a-z]\w{1,4}$|^\w[\w+.-]*://\S+$", re.IGNORECASE)
CUT_SHORT = "vectors that are cut short: '...' stands for numbers that are lost"


class Kind(NamedTuple):
    """What a column was taken for, and what spoke for it."""

    kind: str
    why: str


def infer_kinds(frame: pd.DataFrame, target: str | None = None) -> pd.DataFrame:
    """Say of each column what kind of values it holds, from the values.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        The table.
    target : str, default=None
        The column to predict; it is not judged.

    Returns
    -------
    DataFrame with the index "column" and the columns "kind" and "why"
        Kinds: image, audio, text, number, category, vector; "left out" for what none of these fits. Where paths of
        files that exist end in nothing that is known, the first bytes of a few of the files tell.

    Examples
    --------
    >>> import pandas as pd
    >>> from mmsk import infer_kinds
    >>> frame = pd.DataFrame({"photo": ["a/1.png", "a/2.png"], "caption": ["a red fox", "two grey geese"]})
    >>> infer_kinds(frame)["kind"].to_dict()
    {'photo': 'image', 'caption': 'text'}
    """
    if target is not None and target not in frame.columns:
        raise ValueError(f"no column {target!r}; there are {', '.join(map(str, frame.columns))}")
    kinds = {column: _kind_of(frame[column]) for column in frame.columns if column != target}
    table = pd.DataFrame.from_dict(kinds, orient="index", columns=["kind", "why"])
    return table.rename_axis("column")


def infer_branches(
    frame: pd.DataFrame, target: str | None = None, *, show: Callable[[str], Any] | None = print
) -> list[tuple[str, Any, Any]]:
    """Propose branches for a table, and show what they were inferred from.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        The table.
    target : str, default=None
        The column to predict; it gets no branch.
    show : callable, default=print
        Called with a table of the kinds, as text. None shows nothing.

    Returns
    -------
    list of (name, transformer, column)
        For `fusion_pipeline`. A branch is named by its kind, or by its column where a kind comes more than once.
        Numbers make one branch together, and so do categories.

    Raises
    ------
    ValueError
        When no column can be used, and for columns that are not named by strings.

    Warns
    -----
    UserWarning
        When the folders of a media column spell the target: fine for the descriptors, which see the content only, but
        the path must not become a feature in another way. For a column that names files which are neither pictures nor
        sounds, and for one of vectors that are written without their middle ("..."): they get no branch.

    Examples
    --------
    >>> import pandas as pd
    >>> from mmsk import infer_branches
    >>> frame = pd.DataFrame({"photo": ["a/1.png", "a/2.png"], "price": [1.5, 2.5]})
    >>> [(name, column) for name, _, column in infer_branches(frame, show=None)]
    [('image', 'photo'), ('number', ['price'])]
    """
    kinds = infer_kinds(frame, target)
    if show is not None:
        show(kinds.to_string())
    _warn_of_left_out(kinds)
    found = {kind: list(kinds.index[kinds["kind"] == kind]) for kind in PROPOSALS}
    _check_names([name for columns in found.values() for name in columns])
    together = {kind for kind, columns in found.items() if len(columns) == 1 or kind in ("number", "category")}
    taken = {*together, *ColumnTransformer([]).get_params()}  # scikit-learn refuses the names of its parameters
    branches: list[tuple[str, Any, Any]] = []
    for kind, columns in found.items():
        if columns and kind in together:
            branches.append((kind, PROPOSALS[kind](), columns if kind in ("number", "category") else columns[0]))
        else:
            branches += [(_branch_name(name, taken), PROPOSALS[kind](), name) for name in columns]
    if not branches:
        raise ValueError(f"no column can be used:\n{kinds.to_string()}")
    if target is not None:
        _warn_of_folders(frame, [column for _, _, column in branches if isinstance(column, str)], target)
    return branches


#: What is proposed for each kind.
PROPOSALS: dict[str, Callable[[], Any]] = {
    "text": Tfidf,
    "image": lambda: [HOG(), ColorHistogram(), ColorMoments(), LBP(), PictureShape()],
    "audio": lambda: [MFCC(), Chroma(), SpectralShape()],
    "number": lambda: "passthrough",
    "category": lambda: CategoryEncoder(handle_unknown="ignore"),
    "vector": Vectors,
}


def _kind_of(column: pd.Series) -> Kind:
    """Return what a column holds."""
    if isinstance(column, pd.DataFrame):
        return Kind("left out", "several columns have this name")
    missing = np.array([is_missing(cell) for cell in column], dtype=bool)
    present = column[~missing].infer_objects()  # beside None, pandas keeps numbers and truth values as objects
    if present.empty:
        return Kind("left out", "every cell is missing")
    if pd.api.types.is_bool_dtype(present) or isinstance(column.dtype, pd.CategoricalDtype):
        return Kind("category", f"{present.nunique()} values")
    if pd.api.types.is_numeric_dtype(present):
        return _numeric_kind(present)
    cells = list(present.sample(min(SAMPLE, len(present)), random_state=0))
    counts = [count for cell in cells if (count := count_numbers(cell))]
    if len(counts) >= MOST * len(cells):
        if min(counts) < max(counts):
            return Kind("left out", f"lists of {min(counts)} to {max(counts)} numbers are no vectors of one length")
        share = len(counts) / len(cells)
        return Kind("vector", f"{share:.0%} of the present cells are {counts[0]} numbers{_gaps(missing)}")
    if sum(map(is_cut_short, cells)) >= MOST * len(cells):
        return Kind("left out", CUT_SHORT)
    sample = [_first(cell) for cell in cells]
    for kind, (test, evidence) in TESTS.items():
        share = sum(map(test, sample)) / len(sample)
        if share >= MOST:
            return Kind(kind, f"{share:.0%} of the present cells {evidence}{_gaps(missing)}")
    if (found := held_by_files(sample, MOST)) is not None:
        return Kind(found[0], found[1] + _gaps(missing))
    if all(isinstance(cell, (str, bytes)) for cell in sample):
        return _string_kind(present, sample, missing)
    types = ", ".join(sorted({type(cell).__name__ for cell in sample}))
    return Kind("left out", f"cells are of type {types}")


def _numeric_kind(present: pd.Series) -> Kind:
    whole = pd.api.types.is_integer_dtype(present)
    if whole and len(present) > 2 and present.is_unique and present.is_monotonic_increasing:
        return Kind("left out", "a running number")
    return Kind("number", f"{present.min():g} to {present.max():g}")


def _string_kind(present: pd.Series, sample: Sequence[Any], missing: np.ndarray) -> Kind:
    """Tell categories from text among strings that are no media."""
    if sum(isinstance(cell, str) and PATH.match(cell) is not None for cell in sample) >= MOST * len(sample):
        return Kind("left out", "paths to files that are neither images nor sound; a path is not text")
    several = any(isinstance(cell, list) for cell in present)  # texts in a cell: a category is one
    values = len(present) if several else present.nunique()
    repeated = values <= MAX_CATEGORIES and values <= len(present) / 2
    if repeated and max(len(str(cell)) for cell in sample) <= 50:
        return Kind("category", f"{values} values in {len(present)} cells{_gaps(missing)}")
    return Kind(
        "text", f"strings of {np.mean([len(cell) for cell in sample]):.0f} characters on average{_gaps(missing)}"
    )


def _gaps(missing: np.ndarray) -> str:
    return f", {missing.mean():.0%} missing" if missing.any() else ""


def _first(cell: Any) -> Any:
    """Return the first present item of a list, or the cell itself."""
    return next((one for one in cell if not is_missing(one)), None) if isinstance(cell, list) else cell


def _has_suffix(cell: Any, suffixes: set[str]) -> bool:
    if isinstance(cell, Mapping):
        cell = cell.get("path")
    if isinstance(cell, str) and "://" in cell:
        cell = re.split(r"[?#]", cell, maxsplit=1)[0]
    return isinstance(cell, (str, PurePath)) and os.path.splitext(os.fspath(cell))[1].lower() in suffixes


def _bytes_of(cell: Any) -> bytes:
    content = cell.get("bytes") if isinstance(cell, Mapping) else cell
    return content if isinstance(content, bytes) else b""


def _is_image(cell: Any) -> bool:
    picture = hasattr(cell, "getbands") and hasattr(cell, "convert")  # a PIL.Image, without importing PIL
    array = isinstance(cell, np.ndarray) and (cell.ndim == 2 or (cell.ndim == 3 and cell.shape[2] in (1, 3, 4)))
    return picture or (array and not is_thin(cell)) or _has_suffix(cell, IMAGE_SUFFIXES) or is_picture(_bytes_of(cell))


def _is_audio(cell: Any) -> bool:
    if isinstance(cell, tuple):
        return len(cell) == 2 and isinstance(cell[0], np.ndarray) and isinstance(cell[1], (int, float, np.number))
    if isinstance(cell, Mapping) and cell.get("sampling_rate") is not None:
        return True
    return _has_suffix(cell, AUDIO_SUFFIXES) or is_sound(_bytes_of(cell))


#: kind -> (test of a cell, how the evidence reads)
TESTS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "image": (_is_image, "are pictures"),
    "audio": (_is_audio, "are sounds"),
}


def _check_names(columns: Sequence[Any]) -> None:
    """Refuse names that are no strings: scikit-learn would take whole numbers for positions."""
    if others := [name for name in columns if not isinstance(name, str)]:
        advice = "branches need columns that are named by strings, as frame.columns.map(str) makes them"
        raise ValueError(f"{advice}; got {others}")


def _branch_name(column: str, taken: set[str]) -> str:
    """Return a column's name as a free branch name; scikit-learn keeps the double underscore for itself."""
    plain = name = re.sub("__+", "_", column).rstrip("_") or "column"
    number = 1
    while name in taken:
        number += 1
        name = f"{plain}-{number}"
    taken.add(name)
    return name


def _warn_of_left_out(kinds: pd.DataFrame) -> None:
    """Warn of columns that name files which nothing is proposed for, and of vectors whose numbers are lost."""
    for column, why in kinds["why"].items():
        if why.startswith(FILES):
            remedy = "read texts into the table, give other files a branch of your own, or drop the column"
            warnings.warn(f"column {column!r} is left out: {why}; {remedy}", UserWarning, stacklevel=3)
        if why == CUT_SHORT:
            remedy = "write vector.tolist() into the file, or drop the column"
            warnings.warn(f"column {column!r} is left out: {why}; {remedy}", UserWarning, stacklevel=3)


def _warn_of_folders(frame: pd.DataFrame, columns: Sequence[str], target: str) -> None:
    """Warn where the folder of a file is the label."""
    labels = frame[target].astype(str)
    for column in columns:
        paths = [(cell, label) for cell, label in zip(frame[column], labels, strict=True) if isinstance(cell, str)]
        told = sum(label in PurePath(cell).parts[:-1] for cell, label in paths)
        if paths and told > GIVEN_AWAY * len(paths):
            warnings.warn(
                f"the folders of column {column!r} spell {target!r} in {told} of {len(paths)} rows: the descriptors "
                "see the content only, but do not make a feature of the path",
                UserWarning,
                stacklevel=3,
            )
