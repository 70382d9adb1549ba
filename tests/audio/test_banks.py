"""The filter banks are librosa's."""

import librosa
import numpy as np
import pytest

from mmsk.audio._banks import chroma_bank, mel_bank


@pytest.mark.filterwarnings("ignore:Empty filters")
@pytest.mark.parametrize(("rate", "n_fft"), [(8_000, 511), (16_000, 512), (22_050, 2048), (48_000, 4096)])
@pytest.mark.parametrize(("n_mels", "fmin", "fmax"), [(128, 0.0, None), (40, 20.0, 3_800.0), (13, 1_200.0, 3_000.0)])
def test_mel(rate, n_fft, n_mels, fmin, fmax):
    bank, span = mel_bank(rate, n_fft, n_mels, fmin, fmax)
    expected = librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=n_mels, fmin=fmin, fmax=fmax)
    assert bank.dtype == expected.dtype == np.float32
    np.testing.assert_allclose(bank, expected, rtol=1e-6, atol=1e-9)
    assert_span(bank, span)


@pytest.mark.parametrize(("rate", "n_fft"), [(8_000, 511), (16_000, 512), (22_050, 2048), (48_000, 4096)])
@pytest.mark.parametrize(("n_chroma", "tuning"), [(12, 0.0), (12, -0.5), (24, 0.37), (7, 0.1), (36, 0.0), (1, 0.0)])
def test_chroma(rate, n_fft, n_chroma, tuning):
    bank, span = chroma_bank(rate, n_fft, n_chroma, tuning)
    expected = librosa.filters.chroma(sr=rate, n_fft=n_fft, n_chroma=n_chroma, tuning=tuning)
    assert bank.dtype == expected.dtype == np.float32
    np.testing.assert_allclose(bank, expected, rtol=1e-6, atol=1e-9)
    assert_span(bank, span)


def assert_span(bank, span):
    """Nothing lies outside a filter's span, and its first and last bin are not zero."""
    for weights, (first, last) in zip(bank, span, strict=True):
        assert not weights[:first].any()
        assert not weights[last:].any()
        if weights.any():
            assert weights[first] > 0
            assert weights[last - 1] > 0
        else:
            assert first == last
