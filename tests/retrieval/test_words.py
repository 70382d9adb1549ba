"""annotate: the words that pictures, or numbers, make one expect."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer

from mmsk import fusion_transformer
from mmsk.image import ColorHistogram
from mmsk.retrieval import CrossModalRetriever, _words
from mmsk.text import Tfidf

COLOURS = {"red": (220, 30, 30), "green": (30, 200, 40), "blue": (40, 40, 210)}
ANIMALS = {"red": "fox", "green": "frog", "blue": "whale"}


def picture(colour, rng):
    return np.clip(np.array(COLOURS[colour]) + rng.normal(0, 12, (16, 16, 3)), 0, 255).astype(np.uint8)


def table(n_rows=60):
    rng = np.random.default_rng(0)
    colours = rng.choice(list(COLOURS), n_rows)
    frame = pd.DataFrame({"caption": [f"a {colour} {ANIMALS[colour]}" for colour in colours]}, dtype=object)
    frame["photo"] = pd.Series([picture(colour, rng) for colour in colours], dtype=object)
    frame["size"] = [{"red": 1.0, "green": 0.1, "blue": 30.0}[colour] + rng.normal(0, 0.05) for colour in colours]
    return frame, colours


FRAME, NAMES = table()
TRAIN, TEST = FRAME.iloc[:40], FRAME.iloc[40:]


def fitted(text):
    branches = [("text", text, "caption"), ("image", ColorHistogram(), "photo"), ("size", "passthrough", ["size"])]
    return CrossModalRetriever(fusion_transformer(branches)).fit(TRAIN)


@pytest.mark.parametrize(
    "text", [Tfidf(), Tfidf(analyzer="word"), CountVectorizer()], ids=["words and characters", "words", "scikit-learn"]
)
@pytest.mark.parametrize("source", ["image", "size", None])
def test_a_picture_is_told_its_colour_and_its_animal(text, source):
    told = fitted(text).annotate(TEST, "text", source=source, n_words=2)
    assert told.columns.to_list() == ["row", "rank", "word", "weight"]
    assert told["rank"].tolist() == [1, 2] * 20
    for (row, words), colour in zip(told.groupby("row")["word"], NAMES[40:], strict=True):
        assert set(words) == {colour, ANIMALS[colour]}, row
    assert (told["weight"].diff()[1::2] <= 0).all()


def test_words_are_the_greatest_entries_of_the_block_that_is_expected(monkeypatch):
    retriever = fitted(Tfidf(analyzer="word"))
    space = retriever.space_
    block = space.inverse_transform(space.project(TEST, "image"), "text")
    names = [
        name.removeprefix("text__").removeprefix("word__") for name in space.branches_["text"].get_feature_names_out()
    ]
    monkeypatch.setattr(_words, "CHUNK_BYTES", 1)  # a row at a time
    told = retriever.annotate(TEST, "text", source="image", n_words=1000)
    for (_, some), expected in zip(told.groupby("row"), block, strict=True):
        np.testing.assert_allclose(some["weight"], np.sort(expected)[::-1])
        assert dict(zip(some["word"], some["weight"], strict=True)) == pytest.approx(
            dict(zip(names, expected, strict=True))
        )


def test_the_caption_itself_is_not_looked_at():
    retriever = fitted(Tfidf())
    told = retriever.annotate(TEST, "text")
    pd.testing.assert_frame_equal(retriever.annotate(TEST.assign(caption="a grey goose"), "text"), told)


def test_a_row_with_nothing_to_go_by_is_told_nothing():
    some = TEST[["photo"]].iloc[:3].copy()
    some.iloc[1, 0] = None
    told = fitted(Tfidf()).annotate(some, "text", n_words=1)
    assert told["row"].tolist() == [40, 42]


def test_what_has_no_words_is_refused():
    retriever = fitted(Tfidf())
    refusal = "modality {} has no words: its branch begins with {}; modalities with words: 'text'$"
    with pytest.raises(ValueError, match=refusal.format("'image'", "a ColorHistogram")):
        retriever.annotate(TEST, "image")
    with pytest.raises(ValueError, match=refusal.format("'size'", "'passthrough'")):
        retriever.annotate(TEST, "size")
    with pytest.raises(ValueError, match="not in the shared space: 'title'"):
        retriever.annotate(TEST, "title")
    with pytest.raises(ValueError, match="source has to be among"):
        retriever.annotate(TEST[["caption"]], "text")


@pytest.mark.parametrize("scaled", [True, False], ids=["scaled", "bare"])
def test_without_any_words_the_remedy_is_told(scaled):
    branches = [("image", ColorHistogram(), "photo"), ("size", "passthrough", ["size"])]
    fusion = fusion_transformer(branches) if scaled else ColumnTransformer(branches)
    retriever = CrossModalRetriever(fusion).fit(TRAIN)
    with pytest.raises(
        ValueError, match=r"begins with 'passthrough'; .* words: none \(a branch that begins with Tfidf"
    ):
        retriever.annotate(TEST, "size")


def test_the_words_are_those_of_the_only_text_unless_there_are_two():
    told = fitted(Tfidf()).annotate(TEST, n_words=1)
    pd.testing.assert_frame_equal(told, fitted(Tfidf()).annotate(TEST, "text", n_words=1))
    branches = [("text", Tfidf(), "caption"), ("again", Tfidf(), "caption"), ("size", "passthrough", ["size"])]
    with pytest.raises(ValueError, match=r"several modalities have words, \['text', 'again'\]"):
        CrossModalRetriever(fusion_transformer(branches)).fit(TRAIN).annotate(TEST)
    with pytest.raises(ValueError, match="no modality has words"):
        CrossModalRetriever(
            fusion_transformer([("image", ColorHistogram(), "photo"), ("size", "passthrough", ["size"])])
        ).fit(TRAIN).annotate(TEST)
