"""LateFusionClassifier: what is said of rows with holes, and what is learned from holes made on purpose."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mmsk.image import HOG
from mmsk.text import Tfidf

from ._late_data import CODES, COMBINE, HOLES, RNG, SHARES, TRIPLES, N, X, Y, late


@pytest.mark.parametrize("combine", COMBINE)
def test_a_row_with_nothing_in_it_gets_the_prior(combine):
    fusion = late(combine=combine).fit(HOLES.iloc[:90], Y[:90])
    found = fusion.predict_proba(HOLES.iloc[:2] * np.nan)
    np.testing.assert_allclose(found, [fusion.prior_] * 2)
    np.testing.assert_allclose(fusion.prior_, np.unique(Y[:90], return_counts=True)[1] / 90)


@pytest.mark.parametrize("combine", ["gate", "product", "mean", "vote"])
def test_shares_of_absent_modalities_are_shared_out(combine):
    fusion = late(combine=combine, weights=SHARES).fit(X, Y)
    new = X.iloc[:3].copy()
    new.loc[new.index[0], "b0"] = np.nan
    new.loc[new.index[1], ["a0", "a1", "b0"]] = np.nan
    attention = fusion.attention(new)
    np.testing.assert_allclose(attention.sum(axis=1), 1)
    assert attention[0, 1] == attention[1, 0] == attention[1, 1] == 0
    if combine != "gate":
        np.testing.assert_allclose(attention, [[5 / 7, 0, 2 / 7], [0, 0, 1], [0.5, 0.3, 0.2]])


@pytest.mark.parametrize("combine", ["product", "mean"])
def test_one_modality_alone_is_its_own_model(combine):
    fusion = late(combine=combine).fit(HOLES, Y)
    alone = X.assign(a0=np.nan, a1=np.nan, noise=np.nan)
    expected = fusion.named_estimators_["b"].predict_proba(X[["b0"]])
    np.testing.assert_allclose(fusion.predict_proba(alone), expected, atol=2e-3)


def test_a_row_has_several_columns_as_long_as_one_cell_is_there():
    model = make_pipeline(StandardScaler(), RandomForestClassifier(10, random_state=0))
    fusion = late([("a", model, ["a0", "a1"]), TRIPLES[1]], combine="mean").fit(X, Y)
    half = X.assign(a0=np.nan)
    np.testing.assert_array_equal(fusion.attention(half), np.full((N, 2), 0.5))


def test_a_class_without_rows_of_a_modality_keeps_its_prior_there():
    frame = X.copy()
    frame.loc[Y == "cat", "b0"] = np.nan
    fusion = late([TRIPLES[1]], combine="mean").fit(frame, Y)
    assert list(fusion.classes_) == ["ant", "bee", "cat"]
    assert list(fusion.named_estimators_["b"].classes_) == ["ant", "bee"]
    found = fusion.predict_proba(X)
    np.testing.assert_allclose(found[:, 2], 1 / 3)
    np.testing.assert_allclose(found[:, :2], fusion.named_estimators_["b"].predict_proba(X[["b0"]]) * 2 / 3)


@pytest.mark.parametrize(("keep", "what"), [(np.zeros(N, dtype=bool), "no row"), (Y == "bee", "one class only")])
@pytest.mark.parametrize("combine", COMBINE)
def test_a_modality_with_nothing_to_learn_from_is_left_out(combine, keep, what):
    frame = X.assign(b0=X["b0"].where(keep))
    with pytest.warns(UserWarning, match=f"'b' has .*{what}"):
        fusion = late(combine=combine).fit(frame, Y)
    assert list(fusion.named_estimators_) == ["a", "noise"]
    np.testing.assert_array_equal(
        fusion.predict_proba(X), late([TRIPLES[0], TRIPLES[2]], combine=combine).fit(X, Y).predict_proba(X)
    )


def test_a_blank_text_is_absent():
    texts = pd.DataFrame({"text": [f"{label} word{number % 7}" for number, label in enumerate(Y)]})
    fusion = late([("text", make_pipeline(Tfidf(), LogisticRegression()), "text")], combine="mean").fit(texts, Y)
    found = fusion.attention(pd.DataFrame({"text": ["ant", " ", "", None]}))
    np.testing.assert_array_equal(found, [[1], [0], [0], [0]])


def test_an_item_that_cannot_be_read_is_absent_if_the_descriptor_says_so():
    pixels = RNG.integers(0, 255, (40, 16, 16, 3)).astype(np.uint8)
    frame = pd.DataFrame({"photo": pd.Series([*pixels], dtype=object), "b0": X["b0"][:40]})
    frame.loc[3, "photo"] = "no such file.png"
    hog = HOG(size=(16, 16), on_error="missing")
    fusion = late([("image", make_pipeline(hog, LogisticRegression()), "photo"), TRIPLES[1]]).fit(frame, Y[:40])
    np.testing.assert_array_equal(fusion.attention(frame)[:, 0] > 0, np.arange(40) != 3)
    with pytest.raises(ValueError, match=r"no such file\.png"):
        late([("image", make_pipeline(HOG(), LogisticRegression()), "photo")]).fit(frame, Y[:40])


# Dropout --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("combine", "changes"), [("gate", True), ("stack", True), ("mean", False), ("product", False)])
def test_dropout_is_for_what_is_learned_out_of_fold(combine, changes):
    found = [late(combine=combine, dropout=share, random_state=0).fit(X, Y).predict_proba(X) for share in (0.0, 0.5)]
    assert np.array_equal(*found) is not changes


def test_a_stack_learns_from_dropout_to_do_without():
    without = X.assign(a0=np.nan, a1=np.nan)
    scores = [late(TRIPLES[:2], combine="stack", dropout=share, random_state=0).fit(X, Y) for share in (0.0, 0.5)]
    log_loss = [-np.log(fusion.predict_proba(without)[np.arange(N), CODES]).mean() for fusion in scores]
    assert log_loss[1] < log_loss[0]
