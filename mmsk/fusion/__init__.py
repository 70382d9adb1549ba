"""Fusion: what scikit-learn lacks to bring blocks of modalities into one space."""

from mmsk.fusion._block_scaler import BlockScaler
from mmsk.fusion._presence import present_rows
from mmsk.fusion._present_rows import PresentRows

__all__ = ["BlockScaler", "PresentRows", "present_rows"]
