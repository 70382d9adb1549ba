"""GramSVC and GramSVR: support vector machines whose kernel is a function, right for rows of weight 0 too.

Strategy: LIBSVM leaves out rows of weight 0 and numbers the others anew. With a kernel of its own scikit-learn follows;
with a function as the kernel it takes the wrong rows for support vectors, and says nothing. Leaving these rows out
before the machine sees them gives the same machine, and the right rows.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.svm import SVC, SVR

from mmsk.fusion._rows import counted_rows

__all__ = ["GramSVC", "GramSVR"]


class GramSVC(SVC):
    """SVC for a kernel that is a function, such as `mmsk.fusion.linear_gram`.

    Parameters and attributes are those of :class:`sklearn.svm.SVC`; indices of support vectors count the rows whose
    weight is above 0.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import GramSVC, linear_gram
    >>> X = np.array([[-2.0], [0.0], [-1.0], [1.0], [2.0]])
    >>> machine = GramSVC(kernel=linear_gram).fit(X, [0, 1, 0, 1, 1], sample_weight=[1, 0, 1, 1, 1])
    >>> machine.support_, machine.predict([[-0.5]])
    (array([1, 2], dtype=int32), array([0]))
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the machine.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,), default=None
            At least 0. A row of weight 0 is as if it were not there.

        Returns
        -------
        self
        """
        super().fit(*_counted(X, y, sample_weight))
        return self


class GramSVR(SVR):
    """SVR for a kernel that is a function, see `GramSVC`.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import GramSVR, linear_gram
    >>> X = np.arange(4.0)[:, None]
    >>> machine = GramSVR(kernel=linear_gram, C=10).fit(X, [0, 99, 2, 3], sample_weight=[1, 0, 1, 1])
    >>> machine.predict([[1.0]]).round(1)
    array([1.])
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the machine; parameters as in `GramSVC`."""
        super().fit(*_counted(X, y, sample_weight))
        return self


def _counted(X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, np.ndarray | None]:
    if sample_weight is None:
        return X, y, None
    return counted_rows(X, np.asarray(y), sample_weight)
