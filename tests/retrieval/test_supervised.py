"""Labels as a modality of the training rows: a supervised space, which new rows enter without them."""

import numpy as np
import pandas as pd
import pytest

from mmsk import fusion_transformer
from mmsk.pipeline import CategoryEncoder
from mmsk.retrieval import CrossModalRetriever
from mmsk.text import Tfidf

RNG = np.random.default_rng(0)
N = 240
LABELS = np.array(["fish", "bird", "tree"])[np.arange(N) % 3]
WORDS = {"fish": ["cod", "eel", "ray"], "bird": ["owl", "hen", "jay"], "tree": ["oak", "elm", "ash"]}
# what a text says and what the numbers tell hang together by the label alone, and weakly
X = pd.DataFrame(
    {"text": [f"{RNG.choice(WORDS[label])} no{RNG.integers(40)} no{RNG.integers(40)}" for label in LABELS]}
)
X[["a", "b", "c"]] = 1.0 * (LABELS[:, None] == np.unique(LABELS)) + RNG.normal(0, 1.0, size=(N, 3))
BRANCHES = [("text", Tfidf(analyzer="word"), "text"), ("numbers", "passthrough", ["a", "b", "c"])]
TRAIN, NEW = X[:160], X[160:]
CLASSES = ("label", CategoryEncoder(handle_unknown="ignore"), ["label"])


def retriever(*more):
    return CrossModalRetriever(fusion_transformer([*BRANCHES, *more]), n_components=20, kernel="linear")


def test_classes_come_together_and_new_rows_need_none():
    told = retriever(CLASSES).fit(TRAIN.assign(label=LABELS[:160]))
    untold = retriever().fit(TRAIN)
    precision = [
        model.evaluate(NEW, LABELS[160:], source="text", target="numbers")["map"].item() for model in (told, untold)
    ]
    assert precision[0] > precision[1] + 0.05
    found = told.index(NEW).query(NEW[["text"]].head(2), target="numbers")
    assert set(found["row"]) <= set(NEW.index)


def test_rows_are_found_for_a_class():
    told = retriever(CLASSES).fit(TRAIN.assign(label=LABELS[:160])).index(NEW)
    found = told.query(pd.DataFrame({"label": ["bird"]}), target="text")
    assert np.mean(LABELS[found["row"]] == "bird") == 1


def test_a_class_that_was_never_seen_or_none_finds_nothing():
    told = retriever(CLASSES).fit(TRAIN.assign(label=LABELS[:160]))
    found = told.query(pd.DataFrame({"label": ["stone", None]}), target="text")
    assert found.empty


@pytest.mark.parametrize("columns", [["text"], ["a", "b", "c"], ["text", "a", "b", "c"]])
def test_any_of_the_modalities_places_a_row(columns):
    told = retriever(CLASSES).fit(TRAIN.assign(label=LABELS[:160]))
    assert len(told.query(NEW[columns])) == 10 * len(NEW)
