"""Digests: what they tell apart, and which files' digests are remembered."""

import io
import os
import threading
import time

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from mmsk import _reference
from mmsk._reference import digest, known_digest, remember_digest, stat_key


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "item.bin"
    path.write_bytes(b"content")
    return path


def picture(palette=(255, 0, 0, 0, 255, 0), index=0, **info):
    image = Image.new("P", (2, 2), index)
    image.putpalette(palette)
    image.info.update(info)
    return image


def oriented(orientation):
    image = Image.new("RGB", (2, 2))
    image.getexif()[0x0112] = orientation
    return image


def opened(encoding, sample_format=2):
    """Return a picture of mode I, whose numbers mean what its file says they mean."""
    buffer = io.BytesIO()
    Image.fromarray(np.array([[0, 65535]], dtype=np.int32)).save(buffer, format=encoding)
    image = Image.open(buffer)
    image.load()
    if encoding == "TIFF":
        image.tag_v2[339] = (sample_format,)
    return image


def translucent(alpha):
    image = picture()
    image.putpalette([255, 0, 0, alpha], "RGBA")
    return image


DIFFERENT = {
    "bytes": (b"a", b"b"),
    "bytes and str": (b"a", "a"),
    "arrays": (np.zeros(3), np.array([0, 0, 1.0])),
    "shapes": (np.zeros((2, 3)), np.zeros((3, 2))),
    "types": (np.zeros(2, dtype=np.int64), np.zeros(2)),
    "byte orders": (np.array([1], dtype="<i4"), np.array([2**24], dtype=">i4")),
    "rates": ((np.zeros(3), 8000), (np.zeros(3), 16000)),
    "nesting": (("a", "bstrc"), ("astrb", "c")),
    "surrogates": ("\ud800", "\ud801"),
    "modes": (Image.new("L", (2, 2)), Image.new("P", (2, 2))),
    "sizes": (Image.new("L", (1, 4)), Image.new("L", (4, 1))),
    "pixels": (Image.new("L", (2, 2), 1), Image.new("L", (2, 2), 2)),
    "palettes": (picture(), picture(palette=(0, 0, 0, 0, 255, 0))),
    "alpha of palettes": (translucent(0), translucent(255)),
    "transparency": (picture(transparency=0), picture(transparency=1)),
    "orientation": (oriented(1), oriented(6)),
    "depth of a file": (opened("PPM"), opened("TIFF")),
    "sign of a file": (opened("TIFF"), opened("TIFF", 1)),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_different_contents_have_different_digests(name):
    one, other = DIFFERENT[name]
    assert None not in (digest(one), digest(other))
    assert digest(one) != digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.arange(6).reshape(2, 3), np.asfortranarray(np.arange(6).reshape(2, 3))),
        (np.arange(6)[::2], np.array([0, 2, 4])),
        ((np.zeros(3), 8000), [np.zeros(3), 8000]),
        (Image.new("L", (2, 2), 7), Image.new("L", (2, 2), 7)),
        (picture(), picture()),
    ],
)
def test_equal_contents_have_equal_digests(one, other):
    assert digest(one) == digest(other) != None  # noqa: E711


def test_a_picture_that_cannot_be_decoded_has_no_digest():
    buffer = io.BytesIO()
    Image.effect_noise((50, 50), 50).save(buffer, format="PNG")
    assert digest(Image.open(io.BytesIO(buffer.getvalue()))) is not None
    assert digest(Image.open(io.BytesIO(buffer.getvalue()[:1000]))) is None


class Opaque:
    """Nobody can tell what it holds; its repr is the same for each."""

    def __repr__(self):
        return "<opaque>"


@pytest.mark.parametrize(
    "content",
    [
        Opaque(),
        pd.Series(np.zeros(10_000)),
        (pd.Series(np.zeros(10_000)), 8000),
        np.array([1.5, "a"], dtype=object),
        np.array([("a", None)], dtype=[("x", "U1"), ("y", object)]),
        np.array(["2020-01-01"], dtype="M8[D]"),
    ],
    ids=["object", "series", "series and rate", "object array", "record with objects", "dates"],
)
def test_what_cannot_be_named_has_no_digest(content):
    assert digest(content) is None


# What is remembered of files


def test_a_file_that_has_settled_is_remembered(file, monkeypatch):
    key = stat_key(file, None)
    assert known_digest(key) is None
    for age in (0, 1_999_999_999):  # it may be written again within the resolution of a file system's clock
        monkeypatch.setattr(time, "time_ns", lambda age=age: key[-1] + age)
        assert not remember_digest(key, b"d")
        assert known_digest(key) is None
    monkeypatch.setattr(time, "time_ns", lambda: key[-1] + 2_000_000_000)
    assert remember_digest(key, b"d")
    assert known_digest(key) == b"d"
    assert known_digest(None) is None


def test_a_replacement_of_equal_size_and_mtime_has_another_key(file):
    key, times = stat_key(file, None), (file.stat().st_atime_ns, file.stat().st_mtime_ns)
    time.sleep(0.02)  # more than the resolution of the clock of a file system
    file.write_bytes(b"CONTENT")
    os.utime(file, ns=times)
    replaced = stat_key(file, None)
    assert replaced[:4] == key[:4]
    assert replaced != key


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(_reference, "_remembered", {})
    monkeypatch.setattr(_reference, "MAX_REMEMBERED", 3)
    for number in range(10):
        remember_digest((number, 0), b"d")
        assert len(_reference._remembered) <= 3
    assert known_digest((9, 0)) == b"d"


def test_cells_without_a_file_have_no_key():
    for cell in [b"content", np.zeros(2), None, {"bytes": b"content", "path": __file__}, "memory://x", 3]:
        assert stat_key(cell, None) is None, cell


def test_threads_may_remember_at_once(monkeypatch):
    monkeypatch.setattr(_reference, "_remembered", {})
    monkeypatch.setattr(_reference, "MAX_REMEMBERED", 50)
    threads = [
        threading.Thread(target=lambda: [remember_digest((number, 0), b"d") for number in range(500)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(_reference._remembered) <= 50


def test_a_file_that_was_replaced_just_now_is_not_remembered_though_its_mtime_is_old():
    fresh, old = time.time_ns(), time.time_ns() - 10**12
    assert not remember_digest((0, 1, 2, old, fresh), b"a" * 32)
    assert known_digest((0, 1, 2, old, fresh)) is None
    assert remember_digest((0, 1, 2, fresh, old), b"a" * 32)
    assert known_digest((0, 1, 2, fresh, old)) == b"a" * 32
