"""Chroma: the energy in each of the twelve pitch classes, the harmony of a clip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from mmsk._base import ItemDescriptor
from mmsk._params import COUNT, POSITIVE, POSITIVE_OR_NONE, InvalidParameterError
from mmsk.audio._pooling import check_statistics, pool, statistic_names
from mmsk.audio._sound import Sound
from mmsk.audio._spectrum import chroma
from mmsk.audio._tuning import estimate_tuning
from mmsk.cache import FeatureCache

__all__ = ["Chroma"]

PITCH_CLASSES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


class Chroma(ItemDescriptor):
    """Energy by pitch class, pooled over time.

    The power spectrum, folded into one octave and scaled to a maximum of 1 in each frame. Frames equal those of
    ``librosa.feature.chroma_stft`` to 1e-4.

    Parameters
    ----------
    n_chroma : int, default=12
        Classes in an octave.
    sample_rate : float, default=22050
        Hz, to which each clip is resampled.
    n_fft : int, default=2048
        Length of a frame in samples.
    hop_length : int, default=512
        Samples from frame to frame.
    tuning : float, default=None
        Deviation from A = 440 Hz in classes (with 12 of them: in semitones). None: estimated for each clip.
    statistics : sequence of str or float, default=("mean", "std")
        How frames are pooled: "mean", "std", "min", "max", "median", "skewness", quantiles ("q10" or 0.1).
    duration : float, default=None
        Seconds of each clip that are used, from its start. None: all.
    pool, on_error, max_missing, limits, cache, n_jobs, verbose, isolate
        As in `ItemDescriptor`.

    References
    ----------
    D. Ellis, "Chroma feature analysis and synthesis" (2007), as in librosa.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.audio import Chroma
    >>> tone = np.sin(2 * np.pi * 440 * np.arange(22_050) / 22_050)
    >>> chroma = Chroma(statistics=["median"])
    >>> vector = chroma.fit_transform([(tone, 22_050)])[0]
    >>> chroma.names_[vector.argmax()]
    'chroma_median_A'
    """

    _item_class = Sound
    _libraries: ClassVar[tuple[str, ...]] = ("numpy", "scipy", "soundfile", "soxr", "av")
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ItemDescriptor._shared_constraints,
        "n_chroma": COUNT,
        "sample_rate": POSITIVE,
        "n_fft": COUNT,
        "hop_length": COUNT,
        "tuning": [Real, None],
        "statistics": [tuple, list],
        "duration": POSITIVE_OR_NONE,
    }

    def __init__(
        self,
        n_chroma: int = 12,
        sample_rate: float = 22050,
        n_fft: int = 2048,
        hop_length: int = 512,
        tuning: float | None = None,
        statistics: Sequence[str | float] = ("mean", "std"),
        *,
        duration: float | None = None,
        pool: str = "mean",
        on_error: str = "raise",
        max_missing: float = 0.1,
        limits: Mapping[str, Any] | None = None,
        cache: FeatureCache | bool | None = None,
        n_jobs: int | None = None,
        verbose: bool | int = False,
        isolate: bool = False,
    ) -> None:
        super().__init__(
            pool=pool,
            on_error=on_error,
            max_missing=max_missing,
            limits=limits,
            cache=cache,
            n_jobs=n_jobs,
            verbose=verbose,
            isolate=isolate,
        )
        self.n_chroma = n_chroma
        self.sample_rate = sample_rate
        self.n_fft = n_fft
        self.hop_length = hop_length
        self.tuning = tuning
        self.statistics = statistics
        self.duration = duration

    def _describe(self, item: Sound) -> np.ndarray:
        return pool(self._frames(item), self.statistics)

    def _frames(self, item: Sound) -> np.ndarray:
        """Return the energy in each class, of shape (n_chroma, n_frames), at most 1 a frame."""
        spectrum = item.power(self.sample_rate, self.n_fft, self.hop_length, self.duration)
        tuning = self.tuning
        if tuning is None:
            tuning = estimate_tuning(spectrum, self.sample_rate, self.n_fft, self.n_chroma)
        energy = chroma(spectrum, self.sample_rate, self.n_fft, self.n_chroma, float(tuning))
        peak = energy.max(axis=0)
        return energy / np.where(peak < np.finfo(np.float32).tiny, np.float32(1), peak)

    def _feature_names(self) -> list[str]:
        classes = PITCH_CLASSES if self.n_chroma == len(PITCH_CLASSES) else range(self.n_chroma)
        return [f"chroma_{one}_{name}" for one in statistic_names(self.statistics) for name in classes]

    def _check_parameters(self) -> None:
        check_statistics(self.statistics)
        if self.n_fft < 2:
            raise InvalidParameterError(f"n_fft must be at least 2, got {self.n_fft}")
