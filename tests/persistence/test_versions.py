"""Models of other versions: they say the same, or it is told that they do not."""

import copy
import json
import warnings

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfTransformer

from mmsk.errors import ModelError, ModelVersionError
from mmsk.persistence import load, read_manifest, save
from mmsk.persistence._probe import ROWS, TOLERANCE, difference, make_probe, run_probe
from mmsk.persistence._schema import modernize
from mmsk.text import Tfidf


def older(told):
    told["versions"]["scikit-learn"] = "0.99"


def test_other_versions_that_say_the_same_are_fine(forge, small):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = load(forge(manifest=older))
    np.testing.assert_array_equal(model.predict_proba(small[1]), small[0].predict_proba(small[1]))


def test_an_answer_that_changed_names_both_versions(forge, saved):
    def change(told):
        older(told)
        told["probe"]["answers"]["predict_proba"][0][0] += 1e-5

    with pytest.raises(ModelVersionError, match=r"predict_proba differs by up to 1e-05.*scikit-learn 0\.99") as caught:
        load(forge(manifest=change))
    assert caught.value.saved["scikit-learn"] == "0.99"
    assert caught.value.here["scikit-learn"] == read_manifest(forge())["versions"]["scikit-learn"]


def test_the_tolerance(forge):
    def change(by):
        return lambda told: told["probe"]["answers"]["predict_proba"][0].__setitem__(
            0, told["probe"]["answers"]["predict_proba"][0][0] + by
        )

    load(forge(manifest=change(TOLERANCE / 2)))
    with pytest.raises(ModelVersionError):
        load(forge(manifest=change(TOLERANCE * 3)))


def test_a_number_that_changed_in_the_model_is_seen(forge):
    """As when a version reads an attribute otherwise: no error, and another model."""

    def change(schema):
        [scaler] = [node for node in nodes(schema) if node.get("__class__") == "BlockScaler"]
        assert scaler["content"]["content"]["weight"]["content"] == "1.0"
        scaler["content"]["content"]["weight"]["content"] = "0.01"

    with pytest.raises(ModelVersionError, match="it does not say what it said"):
        load(forge(change))


def nodes(part):
    if isinstance(part, dict):
        yield part
        for value in part.values():
            yield from nodes(value)
    elif isinstance(part, list):
        for value in part:
            yield from nodes(value)


def test_a_weight_that_is_lost_is_seen(tmp_path, monkeypatch):
    """As between distant versions: the weights of the words are gone, and all else works."""
    save(Tfidf(analyzer="word").fit(["a red fox", "a fox and geese", "grey geese"]), tmp_path / "m.mmsk")

    revive = TfidfTransformer.__setstate__

    def forgetful(self, state):
        revive(self, state)
        self.idf_ = np.ones_like(self.idf_)

    monkeypatch.setattr(TfidfTransformer, "__setstate__", forgetful)
    with pytest.raises(ModelVersionError, match=r"does not say what it said when it was saved: transform differs"):
        load(tmp_path / "m.mmsk")


def test_a_model_that_no_longer_answers(small, tmp_path, monkeypatch):
    save(small[0], tmp_path / "m.mmsk")
    monkeypatch.setattr(type(small[0][-1]), "predict", lambda *_: 1 / 0)
    with pytest.raises(ModelVersionError, match=r"it no longer answers \(ZeroDivisionError"):
        load(tmp_path / "m.mmsk")


def test_a_class_that_is_gone_is_a_matter_of_versions_if_they_differ(forge):
    def gone(schema):
        schema.update(__module__="mmsk.fusion._calibration", __class__="Calibration")

    def rename(schema):
        for node in nodes(schema):
            if node.get("__loader__") == "TreeNode":
                node["content"]["content"].pop("nodes")

    with pytest.raises(ModelVersionError, match="it cannot be read"):
        load(forge(rename, manifest=older))
    with pytest.raises(ModelError, match="damaged: it cannot be read") as caught:
        load(forge(rename))
    assert type(caught.value) is ModelError
    with pytest.raises(ModelVersionError):
        load(forge(gone, manifest=older))


def test_a_newer_format_is_not_read(forge):
    with pytest.raises(ModelVersionError, match="it is of format 2, and this mmsk reads up to 1"):
        load(forge(manifest=lambda told: told.update(format=2)))


def test_without_a_probe_other_versions_warn(forge):
    def unprobed(told):
        told["probe"] = {"reason": "why not"}

    load(forge(manifest=unprobed))
    with pytest.warns(UserWarning, match=r"has no probe: check its answers \(why not\)"):
        load(forge(manifest=lambda told: (unprobed(told), older(told))))


def test_what_scikit_learn_had_elsewhere_is_found():
    name = {"__module__": "_loss", "__class__": "CyHalfSquaredError", "__loader__": "LossNode", "content": {}}
    columns = {"__module__": "builtins", "__class__": "list", "__loader__": "ListNode", "content": []}
    listed = {
        "__module__": "sklearn.compose._column_transformer",
        "__class__": "_RemainderColsList",
        "__loader__": "ObjectNode",
        "content": {"__loader__": "DictNode", "content": {"data": columns}},
    }
    for odd in ("odd", {}, {"content": {}}, {"content": 5}):
        assert not modernize({"a": {**listed, "content": odd}})  # not of the form that it had
    schema = {"a": name, "b": [listed], "c": {"__loader__": {"__loader__": "JsonNode", "content": "1"}}}
    assert modernize(schema)
    assert schema["a"]["__module__"] == "sklearn._loss._loss"
    assert schema["b"] == [columns]
    assert not modernize(schema)


def test_a_probe_is_the_same_each_time_and_in_each_setting(models, table):
    for kind in ("svc", "late gate", "union", "forest"):
        model = models[kind]()
        first = make_probe(model)
        assert make_probe(copy.deepcopy(model)) == first
        assert set(map(len, first["answers"].values())) == {ROWS}
        assert json.loads(json.dumps(first)) == first


def test_rows_of_a_probe_differ_from_each_other_and_lack_cells(models):
    answers = run_probe(models["svc"](), {"seed": 1, "missing": True})["decision_function"]
    assert len({tuple(row) for row in answers}) == ROWS
    whole = run_probe(models["svc"](), {"seed": 1, "missing": False})["decision_function"]
    changed = [before != after for before, after in zip(whole, answers, strict=True)]
    assert changed[:4] == [False] * 4
    assert any(changed[4:])


def test_differences():
    assert difference({"predict": ["a", "b"]}, {"predict": ["a", "b"]}) == ""
    assert difference({"predict": [1.0, float("nan")]}, {"predict": [1.0 + 1e-9, float("nan")]}) == ""
    assert "returns other values" in difference({"predict": ["a"]}, {"predict": ["b"]})
    assert "shape (2,)" in difference({"predict": [1]}, {"predict": [1, 2]})
    assert "methods" in difference({"predict": [1]}, {"transform": [1]})
    assert "differs by up to 0.5" in difference({"predict": [1.0]}, {"predict": [1.5]})
    assert "differs" in difference({"predict": [1.0]}, {"predict": [float("nan")]})
    assert difference({"predict": [1e9]}, {"predict": [1e9 + 1]}) == ""
