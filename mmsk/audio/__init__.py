"""Sound: one clip, and the descriptors of its timbre, its harmony and the shape of its spectrum."""

from __future__ import annotations

from mmsk.audio._chroma import Chroma
from mmsk.audio._mfcc import MFCC
from mmsk.audio._sound import CancelledWarning, Sound
from mmsk.audio._spectral_shape import SpectralShape

__all__ = ["MFCC", "CancelledWarning", "Chroma", "Sound", "SpectralShape"]
