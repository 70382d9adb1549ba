"""A picture with edges and textures of all sizes, and ways to encode it."""

import io

import numpy as np
import pytest
from PIL import Image


def draw(rows, columns, seed=0):
    """Return a picture as photographs are: more contrast the coarser the detail, and some hard edges."""
    rng = np.random.default_rng(seed)
    total = np.zeros((rows, columns, 3), dtype=np.float32)
    for cells in (4, 8, 16, 32, 64, 128):
        for channel in range(3):
            coarse = Image.fromarray(rng.normal(size=(cells, cells)).astype(np.float32))
            total[..., channel] += np.asarray(coarse.resize((columns, rows), Image.Resampling.BICUBIC)) / cells**0.25
    total[rows // 4 : rows // 2, columns // 3 :] += 2
    total -= total.min()
    return (total * (255 / total.max())).astype(np.uint8)


@pytest.fixture(scope="session")
def make_photo():
    return draw


@pytest.fixture(scope="session")
def photo():
    """A colour picture of 96 x 128 pixels."""
    return draw(96, 128)


@pytest.fixture(scope="session")
def gray(photo):
    """The same in grey, from black to white."""
    luma = np.asarray(Image.fromarray(photo).convert("L")).astype(np.float64)
    return np.rint((luma - luma.min()) * (255 / np.ptp(luma))).astype(np.uint8)


@pytest.fixture(scope="session")
def encode():
    def encode_(picture, form, **options):
        buffer = io.BytesIO()
        (Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture).save(buffer, form, **options)
        return buffer.getvalue()

    return encode_


@pytest.fixture(scope="session")
def cosine():
    return lambda a, b: float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
