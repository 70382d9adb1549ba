"""Filter banks: how the bins of a spectrum make up mel bands and pitch classes.

Strategy: these are librosa's filters to the last digit of float32, and librosa is the oracle of their tests, but it is
not imported: it compiles code when it is, which costs a process without a writable folder half a minute. A bank is
computed once for its parameters.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

__all__ = ["chroma_bank", "mel_bank"]

LINEAR_TO = 1000.0  # Hz, up to which the mel scale is linear; above, it is logarithmic
HZ_PER_MEL = 200.0 / 3.0
LOG_STEP = np.log(6.4) / 27.0  # what a mel multiplies the frequency by, above, as a logarithm
CENTRE_OCTAVE, OCTAVE_WIDTH = 5.0, 2.0  # octaves above 27.5 Hz that count most for the chroma, and their spread
BELOW = 1.5  # octaves below the first bin at which the constant part of the spectrum is put


@lru_cache(maxsize=64)
def mel_bank(rate: float, n_fft: int, n_mels: int, fmin: float, fmax: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the triangular filters of M. Slaney's Auditory Toolbox (1998), as ``librosa.filters.mel`` has them.

    Parameters
    ----------
    rate : float
        Hz.
    n_fft : int
        Length of a frame in samples.
    n_mels : int
        Number of filters.
    fmin, fmax : float
        Hz, where the lowest filter begins and the highest ends; None = half the rate.

    Returns
    -------
    bank : ndarray of shape (n_mels, 1 + n_fft // 2), dtype=float32
        Filters of equal area.
    span : ndarray of shape (n_mels, 2)
        First bin of each filter that is not zero, and the one after the last.
    """
    ends = _mel(np.array([fmin, rate / 2 if fmax is None else fmax]))
    edges = _hertz(np.linspace(ends[0], ends[1], n_mels + 2))[:, np.newaxis]
    lower, centre, upper = edges[:-2], edges[1:-1], edges[2:]
    bins = np.fft.rfftfreq(n_fft, 1 / rate)
    triangles = np.minimum((bins - lower) / (centre - lower), (upper - bins) / (upper - centre))
    heights = np.maximum(triangles, 0).astype(np.float32)
    return _with_span(heights * (2.0 / (upper - lower)))


@lru_cache(maxsize=512)
def chroma_bank(rate: float, n_fft: int, n_chroma: int, tuning: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the pitch-class filters of D. Ellis (2007), as ``librosa.filters.chroma`` has them.

    Parameters
    ----------
    rate : float
        Hz.
    n_fft : int
        Length of a frame in samples.
    n_chroma : int
        Classes in an octave; the first is C.
    tuning : float
        Deviation from A = 440 Hz in classes. Estimated, it is one of a hundred values, so that a bank is soon known.

    Returns
    -------
    bank : ndarray of shape (n_chroma, 1 + n_fft // 2), dtype=float32
    span : ndarray of shape (n_chroma, 2)
        As in `mel_bank`.
    """
    lowest = 440.0 * 2.0 ** (tuning / n_chroma) / 16
    pitch = n_chroma * np.log2(np.arange(1, n_fft) * (rate / n_fft) / lowest)
    pitch = np.concatenate([[pitch[0] - BELOW * n_chroma], pitch])
    width = np.append(np.maximum(np.diff(pitch), 1.0), 1.0)
    pitch, width = pitch[: 1 + n_fft // 2], width[: 1 + n_fft // 2]
    half = np.round(n_chroma / 2)
    distance = np.remainder(pitch - np.arange(n_chroma)[:, np.newaxis] + half, n_chroma) - half
    bank = np.exp(-0.5 * (2 * distance / width) ** 2)
    bank /= np.sqrt(np.square(bank).sum(axis=0))
    bank *= np.exp(-0.5 * ((pitch / n_chroma - CENTRE_OCTAVE) / OCTAVE_WIDTH) ** 2)
    return _with_span(np.roll(bank, -3 * (n_chroma // 12), axis=0))


def _mel(hertz: np.ndarray) -> np.ndarray:
    """Return frequencies in mel."""
    logarithmic = LINEAR_TO / HZ_PER_MEL + np.log(np.maximum(hertz, LINEAR_TO) / LINEAR_TO) / LOG_STEP
    return np.where(hertz < LINEAR_TO, hertz / HZ_PER_MEL, logarithmic)


def _hertz(mel: np.ndarray) -> np.ndarray:
    """Return mels as frequencies."""
    logarithmic = LINEAR_TO * np.exp(LOG_STEP * np.maximum(mel - LINEAR_TO / HZ_PER_MEL, 0))
    return np.where(mel < LINEAR_TO / HZ_PER_MEL, mel * HZ_PER_MEL, logarithmic)


def _with_span(bank: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a filter bank in float32 and the bins that each filter spans."""
    bank = np.ascontiguousarray(bank, dtype=np.float32)
    used = bank > 0
    first = used.argmax(axis=1)
    last = np.where(used.any(axis=1), bank.shape[1] - used[:, ::-1].argmax(axis=1), first)
    return bank, np.stack([first, last], axis=1)
