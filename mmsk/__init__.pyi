from . import (
    audio,
    augmentation,
    datasets,
    errors,
    evaluation,
    fusion,
    image,
    persistence,
    pipeline,
    retrieval,
    testing,
    text,
)
from ._function import FunctionDescriptor
from ._union import DescriptorUnion
from ._vectors import Vectors
from .augmentation import AugmentedClassifier, AugmentedRegressor
from .cache import FeatureCache
from .fusion import (
    BlockScaler,
    KernelFusionClassifier,
    KernelFusionRegressor,
    LateFusionClassifier,
    LateFusionRegressor,
    PresentRows,
    SharedSpace,
)
from .persistence import load, save
from .pipeline import (
    fusion_pipeline,
    fusion_transformer,
    infer_branches,
    infer_kinds,
    simplex_weights,
    validate_media,
    weight_distributions,
    weight_grid,
)
from .retrieval import CrossModalRetriever

__version__: str

__all__ = [
    "AugmentedClassifier",
    "AugmentedRegressor",
    "BlockScaler",
    "CrossModalRetriever",
    "DescriptorUnion",
    "FeatureCache",
    "FunctionDescriptor",
    "KernelFusionClassifier",
    "KernelFusionRegressor",
    "LateFusionClassifier",
    "LateFusionRegressor",
    "PresentRows",
    "SharedSpace",
    "Vectors",
    "audio",
    "augmentation",
    "datasets",
    "errors",
    "evaluation",
    "fusion",
    "fusion_pipeline",
    "fusion_transformer",
    "image",
    "infer_branches",
    "infer_kinds",
    "load",
    "persistence",
    "pipeline",
    "retrieval",
    "save",
    "simplex_weights",
    "testing",
    "text",
    "validate_media",
    "weight_distributions",
    "weight_grid",
]
