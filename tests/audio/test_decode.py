"""Bad clips, each of which ends in an error that says what is wrong with it."""

import numpy as np
import pytest

from mmsk.audio import MFCC, Chroma, Sound, SpectralShape
from mmsk.errors import MediaBatchError, MediaError


def kind_of(content, limits=None, duration=None):
    """Return the kind of the error that reading a clip ends in."""
    with pytest.raises(MediaError) as caught:
        Sound(content, limits).samples(duration)
    assert caught.value.detail
    return caught.value.kind


def with_total(flac, total):
    """Return a FLAC file whose header claims another number of samples."""
    field = int.from_bytes(flac[18:26], "big")
    return flac[:18] + ((field >> 36 << 36) | total).to_bytes(8, "big") + flac[26:]


def with_rate(wav, rate):
    """Return a WAV file whose header claims another sampling rate."""
    return wav[:24] + rate.to_bytes(4, "little") + wav[28:]


@pytest.fixture
def sine(signal):
    return signal("sine", 22_050, 44_100)


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html>404</html>" * 50,
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"#EXTM3U\n/etc/passwd\n" * 20,
        b"x",
        bytes(1_000),
        b"\x89PNG\r\n\x1a\n" + bytes(500),
    ],
)
def test_what_is_no_sound(content):
    assert kind_of(content) == "unknown_format"


def test_formats_that_are_not_on_the_list(sine, encode):
    assert kind_of(encode(sine, form="VOC", subtype="PCM_16")) == "unknown_format"


@pytest.mark.parametrize(
    ("form", "subtype"), [("WAV", "PCM_16"), ("WAV", "FLOAT"), ("OGG", "VORBIS"), ("AIFF", "PCM_16")]
)
def test_files_without_samples(encode, form, subtype):
    assert kind_of(encode(np.empty(0), 22_050, form, subtype)) == "empty"


def test_arrays_without_samples():
    assert kind_of((np.empty(0), 8_000)) == "empty"
    assert kind_of((np.empty((0, 2)), 8_000)) == "empty"
    assert kind_of((np.empty((5, 0)), 8_000)) == "empty"
    assert kind_of(b"") == "empty"


@pytest.mark.parametrize(
    ("form", "subtype", "kinds"),
    [
        ("WAV", "PCM_16", {"truncated"}),
        ("WAV", "FLOAT", {"truncated"}),
        ("FLAC", "PCM_16", {"truncated", "corrupt"}),
        ("OGG", "VORBIS", {"truncated", "corrupt", "empty"}),
        ("OGG", "OPUS", {"truncated", "corrupt", "empty"}),
    ],
)
@pytest.mark.parametrize("share", [0.3, 0.5, 0.99])
def test_files_that_are_cut_off(sine, encode, form, subtype, kinds, share):
    rate = 24_000 if subtype == "OPUS" else 22_050
    file = encode(sine, rate, form, subtype)
    assert kind_of(file[: int(share * len(file))]) in kinds


@pytest.mark.parametrize("form", ["WAV", "FLAC", "OGG", "MP3"])
@pytest.mark.parametrize("size", [4, 12, 20, 30])
def test_heads_alone(sine, encode, form, size):
    assert kind_of(encode(sine, form=form)[:size]) in {"unknown_format", "corrupt", "truncated", "empty"}


def test_a_wav_that_was_written_into_a_pipe(sine, encode):
    wav = encode(sine, subtype="PCM_16")
    for size in (0xFFFF_FFFF, 0x7FFF_FFFF - 36):
        assert wav[36:40] == b"data"
        streamed = wav[:40] + size.to_bytes(4, "little") + wav[44:]
        np.testing.assert_array_equal(Sound(streamed).samples(), Sound(wav).samples())


def test_a_wav_with_more_chunks_is_whole(sine, encode):
    wav = encode(sine, subtype="PCM_16")
    padded = wav[:12] + b"junk" + (3).to_bytes(4, "little") + b"odd\0" + wav[12:] + b"tail" + bytes(9)
    np.testing.assert_array_equal(Sound(padded).samples(), Sound(wav).samples())
    assert kind_of(padded[:50_000]) == "truncated"


def test_an_ogg_with_something_behind_it_is_whole(sine, encode):
    ogg = encode(sine, form="OGG")
    np.testing.assert_array_equal(Sound(ogg + b"TAG" + bytes(125)).samples(), Sound(ogg).samples())


@pytest.mark.parametrize("total", [0, 44_100])
def test_a_flac_need_not_say_how_long_it_is(sine, encode, total):
    flac = encode(sine, form="FLAC")
    np.testing.assert_array_equal(Sound(with_total(flac, total)).samples(), Sound(flac).samples())


def test_a_flac_that_does_not_say_how_long_it_is_and_holds_nothing(sine, encode):
    flac = with_total(encode(sine, form="FLAC"), 0)
    assert kind_of(flac[: flac.index(b"\xff\xf8", 42)]) == "empty"  # where the first frame begins


@pytest.mark.parametrize("form", ["FLAC", None])
def test_the_shortest_piece_is_one_sample(sine, encode, form):
    clip = (sine, 22_050) if form is None else encode(sine, form=form)
    assert len(Sound(clip).samples(duration=1e-9)) == 1


def test_a_flac_that_claims_too_much(sine, encode):
    flac = encode(sine, form="FLAC")
    assert kind_of(with_total(flac, 2**36 - 1)) == "too_long"
    assert kind_of(with_total(flac, 2**36 - 1), {"on_long": "truncate"}) == "truncated"
    assert kind_of(with_total(flac, 44_200)) == "truncated"
    np.testing.assert_array_equal(Sound(with_total(flac, 2**36 - 1)).samples(1.0), Sound(flac).samples(1.0))


@pytest.mark.parametrize("rate", [1, 999, 768_001, 2**31 - 1])
def test_rates_out_of_range(sine, encode, rate):
    assert kind_of(with_rate(encode(sine, subtype="PCM_16"), rate)) == "bad_rate"
    assert kind_of((sine, rate)) == "bad_rate"


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf")])
def test_rates_of_arrays_that_are_none(sine, rate):
    assert kind_of((sine, rate)) == "bad_rate"


def test_limits_of_the_rate_are_parameters(sine):
    assert len(Sound((sine, 500), {"min_rate": 500}).samples()) == 44_100
    assert kind_of((sine, 22_050), {"max_rate": 22_049}) == "bad_rate"


def test_too_many_channels(encode):
    many = np.zeros((100, 17))
    assert kind_of(encode(many)) == "too_many_channels"
    assert kind_of((many, 8_000)) == "too_many_channels"
    assert kind_of((np.zeros((100, 100)), 8_000)) == "too_many_channels"
    assert len(Sound(encode(many), {"max_channels": 17}).samples()) == 100


@pytest.mark.parametrize("form", ["WAV", "FLAC", "OGG", "MP3", None])
def test_clips_that_are_too_long(sine, encode, form):
    clip = (sine, 22_050) if form is None else encode(sine, form=form)
    assert kind_of(clip, {"max_seconds": 1.999}) == "too_long"
    assert len(Sound(clip, {"max_seconds": 2.0}).samples()) == 44_100
    assert len(Sound(clip, {"max_seconds": 1.5, "on_long": "truncate"}).samples()) == 33_075
    # a limit is about what is decoded
    assert len(Sound(clip, {"max_seconds": 1.5}).samples(duration=1.0)) == 22_050
    assert kind_of(clip, {"max_seconds": 1.5}, duration=1.7) == "too_long"


def test_the_cap_holds_where_the_header_says_nothing(sine, encode):
    assert kind_of(with_total(encode(sine, form="FLAC"), 0), {"max_seconds": 1.0}) == "too_long"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_finite(sine, encode, value):
    sine[30_000] = value
    for clip in (encode(sine, subtype="FLOAT"), (sine, 22_050), (np.stack([sine, -sine], axis=1), 22_050)):
        assert kind_of(clip) == "nonfinite"
        assert len(Sound(clip).samples(duration=1.0)) == 22_050  # what comes after is not used
    assert kind_of((np.array([1e300]), 8_000)) == "nonfinite"  # beyond float32


def test_loud_beyond_measure(sine):
    assert kind_of((sine * 4e12, 22_050)) == "nonfinite"
    loud = (sine * 1e12, 22_050)
    for descriptor in (MFCC(), Chroma(), SpectralShape()):
        assert np.isfinite(descriptor.fit_transform([loud])).all()


@pytest.mark.parametrize("descriptor", [MFCC(), Chroma(), SpectralShape()])
def test_bad_clips_are_named(sine, encode, descriptor, tmp_path):
    (tmp_path / "page.wav").write_bytes(b"<html>" * 100)
    column = [(sine, 22_050), str(tmp_path / "page.wav"), encode(sine)[:5_000], "nowhere.wav", None, np.zeros(5)]
    with pytest.raises(MediaBatchError, match="4 bad items in 6 rows") as caught:
        descriptor.set_params(cache=False).fit(column).transform(column)
    assert [(error.row, error.kind) for error in caught.value.errors] == [
        (1, "unknown_format"),
        (2, "truncated"),
        (3, "missing_file"),
        (5, "wrong_type"),
    ]


def test_mutated_files_decode_or_are_named(sine, encode):
    rng = np.random.default_rng(0)
    seeds = [encode(sine[:8_000], form=form) for form in ("WAV", "FLAC", "OGG", "AIFF")]
    kinds = set()
    for file in seeds * 25:
        mutated = bytearray(file)
        for place in rng.integers(0, len(file) if rng.random() < 0.5 else 60, size=rng.integers(1, 8)):
            mutated[place] = rng.integers(256)
        try:
            assert np.isfinite(Sound(bytes(mutated)).samples()).all()
            kinds.add("fine")
        except MediaError as error:
            kinds.add(error.kind)
    assert {"fine", "corrupt", "unknown_format"} <= kinds
