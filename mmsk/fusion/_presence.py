"""Which rows of a block are present: the one definition that every fuser shares."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

__all__ = ["present_rows"]


def present_rows(X: Any) -> np.ndarray:
    """Return which rows of a block hold something.

    Parameters
    ----------
    X : {ndarray, sparse matrix} of shape (n_samples, n_features)
        A block as a descriptor returns it.

    Returns
    -------
    ndarray of shape (n_samples,), dtype=bool
        False for a dense row of nothing but nan, and for a sparse row that stores nothing but zeros and nan.

    Examples
    --------
    >>> import numpy as np
    >>> present_rows(np.array([[1.0, np.nan], [np.nan, np.nan], [0.0, 0.0]]))
    array([ True, False,  True])
    """
    if not sparse.issparse(X):
        return np.asarray(~np.isnan(X).all(axis=1))
    X = X.tocsr()
    holds = (X.data != 0) & ~np.isnan(X.data)
    return np.asarray(np.diff(np.append(0, np.cumsum(holds))[X.indptr]) > 0)
