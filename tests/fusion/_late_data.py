"""What late fusion is tested with: a table of three classes, with and without holes, and a model a modality."""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from mmsk.fusion import LateFusionClassifier

RNG = np.random.default_rng(0)
N = 120


def draw(n):
    """Return codes of three classes, and a table of two modalities that know of them and one that does not."""
    codes = RNG.permutation(np.arange(n) % 3)
    columns = {
        "a0": codes + RNG.normal(0, 1, n),
        "a1": RNG.normal(0, 1, n),
        "b0": (codes == 1) + RNG.normal(0, 0.7, n),
        "noise": RNG.normal(0, 1, n),
    }
    return codes, pd.DataFrame(columns)


CODES, X = draw(N)
Y = np.array(["ant", "bee", "cat"])[CODES]
HOLES = X.mask(RNG.uniform(size=X.shape) < 0.3)
HOLES.loc[HOLES["a0"].isna() | HOLES["a1"].isna(), ["a0", "a1"]] = np.nan
TRIPLES = [
    ("a", LogisticRegression(), ["a0", "a1"]),
    ("b", LogisticRegression(), ["b0"]),
    ("noise", LogisticRegression(), ["noise"]),
]
COMBINE = ["gate", "product", "mean", "vote", "stack"]
SHARES = {"a": 0.5, "b": 0.3, "noise": 0.2}


def late(triples=TRIPLES, **parameters):
    return LateFusionClassifier(triples, **parameters)
