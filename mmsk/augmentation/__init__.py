"""Augmentation: copies of training rows, changed a little, that are made inside `fit` and so never validated on."""

from mmsk.augmentation._classifier import AugmentedClassifier
from mmsk.augmentation._regressor import AugmentedRegressor

__all__ = ["AugmentedClassifier", "AugmentedRegressor"]
