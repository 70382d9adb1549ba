"""Bad pictures are refused by name, cheaply, and without a word from Pillow."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from mmsk.errors import MediaBatchError, MediaError
from mmsk.image import HOG, Picture
from mmsk.image import _picture as picture_module


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(columns, rows, *extra, pixels=b""):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def refusal(content, **limits):
    with pytest.raises(MediaError) as caught:
        Picture.open(content, limits).gray((64, 64))
    return caught.value


@pytest.mark.parametrize(
    "content",
    [b"<html></html>", b"%!PS-Adobe-3.0 EPSF-3.0", b"%PDF-1.7", b"8BPS\0\1", b"SIMPLE  = T", b"\x89PN", b"\0"],
)
def test_unknown_formats(content):
    error = refusal(content)
    assert error.kind == "unknown_format"
    assert repr(content[:12]) in error.detail


def test_empty():
    assert refusal(b"").kind == "empty"
    assert refusal(np.zeros((0, 5))).kind == "empty"
    assert refusal(np.zeros((5, 0, 3), dtype=np.uint8)).kind == "empty"
    assert refusal(Image.new("RGB", (0, 4))).kind == "empty"


@pytest.mark.parametrize(
    "content",
    [
        3,
        3.5,
        "text".encode,
        (1, 2),
        np.zeros(4),
        np.zeros((4, 4, 2)),
        np.zeros((4, 4, 5)),
        np.zeros((1, 4, 4, 3)),
        np.zeros((4, 4), dtype=complex),
        np.zeros((4, 4), dtype="datetime64[s]"),
        np.array([["a", "b"]]),
        np.array([[None]]),
    ],
)
def test_wrong_types(content):
    with pytest.raises(MediaError) as caught:
        Picture(content)
    assert caught.value.kind == "wrong_type"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_nonfinite(value, encode):
    array = np.zeros((5, 6), dtype=np.float32)
    array[3, 2] = value
    assert refusal(array).kind == refusal(encode(array, "TIFF")).kind == "nonfinite"


def test_numbers_too_far_apart():
    assert refusal(np.array([[-1.7e308, 1.7e308]])).kind == "nonfinite"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.98])
@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("GIF", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("BMP", {}),
        ("PPM", {}),
    ],
)
def test_truncated(form, options, share, photo, encode):
    content = encode(photo, form, **options)
    error = refusal(content[: int(share * len(content))])
    assert error.kind == "truncated"
    assert error.detail


def test_corrupt(photo, encode):
    content = bytearray(encode(photo, "PNG"))
    content[len(content) // 2] ^= 0xFF
    assert refusal(bytes(content)).kind == "corrupt"
    assert refusal(b"BM" + bytes(100)).kind == "corrupt"
    assert refusal(png(4, 4, pixels=b"")).kind in ("corrupt", "truncated")


def test_the_number_of_pixels_is_read_before_any_is_decoded(photo, encode, monkeypatch):
    monkeypatch.setattr(picture_module, "load", None)
    for columns, rows in ((9_000, 9_000), (13_000, 13_000), (20_000, 10_000), (2**31 - 1, 2**31 - 1)):
        error = refusal(png(columns, rows))
        assert error.kind == "too_large"
        assert f"{columns} x {rows} = {columns * rows:,} pixels, max_pixels=40,000,000" in error.detail


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "PPM", "array", "PIL"])
def test_the_limit_of_pixels(form, photo, encode):
    content = {"array": photo, "PIL": Image.fromarray(photo)}.get(form)
    content = encode(photo, form) if content is None else content
    times, counted = (3, ", which count 3 times in a WebP") if form == "WEBP" else (1, "")
    error = refusal(content, max_pixels=times * 96 * 128 - 1)
    assert error.kind == "too_large"
    assert f"128 x 96 = 12,288 pixels{counted}, max_pixels={times * 12_288 - 1:,}" in error.detail
    assert Picture.open(content, {"max_pixels": times * 96 * 128}).rgb().shape == (96, 128, 3)


def test_the_limit_of_pixels_may_be_raised_beyond_pillows(encode, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000)
    assert Picture(encode(Image.new("1", (3_000, 2_000)), "PNG")).gray((8, 8)).max() == 0


def test_the_limit_of_a_side(encode):
    """Pillow keeps an address for each row, which of a picture one pixel wide is more than the pixels."""
    thin = encode(Image.new("L", (1, 70_000)), "PNG")
    for content in (thin, np.zeros((1, 70_000), dtype=np.uint8), Image.new("L", (70_000, 1))):
        error = refusal(content)
        assert error.kind == "too_large"
        assert "max_side=65,535" in error.detail
    assert Picture(thin, {"max_side": 70_000}).gray().shape == (70_000, 1)


def test_an_animated_webp_counts_three_times_too(photo, encode):
    frames = [Image.fromarray(photo), Image.fromarray(255 - photo)]
    animated = encode(frames[0], "WEBP", lossless=True, save_all=True, append_images=frames[1:])
    assert refusal(animated, max_pixels=3 * 96 * 128 - 1).kind == "too_large"
    np.testing.assert_array_equal(Picture(animated, {"max_pixels": 3 * 96 * 128}).rgb(), photo)


@pytest.mark.parametrize(("columns", "rows"), [(12_000, 12_000), (16_384, 16_384)])
def test_a_webp_with_a_huge_canvas(columns, rows, encode):
    frames = [Image.new("RGB", (16, 16), color) for color in ("red", "blue")]
    content = bytearray(encode(frames[0], "WEBP", save_all=True, append_images=frames[1:]))
    start = content.index(b"VP8X") + 12
    content[start : start + 6] = struct.pack("<I", columns - 1)[:3] + struct.pack("<I", rows - 1)[:3]
    error = refusal(bytes(content))
    assert error.kind == "too_large"
    assert "max_pixels=40,000,000" in error.detail


def test_a_gif_with_a_huge_first_frame(encode):
    content = bytearray(encode(Image.new("P", (16, 16)), "GIF"))
    start = content.index(b",\0\0\0\0\x10\0\x10\0") + 5
    content[start : start + 4] = struct.pack("<HH", 10_000, 10_000)
    assert refusal(bytes(content)).kind == "too_large"


def test_text_that_unpacks_to_no_end():
    bomb = zlib.compress(bytes(20_000_000), 9)
    error = refusal(png(4, 4, chunk(b"zTXt", b"comment\0\0" + bomb), pixels=bytes(20)))
    assert error.kind == "corrupt"
    assert "too large" in error.detail


@pytest.mark.parametrize("form", ["GIF", "PNG", "TIFF"])
def test_only_the_first_frame_is_decoded(form, gray, encode):
    """The third of three frames is missing, and nobody minds."""
    frames = [Image.fromarray(np.roll(gray, shift)) for shift in (0, 1_000, 2_000)]
    content = encode(frames[0], form, save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(Picture(content[: int(0.6 * len(content))]).gray(), gray)


def test_out_of_memory_is_too_large(photo, encode, monkeypatch):
    def load(picture):
        raise MemoryError

    monkeypatch.setattr(picture_module, "load", load)
    assert refusal(encode(photo, "PNG")).kind == "too_large"


def test_a_column_names_each_bad_picture(photo, encode, tmp_path):
    good, cut, text = tmp_path / "good.png", tmp_path / "cut.png", tmp_path / "page.jpg"
    good.write_bytes(encode(photo, "PNG"))
    cut.write_bytes(encode(photo, "PNG")[:500])
    text.write_bytes(b"<html>")
    column = [str(good), str(cut), str(text), None]
    with pytest.raises(MediaBatchError) as caught:
        HOG().fit_transform(column)
    assert [(error.row, error.kind, error.ref) for error in caught.value.errors] == [
        (1, "truncated", str(cut)),
        (2, "unknown_format", str(text)),
    ]
    described = HOG(on_error="missing", max_missing=0.5).fit_transform(column)
    np.testing.assert_array_equal(np.isnan(described[:, 0]), [False, True, True, True])


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "PPM"])
def test_flipped_bytes_never_raise_anything_else(form, photo, encode):
    content = encode(photo[:40, :50], form)
    rng = np.random.default_rng(len(form))
    refused = 0
    for _ in range(60):
        mutated = np.frombuffer(content, dtype=np.uint8).copy()
        reach = len(mutated) if rng.random() < 0.5 else min(64, len(mutated))
        mutated[rng.integers(0, reach, size=rng.integers(1, 6))] = rng.integers(0, 256)
        try:
            assert Picture(mutated.tobytes()).gray((64, 64)).shape == (64, 64)
        except MediaError:
            refused += 1
    assert refused
