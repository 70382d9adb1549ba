"""M4A and AAC: decoded under the same limits as all else, or named with what to install."""

import io
import sys

import av
import numpy as np
import pytest

from mmsk.audio import MFCC, Chroma, Sound
from mmsk.errors import MediaBatchError, MediaError

RATE = 22_050
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}


def aac(waves, form="ipod", rate=RATE, codec="aac"):
    """Return an encoded file of waves of shape (n_channels, n_samples)."""
    waves = np.atleast_2d(waves)
    file, whole = io.BytesIO(), codec == "alac"
    with av.open(file, "w", format=form) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.layout = LAYOUTS[len(waves)]
        samples = (waves * 32_767).astype(np.int16) if whole else waves.astype(np.float32)
        kind = "s16p" if whole else "fltp"
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format=kind, layout=LAYOUTS[len(waves)])
        frame.sample_rate, frame.pts = rate, 0
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return file.getvalue()


@pytest.fixture(scope="module")
def tone():
    return 0.5 * np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE)


def kind_of(content, limits=None):
    with pytest.raises(MediaError) as caught:
        Sound(content, limits).samples()
    assert caught.value.detail
    return caught.value.kind


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("form", ["ipod", "mp4", "adts"])
def test_a_tone_is_the_tone(form, channels, rate):
    wave = 0.4 * np.sin(2 * np.pi * 440 * np.arange(2 * rate) / rate)
    sound = Sound(aac(np.tile(wave, (channels, 1)), form, rate))
    assert sound.rate == rate
    samples = sound.samples()
    assert 0 <= len(samples) - len(wave) < 4_096
    middle = slice(rate // 2, rate)
    # one of six is the channel of low frequencies, which may be filtered
    assert np.std(samples[middle]) == pytest.approx(0.4 / np.sqrt(2), rel=0.2 if channels == 6 else 0.05)
    chroma = Chroma(statistics=("mean",))
    vector = chroma.fit_transform([sound.content])[0]
    assert chroma.names_[vector.argmax()] == "chroma_mean_A"


def test_without_the_padding_a_clip_begins_where_it_began():
    click = np.zeros(RATE)
    click[5_000:5_200] = np.hanning(200)
    samples = Sound(aac(click)).samples()
    assert abs(int(np.abs(samples).argmax()) - 5_100) < 40


def test_lossless_samples_are_the_same(tone):
    samples = Sound(aac(np.stack([tone, 0.5 * tone]), codec="alac")).samples()
    np.testing.assert_allclose(samples[: len(tone)], 0.75 * tone, atol=1e-4)


def test_a_path_and_its_bytes_are_one_clip(tone, tmp_path):
    content = aac(tone)
    (tmp_path / "clip.m4a").write_bytes(content)
    one, other = MFCC(cache=False).fit_transform([content, str(tmp_path / "clip.m4a")])
    np.testing.assert_array_equal(one, other)


def test_the_limits_hold(tone):
    for form in ("ipod", "adts"):
        content = aac(np.stack([tone, tone]), form)
        assert kind_of(content, {"max_seconds": 1.0}) == "too_long"
        assert kind_of(content, {"max_channels": 1}) == "too_many_channels"
        assert kind_of(content, {"max_rate": 16_000}) == "bad_rate"
        assert len(Sound(content, {"max_seconds": 1.0, "on_long": "truncate"}).samples()) == RATE
        assert len(Sound(content).samples(duration=0.5)) == RATE // 2


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_cut_files(tone, share):
    content = aac(tone)
    assert kind_of(content[: int(share * len(content))]) in ("truncated", "corrupt")


def test_damaged_files_are_features_or_named_and_nothing_is_printed(tone, capfd):
    rng, kinds = np.random.default_rng(0), set()
    for content in [aac(tone[:8_000]), aac(tone[:8_000], "adts")] * 60:
        changed = bytearray(content)
        for place in rng.integers(0, len(content), size=5):
            changed[place] = rng.integers(256)
        try:
            assert np.isfinite(Sound(bytes(changed)).samples()).all()
            kinds.add("fine")
        except MediaError as error:
            kinds.add(error.kind)
    assert {"fine", "corrupt"} <= kinds
    assert capfd.readouterr() == ("", "")


def test_a_film_without_sound():
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for picture in [av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), dtype=np.uint8))] * 3 + [None]:
            for packet in stream.encode(picture):
                container.mux(packet)
    assert kind_of(file.getvalue()) == "unknown_format"


def test_without_the_extra_it_is_named(tone, monkeypatch):
    content = aac(tone)
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MediaBatchError, match=r"unknown_format: M4A and AAC need PyAV: pip install 'mmsk\[aac\]'"):
        MFCC(cache=False).fit_transform([content])
