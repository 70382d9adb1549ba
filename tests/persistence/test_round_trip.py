"""Every model comes back as it was, and says the same."""

import hashlib
import json
import os
import subprocess
import sys
import warnings
import zipfile

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

import mmsk
import mmsk.retrieval
from mmsk import FunctionDescriptor, fusion_pipeline
from mmsk._base import ItemDescriptor
from mmsk.errors import ModelError, UntrustedModelError
from mmsk.fusion import BlockScaler
from mmsk.image import HOG, ColorMoments
from mmsk.persistence import load, read_manifest, save
from mmsk.text import Tfidf

METHODS = ("predict", "predict_proba", "decision_function", "transform", "attention")


def pytest_generate_tests(metafunc):
    if "kind" in metafunc.fixturenames:
        conftest = next(p for p in metafunc.config.pluginmanager.get_plugins() if hasattr(p, "MODELS"))
        metafunc.parametrize("kind", conftest.MODELS)


def answers(model, rows):
    found = {name: getattr(model, name)(rows) for name in METHODS if hasattr(model, name)}
    if hasattr(model, "query"):
        found["query"] = model.query(rows[["text"]], target="image").to_numpy()
    assert found
    return {name: one.toarray() if sparse.issparse(one) else np.asarray(one) for name, one in found.items()}


def test_every_kind_of_model_says_the_same(kind, models, table, small, tmp_path):
    model = models[kind]()
    trusted = ["numpy.median"] if kind == "function" else []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if trusted else "error")
        assert save(model, tmp_path / "m.mmsk") == trusted
    again = load(tmp_path / "m.mmsk", trusted=trusted)
    assert type(again) is type(model)
    column = {"image": "image", "audio": "audio"}.get(getattr(getattr(model, "_item_class", None), "kind", ""), "text")
    takes_column = isinstance(model, (ItemDescriptor, Tfidf))
    rows = (
        table[column]
        if takes_column
        else small[1]
        if hasattr(model, "n_features_in_") and model.n_features_in_ == 3
        else table
    )
    said, says = answers(model, rows), answers(again, rows)
    assert said.keys() == says.keys()
    for name in said:
        np.testing.assert_array_equal(said[name], says[name])


def test_a_public_estimator_that_nobody_tries_is_found(models):
    tried = {type(part) for part in all_parts([make() for make in models.values()])}
    public = {
        one
        for room in (mmsk, mmsk.text, mmsk.image, mmsk.audio, mmsk.fusion, mmsk.retrieval)
        for one in (getattr(room, name) for name in room.__all__)
        if isinstance(one, type) and issubclass(one, BaseEstimator)
    }
    assert len(public) > 15
    assert public <= tried


def all_parts(models):
    from mmsk.persistence._parts import parts_of

    return [part for model in models for part in parts_of(model)]


def test_the_model_is_left_as_it_is(table, tmp_path):
    model = fusion_pipeline([("image", ColorMoments(), "image")], cache=str(tmp_path / "features"), n_jobs=1)
    model.fit(table, np.arange(30) % 2).predict(table)
    before = joblib.hash(model)
    describe = model["fusion"].named_transformers_["image"]["describe"]
    save(model, tmp_path / "m.mmsk")
    assert joblib.hash(model) == before
    assert describe.cache == str(tmp_path / "features")
    loaded = load(tmp_path / "m.mmsk")["fusion"].named_transformers_["image"]["describe"]
    assert loaded.cache is None
    assert loaded.n_jobs == 1
    assert loaded.report_ == describe.report_


def test_a_folder_in_a_strangers_file_is_not_used(forge, small):
    def point_elsewhere(schema):
        steps = schema["content"]["content"]
        steps["memory"] = {
            "__class__": "str",
            "__module__": "builtins",
            "__loader__": "JsonNode",
            "content": '"/tmp/x"',
        }

    assert load(forge(point_elsewhere)).memory is None


def test_the_manifest_tells_of_the_model(models, tmp_path):
    save(models["svc"](), tmp_path / "m.mmsk")
    told = read_manifest(tmp_path / "m.mmsk")
    assert told["format"] == 1
    assert told["model"] == "sklearn.pipeline.Pipeline"
    assert told["classes"] == ["cat", "dog", "fox"]
    kinds = {one["column"]: one["kind"] for one in told["inputs"]}
    assert kinds == {"text": "text", "image": "image", "audio": "audio", "price": "number", "seller": "category"}
    assert told["descriptors"]["mmsk.audio._mfcc.MFCC"] == 1
    assert {"python", "numpy", "scipy", "pandas", "scikit-learn", "skops", "mmsk"} <= told["versions"].keys()
    assert told["versions"]["numpy"] == np.__version__
    assert np.shape(told["probe"]["answers"]["decision_function"]) == (8, 3)
    assert told["training"]["estimator"].startswith("Pipeline(")
    with zipfile.ZipFile(tmp_path / "m.mmsk") as archive:
        payload = archive.read("model.skops")
    assert told["payload"] == {"sha256": hashlib.sha256(payload).hexdigest(), "bytes": len(payload)}


def test_the_search_tells_its_best_score(models, tmp_path):
    search = models["search"]()
    save(search, tmp_path / "m.mmsk")
    training = read_manifest(tmp_path / "m.mmsk")["training"]
    assert training["best_score"] == search.best_score_
    assert training["best_params"] == {key: float(value) for key, value in search.best_params_.items()}


def test_names_to_trust_are_told_and_kept(table, tmp_path):
    model = FunctionDescriptor(np.std, "image").fit(table["image"])
    with pytest.warns(UserWarning, match=r"have to be trusted by name: numpy\.std") as told:
        assert save(model, tmp_path / "m.mmsk") == ["numpy.std"]
    assert told[0].filename == __file__
    assert read_manifest(tmp_path / "m.mmsk")["trusted"] == ["numpy.std"]
    with pytest.raises(UntrustedModelError, match=r"not trusted: numpy\.std; trust a name only if") as caught:
        load(tmp_path / "m.mmsk")
    assert caught.value.names == ["numpy.std"]
    with pytest.raises(UntrustedModelError):
        load(tmp_path / "m.mmsk", trusted=["numpy.var"])
    assert load(tmp_path / "m.mmsk", trusted="numpy.std").func is np.std


def test_a_lambda_is_refused_and_the_old_file_stays(table, tmp_path):
    (tmp_path / "m.mmsk").write_bytes(b"older")
    model = FunctionDescriptor(lambda pixels: pixels.mean(), "image").fit(table["image"])
    with pytest.raises(ModelError, match="cannot be found again by name"):
        save(model, tmp_path / "m.mmsk")
    assert (tmp_path / "m.mmsk").read_bytes() == b"older"
    assert os.listdir(tmp_path) == ["m.mmsk"]


def test_a_model_that_skops_has_no_form_for_is_refused(tmp_path):
    model = BlockScaler().fit(np.eye(3))
    model.handle_ = open(os.devnull)  # noqa: SIM115  # what a model should not hold
    with model.handle_, pytest.raises(ModelError, match="cannot be saved without pickle"):
        save(model, tmp_path / "m.mmsk")
    assert os.listdir(tmp_path) == []


def test_a_model_that_cannot_be_asked_says_so_in_its_manifest(tmp_path):
    with pytest.warns(UserWarning, match="has no probe") as told:
        save(Pipeline([("scale", BlockScaler())]), tmp_path / "m.mmsk")
    assert told[0].filename == __file__
    assert "could not be asked" in read_manifest(tmp_path / "m.mmsk")["probe"]["reason"]
    assert isinstance(load(tmp_path / "m.mmsk")["scale"], BlockScaler)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "an empty dict"),
        ({"C": 1.0}, "<dict with C>"),
        ([1, 2], "<list>"),
        (None, "<NoneType>"),
        (np.eye(2), r"<array of shape \(2, 2\), float64>"),
        ("model.joblib", r"model\.joblib"),
        (BlockScaler, "the class BlockScaler; fit an instance"),
    ],
)
def test_what_is_no_model_is_not_saved(given, told, tmp_path):
    with pytest.raises(TypeError, match=f"a fitted model is needed, got {told}"):
        save(given, tmp_path / "m.mmsk")
    with pytest.raises(TypeError, match="a fitted model is needed"):
        save(given, BlockScaler())  # the other way round
    assert os.listdir(tmp_path) == []


def test_containers_of_models_are_saved_and_said_to_have_no_probe(tmp_path):
    given = {"model": BlockScaler().fit(np.eye(3)), "threshold": 0.3}
    with pytest.warns(UserWarning, match="has no probe"):
        save(given, tmp_path / "m.mmsk")
    assert load(tmp_path / "m.mmsk")["model"].weight_ == given["model"].weight_


def test_mostly_zeros_are_no_bomb(tmp_path):
    scaler = BlockScaler().fit(np.eye(3))
    scaler.zeros_ = np.zeros((6000, 1000))
    save(scaler, tmp_path / "m.mmsk")
    assert load(tmp_path / "m.mmsk").zeros_.shape == (6000, 1000)


def test_a_file_may_be_pinned(saved, tmp_path):
    (tmp_path / "m.mmsk").write_bytes(saved)
    pin = hashlib.sha256(saved).hexdigest()
    assert load(tmp_path / "m.mmsk", expected_sha256=pin.upper()).steps
    with pytest.raises(UntrustedModelError, match=f"its SHA-256 is {pin}, expected 00"):
        load(tmp_path / "m.mmsk", expected_sha256="00")


def test_a_new_process_says_the_same(models, table, tmp_path):
    model = models["late gate"]()
    save(model, tmp_path / "m.mmsk")
    table.to_pickle(tmp_path / "table.pkl")
    script = (
        "import sys, json, pandas as pd; from mmsk.persistence import load;"
        "print(json.dumps(load(sys.argv[1]).predict_proba(pd.read_pickle(sys.argv[2])).tolist()))"
    )
    command = [sys.executable, "-c", script, tmp_path / "m.mmsk", tmp_path / "table.pkl"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    np.testing.assert_array_equal(json.loads(done.stdout), model.predict_proba(table))


def test_missing_cells_are_probed_where_a_model_takes_them(models, tmp_path):
    for kind, missing in {"svc": True, "present rows": False}.items():
        save(models[kind](), tmp_path / "m.mmsk")
        assert read_manifest(tmp_path / "m.mmsk")["probe"]["missing"] is missing


def test_labels_of_any_type_come_back(tmp_path, small):
    for labels in ([True, False] * 15, pd.Series(["x", "y"] * 15), np.arange(30) % 2 * 2.0):
        model = Pipeline([("scale", BlockScaler()), ("last", small[0][1].__class__(2, random_state=0))])
        save(model.fit(small[1], labels), tmp_path / "m.mmsk")
        found = load(tmp_path / "m.mmsk").predict(small[1])
        np.testing.assert_array_equal(found, model.predict(small[1]))
        assert found.dtype == model.predict(small[1]).dtype


def test_integer_columns_of_an_array(tmp_path):
    from sklearn.compose import ColumnTransformer

    rows = np.arange(12.0).reshape(4, 3)
    model = ColumnTransformer([("a", BlockScaler(), [2]), ("b", BlockScaler(), slice(0, 1))]).fit(rows)
    save(model, tmp_path / "m.mmsk")
    assert [one["column"] for one in read_manifest(tmp_path / "m.mmsk")["inputs"]] == [2, 0]
    np.testing.assert_array_equal(load(tmp_path / "m.mmsk").transform(rows), model.transform(rows))


def test_hog_is_asked_for_all_its_features(tmp_path, table):
    save(HOG().fit(table["image"]), tmp_path / "m.mmsk")
    answers = read_manifest(tmp_path / "m.mmsk")["probe"]["answers"]["transform"]
    assert np.shape(answers) == (8, 17)
