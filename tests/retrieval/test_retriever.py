"""CrossModalRetriever: a ranking by cosine in the shared space, from and to whatever is there."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.neighbors import NearestNeighbors

from mmsk import fusion_transformer
from mmsk.audio import MFCC
from mmsk.datasets import make_multimodal
from mmsk.fusion import SharedSpace, memo
from mmsk.image import HOG, ColorHistogram
from mmsk.retrieval import CrossModalRetriever
from mmsk.text import Tfidf

FUSION = fusion_transformer(
    [("text", Tfidf(), "text"), ("image", [HOG(), ColorHistogram()], "image"), ("audio", MFCC(), "audio")]
)
DATA = make_multimodal(n_samples=160, n_classes=4, noise=0.3, missing=0.15, random_state=0)
FRAME = DATA.data.set_axis([f"r{row}" for row in range(160)])
TRAIN, TEST = FRAME.iloc[:110], FRAME.iloc[110:]
LABELS = np.asarray(DATA.target)[110:]


@pytest.fixture(scope="module")
def fitted():
    return CrossModalRetriever(FUSION, n_results=7).fit(TRAIN)


@pytest.fixture
def retriever(fitted):
    return pickle.loads(pickle.dumps(fitted))


def by_hand(queries, places, n_results, theta=None):
    """Return the (query, rank, row) and scores that sorting all cosines gives; what is nowhere takes no part."""
    lines, scores = [], []
    for label, query in queries.iterrows():
        near = []
        if query.any():
            there = places[places.any(axis=1)]
            cosines = cosine_similarity([query], there)[0]
            near = sorted(zip(-cosines, there.index, strict=True), key=lambda one: one[0])[:n_results]
        near = [(row, -score) for score, row in near if theta is None or -score > theta]
        lines += [(label, rank, row) for rank, (row, _) in enumerate(near, start=1)]
        scores += [score for _, score in near]
    return lines, scores


def seen(retriever, frame, modalities):
    return pd.DataFrame(retriever.space_.project(frame, modalities), index=frame.index)


def same(found, expected):
    lines, scores = expected
    assert list(found[["query", "rank", "row"]].itertuples(index=False, name=None)) == lines
    np.testing.assert_allclose(found["score"], scores, atol=1e-9)


@pytest.mark.parametrize("theta", [None, 0.3])
def test_results_are_those_of_a_sort_by_hand_whatever_is_missing_in_a_query(retriever, theta):
    everything = ["text", "image", "audio"]
    assert TEST.isna().any(axis=1).sum() > 5
    expected = by_hand(seen(retriever, TEST, everything), seen(retriever, TRAIN, everything), 7, theta)
    same(retriever.set_params(theta=theta).query(TEST), expected)


def test_a_query_may_lack_whole_columns_and_be_empty(retriever):
    queries = pd.DataFrame({"text": [*TEST["text"].dropna()[:3], None]})
    found = retriever.query(queries)
    assert found.columns.to_list() == ["query", "rank", "row", "score"]
    assert found["query"].unique().tolist() == [0, 1, 2]
    same(found, by_hand(seen(retriever, queries, "text"), seen(retriever, TRAIN, ["text", "image", "audio"]), 7))


@pytest.mark.parametrize("source", ["text", "audio", ["text", "audio"]])
@pytest.mark.parametrize("target", ["image", "text"])
def test_source_and_target_say_what_both_sides_are_known_by(retriever, source, target):
    found = retriever.query(TEST, source=source, target=target)
    same(found, by_hand(seen(retriever, TEST, source), seen(retriever, TRAIN, target), 7))
    assert TRAIN.loc[found["row"], target].notna().all()
    other = TEST.assign(**{name: None for name in TEST if name not in np.atleast_1d(source)})
    pd.testing.assert_frame_equal(retriever.query(other, source=source, target=target), found)


def test_theta_drops_results_and_nothing_else(retriever):
    everything = retriever.query(TEST, target="image")
    some = retriever.set_params(theta=0.5).query(TEST, target="image")
    assert 0 < len(some) < len(everything)
    pd.testing.assert_frame_equal(some, everything[everything["score"] > 0.5].reset_index(drop=True))


def test_a_row_that_is_indexed_finds_itself(retriever):
    rows = TRAIN.dropna()
    found = retriever.query(rows).query("rank == 1")
    assert (found["query"] == found["row"]).all()
    np.testing.assert_allclose(found["score"], 1)


def test_an_index_of_its_own_with_fewer_columns(retriever):
    space, shelf = retriever.space_, TEST[["image"]]
    assert retriever.index(shelf) is retriever
    assert retriever.space_ is space
    assert retriever.indexed_ == ["image"]
    found = retriever.query(TRAIN[["text"]])
    same(found, by_hand(seen(retriever, TRAIN, "text"), seen(retriever, TEST, "image"), 7))
    with pytest.raises(ValueError, match=r"the index has no modality 'audio'; there are \['image'\]"):
        retriever.query(TRAIN[["text"]], target="audio")


def test_evaluate_is_counted_by_hand(retriever):
    index = retriever.index_
    table = retriever.evaluate(TEST, LABELS, k=3)
    assert len(table) == 6
    for (source, target), measured in table.iterrows():
        both = TEST[source].notna() & TEST[target].notna()
        rows, labels = TEST[both], LABELS[both]
        similar = cosine_similarity(seen(retriever, rows, source), seen(retriever, rows, target))
        ranks = np.array([(row > row[number]).sum() + 1 for number, row in enumerate(similar)])
        precisions = []
        for number, row in enumerate(similar):
            right = labels[np.argsort(-row)] == labels[number]
            precisions.append(np.mean([right[: place + 1].mean() for place in np.flatnonzero(right)]))
        expected = {"n": both.sum(), "recall": (ranks <= 3).mean(), "chance": 3 / both.sum()}
        expected |= {"times_chance": (ranks <= 3).mean() * both.sum() / 3, "mrr": (1 / ranks).mean()}
        expected |= {"median_rank": np.median(ranks), "map": np.mean(precisions)}
        expected |= {"map_chance": np.mean([by_chance((labels == label).sum(), len(labels)) for label in labels])}
        assert measured.to_dict() == pytest.approx(expected)
    assert retriever.index_ is index
    assert retriever.score(TEST) == pytest.approx(retriever.evaluate(TEST)["mrr"].mean())


def by_chance(right, n):
    """Return the mean average precision over all orders of n rows, some of which are right."""
    others = (right - 1) / max(n - 1, 1)
    return np.mean([(1 + place * others) / (place + 1) for place in range(n)])


def test_evaluate_one_pair_only(retriever):
    whole = retriever.evaluate(TEST)
    assert "map" not in whole
    pd.testing.assert_frame_equal(
        retriever.evaluate(TEST, source="text", target="image"), whole.loc[[("text", "image")]]
    )
    assert retriever.evaluate(TEST[["text", "audio"]]).index.to_list() == [("text", "audio"), ("audio", "text")]


def test_held_out_rows_of_the_class_are_found_better_than_by_chance_between_all_modalities(retriever):
    table = retriever.evaluate(TEST, LABELS)
    assert (table["map"] > 2 * table["map_chance"]).all()


def test_what_captions_say_helps_pictures_find_pictures():
    made = make_multimodal(260, 4, modalities=["text", "image"], noise={"text": 0.1, "image": 0.6}, random_state=0)
    labels, train, test = np.asarray(made.target), made.data.iloc[:200], made.data.iloc[200:]
    fusion = fusion_transformer([("text", Tfidf(), "text"), ("image", [HOG(), ColorHistogram()], "image")])
    retriever = CrossModalRetriever(fusion, n_results=10).fit(train)
    found = retriever.query(test[["image"]], target="image")
    picture = retriever.space_.branches_["image"]
    plain = NearestNeighbors(n_neighbors=10, metric="cosine").fit(picture.transform(train))
    near = plain.kneighbors(picture.transform(test), return_distance=False)
    right = (labels[found["row"]] == labels[found["query"]]).mean()
    assert right > (labels[near] == labels[200:, None]).mean() + 0.05


def test_labels_of_rows_come_back_as_they_were():
    times = pd.date_range("2024-01-01", periods=len(TRAIN))
    found = CrossModalRetriever(FUSION, n_results=2).fit(TRAIN.set_axis(times)).query(TEST.set_axis(range(110, 160)))
    assert found["row"].isin(times).all()
    assert found["query"].between(110, 159).all()


def test_the_space_is_the_one_of_the_same_parameters():
    parameters = {"n_components": 5, "regularization": 3.0, "kernel": {"image": "linear"}}
    retriever = CrossModalRetriever(FUSION, **parameters).fit(TRAIN)
    expected = SharedSpace(FUSION, **parameters).fit(TRAIN).transform(TEST)
    np.testing.assert_array_equal(retriever.space_.transform(TEST), expected)


def test_the_same_after_cloning_pickling_and_forgetting(fitted):
    expected = fitted.query(TEST, target="image")
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(fitted)).query(TEST, target="image"), expected)
    memo.clear()
    pd.testing.assert_frame_equal(clone(fitted).fit(TRAIN).query(TEST, target="image"), expected)


def test_parameters_are_those_of_the_constructor_and_of_its_branches():
    retriever = CrossModalRetriever(FUSION, theta=0.2, n_results=3)
    found = retriever.get_params()
    assert {"theta": 0.2, "n_results": 3, "n_components": 200}.items() <= found.items()
    assert found["fusion__image__describe__hog__orientations"] == 9
    assert clone(retriever).set_params(theta=0.9).theta == 0.9


def test_a_search_over_what_the_space_is_made_of():
    fusion = fusion_transformer([("text", Tfidf(), "text"), ("image", HOG(), "image")])
    grid = {"regularization": [1.0, 1000.0], "n_components": [1, 50]}
    search = GridSearchCV(CrossModalRetriever(fusion), grid, cv=KFold(3, shuffle=True, random_state=0))
    search.fit(TRAIN.dropna())
    assert search.best_params_["n_components"] == 50


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"theta": 1.5}, "'theta' parameter"),
        ({"n_results": 0}, "'n_results' parameter"),
        ({"fusion": "text"}, "'fusion' parameter"),
        ({"kernel": "cubic"}, "'kernel' parameter"),
        ({"regularization": 0.0}, "'regularization' parameter"),
        ({"n_components": 0}, "'n_components' parameter"),
    ],
)
def test_bad_parameters_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        CrossModalRetriever(FUSION).set_params(**parameters).fit(TRAIN)


def test_an_array_is_refused_before_any_work(monkeypatch):
    monkeypatch.setattr(SharedSpace, "fit", lambda *_: pytest.fail("a space was learned"))
    with pytest.raises(TypeError, match=r"a DataFrame is needed, got ndarray"):
        CrossModalRetriever(FUSION).fit(TRAIN.to_numpy())


def test_bad_questions_are_refused(retriever):
    with pytest.raises(NotFittedError):
        CrossModalRetriever(FUSION).query(TEST)
    with pytest.raises(NotFittedError):
        CrossModalRetriever(FUSION).index(TEST)
    for ask in (retriever.index, retriever.query, retriever.evaluate, retriever.score):
        with pytest.raises(TypeError, match=r"a DataFrame is needed, got list"):
            ask(["a red bird"])
    with pytest.raises(
        ValueError, match=r"columns of no modality; needed are .*'text': \['text'\].*it has \['words'\]"
    ):
        retriever.query(TEST[["text"]].set_axis(["words"], axis=1))
    with pytest.raises(ValueError, match=r"source has to be among \['text'\].*got \['image'\]"):
        retriever.query(TEST[["text"]], source="image")
    with pytest.raises(ValueError, match="the index has no modality 'smell'"):
        retriever.query(TEST, target="smell")
    with pytest.raises(ValueError, match="no pair of source='text' and target='text'"):
        retriever.evaluate(TEST, source="text", target="text")
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        retriever.evaluate(TEST, LABELS[:-1])
    with pytest.raises(ValueError, match="k has to be at least 1, got 0"):
        retriever.evaluate(TEST, k=0)
    apart = TEST[["text", "image"]].copy()
    apart.iloc[:20, 0], apart.iloc[20:, 1] = None, None
    with pytest.raises(ValueError, match="no row has both text and image"):
        retriever.evaluate(apart)
