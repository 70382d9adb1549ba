"""KernelFusionClassifier: a support vector machine on a weighted sum of one kernel a modality."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from scipy.special import softmax
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from mmsk._params import BOOL, POSITIVE, StrOptions, fit_context
from mmsk.fusion._kernel_mix import LEARN, SHARED_CONSTRAINTS, fit_mix
from mmsk.fusion._nothing import decision_of_prior, prior_of_nothing
from mmsk.fusion._rows import as_table, checked_target, counted_rows
from mmsk.fusion._submodels import fit_submodels, respond_by_pattern

__all__ = ["KernelFusionClassifier"]


class KernelFusionClassifier(ClassifierMixin, BaseEstimator):
    """Support vector classification on a weighted sum of kernels, one a modality.

    Parameters
    ----------
    fusion : ColumnTransformer
        What `fusion_transformer` returns; its branches are the modalities.
    weights : {"auto", "alignment", "easymkl", "uniform"}, dict of str to float or None, default="auto"
        Share of each kernel. "alignment" = learned, so that the sum is like the kernel of the labels, and shrunk to
        equal shares, with 50 rows half way. "auto" = the same, or variance components, or their mean, where these
        predict rows that are left out better by a standard error: they know of modalities that tell something only
        beside another one. With "auto" the shares of modalities that a row lacks go to those that it has. "easymkl" =
        learned, by how far each kernel keeps the classes apart. "uniform" or None = equal shares. A dict gives them: at
        least 0, and 0 for branches that are not named. A share corresponds to the square of a weight in
        `fusion_pipeline`.
    kernel : {"linear", "rbf"} or dict of str to these, default="linear"
        Kernel of all, or of each, modality. The width of an RBF kernel is the median distance of the training rows.
    C : float, default=2.0
        Inverse strength of regularisation. A kernel has a mean diagonal of one.
    class_weight : dict or "balanced", default=None
        As in `sklearn.svm.SVC`.
    probability : bool, default=False
        Whether `fit` calibrates probabilities (Platt's sigmoid on out-of-fold decision values, up to 5 folds), which
        takes five more solves. With a class of fewer than 2 rows they are a softmax of the decision values.
    absent : {"zero", "submodel"}, default="zero"
        What becomes of a row that lacks a modality. "zero": the missing kernel adds nothing. "submodel": it is for a
        machine of the modalities that it has; `fit` makes one for each set of up to four modalities (with more, for
        those that lack one and for each alone), which takes a solve each.
    dropout : float, default=0.0
        Share of the present cells of the training rows that are hidden from the machine, never the last one of a row,
        so that it learns to do without.
    random_state : int, RandomState instance or None, default=None
        Seed of `dropout`.
    tol : float, default=1e-3
        Tolerance of the solver.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    weights_ : dict of str to float
        The shares that were given or learned.
    branches_ : dict of str to ColumnTransformer
        Each modality's fitted branch.
    kernels_ : dict of str to KernelForm
        Each modality's fitted kernel, normalised to a mean diagonal of 1 over the present training rows.
    svc_ : SVC
        The machine, fitted on the precomputed sum of kernels.
    submodels_ : dict of str to KernelFusionClassifier
        By the names of the modalities, as in "image+audio"; empty with ``absent="zero"``.

    Notes
    -----
    A row in which nothing is present is of the class that is most frequent among such rows of the training data, and,
    where there are none, among all. What fits of one search have in common is kept in ``mmsk.fusion.memo``, at most
    512 MB in this process.

    A sum of kernels adds up what modalities say one by one, and cannot see what they tell only together, as in XOR: an
    image that means one thing with one text, and another with another. ``fusion_pipeline(branches, SVC())`` and forests
    see that.

    References
    ----------
    Gönen, M. and Alpaydın, E. (2011). Multiple kernel learning algorithms. Journal of Machine Learning Research 12.

    Cortes, C., Mohri, M. and Rostamizadeh, A. (2012). Algorithms for learning kernels based on centered alignment.
    Journal of Machine Learning Research 13.

    Aiolli, F. and Donini, M. (2015). EasyMKL: a scalable multiple kernel learning algorithm. Neurocomputing 169.

    Fletcher Mercaldo, S. and Blume, J. D. (2020). Missing data and prediction: the pattern submodel. Biostatistics 21.

    Examples
    --------
    >>> import pandas as pd
    >>> from mmsk import fusion_transformer
    >>> from mmsk.fusion import KernelFusionClassifier
    >>> from mmsk.text import Tfidf
    >>> X = pd.DataFrame({"title": ["red fox", "grey goose", "a fox", "a goose"], "price": [3.0, 1.0, 3.5, 1.5]})
    >>> fusion = fusion_transformer([("text", Tfidf(), "title"), ("number", "passthrough", "price")])
    >>> model = KernelFusionClassifier(fusion, weights={"text": 0.7, "number": 0.3}).fit(X, ["fox", "goose"] * 2)
    >>> model.predict(pd.DataFrame({"title": ["the red fox", None], "price": [None, 1.2]}))
    array(['fox', 'goose'], dtype='<U5')
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **SHARED_CONSTRAINTS,
        "weights": [dict, StrOptions({"uniform", *LEARN}), None],
        "C": POSITIVE,
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "probability": BOOL,
        "absent": [StrOptions({"zero", "submodel"})],
        "tol": POSITIVE,
    }

    def __init__(
        self,
        fusion: ColumnTransformer,
        *,
        weights: Mapping[str, float] | str | None = "auto",
        kernel: str | Mapping[str, str] = "linear",
        C: float = 2.0,
        class_weight: Mapping[Any, float] | str | None = None,
        probability: bool = False,
        absent: str = "zero",
        dropout: float = 0.0,
        random_state: int | np.random.RandomState | None = None,
        tol: float = 1e-3,
    ) -> None:
        self.fusion = fusion
        self.weights = weights
        self.kernel = kernel
        self.C = C
        self.class_weight = class_weight
        self.probability = probability
        self.absent = absent
        self.dropout = dropout
        self.random_state = random_state
        self.tol = tol

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the branches, mix their kernels and fit the machine.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
        y : array-like of shape (n_rows,)
        sample_weight : array-like of shape (n_rows,), default=None
            At least 0. A row of weight 0 is as if it were not there, and a class of such rows as well.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For shares or kernels of unknown branches, negative shares, shares that are all 0, and a single class.
        """
        X, y = as_table(self, X, reset=True), checked_target(y, classes=True)
        X, y, sample_weight = counted_rows(X, y, sample_weight)
        self._mix = fit_mix(
            self.fusion,
            X,
            y,
            (y[:, None] == np.unique(y)).astype(float),
            weights=self.weights,
            kernel=self.kernel,
            dropout=self.dropout,
            random_state=self.random_state,
            balanced=self.weights == "auto",
        )
        self.weights_, self.branches_, self.kernels_ = self._mix.shares, self._mix.branches, self._mix.forms
        mixed = self._mix.training()
        svc = SVC(kernel="precomputed", C=self.C, class_weight=self.class_weight, tol=self.tol)
        self.svc_ = svc.fit(mixed, y, sample_weight=sample_weight)
        self.classes_ = self.svc_.classes_
        self._gives_probabilities = self.probability
        self._calibrated = self._calibrate(mixed, y, sample_weight) if self.probability else None
        self._prior = prior_of_nothing(y, self.classes_, np.asarray(~mixed.any(axis=1)), sample_weight)
        self.submodels_: dict[str, KernelFusionClassifier] = {}
        if self.absent == "submodel":
            self.submodels_ = fit_submodels(self, X, y, self._mix.held(), self.weights_, sample_weight)
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        """Return the decision values.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows,) or (n_rows, n_classes)
            For a row in which nothing is present, what SVC would make of pairs of classes whose decision values are the
            logarithms of the ratios of their shares.
        """
        X, mixed = self._mixed_with_training(X)
        found = np.asarray(self.svc_.decision_function(mixed))
        found[~mixed.any(axis=1)] = decision_of_prior(self._prior)
        return self._by_pattern(found, X, "decision_function")

    def predict(self, X: Any) -> np.ndarray:
        """Return the class of each row.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows,)
        """
        X, mixed = self._mixed_with_training(X)
        labels = np.asarray(self.svc_.predict(mixed))
        labels[~mixed.any(axis=1)] = self.classes_[self._prior.argmax()]
        return self._by_pattern(labels, X, "predict")

    @available_if(lambda self: self.probability)
    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class, where ``probability=True``.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows, n_classes)
            The shares of the classes, among training rows of its like, for a row in which nothing is present.

        Raises
        ------
        NotFittedError
            Where ``probability`` was False when it was fitted.
        """
        X, mixed = self._mixed_with_training(X)
        if not self._gives_probabilities:
            raise NotFittedError("it was fitted with probability=False; fit it again for predict_proba")
        machine = self._calibrated
        found = _softmax(self.svc_.decision_function(mixed)) if machine is None else machine.predict_proba(mixed)
        found[~mixed.any(axis=1)] = self._prior
        return self._by_pattern(found, X, "predict_proba")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        return tags

    def _mixed_with_training(self, X: Any) -> tuple[Any, np.ndarray]:
        """Return the rows as a table, and the sum of their kernels with the training rows."""
        check_is_fitted(self)
        X = as_table(self, X, reset=False)
        return X, self._mix.with_training(X)

    def _by_pattern(self, responses: np.ndarray, X: Any, method: str) -> np.ndarray:
        if not self.submodels_:
            return responses
        return respond_by_pattern(responses, X, self._mix.held(X), self.submodels_, method, self.classes_)

    def _calibrate(self, mixed: np.ndarray, y: np.ndarray, sample_weight: Any) -> CalibratedClassifierCV | None:
        """Return the calibrated machine, or None where a class is too small to be split."""
        folds = min(5, int(np.unique(y, return_counts=True)[1].min()))
        if folds < 2:
            text = "a class has one row only: probabilities are a softmax of the decision values, not calibrated"
            warnings.warn(text, UserWarning, stacklevel=3)
            return None
        weights: Any = self.class_weight
        if isinstance(weights, Mapping):  # scikit-learn numbers the classes out of fold, and reads weights by number
            weights = {code: weights.get(label, 1.0) for code, label in enumerate(self.classes_.tolist())}
        svc = SVC(kernel="precomputed", C=self.C, class_weight=weights, tol=self.tol)
        if get_config()["enable_metadata_routing"]:
            svc.set_fit_request(sample_weight=True)
        codes = np.searchsorted(self.classes_, y)
        shuffled = StratifiedKFold(folds, shuffle=True, random_state=0)  # tables are often sorted
        return CalibratedClassifierCV(svc, ensemble=False, cv=shuffled).fit(mixed, codes, sample_weight=sample_weight)


def _softmax(decisions: np.ndarray) -> np.ndarray:
    """Return probabilities in the order of decision values; two classes have one column of them."""
    if decisions.ndim == 1:
        decisions = np.column_stack([-decisions, decisions]) / 2
    return np.asarray(softmax(decisions, axis=1))
