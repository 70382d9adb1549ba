"""Spectrograms: power by frequency, by mel band and by pitch class, and decibels.

Strategy: everything has librosa's layout, (n_bins, n_frames), time last: then each kernel adds up whole rows in a fixed
order, which vectorises and which no number of threads can change. (A BLAS product sums in another order for another
number of threads.) The Fourier transform runs in float64 and its result is kept in float32, as librosa does it:
in float32 the noise in a pure tone's quiet bins alone would take up the tolerance of 1e-4. Frames are transformed a few
at a time, so that they stay in the processor's cache, and into the same memory each time.
"""

from __future__ import annotations

import threading
from functools import lru_cache

import numpy as np

from mmsk._numba import jit
from mmsk.audio._banks import chroma_bank, mel_bank

__all__ = ["chroma", "decibels", "framed", "mel", "power_spectrum"]

BLOCK_BYTES = 2**18  # of samples that are transformed at a time
FLOOR = 1e-10  # power below which decibels do not go
RANGE = 80.0  # dB below the peak that are kept

_kept = threading.local()


def power_spectrum(wave: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    """Return ``abs(librosa.stft(wave, n_fft=n_fft, hop_length=hop_length)) ** 2``.

    Parameters
    ----------
    wave : ndarray of shape (n_samples,), dtype=float32
    n_fft, hop_length : int

    Returns
    -------
    ndarray of shape (1 + n_fft // 2, n_frames), dtype=float32
        There is a frame for each multiple of `hop_length` up to n_samples; if `n_fft` is odd, below it.
    """
    n_frames = 1 + (len(wave) - n_fft % 2) // hop_length
    power = np.empty((1 + n_fft // 2, n_frames), dtype=np.float32)
    window = _window(n_fft)
    segment, *buffers = _buffers(n_fft, hop_length)
    step = len(buffers[0])
    for start in range(0, n_frames, step):
        size = min(step, n_frames - start)
        _copy_padded(wave, start * hop_length - n_fft // 2, segment)
        frames, windowed, transformed, rounded, magnitude = (buffer[:size] for buffer in buffers)
        np.multiply(frames, window, out=windowed)
        np.fft.rfft(windowed, axis=-1, out=transformed)
        rounded[:] = transformed
        np.abs(rounded, out=magnitude)
        np.square(magnitude, out=magnitude)
        power[:, start : start + size] = magnitude.T
    return power


def _buffers(n_fft: int, hop_length: int) -> list[np.ndarray]:
    """Return memory for a segment of the wave, the windowed frames, their transform in both precisions, its magnitude.

    The frames themselves, second in the list, are a view of the segment. All is kept for the next clip of this thread:
    fresh memory costs as much time as what is computed in it.
    """
    key = n_fft, hop_length
    if getattr(_kept, "key", None) != key:
        step, n_bins = max(1, BLOCK_BYTES // (8 * max(n_fft, hop_length))), 1 + n_fft // 2
        segment = np.empty((step - 1) * hop_length + n_fft)
        buffers = [segment, framed(segment, n_fft, hop_length), np.empty((step, n_fft))]
        buffers += [np.empty((step, n_bins), dtype) for dtype in (np.complex128, np.complex64, np.float32)]
        _kept.key, _kept.buffers = key, buffers
    kept: list[np.ndarray] = _kept.buffers
    return kept


def _copy_padded(wave: np.ndarray, start: int, out: np.ndarray) -> None:
    """Copy the samples from a start on, which may lie before the first; zeros where there are none."""
    before = max(0, -start)
    found = wave[max(0, start) : max(0, start + len(out))]
    out[:before] = 0
    out[before : before + len(found)] = found
    out[before + len(found) :] = 0


def framed(samples: np.ndarray, length: int, hop: int) -> np.ndarray:
    """Return the frames of a signal, of shape (n_frames, length), without a copy."""
    frames: np.ndarray = np.lib.stride_tricks.sliding_window_view(samples, length)[::hop]
    return frames


def mel(spectrum: np.ndarray, rate: float, n_fft: int, n_mels: int, fmin: float, fmax: float | None) -> np.ndarray:
    """Return the mel spectrogram of a power spectrogram, of shape (n_mels, n_frames), as librosa's."""
    return np.asarray(_apply_bank(*mel_bank(rate, n_fft, n_mels, fmin, fmax), spectrum))


def chroma(spectrum: np.ndarray, rate: float, n_fft: int, n_chroma: int, tuning: float) -> np.ndarray:
    """Return the energy in each pitch class of a power spectrogram, of shape (n_chroma, n_frames)."""
    return np.asarray(_apply_bank(*chroma_bank(rate, n_fft, n_chroma, tuning), spectrum))


def decibels(spectrum: np.ndarray) -> np.ndarray:
    """Return ``librosa.power_to_db(spectrum)``: at most 80 dB below the peak."""
    level = 10.0 * np.log10(np.maximum(FLOOR, spectrum))
    return np.asarray(np.maximum(level, level.max() - RANGE))


@lru_cache(maxsize=16)
def _window(n_fft: int) -> np.ndarray:
    from scipy.signal import get_window

    return np.asarray(get_window("hann", n_fft, fftbins=True))


@jit
def _apply_bank(bank, edges, spectrum):  # type: ignore[no-untyped-def]  # a kernel: numba infers the types
    """Return the product of a filter bank and a spectrogram, summed bin by bin; four at a time, for fewer stores."""
    n_frames = spectrum.shape[1]
    out = np.zeros((bank.shape[0], n_frames), dtype=np.float32)
    for band in range(bank.shape[0]):
        row, weights = out[band], bank[band]
        first, last = edges[band, 0], edges[band, 1]
        alone = last - (last - first) % 4
        for bin_ in range(first, alone, 4):
            w, x, y, z = weights[bin_], weights[bin_ + 1], weights[bin_ + 2], weights[bin_ + 3]
            a, b, c, d = spectrum[bin_], spectrum[bin_ + 1], spectrum[bin_ + 2], spectrum[bin_ + 3]
            for frame in range(n_frames):
                row[frame] = row[frame] + w * a[frame] + x * b[frame] + y * c[frame] + z * d[frame]
        for bin_ in range(alone, last):
            weight, values = weights[bin_], spectrum[bin_]
            for frame in range(n_frames):
                row[frame] += weight * values[frame]
    return out
