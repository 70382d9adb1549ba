"""Evaluation: what a model, and each of its modalities, is worth."""

from mmsk.evaluation._ampute import ampute_modalities
from mmsk.evaluation._compare import compare_models
from mmsk.evaluation._contributions import modality_contributions
from mmsk.evaluation._duplicates import shared_files
from mmsk.evaluation._modality_scores import ModalityScores, modality_scores
from mmsk.evaluation._plots import plot_modality_scores, plot_robustness
from mmsk.evaluation._robustness import robustness_curve

__all__ = [
    "ModalityScores",
    "ampute_modalities",
    "compare_models",
    "modality_contributions",
    "modality_scores",
    "plot_modality_scores",
    "plot_robustness",
    "robustness_curve",
    "shared_files",
]
