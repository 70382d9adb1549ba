"""Kinds are read from values; a path is never text."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from mmsk import fusion_pipeline, infer_branches, infer_kinds

N = 12
COLUMNS = {
    "photo path": ([f"photos/{i}.JPG" for i in range(N)], "image"),
    "sound path": ([f"a/b/{i}.ogg" for i in range(N)], "audio"),
    "caption": ([f"a picture of the number {i}" for i in range(N)], "text"),
    "short text": ([f"word{i}" for i in range(N)], "text"),
    "colour": (["red", "blue", "green"] * 4, "category"),
    "flag": ([True, False] * 6, "category"),
    "price": (list(np.linspace(1, 2, N)), "number"),
    "count": ([3, 1] * 6, "number"),
    "id": (list(range(N)), "left out"),
    "report": ([f"files/{i}.pdf" for i in range(N)], "left out"),
    "link": ([f"https://example.org/cats/{i}" for i in range(N)], "left out"),
    "picture link": ([f"https://example.org/cats/{i}.png?width=9#a" for i in range(N)], "image"),
    "empty": ([None] * N, "left out"),
    "PIL": ([Image.new("RGB", (4, 4))] * N, "image"),
    "array": ([np.zeros((4, 4, 3), dtype=np.uint8)] * N, "image"),
    "sound array": ([(np.zeros(5), 8000)] * N, "audio"),
    "wav bytes": ([b"RIFF\0\0\0\0WAVEfmt "] * N, "audio"),
    "png bytes": ([b"\x89PNG\r\n"] * N, "image"),
    "arrow image": ([{"bytes": b"\xff\xd8\xff\xe0", "path": None}] * N, "image"),
    "arrow sound": ([{"array": [0.0], "sampling_rate": 8000}] * N, "audio"),
    "list of photos": ([["a/1.png", "a/2.png"]] * N, "image"),
    "tags": ([["red", "fox"], ["grey"], []] * 4, "text"),
    "date": (list(pd.date_range("2026-01-01", periods=N)), "left out"),
    "chinese": ([f"我爱机器学习{i}" for i in range(N)], "text"),
}


def series(values):
    holds_objects = any(isinstance(value, (np.ndarray, tuple, list, dict, bytes)) for value in values)
    return pd.Series(list(values), dtype=object) if holds_objects else pd.Series(values)


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("holes", [False, True], ids=["full", "with holes"])
def test_each_kind_is_recognised(name, holes):
    values, kind = COLUMNS[name]
    column = series(values)
    if holes and name != "id":
        column = column.astype(object).where(np.arange(N) != 3, None)
    assert infer_kinds(pd.DataFrame({name: column}))["kind"].iloc[0] == kind


def test_branches_are_named_by_kind_and_by_column_where_a_kind_comes_twice():
    frame = pd.DataFrame({name: series(COLUMNS[name][0]) for name in ("photo path", "caption", "short text", "price")})
    branches = infer_branches(frame, show=None)
    assert [(name, column) for name, _, column in branches] == [
        ("caption", "caption"),
        ("short text", "short text"),
        ("image", "photo path"),
        ("number", ["price"]),
    ]


def test_branch_names_differ_and_are_ones_that_scikit_learn_takes():
    texts = series(COLUMNS["caption"][0])
    frame = pd.DataFrame(dict.fromkeys(("a__b", "a_b", "end_", "__", "remainder", "number"), texts))
    frame["price"] = COLUMNS["price"][0]
    branches = infer_branches(frame, show=None)
    assert [name for name, _, _ in branches] == ["a_b", "a_b-2", "end", "column", "remainder-2", "number-2", "number"]
    model = fusion_pipeline(branches).fit(frame, ["a", "b"] * 6)
    assert model.set_params(fusion__end__scale__weight=2.0).get_params()["fusion__end__scale__weight"] == 2


def test_columns_that_are_not_named_by_strings_are_refused():
    with pytest.raises(ValueError, match=r"named by strings.*; got \[1\]"):
        infer_branches(pd.DataFrame({1: [1.5, 2.5], 0: ["x", "y"]}), target=0, show=None)


def test_what_was_inferred_is_shown(capsys):
    infer_branches(pd.DataFrame({"price": [1.0, 2.0]}))
    assert "price" in capsys.readouterr().out


def test_the_target_gets_no_branch_and_a_folder_that_names_it_is_warned_of():
    frame = pd.DataFrame({"photo": [f"{label}/{i}.png" for i in range(9) for label in ("cat", "dog")]})
    frame["label"] = ["cat", "dog"] * 9
    with pytest.warns(UserWarning, match="the folders of column 'photo' spell 'label' in 18 of 18 rows"):
        branches = infer_branches(frame, "label", show=None)
    assert [column for _, _, column in branches] == ["photo"]


def test_nothing_to_use_is_an_error_that_shows_why():
    with pytest.raises(ValueError, match="every cell is missing"):
        infer_branches(pd.DataFrame({"a": [None, None]}), show=None)


def test_an_unknown_target_is_an_error():
    with pytest.raises(ValueError, match="no column 'label'; there are a"):
        infer_kinds(pd.DataFrame({"a": [1]}), target="label")
