"""The tuning is the number that librosa estimates, not its neighbour."""

import warnings

import librosa
import numpy as np
import pytest

from mmsk.audio._spectrum import power_spectrum
from mmsk.audio._tuning import estimate_tuning


def oracle(spectrum, rate, n_fft, bins):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Trying to estimate tuning from empty frequency set")
        return librosa.estimate_tuning(S=spectrum, sr=rate, n_fft=n_fft, bins_per_octave=bins)


@pytest.mark.parametrize(("n_fft", "hop", "bins"), [(2048, 512, 12), (511, 100, 24), (4096, 700, 36)])
def test_equals_librosa(clips, n_fft, hop, bins):
    for samples, rate in clips:
        spectrum = power_spectrum(samples, n_fft, hop)
        assert estimate_tuning(spectrum, rate, n_fft, bins) == oracle(spectrum, rate, n_fft, bins)


@pytest.mark.parametrize("cents", [-40, -10, 0, 25, 45])
def test_finds_a_detuned_tone(cents):
    pitch = 440 * 2 ** (cents / 1200)
    tone = np.sin(2 * np.pi * pitch * np.arange(22_050) / 22_050).astype(np.float32)
    assert estimate_tuning(power_spectrum(tone, 2048, 512), 22_050, 2048, 12) == pytest.approx(cents / 100, abs=0.06)


def test_no_peak_means_no_deviation():
    assert estimate_tuning(np.zeros((1025, 4), dtype=np.float32), 22_050, 2048, 12) == 0
    assert estimate_tuning(np.ones((5, 4), dtype=np.float32), 250, 8, 12) == 0  # no bin from 150 Hz to half the rate
