"""Fusion: what scikit-learn lacks to bring blocks of modalities into one space."""

from mmsk.fusion._block_scaler import BlockScaler
from mmsk.fusion._gram_machines import GramSVC, GramSVR
from mmsk.fusion._grams import linear_gram
from mmsk.fusion._kernel import KernelFusionClassifier
from mmsk.fusion._kernel_regressor import KernelFusionRegressor
from mmsk.fusion._late import LateFusionClassifier
from mmsk.fusion._late_regressor import LateFusionRegressor
from mmsk.fusion._memo import memo
from mmsk.fusion._modality_models import modality_models
from mmsk.fusion._presence import present_rows
from mmsk.fusion._present_rows import PresentRows
from mmsk.fusion._shared_space import SharedSpace
from mmsk.fusion._transformer import FusionTransformer

__all__ = [
    "BlockScaler",
    "FusionTransformer",
    "GramSVC",
    "GramSVR",
    "KernelFusionClassifier",
    "KernelFusionRegressor",
    "LateFusionClassifier",
    "LateFusionRegressor",
    "PresentRows",
    "SharedSpace",
    "linear_gram",
    "memo",
    "modality_models",
    "present_rows",
]
