"""What is measured on: the stamps, and pictures and sounds that are made here."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from benchmarks._harness import NoDataError
from benchmarks._options import Options

__all__ = ["Table", "branches", "made_clip", "made_gray", "made_jpeg", "table"]

RATE = 22_050  # Hz


@dataclass(frozen=True)
class Table:
    """A table with the columns caption, picture and speech, its classes, and the folds that everybody uses."""

    X: pd.DataFrame
    y: np.ndarray
    folds: list[tuple[np.ndarray, np.ndarray]]

    def spread(self, n_rows: int) -> pd.DataFrame:
        """Return about so many rows, evenly spread over the table, which is sorted by class."""
        return self.X.iloc[:: max(1, len(self.X) // n_rows)]


def table(options: Options) -> Table:
    """Return the stamps; in a tiny run a table of the same columns that is made in the scratch folder."""
    from mmsk.datasets import fetch_stamps, make_multimodal

    if options.tiny:
        made = make_multimodal(24, 2, missing=0.1, folder=options.scratch / "made", random_state=0)
        X = made.data.rename(columns={"text": "caption", "image": "picture", "audio": "speech"})
        X, y = X.astype(object).where(X.notna(), None), made.target.to_numpy()
    else:
        try:
            stamps = fetch_stamps(path=options.stamps)
        except OSError as error:
            raise NoDataError(str(error).partition("\n")[0]) from error
        X, y = stamps.data[["caption", "picture", "speech"]], stamps.target.to_numpy()
    n_folds = options.pick(5, 2)
    folds = list(StratifiedKFold(n_folds, shuffle=True, random_state=0).split(X, y))
    return Table(X, y, folds)


def branches() -> list[Any]:
    """Return the three modalities as a user of mmsk would write them."""
    from mmsk.audio import MFCC, Chroma
    from mmsk.image import HOG
    from mmsk.text import Tfidf

    return [("text", Tfidf(), "caption"), ("image", HOG(), "picture"), ("audio", [MFCC(), Chroma()], "speech")]


def made_gray(side: int, seed: int = 0) -> np.ndarray:
    """Return a grey picture of shapes, shades and noise, of shape (side, side), dtype=uint8."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side] / side
    picture = 90 + 60 * np.sin(9 * x + 3) * np.cos(7 * y)
    for _ in range(12):
        centre, radius, shade = generator.uniform(size=2), generator.uniform(0.05, 0.25), generator.uniform(-80, 80)
        picture += shade * (np.hypot(x - centre[0], y - centre[1]) < radius)
    return np.clip(picture + generator.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)


def made_jpeg(height: int, width: int, seed: int = 0) -> bytes:
    """Return a colour picture as a JPEG of quality 90."""
    from PIL import Image

    planes = [made_gray(max(height, width), seed + plane)[:height, :width] for plane in range(3)]
    file = io.BytesIO()
    Image.fromarray(np.stack(planes, axis=2)).save(file, "JPEG", quality=90)
    return file.getvalue()


def made_clip(seconds: float, seed: int = 0) -> np.ndarray:
    """Return a melody of gliding harmonic tones in noise, of shape (n_samples,), dtype=float32, at 22,050 Hz."""
    generator = np.random.default_rng(seed)
    n_samples = int(seconds * RATE)
    notes = 220 * 2 ** (generator.integers(0, 24, size=1 + int(4 * seconds)) / 12 + 0.01)
    pitch = np.interp(np.arange(n_samples) * 4 / RATE, np.arange(len(notes)), notes)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    tone = sum(np.sin(harmonic * phase) / harmonic for harmonic in range(1, 6))
    beat = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * np.arange(n_samples) / RATE)
    clip = 0.2 * beat * tone + generator.normal(0, 0.01, n_samples)
    return np.asarray(clip, dtype=np.float32)
