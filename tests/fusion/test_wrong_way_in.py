"""Fusions that are given what another one takes: the error says what is needed, and what makes it."""

import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor

from mmsk import fusion_pipeline, fusion_transformer
from mmsk.fusion import (
    KernelFusionClassifier,
    KernelFusionRegressor,
    LateFusionClassifier,
    LateFusionRegressor,
    SharedSpace,
    modality_models,
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


@pytest.mark.parametrize("kind", [KernelFusionRegressor, LateFusionRegressor])
def test_several_numbers_a_row_are_told_what_takes_them(kind):
    fusion = fusion_transformer(BRANCHES)
    model = kind(fusion) if kind is KernelFusionRegressor else kind(modality_models(fusion, Ridge()))
    several = pd.DataFrame({"a": X["price"], "b": -X["price"]})
    message = r"y has shape \(12, 2\).*fusion_pipeline\(branches, Ridge\(\)\).*MultiOutputRegressor"
    for y in (several, several.to_numpy(), several.to_numpy().tolist()):
        with pytest.raises(ValueError, match=message):
            model.fit(X, y)
    for remedy in (MultiOutputRegressor(model), fusion_pipeline(BRANCHES, Ridge())):
        assert remedy.fit(X, several).predict(X).shape == (12, 2)


def test_several_labels_a_row_are_told_what_takes_them():
    model = KernelFusionClassifier(fusion_transformer(BRANCHES))
    several = [[one, 1 - one] for one in Y]
    with pytest.raises(ValueError, match=r"y has shape \(12, 2\).*MultiOutputClassifier"):
        model.fit(X, several)
    assert MultiOutputClassifier(model).fit(X, several).predict(X).shape == (12, 2)
