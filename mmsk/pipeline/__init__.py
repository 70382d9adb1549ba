"""Pipelines: branches of modalities in, plain scikit-learn objects out."""

from mmsk.pipeline._build import fusion_pipeline, fusion_transformer
from mmsk.pipeline._categories import CategoryEncoder
from mmsk.pipeline._infer import PROPOSALS, infer_branches, infer_kinds
from mmsk.pipeline._validate import validate_media
from mmsk.pipeline._weights import DirichletWeights, simplex_weights, weight_distributions, weight_grid

__all__ = [
    "PROPOSALS",
    "CategoryEncoder",
    "DirichletWeights",
    "fusion_pipeline",
    "fusion_transformer",
    "infer_branches",
    "infer_kinds",
    "simplex_weights",
    "validate_media",
    "weight_distributions",
    "weight_grid",
]
