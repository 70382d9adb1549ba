"""How far a clip is out of tune, estimated as librosa does it.

Strategy: librosa interpolates every bin of the spectrogram and keeps the few that are peaks. Here only the peaks are
interpolated. Each step has librosa's precision, rounding for rounding, so that the estimate, the fullest bin of a
histogram, is the same number and not its neighbour.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from mmsk._numba import jit

__all__ = ["estimate_tuning"]

FMIN, FMAX = 150.0, 4000.0  # Hz, where peaks are looked for
THRESHOLD = 0.1  # of the frame's maximum: what a peak has to exceed
EDGES = np.linspace(-0.5, 0.5, 101)  # of the histogram, in bins of the chroma


def estimate_tuning(spectrum: np.ndarray, rate: float, n_fft: int, bins_per_octave: int) -> float:
    """Return ``librosa.estimate_tuning(S=spectrum, sr=rate, bins_per_octave=...)``.

    Parameters
    ----------
    spectrum : ndarray of shape (n_bins, n_frames), dtype=float32
        Power spectrogram.
    rate : float
        Hz.
    n_fft : int
        Length of a frame in samples.
    bins_per_octave : int

    Returns
    -------
    float
        Deviation from A = 440 Hz in [-0.5, 0.5), in bins; 0 where there is no peak.
    """
    first, last = _searched(rate, n_fft)
    threshold = np.float32(THRESHOLD) * spectrum.max(axis=0)
    places, heights = _peaks(spectrum, threshold, first, last)
    if not len(places):
        return 0.0
    pitches = (places * float(rate) / n_fft).astype(np.float32)
    strong = pitches[heights >= _median(heights)]
    return float(EDGES[np.argmax(_count(bins_per_octave * np.log2(strong / (440.0 / 16)), EDGES))])


def _median(values: np.ndarray) -> np.floating[Any]:
    """Return ``numpy.median(values)``; numpy sorts float32 several times faster than it selects from them."""
    ordered = np.sort(values)
    middle: np.floating[Any] = (ordered[(len(values) - 1) // 2] + ordered[len(values) // 2]) / np.float32(2)
    return middle


@lru_cache
def _searched(rate: float, n_fft: int) -> tuple[int, int]:
    """Return the first bin in which peaks are looked for and the one after the last."""
    frequencies = np.fft.rfftfreq(n_fft, 1 / rate)
    inside = np.flatnonzero((frequencies >= FMIN) & (frequencies < min(FMAX, rate / 2)))
    return (int(inside[0]), int(inside[-1]) + 1) if len(inside) else (0, 0)


@jit
def _peaks(spectrum, threshold, first, last):  # type: ignore[no-untyped-def]  # a kernel: numba infers the types
    """Return the place (in bins) and the height of each local maximum between two bins, by parabolic interpolation."""
    top, n_frames = spectrum.shape[0] - 1, spectrum.shape[1]
    places = np.empty(n_frames * ((last - first) // 2 + 1), dtype=np.float64)
    heights = np.empty(places.shape[0], dtype=np.float32)
    frames = np.empty(n_frames + 1, dtype=np.int64)
    found = 0
    for bin_ in range(first, last):
        below, here, above = spectrum[bin_ - 1], spectrum[bin_], spectrum[min(bin_ + 1, top)]
        n_peaks = 0
        for frame in range(n_frames):  # without a branch, which noise would make unpredictable
            frames[n_peaks] = frame
            value = here[frame]
            n_peaks += (value > threshold[frame]) & (value > below[frame]) & (value >= above[frame])
        for frame in frames[:n_peaks]:
            curvature = np.float64(above[frame] + below[frame]) - 2.0 * np.float64(here[frame])
            slope = np.float64(above[frame] - below[frame]) / 2.0
            shift = np.float32(0.0)
            if bin_ < top and abs(slope) < abs(curvature):
                shift = np.float32(-slope / curvature)
            gradient = (above[frame] - below[frame]) / np.float32(2.0)
            places[found] = bin_ + np.float64(shift)
            heights[found] = here[frame] + np.float32(0.5) * gradient * shift
            found += 1
    return places[:found], heights[:found]


@jit
def _count(positions, edges):  # type: ignore[no-untyped-def]  # a kernel: numba infers the types
    """Return the histogram of how far positions are from the next whole number, for equally spaced edges."""
    n_bins = edges.shape[0] - 1
    counts = np.zeros(n_bins, dtype=np.int64)
    for position in positions:
        value = position - np.floor(position)
        if value >= np.float32(0.5):
            value -= np.float32(1.0)
        place = min(int((value + 0.5) * n_bins), n_bins - 1)
        while place > 0 and value < edges[place]:
            place -= 1
        while place < n_bins - 1 and value >= edges[place + 1]:
            place += 1
        counts[place] += 1
    return counts
