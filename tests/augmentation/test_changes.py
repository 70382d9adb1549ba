"""What each change does to an item, held against what it promises."""

import numpy as np
import pytest

from mmsk.augmentation._changes import KINDS, changes_of
from mmsk.augmentation._sounds import FRAME, stretch
from mmsk.image import Picture
from mmsk.text._words import split_words

# librosa 0.11 imports audioread, which imports what Python 3.13 has removed
pytestmark = pytest.mark.filterwarnings(
    "ignore:.* is deprecated and slated for removal in Python 3.13:DeprecationWarning"
)

RATE = 8000.0
PICTURE = np.random.default_rng(0).integers(0, 200, (30, 40, 3)).astype(np.uint8)
TONE = np.sin(2 * np.pi * 440 * np.arange(16_000) / RATE).astype(np.float32)
TEXT = "A red fox, running; 黑猫 and हिन्दी!"
CONTENTS = {"image": PICTURE, "audio": (TONE, RATE), "text": TEXT}
NAMES = [(kind, name) for kind, known in KINDS.items() for name in known.names]


def changed(kind, entry, times=50):
    (change,) = changes_of(kind, [entry])
    return [change(CONTENTS[kind], np.random.default_rng(seed)) for seed in range(times)]


def flat(content):
    return content[0] if isinstance(content, tuple) else np.array(content)


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_a_strength_of_nothing_changes_nothing(kind, name):
    for content in changed(kind, (name, 0), 3):
        if kind == "text":
            assert content == TEXT
        else:
            np.testing.assert_allclose(flat(content), flat(CONTENTS[kind]), atol=1e-5 if name != "stretch" else 2e-3)


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_a_name_is_a_pair_with_the_default_and_changes_most_items(kind, name):
    named = changed(kind, name)
    paired = changed(kind, (name, KINDS[kind].names[name].strength))
    assert [flat(one).tolist() for one in named] == [flat(one).tolist() for one in paired]
    assert sum(not np.array_equal(flat(one), flat(CONTENTS[kind])) for one in named) > 15


@pytest.mark.parametrize("name", KINDS["image"].names)
def test_pictures_stay_pictures(name):
    for picture in changed("image", name, 5):
        assert picture.dtype == np.uint8
        assert picture.shape[2] == 3
        assert Picture(picture).rgb((8, 8)).shape == (8, 8, 3)


def test_flip_swaps_left_and_right_as_often_as_told():
    flipped = [np.array_equal(one, PICTURE[:, ::-1]) for one in changed("image", ("flip", 0.3), 300)]
    assert 0.2 < np.mean(flipped) < 0.4
    assert all(np.array_equal(one, PICTURE[:, ::-1]) for one in changed("image", ("flip", 1), 5))


def test_rotate_moves_no_middle_and_fills_no_black_corners():
    step = np.full((41, 41, 3), 255, dtype=np.uint8)
    step[:, :20] = 100
    (change,) = changes_of("image", [("rotate", 30)])
    for seed in range(10):
        turned = change(step, np.random.default_rng(seed))
        assert turned.shape == step.shape
        assert turned.min() == 100
        assert turned[20, 5, 0] == 100
        assert turned[20, 35, 0] == 255


def test_crop_is_a_part_of_the_picture():
    for part in changed("image", ("crop", 0.5)):
        assert 15 <= part.shape[0] <= 30
        assert 20 <= part.shape[1] <= 40
        windows = np.lib.stride_tricks.sliding_window_view(PICTURE, part.shape)
        assert (windows == part).all(axis=(-3, -2, -1)).any()


def test_brightness_is_a_factor_within_its_bounds():
    factors = [one.mean() / PICTURE.mean() for one in changed("image", ("brightness", 0.2))]
    assert 0.79 < min(factors) < 0.9 < 1.1 < max(factors) < 1.21


@pytest.mark.parametrize("name", KINDS["image"].names)
def test_opacity_goes_with_the_picture(name):
    alpha = np.where(np.arange(40) < 20, 255, 0).astype(np.uint8)
    alpha = np.broadcast_to(alpha, (30, 40))
    seen = np.dstack([alpha, alpha, alpha, alpha])  # colours that are to do what the opacity does
    (change,) = changes_of("image", [name])
    for seed in range(5):
        answer = change(seen, np.random.default_rng(seed))
        assert answer.shape[2] == 4
        if name == "brightness":
            np.testing.assert_array_equal(answer[..., 3], alpha)
        else:
            np.testing.assert_array_equal(answer[..., 3], answer[..., 0])


def test_shift_is_a_roll_within_its_bounds():
    starts = np.arange(1000.0)
    (change,) = changes_of("audio", [("shift", 0.1)])
    moved = [change((starts, RATE), np.random.default_rng(seed))[0] for seed in range(100)]
    places = [int(np.argmin(one)) for one in moved]
    assert all(np.array_equal(np.roll(one, -place), starts) for one, place in zip(moved, places, strict=True))
    assert all(place <= 100 or place >= 900 for place in places)
    assert len(set(places)) > 50


def test_noise_is_as_loud_as_told():
    added = [np.sqrt(np.mean((one - TONE) ** 2)) / np.sqrt(np.mean(TONE**2)) for one, _ in changed("audio", "noise")]
    assert 0 < min(added) < 0.02
    assert 0.08 < max(added) < 0.105


def test_gain_is_in_decibels():
    gains = [20 * np.log10(one.max() / TONE.max()) for one, _ in changed("audio", ("gain", 12))]
    assert -12 <= min(gains) < -10
    assert 10 < max(gains) <= 12


def test_stretch_changes_the_length_and_not_the_pitch():
    factors = []
    for samples, rate in changed("audio", ("stretch", 0.25), 20):
        factors.append(len(TONE) / len(samples))
        spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
        assert np.argmax(spectrum) * rate / len(samples) == pytest.approx(440, abs=3)
    assert 1 / 1.25 - 1e-3 <= min(factors) < 0.9 < 1.1 < max(factors) <= 1.25 + 1e-3


@pytest.mark.filterwarnings("ignore:The `hop_length` parameter is deprecated:FutureWarning")
@pytest.mark.filterwarnings("ignore:The `n_fft` parameter is deprecated:FutureWarning")
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")
def test_stretch_is_librosas():
    from librosa.effects import time_stretch  # imported here, for the warnings above

    factor = float(1.25 ** np.random.default_rng(3).uniform(-1, 1))
    found, rate = stretch((TONE, RATE), 0.25, np.random.default_rng(3))
    np.testing.assert_array_equal(found, time_stretch(TONE, rate=factor, n_fft=FRAME))
    assert rate == RATE


def test_a_clip_without_a_whole_frame_is_not_stretched():
    (change,) = changes_of("audio", ["stretch"])
    clip = TONE[:100], RATE
    assert change(clip, np.random.default_rng(0)) is clip


@pytest.mark.parametrize("name", KINDS["audio"].names)
def test_a_clip_of_one_sample_and_silence_can_be_changed(name):
    (change,) = changes_of("audio", [name])
    for samples in (np.ones(1, dtype=np.float32), np.zeros(4096, dtype=np.float32)):
        answer = change((samples, RATE), np.random.default_rng(0))[0]
        assert len(answer) > 0
        assert np.isfinite(answer).all()


def test_mask_leaves_words_in_their_order_and_at_least_one():
    words = split_words(TEXT)
    left = [split_words(one) for one in changed("text", ("mask", 0.3), 400)]
    for kept in left:
        rest = iter(words)
        assert all(word in rest for word in kept)
    assert 0.65 < np.mean([len(kept) / len(words) for kept in left]) < 0.75
    assert {len(split_words(one)) for one in changed("text", ("mask", 1))} == {1}


@pytest.mark.parametrize("text", ["", "?!", "fox"])
def test_mask_leaves_a_text_without_words_to_spare(text):
    (change,) = changes_of("text", [("mask", 1)])
    assert change(text, np.random.default_rng(0)) == text


@pytest.mark.parametrize(
    ("kind", "entry", "said"),
    [
        ("image", "swirl", "image: 'swirl' is no augmentation; expected one of flip, rotate, crop, brightness, a pair"),
        ("image", "mask", "expected one of flip"),
        ("audio", 3, "audio: 3 is no augmentation"),
        ("text", ("mask", 2), r"text: the strength of 'mask' is from 0 to 1, got 2"),
        ("text", ("mask", "much"), "got 'much'"),
        ("image", ("rotate", -1), "from 0 to 180, got -1"),
        ("image", ("rotate", float("nan")), "from 0 to 180, got nan"),
        ("image", ("rotate", 1, 2), "is no augmentation"),
    ],
)
def test_wrong_entries_are_named(kind, entry, said):
    with pytest.raises(ValueError, match=said):
        changes_of(kind, [entry])
