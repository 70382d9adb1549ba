"""Vectors: a column whose cells are vectors, such as embeddings that were computed elsewhere."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from mmsk._items import as_cells
from mmsk._reference import is_missing, label
from mmsk._vector_cells import as_vector, is_cut_short

__all__ = ["Vectors"]

SHOWN = 20  # bad rows that an error lists
CUT_SHORT = " is cut short: '...' stands for numbers that are lost; write vector.tolist() into the file"


class Vectors(TransformerMixin, BaseEstimator):
    """Stack the vectors of a column: embeddings, histograms, whatever another program has computed of each row.

    Columns of numbers need no transformer ("passthrough" takes them); this one is for a column whose cells are 1-D
    arrays, lists or tuples of numbers, as Parquet and Hugging Face store embeddings, or arrays of one row or one
    column. Strings such as "[0.1, 2]" and "[0.1 2.]", which a CSV file makes of these, are read as well.

    Attributes
    ----------
    n_features_in_ : int
        1, a column.
    length_ : int
        Numbers in each vector; 0 where there was none.

    Notes
    -----
    A missing cell (None, nan, pd.NA, an empty list) is a row of nan; a nan within a vector is kept, and `BlockScaler`
    takes it for the mean; a string has to hold finite numbers only, two at least, and all of them: numpy writes "..."
    for the middle of a long array. float32 stays what it is, all else becomes float64.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from mmsk import Vectors
    >>> Vectors().fit_transform(pd.Series([np.array([1.0, 2.0]), [3, 4], None]))
    array([[ 1.,  2.],
           [ 3.,  4.],
           [nan, nan]])
    """

    __single_column_transformer__ = True  # skrub then hands over one column at a time

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn how long the vectors are.

        Parameters
        ----------
        X : list, 1-D object array, Series, or frame of one column
        y : None
            Ignored.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For a column of other things than vectors, and as `transform`.

        Warns
        -----
        UserWarning
            For a column whose cells are all missing: a rare modality in an unlucky fold. What is learned of it is one
            feature that is always missing.
        """
        self._learn(X)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> np.ndarray:
        """Fit, and return the vectors as rows, looking at each once: see `fit` and `transform`."""
        return self._stacked(self._learn(X))

    def transform(self, X: Any) -> np.ndarray:
        """Return the vectors as rows.

        Parameters
        ----------
        X : list, 1-D object array, Series, or frame of one column

        Returns
        -------
        ndarray of shape (n_rows, length_), dtype=float32 or float64

        Raises
        ------
        ValueError
            For cells that are no vectors, vectors of another length than in `fit`, and infinite numbers; the rows are
            named.
        """
        check_is_fitted(self)
        cells, rows = as_cells(X)
        if not self.length_:
            return self._stacked([None] * len(cells))
        found = _arrays(cells)
        _refuse(found, cells, rows, self.length_)
        return self._stacked(found)

    def _learn(self, X: Any) -> list[np.ndarray | None]:
        """Learn the length that most vectors have, and return them all."""
        cells, rows = as_cells(X)
        found = _arrays(cells)
        lengths = Counter(len(one) for one in found if one is not None and one.ndim == 1 and one.dtype.kind in "biuf")
        if not len(found):
            raise ValueError("Vectors: the column has 0 rows")
        if all(one is None for one in found):
            warnings.warn(
                f"Vectors: all {len(found)} cells are missing: no vector to learn from", UserWarning, stacklevel=3
            )
            self.length_, self.n_features_in_ = 0, 1
            return found
        if not lengths:
            raise ValueError(_without_vectors(cells, rows))
        length = lengths.most_common(1)[0][0]
        _refuse(found, cells, rows, length)
        self.length_, self.n_features_in_ = length, 1
        return found

    def _stacked(self, found: Sequence[np.ndarray | None]) -> np.ndarray:
        present = [one for one in found if one is not None]
        small = bool(present) and all(one.dtype in (np.float32, np.float16) for one in present)
        matrix = np.full((len(found), max(self.length_, 1)), np.nan, dtype=np.float32 if small else np.float64)
        for row, vector in enumerate(found):
            if vector is not None:
                matrix[row] = vector
        return matrix

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names "0", "1", ... of the numbers; `input_features` is ignored."""
        check_is_fitted(self)
        return np.array([str(position) for position in range(max(self.length_, 1))], dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def _arrays(cells: np.ndarray) -> list[np.ndarray | None]:
    """Return each cell as an array, None where it is missing."""
    return [None if is_missing(cell) else as_vector(cell) for cell in cells]


def _without_vectors(cells: np.ndarray, rows: Sequence[Any]) -> str:
    """Return what to say of a column without a vector: what its first present cell is."""
    said = "no cell of the column holds a vector: a 1-D array, list or tuple of numbers, or these written as a string"
    cell, row = next((cell, row) for cell, row in zip(cells, rows, strict=True) if not is_missing(cell))
    return f"{said}; row {row}: {label(cell)}{CUT_SHORT if is_cut_short(cell) else ''}"


def _refuse(found: Sequence[np.ndarray | None], cells: np.ndarray, rows: Sequence[Any], length: int) -> None:
    """Raise one error that lists the rows whose cell is no vector of finite numbers of this length."""
    bad = [
        f"row {row}: {label(cell)}{CUT_SHORT if is_cut_short(cell) else ''}"
        for vector, cell, row in zip(found, cells, rows, strict=True)
        if vector is not None and not _is_good(vector, length)
    ]
    if bad:
        more = f"\n  and {len(bad) - SHOWN} more" if len(bad) > SHOWN else ""
        listed = "\n  ".join(bad[:SHOWN])
        raise ValueError(f"{len(bad)} cells are no vectors of {length} finite numbers:\n  {listed}{more}")


def _is_good(vector: np.ndarray, length: int) -> bool:
    return vector.shape == (length,) and vector.dtype.kind in "biuf" and not np.isinf(vector).any()
