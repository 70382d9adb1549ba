"""B5: from files to features, photos: a JPEG of 12 megapixels to its HOG, against the script.

Strategy: mmsk decodes a JPEG at a fraction of its size, since 64 x 64 pixels are all that is asked for. What comes out
is compared with scikit-image's HOG of the full decode that Pillow has shrunk in one step (the same kind of filter), and
with the script's own, whose filter is another one.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks._data import made_jpeg
from benchmarks._harness import Row, check_cosine, faster, measure
from benchmarks._hog import skimage_hog
from benchmarks._options import Options

CLAIM = "12-megapixel JPEG to HOG"
TARGET = ">= 10x"

ALIKE = 0.99  # cosine to the full decode
FILTERS = 0.95  # cosine to the full decode and another filter


def rows(options: Options) -> list[Row]:
    from benchmarks.handwritten import describe_picture
    from mmsk.image import HOG

    height, width = options.pick((3000, 4000), (600, 800))
    path = options.scratch / f"photo-{height}.jpg"
    path.write_bytes(made_jpeg(height, width))
    hog = HOG(cache=False).fit([str(path)])
    found = hog.transform([str(path)])
    cosine = check_cosine("full decode", found, _full_decode(path)[np.newaxis], ALIKE)
    to_script = check_cosine("script", found, describe_picture(path)[np.newaxis], FILTERS)
    sides = {"other": lambda: describe_picture(path), "mmsk": lambda: hog.transform([str(path)])}
    timings = measure(sides, repeats=options.pick(5, 1), least=0)
    what = f"a JPEG of {width} x {height} px to HOG / the script (cosine to the full decode {cosine:.4f})"
    return [faster("B5", what, timings, at_least=10, cosine=round(cosine, 5), cosine_to_script=round(to_script, 5))]


def _full_decode(path: Path) -> np.ndarray:
    """Return scikit-image's HOG of all pixels, shrunk by Pillow in one step."""
    from PIL import Image

    with Image.open(path) as picture:
        return skimage_hog(np.asarray(picture.convert("L").resize((64, 64), Image.Resampling.BILINEAR)))
