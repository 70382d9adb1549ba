"""Sound: what a clip may be, and what is remembered of it."""

import warnings

import librosa
import numpy as np
import pytest

from mmsk import DescriptorUnion, FunctionDescriptor
from mmsk._params import InvalidParameterError
from mmsk.audio import MFCC, CancelledWarning, Chroma, Sound, SpectralShape, _sound, _spectrum
from mmsk.errors import MediaError

FORMATS = [
    ("WAV", "PCM_U8", 1e-2),
    ("WAV", "PCM_16", 1e-4),
    ("WAV", "PCM_24", 1e-6),
    ("WAV", "PCM_32", 1e-6),
    ("WAV", "FLOAT", 0),
    ("WAV", "DOUBLE", 0),
    ("FLAC", "PCM_16", 1e-4),
    ("FLAC", "PCM_24", 1e-6),
    ("AIFF", "PCM_16", 1e-4),
]
LOSSY = [("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")]


# What a clip may be ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "subtype", "tolerance"), FORMATS)
@pytest.mark.parametrize("n_channels", [1, 2, 6])
def test_lossless_formats(signal, encode, form, subtype, tolerance, n_channels):
    channels = np.stack([signal("noise", 44_100, 70_000 + k)[:70_000] for k in range(n_channels)], axis=1)
    sound = Sound(encode(channels, 44_100, form, subtype))
    assert sound.rate == 44_100
    np.testing.assert_allclose(sound.samples(), channels.mean(axis=1), rtol=0, atol=tolerance + 1e-7)


@pytest.mark.parametrize(("form", "subtype"), LOSSY)
@pytest.mark.parametrize("n_channels", [1, 2])
def test_lossy_formats(signal, encode, form, subtype, n_channels):
    samples = signal("sine", 48_000, 100_000)
    sound = Sound(encode(np.stack([samples] * n_channels, axis=1), 48_000, form, subtype))
    assert (sound.rate, len(sound.samples())) == (48_000, 100_000)
    middle = slice(20_000, 80_000)
    assert np.corrcoef(sound.samples()[middle], samples[middle])[0, 1] > 0.99


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "uint8", "uint16", "uint32"])
def test_integers_are_scaled_by_their_range(dtype):
    range_ = np.iinfo(dtype)
    ends = np.array([range_.min, range_.max], dtype=dtype)
    low, high = Sound((ends, 8_000)).samples()
    assert low == -1
    assert high == pytest.approx(1, abs=2.0 ** (1 - range_.bits))
    middle = 0 if range_.min else 2 ** (range_.bits - 1)
    assert Sound((np.array([middle], dtype=dtype), 8_000)).samples() == [0]


def test_shapes_of_arrays(signal):
    left, right = signal("noise", 8_000, 500), signal("sine", 8_000, 500)
    mean = (left + right) / 2
    for stereo in (
        np.stack([left, right], axis=1),
        np.stack([left, right]),
        np.asfortranarray(np.stack([left, right])),
    ):
        np.testing.assert_array_equal(Sound((stereo, 8_000)).samples(), mean)
    few = np.arange(6.0).reshape(2, 3) / 10  # both readings are possible: the documented one is taken
    np.testing.assert_allclose(Sound((few, 8_000)).samples(), few.mean(axis=1), rtol=1e-6)
    np.testing.assert_array_equal(Sound((left.astype(">f8"), 8_000)).samples(), left)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (np.zeros(5), "an array of shape"),
        (5, "got int"),
        ("clip.wav", "got str"),
        ((np.zeros(5),), "got tuple"),
        ((8_000, np.zeros(5)), "rate of ndarray"),
        ((np.zeros(5), "8000"), "rate of str"),
        ((np.zeros(5), None), "rate of NoneType"),
        ((np.zeros((2, 3, 4)), 8_000), "shape"),
        ((np.float64(0), 8_000), "shape"),
        ((np.zeros(5, dtype=complex), 8_000), "complex"),
        ((np.zeros(5, dtype=bool), 8_000), "bool"),
        ((np.zeros(5, dtype=np.int64), 8_000), "int64"),
        ((["a"], 8_000), "U1"),
    ],
)
def test_wrong_types(content, message):
    with pytest.raises(MediaError, match=message) as caught:
        Sound(content)
    assert caught.value.kind == "wrong_type"


def test_references_of_all_forms_are_one_clip(signal, encode, tmp_path):
    samples = signal("speech", 22_050, 9_000)
    file = encode(samples, 22_050, "WAV", "FLOAT")
    path = tmp_path / "clip.wav"
    path.write_bytes(file)
    array = {"array": samples, "sampling_rate": 22_050}
    column = [file, path, str(path), {"bytes": file}, {"path": str(path)}, array, (samples, 22_050)]
    vectors = MFCC().fit_transform(column)
    np.testing.assert_array_equal(vectors, np.repeat(vectors[:1], len(column), axis=0))


FORMS = [("WAV", f"PCM_{bits}") for bits in ("U8", "16", "24", "32")]
FORMS += [("WAV", "FLOAT"), ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III")]
RATES = [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000]
CHANNELS = {"mono": [1], "stereo": [1, 1], "5.1": [1] * 6, "anti-phase": [1, -1]}  # signs
N_FFT = 2_048


@pytest.mark.filterwarnings("ignore::mmsk.audio.CancelledWarning")
@pytest.mark.parametrize(
    ("form", "subtype", "channels"),
    [(*form, channels) for form in FORMS for channels in CHANNELS if (form[0], channels) != ("MP3", "5.1")],
)
def test_every_rate_length_and_depth_has_features_of_one_length_or_a_named_error(encode, form, subtype, channels):
    """And 440 Hz is an A in each that lasts."""
    chroma = Chroma(statistics=("mean",))
    union = DescriptorUnion([("chroma", chroma), ("mfcc", MFCC()), ("shape", SpectralShape())], on_error="missing")
    for rate in [rate for rate in RATES if form != "MP3" or rate <= 48_000]:
        lengths = [0, 1, N_FFT - 1, N_FFT, 60 * rate if rate == RATES[0] else rate]
        waves = [0.5 * np.sin(2 * np.pi * 440 / rate * np.arange(length)) for length in lengths]
        column = [encode(np.outer(wave, CHANNELS[channels]), rate, form, subtype) for wave in waves]
        matrix = union.set_params(max_missing=1.0, cache=False).fit_transform(column)
        assert matrix.shape == (5, 12 + 80 + 26)
        bad = np.isnan(matrix).all(axis=1)
        assert np.isfinite(matrix[~bad]).all()
        assert [line["row"] for line in union.report_] == list(np.flatnonzero(bad))
        assert {line["kind"] for line in union.report_} <= {"empty", "unknown_format", "corrupt"}
        assert bad[0]
        assert not bad[2 if form in ("OGG", "MP3") else 1 :].any()
        if channels != "anti-phase":
            assert union.names_[matrix[4, :12].argmax()] == "chroma_mean_A"


# Channels that cancel -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoded", [False, True])
def test_channels_that_cancel_are_flagged(signal, encode, encoded):
    one = signal("sine", 22_050, 100_000)
    clip = np.stack([one, -0.99 * one], axis=1)
    sound = Sound(encode(clip, subtype="FLOAT") if encoded else (clip, 22_050))
    with pytest.warns(CancelledWarning, match="the channels of a clip cancel each other"):
        samples = sound.samples()
    np.testing.assert_allclose(
        samples, 0.005 * one, atol=1e-7
    )  # the mean is kept: another mix would be a silent change
    assert sound.cancelled


def test_what_does_not_cancel_is_not_flagged(signal):
    one, other = signal("sine", 22_050, 5_000), signal("noise", 22_050, 5_000)
    for clip in (one, 0 * one, np.stack([one, other], axis=1), np.stack([0 * one, 0 * one], axis=1)):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert not Sound((clip, 22_050)).cancelled


def test_silence(signal):
    assert Sound((np.zeros(10), 8_000)).silent
    assert not Sound((signal("click", 8_000, 10), 8_000)).silent


# Waves and spectrograms -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [1_000, 8_000, 11_025, 22_050, 44_100, 48_000, 192_000, 22_050.5])
@pytest.mark.parametrize("n_samples", [1, 2, 300, 20_000])
def test_wave_equals_librosa(signal, rate, n_samples):
    samples = signal("speech", 22_050, n_samples)
    expected = librosa.resample(samples, orig_sr=rate, target_sr=22_050)
    wave = Sound((samples, rate)).wave(22_050)
    assert wave.dtype == np.float32
    np.testing.assert_array_equal(wave, expected)


@pytest.mark.filterwarnings("ignore:n_fft=.* is too large for input signal")
@pytest.mark.parametrize(("n_fft", "hop_length"), [(2048, 512), (511, 100), (64, 200), (64, 10**6), (8192, 256)])
def test_power_equals_librosa(clips, n_fft, hop_length):
    for samples, rate in clips:
        expected = np.abs(librosa.stft(samples, n_fft=n_fft, hop_length=hop_length)) ** 2
        power = Sound((samples, rate)).power(rate, n_fft, hop_length)
        np.testing.assert_allclose(power, expected, rtol=1e-6, atol=1e-12 * expected.max())


@pytest.mark.filterwarnings("ignore:n_fft=.* is too large for input signal")
def test_mel_equals_librosa(clips):
    for samples, rate in clips:
        expected = librosa.feature.melspectrogram(y=samples, sr=rate, n_mels=64, fmin=50.0, fmax=3_500.0)
        mel = Sound((samples, rate)).mel(rate, 2048, 512, 64, 50.0, 3_500.0)
        np.testing.assert_allclose(mel, expected, rtol=1e-5, atol=1e-12)


def test_answers_cannot_be_written_to(signal):
    samples = signal("noise", 22_050, 5_000)
    sound = Sound((samples, 22_050))
    for answer in (sound.samples(), sound.wave(22_050), sound.wave(8_000), sound.power(22_050, 512, 256)):
        with pytest.raises(ValueError, match="read-only"):
            answer[...] = 0
    assert samples.flags.writeable


def test_plain_is_what_a_function_gets(signal):
    samples = signal("noise", 8_000, 5_000)
    taken, rate = Sound((samples, 8_000)).plain()
    np.testing.assert_array_equal(taken, samples)
    assert rate == 8_000
    assert taken.flags.writeable
    seconds = FunctionDescriptor(_seconds, kind="audio", names=["seconds"]).fit_transform([(samples, 8_000)])
    assert seconds == [[0.625]]


def _seconds(samples, rate):
    return len(samples) / rate


# What is remembered ---------------------------------------------------------------------------------------------------


@pytest.fixture
def counted(monkeypatch):
    """Return how often each step is taken."""
    counts = {}

    def count(module, name):
        original = getattr(module, name)

        def counting(*args):
            counts[name] = counts.get(name, 0) + 1
            return original(*args)

        monkeypatch.setattr(module, name, counting)

    count(_sound, "decode")
    count(_sound, "_resample")
    count(_spectrum, "power_spectrum")
    return counts


def test_a_union_decodes_resamples_and_transforms_once(signal, encode, counted):
    files = [encode(signal(kind, 44_100, 30_000), 44_100, "FLAC") for kind in ("noise", "sine")]
    members = [("mfcc", MFCC()), ("chroma", Chroma()), ("shape", SpectralShape())]
    union = DescriptorUnion(members, cache=False).fit(files)
    matrix = union.transform(files)
    assert counted == {"decode": 2, "_resample": 2, "power_spectrum": 2}
    alone = np.hstack([member.set_params(cache=False).fit_transform(files) for _, member in members])
    np.testing.assert_array_equal(matrix, alone)


def test_a_vector_does_not_depend_on_what_was_asked_before(signal, encode):
    file = encode(signal("speech", 44_100, 200_000), 44_100, "OGG", "VORBIS")
    members = {"whole": MFCC(), "short": MFCC(duration=0.3), "middle": Chroma(duration=1.2)}
    alone = {name: member.fit_transform([file]) for name, member in members.items()}
    for order in (["whole", "short", "middle"], ["short", "middle", "whole"], ["middle", "whole", "short"]):
        union = DescriptorUnion([(name, members[name]) for name in order], cache=False)
        np.testing.assert_array_equal(union.fit_transform([file]), np.hstack([alone[name] for name in order]))


def test_no_more_is_decoded_than_is_needed(signal, encode, counted):
    sound = Sound(encode(signal("noise", 44_100, 400_000), 44_100))
    assert len(sound.samples(duration=1.0)) == 44_100
    assert len(sound._decoded.samples) < 44_100 + 1
    assert len(sound.samples(duration=0.5)) == 22_050
    assert counted["decode"] == 1
    assert len(sound.samples()) == 400_000
    assert len(sound.samples(duration=1.0)) == 44_100
    assert counted["decode"] == 2


@pytest.mark.parametrize("n_channels", [1, 2])
def test_clips_do_not_write_over_each_other(encode, n_channels):
    """Also those of several blocks."""
    rng = np.random.default_rng(0)
    channels = [rng.uniform(-0.5, 0.5, (n_samples, n_channels)).astype(np.float32) for n_samples in (90_000, 500)]
    found = [Sound(encode(samples, subtype="FLOAT")).samples() for samples in channels]
    for samples, expected in zip(found, channels, strict=True):
        np.testing.assert_allclose(samples, expected.mean(axis=1), atol=1e-7)


def test_limits_are_checked():
    with pytest.raises(InvalidParameterError, match="on_long must be 'error' or 'truncate', got 'cut'"):
        MFCC(limits={"on_long": "cut"}).fit([None])
    with pytest.raises(InvalidParameterError, match="unknown max_pixels"):
        MFCC(limits={"max_pixels": 5}).fit([None])
