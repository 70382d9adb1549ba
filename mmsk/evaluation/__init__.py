"""Evaluation: what a model, and each of its modalities, is worth."""

from mmsk.evaluation._compare import compare_models
from mmsk.evaluation._duplicates import shared_files

__all__ = ["compare_models", "shared_files"]
