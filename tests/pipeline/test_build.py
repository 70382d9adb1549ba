"""fusion_transformer and fusion_pipeline: what a user would have written by hand."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, RobustScaler, StandardScaler
from sklearn.svm import SVC

from mmsk import DescriptorUnion, fusion_pipeline, fusion_transformer
from mmsk.audio import MFCC, Chroma
from mmsk.datasets import make_multimodal
from mmsk.fusion import BlockScaler
from mmsk.image import HOG, LBP
from mmsk.text import Tfidf

DATA = make_multimodal(n_samples=40, n_classes=2, missing=0.1, random_state=0)
BRANCHES = [("text", Tfidf(), "text"), ("image", [HOG(), LBP()], "image"), ("audio", [MFCC(), Chroma()], "audio")]


def test_a_branch_may_be_dropped_as_in_scikit_learn():
    fusion = fusion_transformer([("a", "passthrough", "a"), ("b", "drop", "b")], weights="auto", on_error="missing")
    frame = pd.DataFrame({"a": [1.0, 3.0], "b": ["x", "y"]})
    np.testing.assert_allclose(fusion.fit_transform(frame), [[-1], [1]])


def test_equals_a_hand_written_pipeline():
    by_hand = Pipeline(
        [
            (
                "fusion",
                ColumnTransformer(
                    [
                        ("text", Pipeline([("d", Tfidf()), ("s", BlockScaler(2.0, standardize=False))]), "text"),
                        ("image", Pipeline([("d", HOG()), ("s", BlockScaler(0.5))]), "image"),
                    ]
                ),
            ),
            ("classifier", SVC(kernel="linear")),
        ]
    )
    ours = fusion_pipeline(
        [("text", Tfidf(), "text"), ("image", HOG(), "image")],
        SVC(kernel="linear"),
        weights={"text": 2.0, "image": 0.5},
    )
    expected = by_hand.fit(DATA.frame, DATA.target).decision_function(DATA.frame)
    np.testing.assert_array_equal(ours.fit(DATA.frame, DATA.target).decision_function(DATA.frame), expected)


def test_every_branch_has_the_same_energy_and_weights_scale_it():
    fusion = fusion_transformer(BRANCHES, weights={"audio": 3.0}).fit(DATA.frame)
    for name, weight in {"text": 1.0, "image": 1.0, "audio": 3.0}.items():
        _, branch, column = next(item for item in fusion.transformers_ if item[0] == name)
        block = branch.transform(DATA.frame[column])
        block = block.toarray() if hasattr(block, "toarray") else block
        present = (block != 0).any(axis=1)
        assert np.sqrt((block[present].astype(float) ** 2).sum(axis=1).mean()) == pytest.approx(weight, rel=1e-4)


def test_parts_are_plain_and_reachable_by_name():
    model = fusion_pipeline(BRANCHES, SVC())
    model.set_params(fusion__image__describe__hog__orientations=6, fusion__audio__scale__weight=0.25)
    image = model.named_steps["fusion"].transformers[1][1]
    assert isinstance(image.named_steps["describe"], DescriptorUnion)
    assert image.named_steps["describe"].get_params()["hog__orientations"] == 6
    assert model.get_params()["fusion__audio__scale__weight"] == 0.25


def test_the_users_descriptors_are_left_alone():
    hog = HOG()
    fusion_pipeline([("image", hog, "image")], SVC(), n_jobs=2, verbose=True, on_error="missing")
    assert (hog.n_jobs, hog.verbose, hog.on_error) == (None, False, "raise")


def test_settings_reach_every_descriptor_at_any_depth():
    branch = make_pipeline(DescriptorUnion([("hog", HOG())]), StandardScaler())
    fusion = fusion_transformer([("image", branch, "image"), ("text", Tfidf(), "text")], on_error="missing", n_jobs=2)
    assert fusion.transformers[0][1].named_steps["describe"][0].on_error == "missing"
    assert fusion.transformers[0][1].named_steps["describe"][0].n_jobs == 2
    assert fusion.transformers[1][1].named_steps["describe"].on_error == "missing"
    apart = fusion_pipeline([("image", branch, "image")], SVC(), isolate=True)
    assert apart.named_steps["fusion"].transformers[0][1].named_steps["describe"][0].isolate


@pytest.mark.parametrize("column", ["text", ["text"]])
@pytest.mark.parametrize("vectorizer", [Tfidf(), TfidfVectorizer()])
def test_a_name_and_a_list_of_one_name_mean_the_same_for_text(vectorizer, column):
    frame = DATA.frame.assign(text=DATA.frame["text"].fillna(""))
    block = fusion_transformer([("text", vectorizer, column)]).fit_transform(frame)
    assert block.shape[0] == len(frame)
    assert block.shape[1] > 5


@pytest.mark.parametrize("column", ["price", ["price"]])
def test_a_name_and_a_list_of_one_name_mean_the_same_for_numbers(column):
    frame = pd.DataFrame({"price": [1.0, 2.0, np.nan]})
    block = fusion_transformer([("number", "passthrough", column)]).fit_transform(frame)
    np.testing.assert_allclose(block.ravel(), [-1, 1, 0])


def test_numbers_categories_and_precomputed_vectors_are_branches_too():
    vectors = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 3)), columns=["e0", "e1", "e2"])
    frame = pd.concat([DATA.frame, vectors], axis=1).assign(colour=np.tile(["red", "blue"], 20))
    branches = [
        ("text", Tfidf(), "text"),
        ("emb", "passthrough", ["e0", "e1", "e2"]),
        ("colour", OneHotEncoder(handle_unknown="ignore"), ["colour"]),
    ]
    model = fusion_pipeline(branches, LogisticRegression()).fit(frame, DATA.target)
    names = model[:-1].get_feature_names_out()
    assert {"emb__e1", "colour__colour_red"} <= set(names)


@pytest.mark.parametrize(
    "estimator",
    [SVC(), RandomForestClassifier(n_estimators=5), LogisticRegression(), MLPClassifier((5,), solver="lbfgs")],
    ids=lambda estimator: type(estimator).__name__,
)
def test_any_classifier_works(estimator):
    model = fusion_pipeline(BRANCHES, estimator).fit(DATA.frame, DATA.target)
    assert model.score(DATA.frame, DATA.target) > 0.7
    assert list(model.named_steps) == ["fusion", "classifier"]


def test_a_regressor_is_called_one():
    model = fusion_pipeline(BRANCHES, Ridge()).fit(DATA.frame, np.asarray(DATA.target, dtype=float))
    assert list(model.named_steps) == ["fusion", "regressor"]


@pytest.mark.parametrize("estimator", [RandomForestClassifier(), make_pipeline(StandardScaler(), SVC())])
def test_weights_that_cannot_matter_are_warned_of(estimator):
    with pytest.warns(UserWarning, match="the weights have no effect"):
        fusion_pipeline(BRANCHES, estimator, weights={"text": 2.0})


@pytest.mark.parametrize("scaler", [StandardScaler(with_std=False), RobustScaler(with_scaling=False)])
def test_weights_matter_to_what_centres_only(scaler):
    model = fusion_pipeline(BRANCHES, make_pipeline(scaler, SVC()))
    assert {branch["scale"].weight for _, branch, _ in model["fusion"].transformers} == {"auto"}


def test_each_branch_drops_rows_of_its_own():
    fusion = fusion_transformer(BRANCHES, dropout=0.5, random_state=0)
    seeds = [branch.named_steps["scale"].random_state for _, branch, _ in fusion.transformers]
    assert len(set(seeds)) == 3


def test_transformer_weights_keep_working():
    fusion = fusion_transformer([("image", HOG(), "image")])
    plain = fusion.fit_transform(DATA.frame)
    np.testing.assert_allclose(fusion.set_params(transformer_weights={"image": 2}).fit_transform(DATA.frame), 2 * plain)


@pytest.mark.parametrize(
    ("branches", "message"),
    [
        ([], "at least one branch"),
        ([("text", Tfidf())], "tuple"),
        ([("text", Tfidf(), "text"), ("text", HOG(), "image")], "differ"),
    ],
)
def test_branches_of_the_wrong_form_are_refused(branches, message):
    with pytest.raises(ValueError, match=message):
        fusion_transformer(branches)


def test_weights_of_unknown_branches_are_refused():
    with pytest.raises(ValueError, match="unknown branches: sound; there are text, image, audio"):
        fusion_transformer(BRANCHES, weights={"sound": 1.0})
