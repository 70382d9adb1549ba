"""GramSVC and GramSVR: support vector machines whose kernel is a function, right for rows of weight 0 too.

Strategy: LIBSVM leaves out rows of weight 0 and numbers the others anew. With a kernel of its own scikit-learn follows;
with a function as the kernel it takes the wrong rows for support vectors, and says nothing. Leaving these rows out
before the machine sees them gives the same machine, and the right rows.

A row of zeros is what a fusion makes of a row in which nothing is present. These machines answer it by what is known of
such rows, not by their intercept, which may favour any class.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.svm import SVC, SVR

from mmsk.fusion._blocks import held_rows
from mmsk.fusion._nothing import decision_of_prior, prior_of_nothing
from mmsk.fusion._rows import counted_rows

__all__ = ["GramSVC", "GramSVR"]


class GramSVC(SVC):
    """SVC for a kernel that is a function, such as `mmsk.fusion.linear_gram`.

    Parameters and attributes are those of :class:`sklearn.svm.SVC`; indices of support vectors count the rows whose
    weight is above 0.

    For a row of zeros, in which nothing is present, they go by the shares of the classes among the training rows of
    zeros, drawn towards those among all: the decision value of a pair of classes is the logarithm of their ratio.

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
        X, y, sample_weight = _counted(X, y, sample_weight)
        super().fit(X, y, sample_weight)
        self._prior = prior_of_nothing(np.asarray(y).ravel(), self.classes_, _empty(X), sample_weight)
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        """Return the decision values, as SVC does; for rows of zeros, of the shares of the classes.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,), (n_samples, n_classes) or, with "ovo", (n_samples, n_pairs_of_classes)
        """
        found: np.ndarray = super().decision_function(X)
        found[_empty(X)] = decision_of_prior(self._prior, self.decision_function_shape)
        return found

    def predict(self, X: Any) -> np.ndarray:
        """Return the class of each row; the most frequent one of such rows for a row of zeros.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        found: np.ndarray = super().predict(X)
        found[_empty(X)] = self.classes_[self._prior.argmax()]
        return found


class GramSVR(SVR):
    """SVR for a kernel that is a function, see `GramSVC`; the mean is predicted for a row of zeros.

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
        X, y, sample_weight = _counted(X, y, sample_weight)
        super().fit(X, y, sample_weight)
        self._mean = float(np.average(np.asarray(y).ravel(), weights=sample_weight))
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return the prediction for each row, of shape (n_samples,)."""
        found: np.ndarray = super().predict(X)
        found[_empty(X)] = self._mean
        return found


def _empty(X: Any) -> np.ndarray:
    return np.asarray(~held_rows(X if sparse.issparse(X) else np.asarray(X)))


def _counted(X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, np.ndarray | None]:
    if sample_weight is None:
        return X, y, None
    return counted_rows(X, np.asarray(y), sample_weight)
