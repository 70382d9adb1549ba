"""Fusions that are given what another one takes: the error says what is needed, and what makes it."""

import pandas as pd
import pytest

from mmsk import fusion_transformer
from mmsk.fusion import (
    KernelFusionClassifier,
    KernelFusionRegressor,
    LateFusionClassifier,
    LateFusionRegressor,
    SharedSpace,
)
from mmsk.retrieval import CrossModalRetriever
from mmsk.text import Tfidf

BRANCHES = [("text", Tfidf(), "title"), ("number", "passthrough", ["price"])]
X = pd.DataFrame({"title": ["red fox", "grey goose"] * 6, "price": [3.0, 1.0, 3.5, 1.5] * 3})
Y = [0, 1] * 6


@pytest.mark.parametrize("late", [LateFusionClassifier, LateFusionRegressor])
@pytest.mark.parametrize("given", [fusion_transformer(BRANCHES), None], ids=["fusion", "None"])
def test_late_fusion_names_what_makes_its_models(late, given):
    message = (
        r"'estimators' .* a list of \(name, estimator, column\), as modality_models\(fusion.*, estimator\) makes it"
    )
    with pytest.raises(ValueError, match=message) as caught:
        late(given).fit(X, Y)
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("one", [KernelFusionClassifier, KernelFusionRegressor, SharedSpace, CrossModalRetriever])
def test_a_bare_list_of_branches_is_told_what_makes_a_fusion(one):
    with pytest.raises(ValueError, match=r"'fusion' .* as fusion_transformer\(branches\) makes it. Got") as caught:
        one(BRANCHES).fit(X, Y)
    assert isinstance(caught.value, TypeError)
