"""LateFusionClassifier: a model of its own for each modality, and one answer from all that are present."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if

from mmsk._params import StrOptions, fit_context
from mmsk.fusion._calibration import Calibration, calibrate
from mmsk.fusion._folds import hide
from mmsk.fusion._gate import fit_gate
from mmsk.fusion._late_base import LateFusion
from mmsk.fusion._late_combine import FixedShares, fit_stack, gives_probabilities, learn_fixed_shares
from mmsk.fusion._late_models import Response, class_response, response_method
from mmsk.fusion._late_priors import fit_priors
from mmsk.fusion._pools import LEAST, POOLS, heard
from mmsk.fusion._quality import Quality, fit_quality
from mmsk.fusion._rows import as_table, checked_target, checked_weights

__all__ = ["LateFusionClassifier"]


class LateFusionClassifier(ClassifierMixin, LateFusion):
    """Classification by one model a modality, each on the rows where its modality is present.

    scikit-learn's VotingClassifier and StackingClassifier with a column for each model, with modalities that may be
    missing, and with weights that may depend on the row.

    Parameters
    ----------
    estimators : list of (name, estimator, column)
        The modalities. An estimator is any classifier that takes the column, as a rule a pipeline that ends in one
        (`modality_models` makes such a list from the branches of a `fusion_transformer`), or "drop". Columns are
        selected as in ColumnTransformer. An estimator without ``predict_proba`` is calibrated on decision values for
        rows that it has not seen.
    combine : {"gate", "product", "mean", "vote", "stack"}, default="gate"
        "gate": the product rule, with weights that a gate gives each modality in each row, see `attention`.
        "product": what each modality adds to the class prior, multiplied. "mean": the mean of the probabilities.
        "vote": each model has one vote, and ties go to the mean. "stack": `final_estimator` on the evidence of all
        modalities, 0 where one is absent, and which are present. "gate" and "stack" learn from out-of-fold predictions.
    weights : dict of str to float, list of float, "learned" or None, default=None
        Share of each modality, at least 0; a list is in the order of `estimators`, and who is not in a dict has 0, and
        no model. None = equal shares. "learned" = those of the largest likelihood out of fold, shrunk towards equal
        ones. In a row, the shares of absent modalities go to the present ones. "gate" starts from them.
    final_estimator : classifier, default=None
        For "stack". None = ``LogisticRegression(C=0.1)``.
    cv : int, splitter or iterable, default=5
        Folds for calibration and for what is learned out of fold; an int makes shuffled stratified ones, of whole
        groups where `fit` is given groups.
    dropout : float, default=0.0
        Share of the training cells that are hidden, never the last one of a row, from what is learned out of fold: by
        "gate", "stack" and "learned". The models themselves never see another modality, and lose nothing.
    random_state : int, RandomState instance or None, default=None
        Seed of the folds (0 for None), of `dropout`, and of all random states of the estimators that are None.
    n_jobs : int, default=None
        Modalities that are fitted at the same time.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    prior_ : ndarray of shape (n_classes,)
        Share of each class in the training rows: the answer for a row in which nothing is present.
    modalities_ : list of str
        Names of the modalities: the columns of `attention`.
    weights_ : dict of str to float
        The shares that were given or learned.
    estimators_ : list of estimators
        The fitted models; also by name, in `named_estimators_`. A modality of share 0, or without rows of two classes,
        has none.
    final_estimator_ : classifier
        With "stack".
    gate_ : Gate
        With "gate".
    n_features_in_, feature_names_in_
        Columns seen in `fit`.

    Notes
    -----
    A modality is absent from a row when its cell is missing (all cells, where it has several columns), when it is a
    blank text, and when its item cannot be read by a descriptor with ``on_error="missing"``. A class that has no row
    with some modality keeps its prior in what that modality says.

    Models with ``class_weight`` or stated priors speak of other class shares than `prior_`. What each says is carried
    over to the mean of those that all ask for; a `final_estimator` that is given needs class weights of its own.

    Models, predictions out of fold and predictions are kept in ``mmsk.fusion.memo``: a search over `weights`,
    `combine` or `final_estimator` fits each model once a fold. For that, random states have to be whole numbers.

    References
    ----------
    Kittler, J., Hatef, M., Duin, R. P. W. and Matas, J. (1998). On combining classifiers. IEEE Transactions on Pattern
    Analysis and Machine Intelligence 20(3).

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from mmsk.fusion import LateFusionClassifier
    >>> from mmsk.text import Tfidf
    >>> X = pd.DataFrame({"title": ["red fox", "grey goose"] * 6, "price": [3.0, 1.0, 3.5, 1.5] * 3})
    >>> models = [
    ...     ("text", make_pipeline(Tfidf(), LogisticRegression()), "title"),
    ...     ("number", LogisticRegression(), ["price"]),
    ... ]
    >>> fusion = LateFusionClassifier(models).fit(X, ["fox", "goose"] * 6)
    >>> new = pd.DataFrame({"title": ["the red fox", None], "price": [None, 1.2]})
    >>> fusion.predict(new)
    array(['fox', 'goose'], dtype='<U5')
    >>> fusion.attention(new)
    array([[1., 0.],
           [0., 1.]])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **LateFusion._shared_constraints,
        "combine": [StrOptions({"gate", "stack", *POOLS})],
    }

    def __init__(
        self,
        estimators: Sequence[tuple[str, Any, Any]],
        *,
        combine: str = "gate",
        weights: Mapping[str, float] | Sequence[float] | str | None = None,
        final_estimator: Any = None,
        cv: Any = 5,
        dropout: float = 0.0,
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.estimators = estimators
        self.combine = combine
        self.weights = weights
        self.final_estimator = final_estimator
        self.cv = cv
        self.dropout = dropout
        self.random_state = random_state
        self.n_jobs = n_jobs

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> Self:
        """Fit the models, and what combines them.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)
        y : array-like of shape (n_rows,)
        sample_weight : array-like of shape (n_rows,), default=None
            Passed to the models, and to what is learned from them.
        groups : array-like of shape (n_rows,), default=None
            Rows that must not be on both sides of a fold.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For modalities of the wrong form, unknown columns, weights of unknown modalities or where they are learned
            anyway, regressors, models without probabilities and decision values, or without sample weights, and a
            single class.
        """
        learned = {"stack": self.weights is not None, "gate": isinstance(self.weights, str)}
        if learned.get(self.combine):
            raise ValueError(f"combine={self.combine!r} learns what each modality counts for; leave weights=None")
        X, y = as_table(self, X, reset=True), checked_target(y, classes=True)
        weight = checked_weights(sample_weight, len(y))
        self.classes_, codes = np.unique(y, return_inverse=True)
        counts = np.bincount(codes, weights=weight)
        if (counts > 0).sum() < 2:
            only = self.classes_.tolist()[counts.argmax()]
            raise ValueError(f"y has one class only, {only!r}: there is nothing to tell apart")
        self.prior_ = np.maximum(counts / counts.sum(), LEAST)
        self._methods: dict[str, str] = {}
        unseen, folds, held = self._fit_models(
            X, y, weight, groups, stratify=True, response_of=self._response_of, n_outputs=len(self.classes_)
        )
        self._priors = fit_priors(self.estimators_, held, y, weight, self.classes_, self.prior_)
        self._calibrations: dict[str, Calibration] = {}
        for number, name in enumerate(self.named_estimators_):
            if self._methods[name] == "decision_function":
                weighed = self._priors.weighed_by(number, codes, weight)
                self._calibrations[name], unseen[number] = calibrate(name, unseen[number], codes, weighed, folds)
        self._fit_combination(X, unseen, codes, weight)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return the class of each row.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows,)

        Raises
        ------
        NotFittedError
            Before `fit`, and after it when `combine` is set to another; so do `predict_proba` and `attention`.
        """
        self._check_fitted()
        if gives_probabilities(self):
            return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])
        return np.asarray(self._combination.labels(self._heard(X)[0]))

    @available_if(gives_probabilities)
    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows, n_classes)
            `prior_` for a row in which nothing is present.
        """
        self._check_fitted()
        opinions, qualities = self._heard(X)
        return self._priors.settled(self._combination.probabilities(opinions, qualities), heard(opinions))

    @available_if(lambda self: self.combine != "stack")
    def attention(self, X: Any) -> np.ndarray:
        """Return what each modality counts for in each row.

        With "gate" it depends on what the models say and on the quality of the items; otherwise it is `weights_`,
        shared out among the present modalities. Not available with "stack".

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_rows, n_modalities)
            Rows sum to one, over the modalities that are present; a row of zeros where none is. Columns are in the
            order of `modalities_`.
        """
        self._check_fitted()
        return self._as_attention(self._combination.attention(*self._heard(X)))

    def _response_of(self, name: str, estimator: Any) -> tuple[Response, bool]:
        """Return how a model responds, and whether its responses to unseen rows are needed."""
        self._methods[name] = method = response_method(name, estimator)
        response = partial(class_response, name=name, classes=self.classes_, method=method)
        return response, method == "decision_function" or self._learns()

    def _fit_combination(self, X: Any, unseen: list[Any], codes: np.ndarray, weight: np.ndarray | None) -> None:
        """Set what combines the models, learned from out-of-fold probabilities where it is."""
        prior = self._priors.fused
        self._qualities = dict.fromkeys(self.named_estimators_, Quality())
        if not self._learns():
            self._combination: Any = FixedShares(self.combine, self._shares(), prior)
            return
        opinions = np.stack([self._priors.opinions(*one) for one in enumerate(unseen)])
        present = heard(opinions)
        if self.dropout:
            shown = hide(present, self.dropout, check_random_state(self.random_state))
            opinions = np.where(shown[..., None], opinions, np.nan)
        if self.combine == "stack":
            self._combination = fit_stack(self.final_estimator, opinions, codes, self.classes_, self._priors, weight)
            self.final_estimator_ = self._combination.final
            return
        weight = self._priors.weighed(codes, weight)
        if self.combine == "gate":
            for (name, model), there in zip(self.named_estimators_.items(), present, strict=True):
                self._qualities[name] = fit_quality(model, self._select(X, name), there)
            qualities = self._qualities_of(X, heard(opinions))
            self._combination = self.gate_ = fit_gate(opinions, qualities, codes, prior, self._shares(), weight)
        else:
            learned = learn_fixed_shares(opinions, codes, prior, weight)
            self._set_shares(learned)
            self._combination = FixedShares(self.combine, learned, prior)

    def _heard(self, X: Any) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return the models' probabilities, of shape (n_models, n_rows, n_classes), nan where absent; and qualities."""
        X = as_table(self, X, reset=False)
        opinions = self._respond(X)
        for number, name in enumerate(self.named_estimators_):
            if name in self._calibrations:
                opinions[number] = self._calibrations[name].apply(opinions[number])
            opinions[number] = self._priors.opinions(number, opinions[number])
        return opinions, self._qualities_of(X, heard(opinions))

    def _qualities_of(self, X: Any, present: np.ndarray) -> list[np.ndarray]:
        """Return the measures of quality of the present items, for each fitted model."""
        parts = zip(self._qualities.items(), present, strict=True)
        return [quality.measure(self._select(X, name), there) for (name, quality), there in parts]
