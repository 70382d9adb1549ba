"""MFCC against librosa."""

import librosa
import numpy as np
import pytest

from mmsk._params import InvalidParameterError
from mmsk.audio import MFCC, Sound
from mmsk.audio._mfcc import delta

pytestmark = pytest.mark.filterwarnings("ignore:n_fft=.* is too large for input signal", "ignore:Empty filters")


def oracle(samples, rate, mfcc):
    if rate != mfcc.sample_rate:
        samples = librosa.resample(samples, orig_sr=rate, target_sr=mfcc.sample_rate)
    return librosa.feature.mfcc(
        y=samples,
        sr=mfcc.sample_rate,
        n_mfcc=mfcc.n_mfcc,
        n_fft=mfcc.n_fft,
        hop_length=mfcc.hop_length,
        n_mels=mfcc.n_mels,
        fmin=mfcc.fmin,
        fmax=mfcc.fmax,
    )


@pytest.mark.parametrize(
    "mfcc",
    [
        MFCC(),
        MFCC(n_mfcc=13, sample_rate=16_000, n_fft=512, hop_length=160, n_mels=40, fmin=20.0, fmax=7_600.0),
        MFCC(n_mfcc=40, sample_rate=44_100, n_fft=1_000, hop_length=333, n_mels=64),
    ],
)
def test_frames_equal_librosa(clips, mfcc):
    for samples, rate in clips:
        frames = mfcc._frames(Sound((samples, rate)))
        np.testing.assert_allclose(frames, oracle(samples, rate, mfcc), rtol=0, atol=1e-4)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("n_frames", [1, 2, 8, 9, 10, 60])
def test_deltas_equal_librosa(order, n_frames):
    frames = np.random.default_rng(n_frames).normal(scale=100, size=(4, n_frames)).astype(np.float32)
    mode = "interp" if n_frames >= 9 else "nearest"
    expected = librosa.feature.delta(frames, order=order, mode=mode)
    np.testing.assert_allclose(delta(frames, order), expected, rtol=0, atol=1e-4)


def test_vector_is_frames_and_deltas_pooled(signal):
    samples = signal("speech", 22_050, 30_000)
    mfcc = MFCC(n_mfcc=5, deltas=2, statistics=("max", "mean"))
    vector = mfcc.fit_transform([(samples, 22_050)])[0]
    frames = librosa.feature.mfcc(y=samples, sr=22_050, n_mfcc=5)
    orders = [frames, librosa.feature.delta(frames), librosa.feature.delta(frames, order=2)]
    expected = np.concatenate([pooled for order in orders for pooled in (order.max(axis=1), order.mean(axis=1))])
    np.testing.assert_allclose(vector, expected, rtol=0, atol=1e-4)


def test_names():
    mfcc = MFCC(n_mfcc=2, deltas=2, statistics=["std", 0.1]).fit([None])
    parts = ["mfcc_std", "mfcc_q10", "mfcc_delta_std", "mfcc_delta_q10", "mfcc_delta2_std", "mfcc_delta2_q10"]
    assert mfcc.names_ == [f"{part}_{band}" for part in parts for band in (0, 1)]
    assert MFCC(deltas=0).fit([None]).names_ == [f"mfcc_{one}_{band}" for one in ("mean", "std") for band in range(20)]


def test_duration_cuts_before_resampling(signal):
    samples = signal("speech", 44_100, 88_200)
    whole, part = (samples, 44_100), (samples[:22_050], 44_100)
    np.testing.assert_array_equal(MFCC(duration=0.5).fit_transform([whole]), MFCC().fit_transform([part]))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_mfcc": 41, "n_mels": 40}, "n_mfcc=41 must not exceed n_mels=40"),
        ({"fmin": 4_000.0, "fmax": 3_000.0}, "fmin < fmax"),
        ({"fmin": 12_000.0}, "fmin < fmax"),
        ({"sample_rate": 8_000, "fmax": 4_001.0}, "fmax <= sample_rate / 2"),
        ({"deltas": 3}, "deltas must be 0, 1 or 2"),
        ({"statistics": ["mode"]}, "unknown 'mode'"),
    ],
)
def test_parameters_that_do_not_go_together(parameters, message):
    with pytest.raises(InvalidParameterError, match=message):
        MFCC(**parameters).fit([None])


def test_empty_bands_are_told_of():
    with pytest.warns(UserWarning, match="of n_mels=128 bands lie between two bins"):
        MFCC(n_fft=256).fit([None])
