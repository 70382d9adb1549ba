"""Changes of a sound that leave what is heard in it: shift, noise, gain, stretch.

A sound is (samples, rate): an array of shape (n_samples,), dtype=float32, and Hz. A strength of 0 changes nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mmsk.audio import Sound

__all__ = ["gain", "noise", "open_sound", "shift", "stretch"]

Clip = tuple[np.ndarray, float]
FRAME = 2048  # samples: librosa's frame; a clip that has no whole one is not stretched


def open_sound(reference: Any, limits: Any) -> Clip:
    """Return a clip, its channels mixed down, at its own rate."""
    sound = Sound.open(reference, limits)
    return sound.samples(), sound.rate


def shift(clip: Clip, share: float, rng: np.random.Generator) -> Clip:
    """Move a clip by up to a share of its length either way; what leaves at one end comes in at the other."""
    samples, rate = clip
    return np.roll(samples, round(rng.uniform(-share, share) * len(samples))), rate


def noise(clip: Clip, share: float, rng: np.random.Generator) -> Clip:
    """Add white noise of up to a share of the clip's root mean square (0.1 = 20 dB below it)."""
    samples, rate = clip
    loudness = np.sqrt(np.mean(np.square(samples, dtype=np.float64)))
    added = rng.uniform(0, share) * loudness * rng.standard_normal(len(samples))
    return (samples + added).astype(np.float32), rate


def gain(clip: Clip, decibels: float, rng: np.random.Generator) -> Clip:
    """Make a clip louder or softer by up to so many dB; nothing is clipped."""
    samples, rate = clip
    return samples * np.float32(10 ** (rng.uniform(-decibels, decibels) / 20)), rate


def stretch(clip: Clip, share: float, rng: np.random.Generator) -> Clip:
    """Play a clip faster or slower, by a factor from 1 / (1 + share) to 1 + share, at the same pitch."""
    samples, rate = clip
    factor = float((1 + share) ** rng.uniform(-1, 1))
    if len(samples) < FRAME * max(1.0, factor):
        return clip
    from librosa import istft, phase_vocoder, stft

    # librosa.effects.time_stretch to the bit; that of librosa 1.0 warns of its own inside
    with np.errstate(invalid="ignore"):  # and its phase_vocoder of what memory held before
        frames = phase_vocoder(stft(samples, n_fft=FRAME), rate=factor)
    length = round(len(samples) / factor)
    return istft(frames, n_fft=FRAME, dtype=samples.dtype, length=length), rate
