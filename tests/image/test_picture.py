"""Picture: what descriptors are given, and that it never depends on who asked before."""

import threading
import warnings
from itertools import permutations

import numpy as np
import pytest
from PIL import Image, ImageFile
from skimage.feature import hog

from mmsk import DescriptorUnion, FunctionDescriptor
from mmsk.image import HOG, LBP, ColorHistogram, ColorMoments, Picture, PictureShape
from mmsk.image import _picture as picture_module


@pytest.fixture
def loads(monkeypatch):
    """Count the decodes."""
    loaded = []

    def load(picture):
        loaded.append(picture)
        picture.load()

    monkeypatch.setattr(picture_module, "load", load)
    return loaded


def see_through(photo):
    """Return a picture of which a disc is opaque, and the opacity fades around it."""
    rows, columns = np.ogrid[: photo.shape[0], : photo.shape[1]]
    distance = np.hypot(rows - photo.shape[0] / 2, columns - photo.shape[1] / 2)
    alpha = np.clip(400 - 800 * distance / photo.shape[0], 0, 255).astype(np.uint8)
    return np.dstack([photo, alpha])


def test_sizes_are_rows_and_columns(photo):
    picture = Picture(photo)
    assert picture.shape == (96, 128)
    assert picture.rgb().shape == (96, 128, 3)
    assert picture.gray((20, 30)).shape == picture.alpha((20, 30)).shape == (20, 30)
    assert picture.rgb([20, 30]).shape == (20, 30, 3)
    assert picture.rgb((200, 150)).shape == (200, 150, 3)


def test_gray_is_the_luma(photo):
    expected = photo @ [0.299, 0.587, 0.114]
    assert np.abs(Picture(photo).gray() - expected).max() <= 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (3, 2), (2, 4000)])
def test_tiny_and_thin_pictures_are_resized(shape):
    picture = Picture(np.full(shape, 90, dtype=np.uint8))
    for size in ((64, 64), (200, 300)):
        np.testing.assert_array_equal(picture.gray(size), 90)


def test_arrays_are_shared_and_cannot_be_changed(photo, encode):
    for picture in (Picture(photo), Picture(encode(photo, "PNG"))):
        for view in (picture.rgb, picture.gray, picture.alpha):
            for size in (None, (32, 32), (96, 128)):
                assert view(size) is view(size)
                with pytest.raises(ValueError, match="read-only"):
                    view(size)[0, 0] = 1


def test_the_input_is_not_changed(photo, encode):
    array, image = see_through(photo), Image.fromarray(photo)
    image.getexif()[0x0112] = 6
    before = array.copy(), image.copy()
    for content in (array, image):
        picture = Picture(content)
        picture.rgb(), picture.gray((64, 64))
    np.testing.assert_array_equal(array, before[0])
    assert array.flags.writeable
    assert image == before[1]
    assert image.getexif()[0x0112] == 6


def test_transparent_parts_are_white(photo, encode):
    array = see_through(photo)
    opacity = array[..., 3:] / 255
    expected = photo * opacity + 255 * (1 - opacity)
    for content in (array, Image.fromarray(array), encode(array, "PNG"), encode(array, "WEBP", lossless=True)):
        picture = Picture(content)
        assert np.abs(picture.rgb() - expected).max() <= 1
        np.testing.assert_array_equal(picture.alpha(), array[..., 3])
    luma = Image.fromarray(array).convert("LA")
    gray = expected @ [0.299, 0.587, 0.114]
    assert np.abs(Picture(encode(luma, "PNG")).gray() - gray).max() <= 2


def test_hidden_colors_do_not_show(make_photo, encode):
    """Two pictures that differ only where they are transparent are the same picture, at every size."""
    photo = make_photo(720, 730)
    alpha = see_through(photo)[..., 3]
    other = np.where(alpha[..., np.newaxis] > 0, photo, 17).astype(np.uint8)
    pictures = [Picture(encode(np.dstack([color, alpha]), "PNG")) for color in (photo, other)]
    for size in ((64, 64), (200, 200), None):
        np.testing.assert_array_equal(pictures[0].rgb(size), pictures[1].rgb(size))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "I;16"])
def test_one_transparent_value(mode, encode):
    deep = mode == "I;16"
    black_and_gray = np.array([[0, 100], [100, 0]], dtype=np.uint16 if deep else np.uint8)
    image = Image.fromarray(black_and_gray * 257 if deep else black_and_gray)
    if mode in ("1", "P", "RGB"):
        image = image.point(lambda value: value and 255).convert(mode)
    picture = Picture(encode(image, "PNG", transparency=(0, 0, 0) if mode == "RGB" else 0))
    np.testing.assert_array_equal(picture.alpha(), [[0, 255], [255, 0]])
    np.testing.assert_array_equal(picture.gray()[[0, 1], [0, 1]], 255)


def test_palette_with_an_opacity_for_each_color(encode):
    image = Image.fromarray(np.array([[0, 1, 2]], dtype=np.uint8), mode=None).convert("P")
    image.putpalette([0, 0, 0, 100, 100, 100, 200, 200, 200])
    picture = Picture(encode(image, "PNG", transparency=bytes([0, 51, 255])))
    np.testing.assert_array_equal(picture.alpha(), [[0, 51, 255]])
    np.testing.assert_array_equal(picture.gray(), [[255, 224, 200]])


def test_a_transparent_color_of_16_bits():
    image = Image.fromarray(np.array([[[3, 7, 11], [255, 0, 0]]], dtype=np.uint8))
    image.info["transparency"] = (1000, 2000, 3000)  # what Pillow says of a PNG of 16 bits a channel
    np.testing.assert_array_equal(Picture(image).alpha(), [[0, 255]])
    assert image.info["transparency"] == (1000, 2000, 3000)


@pytest.mark.parametrize("mode", ["PA", "La", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV", "I;16B", "I", "F", "P", "1"])
def test_any_mode_of_pillow(mode):
    assert Picture(Image.new(mode, (3, 2))).rgb((8, 8)).shape == (8, 8, 3)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (np.array([[100, 200]], dtype=np.uint8), [100, 200]),
        (np.array([[100, 200]], dtype=np.uint16) * np.uint16(257), [100, 200]),
        (np.array([[25_700, 51_400]], dtype=">u2"), [100, 200]),
        (np.array([[0.25, 0.75]]), [64, 191]),
        (np.array([[0.25, 0.75]], dtype=np.float16), [64, 191]),
        (np.array([[0.25, 1.75]]), [0, 255]),
        (np.array([[-0.5, 0.0, 0.5]]), [0, 128, 255]),
        (np.array([[100, 200]], dtype=np.int16), [0, 255]),
        (np.array([[100, 200]], dtype=np.uint32), [0, 255]),
        (np.array([[0, 1]]), [0, 255]),
        (np.array([[False, True]]), [0, 255]),
    ],
)
def test_what_numbers_mean(numbers, expected, encode):
    np.testing.assert_array_equal(Picture(numbers).gray()[0], expected)
    np.testing.assert_array_equal(Picture(np.repeat(numbers[..., np.newaxis], 3, axis=2)).rgb()[0, :, 1], expected)


@pytest.mark.parametrize("form", ["PNG", "TIFF", "PPM"])
def test_16_bits_are_not_stretched(form, encode):
    picture = Picture(encode(np.array([[25_700, 51_400]], dtype=np.uint16), form))
    np.testing.assert_array_equal(picture.gray(), [[100, 200]])


def test_numbers_of_one_value_are_black_or_shares():
    assert (Picture(np.full((4, 4), 0.5)).gray() == 128).all()
    assert (Picture(np.full((4, 4), 7.5)).gray() == 0).all()
    assert (Picture(np.full((4, 4), 3)).gray() == 0).all()


@pytest.mark.parametrize("ends", [(-1e-320, 0.0), (-8e307, 8e307), (0, 2**62), (1e300, 1.5e300)])
def test_extreme_ranges_are_stretched(ends):
    np.testing.assert_array_equal(Picture(np.array([ends])).gray(), [[0, 255]])


def test_large_pictures_are_worked_through_in_bands(make_photo, encode, monkeypatch):
    """Bands save memory; they must not show."""
    from mmsk.image import _pixels

    photo = see_through(make_photo(730, 800))
    deep = (photo[..., 0].astype(np.float32) - 20) * 3
    contents = encode(photo, "PNG"), encode(deep, "TIFF"), encode(photo[..., 0].astype(np.uint16) * 257, "PNG"), deep
    views = lambda: [Picture(content).rgb(size) for content in contents for size in ((64, 64), (200, 200), None)]
    whole = views()
    monkeypatch.setattr(_pixels, "BAND_PIXELS", 10_000)
    for one, other in zip(whole, views(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "CMYK", "I;16"])
def test_bands_are_turned_as_the_whole_is(mode, turn, make_photo, monkeypatch):
    from mmsk.image import _pixels

    picture = Image.fromarray(
        make_photo(90, 70)[..., 0].astype(np.uint16) * 257 if mode == "I;16" else see_through(make_photo(90, 70))
    )
    if mode not in ("I;16", "RGBA"):
        picture = picture.quantize(9) if mode == "P" else picture.convert(mode)
    upright = _pixels.on_white(picture)
    expected = [None if one is None else one.transpose(_pixels.TURNS[turn]) if turn > 1 else one for one in upright]
    for band in (10_000, 500):
        monkeypatch.setattr(_pixels, "BAND_PIXELS", band)
        for factor in (1, 3):
            for one, other in zip(_pixels.on_white(picture, turn, (factor, 2 * factor)), expected, strict=True):
                assert (one is None) == (other is None)
                if other is not None:
                    np.testing.assert_array_equal(one, other.reduce((factor, 2 * factor)))


def test_the_long_side_of_a_banner_is_averaged_further(make_photo, encode, cosine):
    photo = make_photo(40, 20_000)
    picture = Picture(encode(photo, "PNG"))
    assert picture._small.color.size == (5_000, 40)
    full = Image.fromarray(photo).convert("L").resize((64, 64), Image.Resampling.BILINEAR)
    assert cosine(hog(picture.gray((64, 64))), hog(np.asarray(full))) >= 0.98


REQUESTS = [
    ("gray", (64, 64)),
    ("rgb", (64, 64)),
    ("gray", (128, 100)),
    ("rgb", (150, 40)),
    ("gray", None),
    ("rgb", None),
]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "array"])
def test_what_was_asked_before_does_not_show(form, make_photo, encode):
    photo = make_photo(730, 800)
    content = photo if form == "array" else encode(photo, form)
    alone = {request: getattr(Picture(content), request[0])(request[1]) for request in REQUESTS}
    for order in permutations(REQUESTS, 2):
        picture = Picture(content)
        for name, size in order:
            np.testing.assert_array_equal(getattr(picture, name)(size), alone[name, size])


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_union_decodes_once_and_changes_no_bit(form, make_photo, encode, loads):
    content = encode(make_photo(750, 800), form)
    members = [HOG(), LBP(), ColorHistogram(), ColorMoments(), PictureShape()]
    alone = np.hstack([member.set_params(cache=False).fit_transform([content]) for member in members])
    loads.clear()
    union = DescriptorUnion([(type(member).__name__, member) for member in members], cache=False).fit([content])
    np.testing.assert_array_equal(union.transform([content]), alone)
    assert len(loads) == 1


@pytest.mark.parametrize("shape", [(720, 900), (1500, 1100), (740, 2600)])
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_the_working_picture_is_near_the_full_one(form, shape, make_photo, encode, cosine):
    content = encode(make_photo(*shape), form)
    picture = Picture(content)
    with_all = Image.fromarray(picture.gray())
    for side, least in ((64, 0.99), (128, 0.98)):
        full = np.asarray(with_all.resize((side, side), Image.Resampling.BILINEAR))
        assert cosine(hog(picture.gray((side, side))), hog(full)) >= least


def test_only_what_is_needed_of_a_jpeg_is_decoded(make_photo, encode, loads):
    Picture(encode(make_photo(1440, 2100), "JPEG")).gray((64, 64))
    Picture(encode(make_photo(719, 2100), "JPEG")).gray((64, 64))
    assert [picture.size for picture in loads] == [(525, 360), (2100, 719)]


def test_nothing_is_decoded_before_it_is_asked_for(photo, encode, loads):
    Picture.open(encode(photo, "PNG"))
    assert not loads


def test_a_function_gets_the_colors(photo, encode):
    assert Picture(photo).plain()[0] is not photo
    np.testing.assert_array_equal(Picture(encode(photo, "PNG")).plain()[0], photo)
    mean = FunctionDescriptor(np.mean, kind="image", names=["mean"]).fit_transform([photo, encode(photo, "PNG")])
    np.testing.assert_allclose(mean[:, 0], photo.mean(), rtol=1e-6)


def test_pillows_switches_are_not_set_and_its_limit_is_not_ours(photo, encode, monkeypatch):
    switches = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    content = encode(photo, "PNG")
    Picture(content).rgb()
    assert switches == (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    np.testing.assert_array_equal(Picture(content).rgb(), photo)


def test_warning_filters_stay_as_they_are(photo, encode):
    """Threads that open pictures at the same time must not restore each other's filters."""
    content = encode(photo, "TIFF")
    before = list(warnings.filters)
    threads = [threading.Thread(target=lambda: [Picture(content).gray((8, 8)) for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == before
