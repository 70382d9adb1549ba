"""SpectralShape: where the energy of a sound lies, how noisy it is, and how loud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from mmsk._base import ItemDescriptor
from mmsk._params import COUNT, POSITIVE, POSITIVE_OR_NONE, SHARE, InvalidParameterError
from mmsk.audio._pooling import check_statistics, pool, statistic_names
from mmsk.audio._sound import Sound
from mmsk.audio._spectrum import FLOOR, decibels, framed
from mmsk.cache import FeatureCache

__all__ = ["SpectralShape"]

LOWEST_BAND = 200.0  # Hz, the upper edge of the lowest band of the contrast; each further band is an octave
EXTREMES = 0.02  # share of a band's bins that make its peak and its valley
BLOCK = 256  # frames looked at together: they stay in the processor's cache, and a long clip needs no memory
AUDIBLE = 1e-10  # amplitude below which a sample counts as zero


class SpectralShape(ItemDescriptor):
    """Centroid, bandwidth, roll-off, flatness, contrast, zero crossings and loudness, pooled over time.

    Frames equal those of ``librosa.feature.spectral_centroid``, ``spectral_bandwidth``, ``spectral_rolloff``,
    ``spectral_flatness``, ``spectral_contrast``, ``zero_crossing_rate`` and ``rms`` to a share of 1e-4.

    Parameters
    ----------
    sample_rate : float, default=22050
        Hz, to which each clip is resampled.
    n_fft : int, default=2048
        Length of a frame in samples.
    hop_length : int, default=512
        Samples from frame to frame.
    n_bands : int, default=6
        Octaves above 200 Hz, besides what is below, whose contrast (peaks against valleys, in dB) is measured.
    roll_percent : float, default=0.85
        Share of the amplitude that lies below the roll-off frequency.
    statistics : sequence of str or float, default=("mean", "std")
        How frames are pooled: "mean", "std", "min", "max", "median", "skewness", quantiles ("q10" or 0.1).
    duration : float, default=None
        Seconds of each clip that are used, from its start. None: all.
    pool, on_error, max_missing, limits, cache, n_jobs, verbose, isolate
        As in `ItemDescriptor`.

    References
    ----------
    G. Peeters, "A large set of audio features for sound description", IRCAM (2004). D. Jiang et al., "Music type
    classification by spectral contrast feature", ICME (2002).

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.audio import SpectralShape
    >>> tone = np.sin(2 * np.pi * 440 * np.arange(22_050) / 22_050)
    >>> shape = SpectralShape(statistics=["median"])
    >>> vector = shape.fit_transform([(tone, 22_050)])[0]
    >>> dict(zip(shape.names_, vector.round(2).tolist()))["centroid_median"]
    440.25
    """

    _item_class = Sound
    _libraries: ClassVar[tuple[str, ...]] = ("numpy", "scipy", "soundfile", "soxr", "av")
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **ItemDescriptor._shared_constraints,
        "sample_rate": POSITIVE,
        "n_fft": COUNT,
        "hop_length": COUNT,
        "n_bands": COUNT,
        "roll_percent": SHARE,
        "statistics": [tuple, list],
        "duration": POSITIVE_OR_NONE,
    }

    def __init__(
        self,
        sample_rate: float = 22050,
        n_fft: int = 2048,
        hop_length: int = 512,
        n_bands: int = 6,
        roll_percent: float = 0.85,
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
        self.sample_rate = sample_rate
        self.n_fft = n_fft
        self.hop_length = hop_length
        self.n_bands = n_bands
        self.roll_percent = roll_percent
        self.statistics = statistics
        self.duration = duration

    def _describe(self, item: Sound) -> np.ndarray:
        return pool(self._frames(item), self.statistics)

    def _frames(self, item: Sound) -> np.ndarray:
        """Return the values of each frame, of shape (7 + n_bands, n_frames), in the order of the names."""
        power = item.power(self.sample_rate, self.n_fft, self.hop_length, self.duration)
        wave = item.wave(self.sample_rate, self.duration)
        frequencies = np.fft.rfftfreq(self.n_fft, 1 / self.sample_rate)
        bands = _bands(frequencies, self.n_bands)
        blocks = []
        for start in range(0, power.shape[1], BLOCK):
            block = power[:, start : start + BLOCK]
            magnitude = np.sqrt(block)
            rolloff = _rolloff(magnitude, frequencies, self.roll_percent)
            shape = [*_moments(magnitude, frequencies), rolloff, _flatness(block)]
            blocks.append(np.vstack([*shape, *_extremes(magnitude, bands)]))
        values = np.hstack(blocks)
        valley, peak = np.split(values[4:], 2)
        contrast = decibels(peak) - decibels(valley)
        crossings = _crossings(wave, self.n_fft, self.hop_length)
        loudness = _loudness(wave, self.n_fft, self.hop_length)
        return np.vstack([values[:4], contrast, crossings, loudness])

    def _feature_names(self) -> list[str]:
        bands = [f"contrast{band}" for band in range(self.n_bands + 1)]
        values = ["centroid", "bandwidth", "rolloff", "flatness", *bands, "zero_crossings", "rms"]
        return [f"{value}_{one}" for one in statistic_names(self.statistics) for value in values]

    def _check_parameters(self) -> None:
        check_statistics(self.statistics)
        _bands(np.fft.rfftfreq(self.n_fft, 1 / self.sample_rate), self.n_bands)


def _moments(magnitude: np.ndarray, frequencies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean frequency of each frame in Hz and the standard deviation around it; 0 in silence."""
    total = magnitude.sum(axis=0, dtype=np.float64)
    total[total == 0] = 1.0
    mean = np.einsum("f,ft->t", frequencies, magnitude) / total
    square = np.einsum("f,ft->t", frequencies**2, magnitude) / total
    return mean, np.sqrt(np.maximum(square - mean**2, 0.0))


def _rolloff(magnitude: np.ndarray, frequencies: np.ndarray, share: float) -> np.ndarray:
    """Return the frequency in Hz below which a share of each frame's amplitude lies."""
    below = np.cumsum(magnitude, axis=0)
    return np.asarray(frequencies[np.argmax(below >= share * below[-1], axis=0)])


def _flatness(power: np.ndarray) -> np.ndarray:
    """Return the geometric over the arithmetic mean of each frame's power: 1 for noise, near 0 for a tone."""
    floored = np.maximum(FLOOR, power)
    geometric = np.exp(np.log(floored).mean(axis=0, dtype=np.float64))
    return np.asarray(geometric / floored.mean(axis=0, dtype=np.float64))


def _bands(frequencies: np.ndarray, n_bands: int) -> list[slice]:
    """Return librosa's octave bands: each but the lowest begins one bin early, the highest ends with the spectrum."""
    edges = [0.0, *(LOWEST_BAND * 2.0**octave for octave in range(n_bands + 1))]
    bands = []
    for band, (low, high) in enumerate(pairwise(edges)):
        inside = np.flatnonzero((frequencies >= low) & (frequencies <= high))
        if len(inside) + (band > 0) < 2:
            raise InvalidParameterError(
                f"n_bands={n_bands}: no bin from {low:g} to {high:g} Hz; fewer or a larger n_fft"
            )
        last = inside[-1] + 1 if band < n_bands else len(frequencies)
        bands.append(slice(inside[0] - (band > 0), last))
    return bands


def _extremes(magnitude: np.ndarray, bands: list[slice]) -> np.ndarray:
    """Return the valleys and the peaks of the bands, of shape (2, n_bands, n_frames)."""
    extremes = np.empty((2, len(bands), magnitude.shape[1]))
    for number, band in enumerate(bands):
        count = max(1, round(EXTREMES * (band.stop - band.start)))
        # as in librosa, every band but the highest leaves out its last bin, after its extremes were counted
        inside = magnitude[band.start : band.stop - (number < len(bands) - 1)]
        ordered = np.sort(inside.T, axis=1)
        extremes[0, number] = ordered[:, :count].mean(axis=1)
        extremes[1, number] = ordered[:, -count:].mean(axis=1)
    return extremes


def _crossings(wave: np.ndarray, length: int, hop: int) -> np.ndarray:
    """Return the share of each frame's samples at which the sign changes."""
    padded = np.pad(wave, length // 2, mode="edge")
    negative = (padded < 0) & (np.abs(padded) > AUDIBLE)
    changes = np.concatenate([[0], np.cumsum(negative[1:] != negative[:-1])])
    starts = np.arange(0, len(padded) - length + 1, hop)
    return np.asarray((changes[starts + length - 1] - changes[starts]) / length)


def _loudness(wave: np.ndarray, length: int, hop: int) -> np.ndarray:
    """Return the root mean square of each frame."""
    frames = framed(np.pad(wave, length // 2), length, hop)
    return np.asarray(np.sqrt(np.einsum("tn,tn->t", frames, frames, dtype=np.float64) / length))
