"""Evaluation: what a model, and each of its modalities, is worth."""

from mmsk.evaluation._compare import compare_models

__all__ = ["compare_models"]
