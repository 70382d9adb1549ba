"""Chroma against librosa."""

import librosa
import numpy as np
import pytest

from mmsk.audio import Chroma, Sound

pytestmark = pytest.mark.filterwarnings(
    "ignore:n_fft=.* is too large for input signal", "ignore:Trying to estimate tuning from empty frequency set"
)


def oracle(samples, rate, chroma):
    if rate != chroma.sample_rate:
        samples = librosa.resample(samples, orig_sr=rate, target_sr=chroma.sample_rate)
    return librosa.feature.chroma_stft(
        y=samples,
        sr=chroma.sample_rate,
        n_chroma=chroma.n_chroma,
        n_fft=chroma.n_fft,
        hop_length=chroma.hop_length,
        tuning=chroma.tuning,
    )


@pytest.mark.parametrize(
    "chroma",
    [
        Chroma(),
        Chroma(tuning=0.2, sample_rate=16_000, n_fft=1_024, hop_length=300),
        Chroma(n_chroma=24, sample_rate=44_100, n_fft=4_096, hop_length=1_024),
    ],
)
def test_frames_equal_librosa(clips, chroma):
    for samples, rate in clips:
        frames = chroma._frames(Sound((samples, rate)))
        np.testing.assert_allclose(frames, oracle(samples, rate, chroma), rtol=0, atol=1e-4)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 96_000])
@pytest.mark.parametrize(("pitch", "name"), [(440.0, "A"), (261.63, "C"), (466.16, "A#"), (1479.98, "F#")])
def test_a_tone_peaks_at_its_pitch_class(rate, pitch, name):
    tone = np.sin(2 * np.pi * pitch * np.arange(rate) / rate)
    chroma = Chroma(statistics=("mean",))
    vector = chroma.fit_transform([(tone, rate)])[0]
    assert chroma.names_[vector.argmax()] == f"chroma_mean_{name}"


def test_pooled_over_time(signal):
    samples = signal("speech", 22_050, 30_000)
    vector = Chroma(statistics=("median", "q90")).fit_transform([(samples, 22_050)])[0]
    frames = librosa.feature.chroma_stft(y=samples, sr=22_050)
    expected = np.concatenate([np.median(frames, axis=1), np.quantile(frames, 0.9, axis=1)])
    np.testing.assert_allclose(vector, expected, rtol=0, atol=1e-4)


def test_names():
    classes = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
    assert Chroma().fit([None]).names_ == [f"chroma_{one}_{name}" for one in ("mean", "std") for name in classes]
    assert Chroma(n_chroma=3, statistics=["max"]).fit([None]).names_ == ["chroma_max_0", "chroma_max_1", "chroma_max_2"]


def test_silence_is_zero(signal):
    assert not Chroma().fit_transform([(signal("silence", 22_050, 5_000), 22_050)]).any()


def test_a_frame_of_one_sample_has_no_spectrum():
    with pytest.raises(ValueError, match="n_fft must be at least 2"):
        Chroma(n_fft=1).fit([None])
