"""AugmentedRegressor: a regressor that is fitted on changed copies of its training rows as well."""

from __future__ import annotations

from sklearn.base import RegressorMixin

from mmsk.augmentation._augmented import Augmented

__all__ = ["AugmentedRegressor"]


class AugmentedRegressor(RegressorMixin, Augmented):
    """Any regressor of a table, fitted on its training rows and on changed copies of them.

    The twin of `AugmentedClassifier`, where parameters are explained. Take only what leaves the target as it is: where
    it is a size, or how loud something is, that is neither "crop" nor "gain".

    Parameters
    ----------
    estimator : regressor
        Takes a DataFrame.
    image : list or tuple, default=("rotate", "crop", "brightness")
    audio : list or tuple, default=("shift", "noise", "gain", "stretch")
    text : list or tuple, default=("mask",)
    columns : dict of {"image", "audio", "text"} to column or list of columns, default=None
    n_copies : int, default=1
    random_state : int, RandomState instance or None, default=None
    n_jobs : int, default=None

    Attributes
    ----------
    estimator_ : regressor
        The fitted one.
    columns_ : dict of column to {"image", "audio", "text"}
        The columns that were augmented.
    n_features_in_, feature_names_in_
        Columns seen in `fit`.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.linear_model import Ridge
    >>> from mmsk import fusion_pipeline
    >>> from mmsk.augmentation import AugmentedRegressor
    >>> from mmsk.text import Tfidf
    >>> X = pd.DataFrame({"title": ["a small red fox", "two big grey geese"] * 4})
    >>> model = fusion_pipeline([("text", Tfidf(), "title")], Ridge())
    >>> AugmentedRegressor(model, random_state=0).fit(X, [1.0, 3.0] * 4).predict(X).shape
    (8,)
    """

    _classes = False
