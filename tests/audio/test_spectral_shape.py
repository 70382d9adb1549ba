"""SpectralShape against librosa."""

import librosa
import numpy as np
import pytest

from mmsk._params import InvalidParameterError
from mmsk.audio import Sound, SpectralShape

pytestmark = pytest.mark.filterwarnings("ignore:n_fft=.* is too large for input signal")


def oracle(samples, rate, shape):
    if rate != shape.sample_rate:
        samples = librosa.resample(samples, orig_sr=rate, target_sr=shape.sample_rate)
    rate, n_fft, hop = shape.sample_rate, shape.n_fft, shape.hop_length
    magnitude = np.abs(librosa.stft(samples, n_fft=n_fft, hop_length=hop))
    of = librosa.feature
    rows = [
        of.spectral_centroid(S=magnitude, sr=rate, n_fft=n_fft),
        of.spectral_bandwidth(S=magnitude, sr=rate, n_fft=n_fft),
        of.spectral_rolloff(S=magnitude, sr=rate, n_fft=n_fft, roll_percent=shape.roll_percent),
        of.spectral_flatness(S=magnitude, n_fft=n_fft),
        of.spectral_contrast(S=magnitude, sr=rate, n_fft=n_fft, n_bands=shape.n_bands),
        of.zero_crossing_rate(samples, frame_length=n_fft, hop_length=hop),
        of.rms(y=samples, frame_length=n_fft, hop_length=hop),
    ]
    return np.concatenate(rows)


@pytest.mark.parametrize(
    "shape",
    [
        SpectralShape(),
        SpectralShape(sample_rate=8_000, n_fft=301, hop_length=100, n_bands=5, roll_percent=0.5),
        SpectralShape(sample_rate=44_100, n_fft=4_096, hop_length=1_024, n_bands=7),
    ],
)
def test_frames_equal_librosa(clips, shape):
    for samples, rate in clips:
        frames = shape.fit([None])._frames(Sound((samples, rate)))
        np.testing.assert_allclose(frames, oracle(samples, rate, shape), rtol=5e-4, atol=1e-6)


def test_names_and_order(signal):
    shape = SpectralShape(statistics=("median", "max"), n_bands=2)
    vector = shape.fit_transform([(signal("sine", 22_050, 22_050), 22_050)])[0]
    values = [
        "centroid",
        "bandwidth",
        "rolloff",
        "flatness",
        "contrast0",
        "contrast1",
        "contrast2",
        "zero_crossings",
        "rms",
    ]
    assert shape.names_ == [f"{value}_{one}" for one in ("median", "max") for value in values]
    found = dict(zip(shape.names_, vector, strict=True))
    assert found["centroid_median"] == pytest.approx(440, rel=0.01)
    assert found["zero_crossings_median"] == pytest.approx(2 * 440 / 22_050, rel=0.02)
    assert found["rms_median"] == pytest.approx(0.5 / np.sqrt(2), rel=0.001)
    assert found["flatness_median"] < 1e-4


def test_noise_is_flatter_than_a_tone(signal):
    flatness = SpectralShape(statistics=["mean"]).fit_transform(
        [(signal(kind, 22_050, 22_050), 22_050) for kind in ("noise", "sine", "silence")]
    )[:, 3]
    assert flatness[0] > 0.5 > flatness[1]
    assert flatness[2] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("parameters", [{"sample_rate": 8_000}, {"n_fft": 64}, {"n_bands": 9}])
def test_bands_without_bins_are_refused(parameters):
    with pytest.raises(InvalidParameterError, match=r"n_bands=\d: no bin from"):
        SpectralShape(**parameters).fit([None])
