"""B4: from files to features, nothing known before: PNG and OGG of the stamps, against the script.

Strategy: the vectors of sounds are the same on both sides. Pillow and scikit-image shrink a picture with different
filters, so there what is the same is the HOG of the same small grey picture; of the whole way the cosine is told. The
last row is what no one who decodes with Pillow and libsndfile can go beyond.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce
from operator import add
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._data import table
from benchmarks._harness import Row, check_close, check_cosine, faster, measure
from benchmarks._hog import skimage_hog
from benchmarks._options import Options

CLAIM = "files to features, cold: the stamps"
TARGET = ">= 6x"

ROWS = 100  # evenly spread over the table
ALIKE = 0.95  # cosine of the HOGs of two filters
MEDIA = ("picture", "speech")


def rows(options: Options) -> list[Row]:
    X = table(options).spread(options.pick(ROWS, 8))[list(MEDIA)]
    cosine = _check(X)
    sides = {
        f"{who} {column}": partial(way, X[column])
        for who, way in (("other", with_script), ("mmsk", with_mmsk), ("bare", only_decode))
        for column in MEDIA
    }
    timings = measure(sides, repeats=options.pick(5, 1), least=0, warm=False, items=len(X))

    def row(what: str, columns: Sequence[str], who: str = "mmsk", **promise: Any) -> Row:
        mine, other = (reduce(add, [timings[f"{one} {column}"] for column in columns]) for one in (who, "other"))
        return faster("B4", f"{what} / the script", {"mmsk": mine, "other": other}, **promise)

    cold = f"a row of the stamps ({len(X)} rows), files to features, cold"
    return [
        row(cold, MEDIA, at_least=6, median_cosine_of_pictures=round(cosine, 4)),
        row("... its picture alone", MEDIA[:1]),
        row("... its sound alone", MEDIA[1:]),
        row("... decoded by Pillow and libsndfile, and nothing else", MEDIA, who="bare"),
    ]


def with_mmsk(column: Any) -> np.ndarray:
    """Return the features of a column, with a memory that is empty."""
    from mmsk import DescriptorUnion, FeatureCache
    from mmsk.audio import MFCC, Chroma
    from mmsk.image import HOG

    descriptor: Any = HOG(cache=FeatureCache())
    if column.name == "speech":
        descriptor = DescriptorUnion([("mfcc", MFCC()), ("chroma", Chroma())], cache=FeatureCache())
    return np.asarray(descriptor.fit_transform(column))


def with_script(column: Any) -> np.ndarray:
    """Return the features of a column as the script makes them."""
    from benchmarks.handwritten import Pictures, Sounds

    return np.asarray((Pictures() if column.name == "picture" else Sounds()).fit_transform(column))


def only_decode(column: Any) -> None:
    """Decode the files of a column, and drop what comes out."""
    import soundfile
    from PIL import Image

    for path in column.dropna():
        if column.name == "picture":
            with Image.open(path) as picture:
                picture.load()
        else:
            soundfile.read(path, dtype="float32")


def _check(X: Any) -> float:
    """Return the median cosine of the pictures' vectors."""
    from mmsk.image import Picture

    check_close("sounds", np.nan_to_num(with_mmsk(X["speech"])), with_script(X["speech"]), 1e-3)
    pictures = with_mmsk(X["picture"])
    small = [Picture(Path(path).read_bytes()).gray((64, 64)) for path in X["picture"].dropna()]
    check_close("HOG", pictures[X["picture"].notna()], [skimage_hog(gray) for gray in small], 1e-5)
    return check_cosine("pictures", np.nan_to_num(pictures), with_script(X["picture"]), ALIKE)
