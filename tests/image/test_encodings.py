"""One picture in many encodings is one picture."""

import numpy as np
import pytest
from PIL import Image

from mmsk.image import HOG, Picture


def with_alpha(gray):
    return Image.merge("LA", [Image.fromarray(gray), Image.new("L", gray.shape[::-1], 255)])


def frames(gray):
    return {"save_all": True, "append_images": [Image.fromarray(255 - gray)]}


LOSSLESS = {
    "PNG grey": lambda gray, encode: encode(gray, "PNG"),
    "PNG colour": lambda gray, encode: encode(Image.fromarray(gray).convert("RGB"), "PNG"),
    "PNG grey and alpha": lambda gray, encode: encode(with_alpha(gray), "PNG"),
    "PNG colour and alpha": lambda gray, encode: encode(with_alpha(gray).convert("RGBA"), "PNG"),
    "PNG palette": lambda gray, encode: encode(Image.fromarray(gray).convert("P"), "PNG"),
    "PNG 16 bits": lambda gray, encode: encode(gray.astype(np.uint16) * 257, "PNG"),
    "PNG animated": lambda gray, encode: encode(gray, "PNG", **frames(gray)),
    "GIF": lambda gray, encode: encode(gray, "GIF"),
    "GIF animated": lambda gray, encode: encode(gray, "GIF", **frames(gray)),
    "TIFF": lambda gray, encode: encode(gray, "TIFF"),
    "TIFF pages": lambda gray, encode: encode(gray, "TIFF", **frames(gray)),
    "TIFF packed": lambda gray, encode: encode(gray, "TIFF", compression="tiff_lzw"),
    "TIFF CMYK": lambda gray, encode: encode(Image.fromarray(gray).convert("CMYK"), "TIFF"),
    "TIFF 16 bits": lambda gray, encode: encode(gray.astype(np.uint16) * 257, "TIFF"),
    "TIFF 32 bits": lambda gray, encode: encode(gray.astype(np.int32) * 1000 - 7, "TIFF"),
    "TIFF shares": lambda gray, encode: encode(gray.astype(np.float32) / 255, "TIFF"),
    "TIFF floating": lambda gray, encode: encode(gray.astype(np.float32) * 3 - 100, "TIFF"),
    "WebP": lambda gray, encode: encode(gray, "WEBP", lossless=True),
    "WebP animated": lambda gray, encode: encode(gray, "WEBP", lossless=True, **frames(gray)),
    "BMP": lambda gray, encode: encode(gray, "BMP"),
    "PPM": lambda gray, encode: encode(Image.fromarray(gray).convert("RGB"), "PPM"),
    "PGM 16 bits": lambda gray, encode: encode(gray.astype(np.uint16) * 257, "PPM"),
}
LOSSY = {
    "JPEG": lambda gray, encode: encode(gray, "JPEG", quality=90),
    "JPEG colour": lambda gray, encode: encode(Image.fromarray(gray).convert("RGB"), "JPEG", quality=90),
    "JPEG progressive": lambda gray, encode: encode(gray, "JPEG", quality=90, progressive=True),
    "JPEG CMYK": lambda gray, encode: encode(Image.fromarray(gray).convert("CMYK"), "JPEG", quality=90),
    "WebP lossy": lambda gray, encode: encode(gray, "WEBP", quality=90),
}
DECODED = {
    "uint8": lambda gray: gray,
    "uint8, one channel": lambda gray: gray[..., np.newaxis],
    "uint8, three channels": lambda gray: np.stack([gray] * 3, axis=-1),
    "uint8, four channels": lambda gray: np.stack([gray] * 3 + [np.full_like(gray, 255)], axis=-1),
    "uint16": lambda gray: gray.astype(np.uint16) * np.uint16(257),
    "int64": lambda gray: gray.astype(np.int64),
    "int64, four channels": lambda gray: np.stack([gray] * 3 + [np.full_like(gray, 255)], axis=-1).astype(int),
    "float64": lambda gray: gray / 255,
    "float32, beyond 1": lambda gray: gray.astype(np.float32),
    "float16": lambda gray: (gray / 255).astype(np.float16),
    "big-endian": lambda gray: gray.astype(">u2") * np.uint16(257),
    "not contiguous": lambda gray: np.repeat(gray, 2, axis=1)[:, ::2],
    "PIL": Image.fromarray,
    "PIL, palette": lambda gray: Image.fromarray(gray).convert("P"),
    "PIL, 16 bits": lambda gray: Image.fromarray(gray.astype(np.uint16) * 257),
}


def describe(content):
    return HOG(cache=False).fit_transform([content])[0]


@pytest.mark.parametrize("name", LOSSLESS)
def test_lossless_encodings(name, gray, encode, cosine):
    """Each of these is the same pixels, and so the same HOG (a cosine of 0.999 at least)."""
    picture = Picture(LOSSLESS[name](gray, encode))
    assert cosine(describe(LOSSLESS[name](gray, encode)), describe(gray)) >= 0.999
    np.testing.assert_array_equal(picture.gray(), gray)
    np.testing.assert_array_equal(picture.gray((64, 64)), Picture(gray).gray((64, 64)))


@pytest.mark.parametrize("name", LOSSY)
def test_lossy_encodings(name, gray, encode, cosine):
    """These are nearly the same HOG (0.93 would do)."""
    assert cosine(describe(LOSSY[name](gray, encode)), describe(gray)) >= 0.98


@pytest.mark.parametrize("name", DECODED)
def test_decoded_pictures(name, gray):
    np.testing.assert_array_equal(Picture(DECODED[name](gray)).gray(), gray)


@pytest.mark.parametrize("form", ["PNG", "TIFF", "GIF", "BMP"])
def test_one_bit(form, gray, encode):
    bits = gray > 127
    picture = Picture(encode(Image.fromarray(bits), form))
    np.testing.assert_array_equal(picture.gray(), bits * np.uint8(255))
    np.testing.assert_array_equal(Picture(bits).gray(), bits * np.uint8(255))


def test_colors_survive(photo, encode):
    for content in (encode(photo, "PNG"), encode(photo, "TIFF"), Image.fromarray(photo), photo):
        np.testing.assert_array_equal(Picture(content).rgb(), photo)
    few = Image.fromarray(photo).quantize(32)
    np.testing.assert_array_equal(Picture(encode(few, "GIF")).rgb(), np.asarray(few.convert("RGB")))


def test_unsigned_32_bits(gray, encode):
    """Pillow reads unsigned numbers as if they were signed; their order must come out right all the same."""
    signed = (gray.astype(np.int64) * 16_843_009).astype(np.uint32).view(np.int32)
    tag, one, two = b"\x53\x01\x03\x00\x01\x00\x00\x00", b"\x01", b"\x02"
    content = encode(signed, "TIFF")
    assert content.count(tag + two) == 1
    np.testing.assert_array_equal(Picture(content.replace(tag + two, tag + one)).gray(), gray)


def test_the_frame_that_a_pil_image_shows(gray, encode, tmp_path):
    path = tmp_path / "two.png"
    path.write_bytes(LOSSLESS["PNG animated"](gray, encode))
    with Image.open(path) as image:
        image.seek(1)
        np.testing.assert_array_equal(Picture(image).gray(), 255 - gray)


def turned(upright, orientation):
    """Return how a camera held so stores an upright picture: EXIF names the sides of the first row and column."""
    return {
        1: upright,  # top, left
        2: upright[:, ::-1],  # top, right
        3: upright[::-1, ::-1],  # bottom, right
        4: upright[::-1],  # bottom, left
        5: upright.swapaxes(0, 1),  # left, top
        6: np.rot90(upright),  # right, top
        7: np.rot90(upright, 2).swapaxes(0, 1),  # right, bottom
        8: np.rot90(upright, -1),  # left, bottom
    }[orientation]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP", "PIL"])
def test_orientation(form, orientation, photo, encode):
    image = Image.fromarray(np.ascontiguousarray(turned(photo, orientation)))
    exif = image.getexif()
    exif[0x0112] = orientation
    options = {"lossless": True} if form == "WEBP" else {}
    picture = Picture(image if form == "PIL" else encode(image, form, exif=exif, **options))
    np.testing.assert_array_equal(picture.rgb(), photo)
    assert picture.shape == photo.shape[:2]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_of_a_scaled_jpeg(orientation, make_photo, encode, cosine):
    photo = make_photo(720, 740)
    image = Image.fromarray(np.ascontiguousarray(turned(photo, orientation)))
    exif = image.getexif()
    exif[0x0112] = orientation
    content = encode(image, "JPEG", quality=95, exif=exif)
    assert Picture(content).shape == (720, 740)
    assert cosine(describe(content), describe(photo)) >= 0.99


@pytest.mark.parametrize("value", [0, 9, 99])
def test_impossible_orientation_counts_as_upright(value, photo, encode):
    image = Image.fromarray(photo)
    exif = image.getexif()
    exif[0x0112] = value
    np.testing.assert_array_equal(Picture(encode(image, "PNG", exif=exif)).rgb(), photo)


def test_damaged_tags_do_not_spoil_the_pixels(photo, encode):
    """The tag block is cut short: nothing is said, whatever the warning filters, and the picture is upright."""
    content = encode(photo, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x09\x01\x12\0\x03\0\0\0\x01\0\x06")
    np.testing.assert_array_equal(Picture(content).rgb(), Picture(encode(photo, "JPEG")).rgb())
