"""KernelFusionClassifier: a support vector machine on a weighted sum of one kernel a modality.

Strategy: for a kernel machine a search over fusion weights needs no features. K = sum of share_m K_m, and the K_m of a
fold are the same for every candidate: branches, blocks and Gram matrices come from the memo, and a candidate costs one
weighted sum and one solve.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.svm import SVC
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from mmsk._params import BOOL, POSITIVE, StrOptions, fit_context
from mmsk.fusion._blocks import branch_names, fit_blocks, transform_block
from mmsk.fusion._grams import fit_kernel, gram

__all__ = ["KernelFusionClassifier"]

KINDS = {"linear", "rbf"}


class KernelFusionClassifier(ClassifierMixin, BaseEstimator):
    """Support vector classification on a weighted sum of kernels, one a modality.

    Parameters
    ----------
    fusion : ColumnTransformer
        What `fusion_transformer` returns; its branches are the modalities.
    weights : dict of str to float or None, default=None
        Share of each kernel, at least 0; 0 for branches that are not named. None = equal shares that sum to 1. A
        share corresponds to the square of a weight in `fusion_pipeline`.
    kernel : {"linear", "rbf"} or dict of str to these, default="linear"
        Kernel of all, or of each, modality. The width of an RBF kernel is the median distance of the training rows.
    C : float, default=1.0
        Inverse strength of regularisation.
    class_weight : dict or "balanced", default=None
        As in `sklearn.svm.SVC`.
    probability : bool, default=False
        Whether `fit` calibrates probabilities (Platt's sigmoid on out-of-fold decision values, up to 5 folds), which
        takes five more solves. With a class of fewer than 2 rows they are a softmax of the decision values.
    tol : float, default=1e-3
        Tolerance of the solver.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    weights_ : dict of str to float
        The shares that were used.
    branches_ : dict of str to ColumnTransformer
        Each modality's fitted branch.
    kernels_ : dict of str to KernelForm
        Each modality's fitted kernel, normalised to a mean diagonal of 1 over the present training rows.
    svc_ : SVC
        The machine, fitted on the precomputed sum of kernels.

    Notes
    -----
    A missing modality adds nothing to a row's kernel. What fits of one search have in common is kept in
    ``mmsk.fusion.memo``, at most 512 MB in this process.

    References
    ----------
    Gönen, M. and Alpaydın, E. (2011). Multiple kernel learning algorithms. Journal of Machine Learning Research 12.

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
        "fusion": [ColumnTransformer],
        "weights": [dict, None],
        "kernel": [StrOptions(KINDS), dict],
        "C": POSITIVE,
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "probability": BOOL,
        "tol": POSITIVE,
    }

    def __init__(
        self,
        fusion: ColumnTransformer,
        *,
        weights: Mapping[str, float] | None = None,
        kernel: str | Mapping[str, str] = "linear",
        C: float = 1.0,
        class_weight: Mapping[Any, float] | str | None = None,
        probability: bool = False,
        tol: float = 1e-3,
    ) -> None:
        self.fusion = fusion
        self.weights = weights
        self.kernel = kernel
        self.C = C
        self.class_weight = class_weight
        self.probability = probability
        self.tol = tol

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the branches, mix their kernels and fit the machine.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
        y : array-like of shape (n_rows,)
        sample_weight : array-like of shape (n_rows,), default=None

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For shares or kernels of unknown branches, negative shares, shares that are all 0, and a single class.
        """
        check_classification_targets(y)
        y = np.asarray(y)
        names = branch_names(self.fusion)
        kinds = _per_branch(self.kernel, names, "kernel", default="linear")
        self.weights_ = _checked_shares(self.weights, names)
        blocks = fit_blocks(self.fusion, X, y)
        self.branches_ = {name: single for name, (single, _) in blocks.items()}
        self._training_blocks = {name: block for name, (_, block) in blocks.items()}
        self.kernels_ = {name: fit_kernel(self._training_blocks[name], kinds[name]) for name in names}
        mixed = self._mixed(self._training_blocks)
        svc = SVC(kernel="precomputed", C=self.C, class_weight=self.class_weight, tol=self.tol)
        self.svc_ = svc.fit(mixed, y, sample_weight=sample_weight)
        self.classes_ = self.svc_.classes_
        self.n_features_in_ = X.shape[1]
        self._calibrated = self._calibrate(mixed, y, sample_weight) if self.probability else None
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        """Return the decision values.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows,) or (n_rows, n_classes)
        """
        values: np.ndarray = self.svc_.decision_function(self._mixed_with_training(X))
        return values

    def predict(self, X: Any) -> np.ndarray:
        """Return the class of each row.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows,)
        """
        labels: np.ndarray = self.svc_.predict(self._mixed_with_training(X))
        return labels

    @available_if(lambda self: self.probability)
    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class, where ``probability=True``.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows, n_classes)
        """
        mixed = self._mixed_with_training(X)
        if self._calibrated is not None:
            probabilities: np.ndarray = self._calibrated.predict_proba(mixed)
            return probabilities
        return _softmax(self.svc_.decision_function(mixed))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = True
        return tags

    def _mixed(self, blocks: Mapping[str, Any]) -> np.ndarray:
        """Return the weighted sum of the kernels between some rows and the training rows."""
        total: Any = 0.0
        for name, block in blocks.items():
            if self.weights_[name]:
                total = total + self.weights_[name] * gram(block, self._training_blocks[name], self.kernels_[name])
        return np.asarray(total)

    def _mixed_with_training(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        used = [name for name, share in self.weights_.items() if share]
        return self._mixed({name: transform_block(self.branches_[name], X) for name in used})

    def _calibrate(self, mixed: np.ndarray, y: np.ndarray, sample_weight: Any) -> CalibratedClassifierCV | None:
        """Return the calibrated machine, or None where a class is too small to be split."""
        folds = min(5, int(np.unique(y, return_counts=True)[1].min()))
        if folds < 2:
            text = "a class has one row only: probabilities are a softmax of the decision values, not calibrated"
            warnings.warn(text, UserWarning, stacklevel=3)
            return None
        svc = SVC(kernel="precomputed", C=self.C, class_weight=self.class_weight, tol=self.tol)
        return CalibratedClassifierCV(svc, ensemble=False, cv=folds).fit(mixed, y, sample_weight=sample_weight)


def _per_branch(given: Any, names: list[str], parameter: str, default: str) -> dict[str, str]:
    """Return a value for each branch from one value, or from a dict of some."""
    values = dict(given) if isinstance(given, Mapping) else dict.fromkeys(names, given)
    _refuse_unknown(values, names, parameter)
    if wrong := set(values.values()) - KINDS:
        raise ValueError(f"{parameter} has to be one of {', '.join(sorted(KINDS))}, got {wrong}")
    return {name: values.get(name, default) for name in names}


def _checked_shares(given: Mapping[str, float] | None, names: list[str]) -> dict[str, float]:
    """Return a share for each branch."""
    if given is None:
        return dict.fromkeys(names, 1.0 / len(names))
    _refuse_unknown(given, names, "weights")
    shares = {name: float(given.get(name, 0.0)) for name in names}
    if min(shares.values()) < 0 or not 0 < sum(shares.values()) < np.inf:
        raise ValueError(f"weights have to be at least 0 and not all 0, got {dict(given)}")
    return shares


def _refuse_unknown(given: Mapping[str, Any], names: list[str], parameter: str) -> None:
    if unknown := set(given) - set(names):
        raise ValueError(f"{parameter} for unknown branches {sorted(unknown)}; there are {names}")


def _softmax(decisions: np.ndarray) -> np.ndarray:
    """Return probabilities in the order of decision values; two classes have one column of them."""
    if decisions.ndim == 1:
        decisions = np.column_stack([-decisions, decisions]) / 2
    shifted = np.exp(decisions - decisions.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
