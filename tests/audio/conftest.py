"""Signals, and clips made of them."""

import io

import numpy as np
import pytest
import soundfile


def make_signal(name, rate, n_samples):
    """Return a mono signal in float32."""
    rng = np.random.default_rng(n_samples)
    time = np.arange(n_samples) / rate
    if name == "sine":
        signal = 0.5 * np.sin(2 * np.pi * 440 * time)
    elif name == "chirp":
        signal = 0.5 * np.sin(2 * np.pi * (150 + 300 * time) * time)
    elif name == "noise":
        signal = 0.1 * rng.standard_normal(n_samples)
    elif name == "click":
        signal = np.zeros(n_samples)
        signal[n_samples // 3] = 1.0
    elif name == "silence":
        signal = np.zeros(n_samples)
    else:  # speech-like: harmonics of a gliding pitch under a syllable's envelope, with breath
        pitch = 2 * np.pi * np.cumsum(120 + 30 * np.sin(2 * np.pi * 0.7 * time)) / rate
        voice = sum(np.sin(k * pitch) / k for k in range(1, 12) if k * 150 < rate / 2)
        signal = 0.2 * voice * np.square(np.sin(2 * np.pi * 2 * time)) + 0.005 * rng.standard_normal(n_samples)
    return signal.astype(np.float32)


@pytest.fixture
def signal():
    """Return a function of (name, rate, n_samples) -> a mono signal."""
    return make_signal


@pytest.fixture
def encode():
    """Return a function of (samples, rate, format, subtype) -> bytes."""

    def encoded(samples, rate=22050, form="WAV", subtype=None):
        file = io.BytesIO()
        soundfile.write(file, samples, rate, format=form, subtype=subtype)
        return file.getvalue()

    return encoded


@pytest.fixture
def clips(signal):
    """Return clips, as (samples, rate), over kinds of signal, rates and lengths."""
    kinds = ["sine", "chirp", "noise", "click", "silence", "speech"]
    rates = [8_000, 16_000, 22_050, 44_100, 48_000]
    lengths = [1, 300, 2047, 2048]
    made = [(signal(kind, rate, 3 * rate), rate) for kind, rate in zip(kinds, [*rates, 22_050], strict=True)]
    made += [(signal(kind, rates[place % 5], n), rates[place % 5]) for place, kind in enumerate(kinds) for n in lengths]
    return made
