"""AugmentedClassifier: a classifier that is fitted on changed copies of its training rows as well."""

from __future__ import annotations

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from mmsk.augmentation._augmented import Augmented

__all__ = ["AugmentedClassifier"]


class AugmentedClassifier(ClassifierMixin, Augmented):
    """Any classifier of a table, fitted on its training rows and on changed copies of them.

    Copies are made inside `fit`. So in cross-validation and in a search no copy of a validation row is ever trained
    on, and rows are predicted as they are.

    Parameters
    ----------
    estimator : classifier
        Takes a DataFrame: a `fusion_pipeline`, `KernelFusionClassifier`, `LateFusionClassifier` or one of your own. A
        search, or anything else in it with folds of its own, would validate on copies of training rows and is refused
        (see Notes): put this into the search.
    image : list or tuple, default=("rotate", "crop", "brightness")
        What is done to each copy of a picture, in this order. An entry is a name, a pair of a name and its strength, as
        in ``("rotate", 20)``, or a callable. Each copy draws how much, up to the strength:

        - "flip" (0.5): the probability that left and right are swapped; not for what has writing in it;
        - "rotate" (10): degrees either way;
        - "crop" (0.15): the share of the rows and of the columns that is cut off, wherever that falls;
        - "brightness" (0.2): the share by which colours get brighter or darker.
    audio : list or tuple, default=("shift", "noise", "gain", "stretch")
        The same for sound:

        - "shift" (0.2): the share of the clip by which it is moved; the end comes in again at the start, or vice versa;
        - "noise" (0.1): the root mean square of white noise that is added, as a share of the clip's;
        - "gain" (6): dB, louder or softer;
        - "stretch" (0.1): the share by which it is faster or slower, at the same pitch.
    text : list or tuple, default=("mask",)
        The same for text. "mask" (0.15): the probability of each word to be left out; one word always stays.
    columns : dict of {"image", "audio", "text"} to column or list of columns, default=None
        What is augmented, and as what. None = the columns that the branches of `estimator` describe; if it names none,
        those that `infer_kinds` finds.
    n_copies : int, default=1
        Copies of each row. 0 = none.
    random_state : int, RandomState instance or None, default=None
        Seed of the copies. With an int, a row that keeps its label in the index has the same copies in each fit, fold
        and candidate of a search, so that nothing is described twice.
    n_jobs : int, default=None
        Workers that make copies, as in joblib. Copies are the same for any number.

    Attributes
    ----------
    estimator_ : classifier
        The fitted one.
    classes_ : ndarray of shape (n_classes,)
    columns_ : dict of column to {"image", "audio", "text"}
        The columns that were augmented.
    n_features_in_, feature_names_in_
        Columns seen in `fit`.

    Notes
    -----
    A callable is given a picture as an array of shape (h, w, 3), uint8 (by the name `image`, if it takes any keyword,
    and may answer with a dict that has an "image", as in albumentations), a sound as samples and sampling rate (as in
    audiomentations), or a text, and returns it changed. It may draw from `random` and `numpy.random`: these are seeded
    for each copy. It is called anew in each fit, while what the names stand for is remembered in ``mmsk.fusion.memo``.

    A copied picture has at most 256 pixels on its longer side; it keeps its opacity, except through a callable, which
    gets it on white. A copied sound is mono. Missing cells stay missing, a list of items stays a list, and an item that
    cannot be read stays what it is, for the descriptor to report. Files are read under the limits of the descriptor of
    their column.

    Without `sample_weight`, rows and copies all weigh 1, so that the sum of the weights grows, and with it what C means
    in a machine whose loss is a sum; ``sample_weight=np.ones(len(X))`` keeps the sum as it was.

    What an estimator splits into folds inside its own fit has copies on both sides. So whatever has a parameter `cv`
    (GridSearchCV, CalibratedClassifierCV, StackingClassifier, RidgeCV) or ``probability=True`` is refused, at any
    depth, and goes around this: ``CalibratedClassifierCV(AugmentedClassifier(...))``. `LateFusionClassifier`, alone or
    as the last step of a pipeline, is given groups, and keeps a row and its copies together. Rows that an estimator
    sets aside for early stopping are not told from copies.

    References
    ----------
    Shorten, C. and Khoshgoftaar, T. M. (2019). A survey on image data augmentation for deep learning. Journal of Big
    Data 6. Salamon, J. and Bello, J. P. (2017). Deep convolutional neural networks and data augmentation for
    environmental sound classification. IEEE Signal Processing Letters 24(3). Wei, J. and Zou, K. (2019). EDA: easy data
    augmentation techniques for boosting performance on text classification tasks. EMNLP-IJCNLP ("random deletion").

    Examples
    --------
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.svm import SVC
    >>> from mmsk import AugmentedClassifier, fusion_pipeline
    >>> from mmsk.datasets import make_multimodal
    >>> from mmsk.image import HOG
    >>> from mmsk.text import Tfidf
    >>> made = make_multimodal(30, 2, modalities={"text": "text", "image": "image"}, random_state=0)
    >>> model = fusion_pipeline([("text", Tfidf(), "text"), ("image", HOG(), "image")], SVC())
    >>> augmented = AugmentedClassifier(model, image=["flip", ("rotate", 5)], n_copies=2, random_state=0)
    >>> augmented.fit(made.data, made.target).columns_
    {'text': 'text', 'image': 'image'}
    >>> grid = {"image": [["flip"], [("rotate", 5)], [("rotate", 20)]], "estimator__classifier__C": [1, 10]}
    >>> search = GridSearchCV(augmented, grid, cv=3).fit(made.data, made.target)
    >>> sorted(search.best_params_)
    ['estimator__classifier__C', 'image']
    """

    _classes = True

    @property
    def classes_(self) -> np.ndarray:
        """The classes, in the order of the columns of `predict_proba`."""
        check_is_fitted(self)
        return np.asarray(self.estimator_.classes_)
