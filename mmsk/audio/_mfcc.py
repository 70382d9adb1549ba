"""MFCC: mel-frequency cepstral coefficients, the shape of the spectrum as speech and speaker recognition use it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from mmsk._base import ItemDescriptor
from mmsk._params import COUNT, NON_NEGATIVE, POSITIVE, POSITIVE_OR_NONE, WHOLE, InvalidParameterError
from mmsk.audio._banks import mel_bank
from mmsk.audio._pooling import check_statistics, pool, statistic_names
from mmsk.audio._sound import Sound
from mmsk.audio._spectrum import decibels
from mmsk.cache import FeatureCache

__all__ = ["MFCC"]

WIDTH = 9  # frames that a delta is fitted to
MAX_DELTAS = 2


class MFCC(ItemDescriptor):
    """Mel-frequency cepstral coefficients and their changes, pooled over time.

    The discrete cosine transform of the mel spectrum in decibels, frame by frame. Frames equal those of
    ``librosa.feature.mfcc`` and ``librosa.feature.delta`` to 1e-4.

    Parameters
    ----------
    n_mfcc : int, default=20
        Coefficients a frame. The first, 0, is the loudness.
    sample_rate : float, default=22050
        Hz, to which each clip is resampled.
    n_fft : int, default=2048
        Length of a frame in samples.
    hop_length : int, default=512
        Samples from frame to frame.
    n_mels : int, default=128
        Mel bands.
    deltas : {0, 1, 2}, default=1
        Derivatives over time to add: none, the first, or the first and the second, each the slope of a polynomial
        fitted to 9 frames. In a clip of fewer frames the first and the last are repeated.
    statistics : sequence of str or float, default=("mean", "std")
        How frames are pooled: "mean", "std", "min", "max", "median", "skewness", quantiles ("q10" or 0.1).
    fmin, fmax : float, default=0.0 and None
        Hz, the range of the mel bands; None = half the sampling rate.
    duration : float, default=None
        Seconds of each clip that are used, from its start. None: all.
    pool, on_error, max_missing, limits, cache, n_jobs, verbose, isolate
        As in `ItemDescriptor`.

    Warns
    -----
    UserWarning
        In `fit`, for so many mel bands that some of them lie between two bins of the spectrum and stay empty.

    References
    ----------
    S. Davis, P. Mermelstein, "Comparison of parametric representations for monosyllabic word recognition in
    continuously spoken sentences", IEEE Transactions on Acoustics, Speech, and Signal Processing 28 (1980).

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.audio import MFCC
    >>> tone = np.sin(2 * np.pi * 440 * np.arange(22_050) / 22_050)
    >>> mfcc = MFCC(n_mfcc=13)
    >>> mfcc.fit_transform([(tone, 22_050)]).shape
    (1, 52)
    >>> mfcc.names_[0], mfcc.names_[13], mfcc.names_[-1]
    ('mfcc_mean_0', 'mfcc_std_0', 'mfcc_delta_std_12')
    """

    _item_class = Sound
    _libraries: ClassVar[tuple[str, ...]] = ("numpy", "scipy", "soundfile", "soxr", "av")
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ItemDescriptor._shared_constraints,
        "n_mfcc": COUNT,
        "sample_rate": POSITIVE,
        "n_fft": COUNT,
        "hop_length": COUNT,
        "n_mels": COUNT,
        "deltas": WHOLE,
        "statistics": [tuple, list],
        "fmin": NON_NEGATIVE,
        "fmax": POSITIVE_OR_NONE,
        "duration": POSITIVE_OR_NONE,
    }

    def __init__(
        self,
        n_mfcc: int = 20,
        sample_rate: float = 22050,
        n_fft: int = 2048,
        hop_length: int = 512,
        n_mels: int = 128,
        deltas: int = 1,
        statistics: Sequence[str | float] = ("mean", "std"),
        *,
        fmin: float = 0.0,
        fmax: float | None = None,
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
        self.n_mfcc = n_mfcc
        self.sample_rate = sample_rate
        self.n_fft = n_fft
        self.hop_length = hop_length
        self.n_mels = n_mels
        self.deltas = deltas
        self.statistics = statistics
        self.fmin = fmin
        self.fmax = fmax
        self.duration = duration

    def _describe(self, item: Sound) -> np.ndarray:
        frames = self._frames(item)
        orders = [delta(frames, order) if order else frames for order in range(self.deltas + 1)]
        return np.concatenate([pool(order, self.statistics) for order in orders])

    def _frames(self, item: Sound) -> np.ndarray:
        """Return the coefficients of each frame, of shape (n_mfcc, n_frames)."""
        from scipy.fft import dct

        mel = item.mel(self.sample_rate, self.n_fft, self.hop_length, self.n_mels, self.fmin, self.fmax, self.duration)
        return np.asarray(dct(decibels(mel), axis=0, type=2, norm="ortho", workers=1)[: self.n_mfcc])

    def _feature_names(self) -> list[str]:
        orders = ["mfcc", "mfcc_delta", "mfcc_delta2"][: self.deltas + 1]
        statistics = statistic_names(self.statistics)
        return [f"{order}_{one}_{band}" for order in orders for one in statistics for band in range(self.n_mfcc)]

    def _check_parameters(self) -> None:
        check_statistics(self.statistics)
        highest = self.sample_rate / 2 if self.fmax is None else self.fmax
        if self.n_mfcc > self.n_mels:
            raise InvalidParameterError(f"n_mfcc={self.n_mfcc} must not exceed n_mels={self.n_mels}")
        if not self.fmin < highest <= self.sample_rate / 2:
            what = f"fmin={self.fmin:g}, fmax={highest:g}, sample_rate={self.sample_rate:g}"
            raise InvalidParameterError(f"fmin < fmax <= sample_rate / 2 does not hold: {what}")
        if self.deltas > MAX_DELTAS:
            raise InvalidParameterError(f"deltas must be 0, 1 or 2, got {self.deltas}")
        bank, _ = mel_bank(self.sample_rate, self.n_fft, self.n_mels, self.fmin, self.fmax)
        n_empty = int((bank.max(axis=1) == 0).sum())
        if n_empty:
            what = f"{n_empty} of n_mels={self.n_mels} bands lie between two bins and are always empty"
            warnings.warn(f"{what}; use fewer bands or a larger n_fft", UserWarning, stacklevel=2)


def delta(frames: np.ndarray, order: int) -> np.ndarray:
    """Return ``librosa.feature.delta(frames, order=order)``, also for a clip of fewer than 9 frames (mode="nearest").

    The highest derivative of a fitted polynomial is one number for all of its 9 frames, so the ends need no fit of
    their own: the first and the last 4 frames have the value of their neighbour.

    Parameters
    ----------
    frames : ndarray of shape (n_values, n_frames)
    order : int

    Returns
    -------
    ndarray of shape (n_values, n_frames), dtype=float64
    """
    from scipy.ndimage import correlate1d

    slopes: np.ndarray = correlate1d(frames, _slope(order), axis=1, output=np.float64, mode="nearest")
    if frames.shape[1] >= WIDTH:
        half = WIDTH // 2
        slopes[:, :half] = slopes[:, half : half + 1]
        slopes[:, -half:] = slopes[:, -half - 1 : -half]
    return slopes


@lru_cache
def _slope(order: int) -> np.ndarray:
    """Return the weights by which 9 frames give the derivative of the polynomial that fits them best."""
    from scipy.signal import savgol_coeffs

    return np.asarray(savgol_coeffs(WIDTH, order, deriv=order, use="dot"))
