"""What the shared space is tested with: media, groups of columns that share two latent variables, spaces of them."""

import numpy as np
import pandas as pd

from mmsk import fusion_transformer
from mmsk.audio import MFCC
from mmsk.datasets import make_multimodal
from mmsk.fusion import SharedSpace
from mmsk.image import HOG, ColorHistogram
from mmsk.text import Tfidf

MEDIA = make_multimodal(n_samples=90, n_classes=3, missing=0.1, random_state=0)
BRANCHES = [("text", Tfidf(), "text"), ("image", [HOG(), ColorHistogram()], "image"), ("audio", MFCC(), "audio")]


def numbers(n_rows=80, widths=(5, 4, 3), seed=0, noise=0.5):
    """Return a frame of groups of columns a0, a1, ..., b0, ... that share two latent variables."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(n_rows, 2))
    groups = {
        letter: latent @ rng.normal(size=(2, width)) + noise * rng.normal(size=(n_rows, width))
        for letter, width in zip("abcdef", widths, strict=False)
    }
    columns = {
        f"{letter}{column}": group[:, column] for letter, group in groups.items() for column in range(group.shape[1])
    }
    return pd.DataFrame(columns)


def fusion_of(frame, weights=None):
    letters = sorted({name[0] for name in frame})
    branches = [(letter, "passthrough", [name for name in frame if name[0] == letter]) for letter in letters]
    return fusion_transformer(branches, weights=weights)


def linear(frame, **parameters):
    parameters = {"kernel": "linear", "regularization": 1e-9, "power": 0.0, **parameters}
    return SharedSpace(fusion_of(frame), **parameters)


def cosines(Z):
    unit = Z / np.linalg.norm(Z, axis=1, keepdims=True)
    return unit @ unit.T
