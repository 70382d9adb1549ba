"""B12: `predict` for one row that was never seen, against the bare work: decode, describe, SVM.

Strategy: bare work is the descriptors' own functions on the opened files, the fitted vectorizers on the caption, and
scikit-learn's SVC(kernel="linear"), fitted to the same numbers, on the row's numbers. Everything else in `predict` is
what a user pays for having a pipeline, and for its machine where that takes longer.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from sklearn.svm import SVC

from benchmarks._data import branches, table
from benchmarks._harness import Row, Timing, UnequalError, measure, show
from benchmarks._options import Options

CLAIM = "predict for one row"
TARGET = "<= bare + 4 ms"

ROWS = 40
ALLOWED = 0.004  # seconds


def rows(options: Options) -> list[Row]:
    from mmsk import fusion_pipeline

    data = table(options)
    model = fusion_pipeline(branches(), cache=False).fit(data.X, data.y)
    whole = data.X.dropna()
    singles = [whole.iloc[[place]] for place in range(0, len(whole), max(1, len(whole) // options.pick(ROWS, 4)))]
    vectors = [model["fusion"].transform(single) for single in singles]
    svc = SVC(kernel="linear", C=10.0).fit(model["fusion"].transform(data.X), data.y)
    predicted, bare = Timing(), Timing()
    for single, vector in zip(singles, vectors, strict=True):
        if model.predict(single)[0] != svc.predict(vector)[0]:
            raise UnequalError("predict differs from its parts")
        sides = {
            "mmsk": lambda single=single: model.predict(single),
            "bare": lambda single=single, vector=vector: _bare(model, svc, single, vector),
        }
        timings = measure(sides, repeats=options.pick(5, 1), least=0)
        predicted.cpu.append(timings["mmsk"].median())
        bare.cpu.append(timings["bare"].median())
    extra = median(np.subtract(predicted.cpu, bare.cpu))
    figures = {"seconds": {"mmsk": predicted.rounded(), "bare": bare.rounded()}, "extra": float(f"{extra:.4g}")}
    what = f"predict for one row, {len(singles)} rows of the stamps in turn / bare decode + describe + SVM"
    ratio, target = f"+{show(extra)}", f"<= +{show(ALLOWED)}"
    return [
        Row("B12", what, show(predicted.median()), show(bare.median()), ratio, target, bool(extra <= ALLOWED), figures)
    ]


def _bare(model: Any, svc: SVC, single: Any, vector: Any) -> None:
    """Do what cannot be left out."""
    from mmsk.audio import MFCC, Chroma, Sound
    from mmsk.image import HOG, Picture

    caption, picture, speech = single.iloc[0]
    text = model["fusion"].named_transformers_["text"]["describe"]
    for vectorizer in text.vectorizers_.values():
        vectorizer.transform([caption])
    HOG()._describe(Picture(Path(picture).read_bytes()))
    sound = Sound(Path(speech).read_bytes())
    MFCC()._describe(sound)
    Chroma()._describe(sound)
    svc.predict(vector)
