"""mmsk (multi-modal scikit): classical multimodal machine learning on scikit-learn."""

from mmsk import audio, datasets, errors, evaluation, fusion, image, text
from mmsk._function import FunctionDescriptor
from mmsk._union import DescriptorUnion
from mmsk.cache import FeatureCache
from mmsk.fusion import BlockScaler, KernelFusionClassifier, PresentRows
from mmsk.pipeline import (
    fusion_pipeline,
    fusion_transformer,
    infer_branches,
    infer_kinds,
    simplex_weights,
    weight_grid,
)

__version__ = "0.1.0"

__all__ = [
    "BlockScaler",
    "DescriptorUnion",
    "FeatureCache",
    "FunctionDescriptor",
    "KernelFusionClassifier",
    "PresentRows",
    "audio",
    "datasets",
    "errors",
    "evaluation",
    "fusion",
    "fusion_pipeline",
    "fusion_transformer",
    "image",
    "infer_branches",
    "infer_kinds",
    "simplex_weights",
    "text",
    "weight_grid",
]
