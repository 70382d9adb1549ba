"""PictureShape: size, proportions, and the outline of what is visible."""

import numpy as np
import pytest

from mmsk.image import PictureShape


def describe(array):
    frame = PictureShape().set_output(transform="pandas").fit_transform([array])
    return frame.rename(columns=lambda name: name.removeprefix("pictureshape_")).iloc[0].to_dict()


def test_opaque_picture():
    found = describe(np.zeros((64, 256, 3), dtype=np.uint8))
    expected = {"log2_pixels": 14, "log2_aspect": 2, "transparent": 0, "soft": 0}
    expected |= {"box_rows": 1, "box_columns": 1, "center_row": 0.5, "center_column": 0.5, "fill": 1}
    assert found == pytest.approx(expected)


def test_outline_of_the_visible_part():
    array = np.zeros((128, 128, 4), dtype=np.uint8)
    array[32:64, 64:128, 3] = 255
    array[:, :16, 3] = 100  # too faint to be seen
    found = describe(array)
    expected = {"log2_pixels": 14, "log2_aspect": 0, "soft": 1 / 8, "transparent": 7 / 8 - 100 / 255 / 8}
    expected |= {"box_rows": 1 / 4, "box_columns": 1 / 2, "center_row": 3 / 8, "center_column": 3 / 4, "fill": 1}
    assert found == pytest.approx(expected)


def test_a_hollow_fills_its_box_in_part():
    array = np.zeros((128, 128, 4), dtype=np.uint8)
    array[..., 3] = 255
    array[32:96, 32:96, 3] = 0
    assert describe(array)["fill"] == pytest.approx(3 / 4)


def test_nothing_visible():
    found = describe(np.zeros((10, 10, 4), dtype=np.uint8))
    assert (found["transparent"], found["fill"], found["box_rows"], found["center_row"]) == (1, 0, 1, 0.5)


def test_proportions_are_those_of_the_upright_picture(encode):
    from PIL import Image

    image = Image.new("L", (100, 50))
    exif = image.getexif()
    exif[0x0112] = 6
    assert describe(encode(image, "JPEG", exif=exif))["log2_aspect"] == pytest.approx(-1)
