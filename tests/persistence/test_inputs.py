"""What a model reads, in all the ways that it may say so; and its parts."""

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from mmsk import FeatureCache
from mmsk.errors import MmskError
from mmsk.image import HOG
from mmsk.persistence._allowed import ALLOWED, LISTS, NATIVE
from mmsk.persistence._inputs import inputs_of
from mmsk.persistence._parts import leave_folders_behind, parts_of, set_for_now
from mmsk.persistence._probe import make_probe

FRAME = pd.DataFrame(
    {"a": [1.0, 2.0, 3.0], "b": [2.0, 1.0, 0.5], "words": ["x y", "y z", "z"], "kind": ["u", "v", "u"]}
)


def read(model):
    return [(one.column, one.kind) for one in inputs_of(model)]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["b"], ["b"]),
        ("a", ["a"]),
        ([1, 0], ["b", "a"]),
        (slice(0, 2), ["a", "b"]),
        ([True, False, False, False], ["a"]),
        (make_column_selector(dtype_include=float), ["a", "b"]),
    ],
)
def test_columns_are_named_however_they_were_chosen(columns, expected):
    scaler = CountVectorizer(token_pattern=".") if columns == "a" else StandardScaler()
    frame = FRAME.assign(a=FRAME["words"]) if columns == "a" else FRAME
    fitted = ColumnTransformer([("one", scaler, columns)]).fit(frame)
    kind = "text" if columns == "a" else "number"
    assert sorted(read(fitted)) == sorted((name, kind) for name in expected)


def test_kinds_dropped_and_passed_columns():
    fusion = ColumnTransformer(
        [
            ("text", CountVectorizer(token_pattern="."), "words"),
            ("kind", make_pipeline(OrdinalEncoder(), StandardScaler()), ["kind"]),
            ("gone", "drop", ["a"]),
        ],
        remainder="passthrough",
    ).fit(FRAME)
    assert read(fusion) == [("b", "number"), ("words", "text"), ("kind", "category")]


def test_a_column_that_is_read_twice_is_told_once():
    fusion = ColumnTransformer([("one", StandardScaler(), ["a"]), ("two", StandardScaler(), ["b", "a"])]).fit(FRAME)
    assert read(fusion) == [("a", "number"), ("b", "number")]


def test_unions_arrays_and_plain_models():
    rows = FRAME[["a", "b"]].to_numpy()
    assert read(FeatureUnion([("s", StandardScaler())]).fit(rows)) == [(0, "number"), (1, "number")]
    assert read(LogisticRegression().fit(rows, [0, 1, 1])) == [(0, "number"), (1, "number")]
    assert read(make_pipeline("passthrough", OneHotEncoder()).fit(FRAME[["kind"]])) == [("kind", "category")]
    assert read(CountVectorizer(token_pattern=".").fit(FRAME["words"])) == [(None, "text")]


def test_a_calibrated_model_reads_what_its_models_read():
    columns = ColumnTransformer([("number", StandardScaler(), ["b"]), ("kind", OneHotEncoder(), ["kind"])])
    model = CalibratedClassifierCV(make_pipeline(columns, LogisticRegression()), cv=2)
    assert read(model.fit(pd.concat([FRAME] * 4), [0, 1, 0] * 4)) == [("b", "number"), ("kind", "category")]


def test_what_is_not_fitted_cannot_tell():
    with pytest.raises(MmskError, match="StandardScaler reads, or it is not fitted"):
        inputs_of(StandardScaler())
    assert "could not be asked" in make_probe(StandardScaler())["reason"]


def test_made_up_numbers_are_like_those_that_were_seen():
    rows = np.random.default_rng(0).normal(1000, 50, size=(100, 2))
    found = np.array(make_probe(StandardScaler().fit(rows))["answers"]["transform"], dtype=float)
    assert np.nanmax(np.abs(found)) < 5


def test_parts_are_found_at_any_depth_once():
    deep = make_pipeline(StandardScaler(), HOG())
    deep.more_ = {"a": [np.array([deep, HOG()], dtype=object)]}
    assert sum(isinstance(part, HOG) for part in parts_of(deep)) == 2
    assert sum(part is deep for part in parts_of(deep)) == 1


def test_attributes_are_set_for_now():
    hog = HOG(n_jobs=3)
    with set_for_now(make_pipeline(hog), n_jobs=None, report_=[]):
        assert hog.n_jobs is None
        hog.report_ = ["new"]
    assert hog.n_jobs == 3
    assert not hasattr(hog, "report_")


@pytest.mark.parametrize("cache", ["folder", FeatureCache()])
def test_folders_stay_behind_and_come_back(cache):
    hog, off = HOG(cache=cache), HOG(cache=False)
    changed = leave_folders_behind([hog, off])
    assert (hog.cache, off.cache) == (None, False)
    for attributes, before in changed:
        attributes.update(before)
    assert hog.cache is cache


def test_every_name_of_the_table_is_one():
    """A typing error would allow what is not there, and refuse what is."""
    elsewhere = {  # of other versions and systems
        "sklearn.calibration._TemperatureScaling",
        "pathlib._local.PosixPath",
        "pathlib._local.WindowsPath",
        *LISTS,
    }
    names = set().union(*ALLOWED.values()) - elsewhere
    assert len(names) > 80
    for name in names:
        module, _, last = name.rpartition(".")
        assert hasattr(__import__(module, fromlist=[last]), last), name
    assert not {name for name in names if name.startswith(("os.", "posix.", "subprocess.", "builtins.e"))}
    assert set(NATIVE) & set(ALLOWED) == {"ObjectNode", "FunctionNode", "LossNode"}
