import numpy as np
import pandas as pd
import pytest
from sklearn.base import is_classifier, is_regressor
from sklearn.pipeline import Pipeline

from mmsk.datasets import read_table
from mmsk.persistence import load

TWO = ("--branch", "words=text:text", "--branch", "photo=hog+colorhistogram:image", "--jobs", "1")


def test_a_table_becomes_a_pipeline_in_a_file(run, table, tmp_path):
    said = run("train", table(), "--target", "label", "-o", tmp_path / "m.mmsk", "--jobs", "1")
    model = load(tmp_path / "m.mmsk")
    assert isinstance(model, Pipeline)
    assert list(model["fusion"].named_transformers_) == ["text", "image", "audio", "number"]
    assert model.score(read_table(table()), read_table(table())["label"]) > 0.9
    assert "3 classes in 36 rows (cat, dog, fox)" in said
    assert "audio audio 100% of the present cells are sounds" in said  # what was inferred is shown


def test_the_saved_model_is_quiet_and_starts_no_workers(run, table, tmp_path):
    run("train", table(), "-t", "label", "-o", tmp_path / "m.mmsk", *TWO[:4], "--jobs", "2")
    model = load(tmp_path / "m.mmsk")
    describe = model["fusion"].named_transformers_["photo"]["describe"]
    assert (describe.verbose, describe.n_jobs) == (False, None)


def test_branches_weights_and_parameters_are_what_was_asked_for(run, table, tmp_path):
    options = ["--weight", "photo=0.5", "-p", "classifier__C=3", "-p", "fusion__photo__describe__hog__orientations=6"]
    run("train", table(), "-t", "label", "-o", tmp_path / "m.mmsk", *TWO, *options)
    model = load(tmp_path / "m.mmsk")
    assert [(name, column) for name, _, column in model["fusion"].transformers] == [
        ("words", "text"),
        ("photo", "image"),
    ]
    params = model.get_params()
    assert params["fusion__photo__scale__weight"] == 0.5
    assert params["fusion__words__scale__weight"] == 1.0
    assert params["classifier__C"] == 3
    assert params["fusion__photo__describe__hog__orientations"] == 6


@pytest.mark.parametrize("name", ["svm", "forest", "logistic", "mlp", "sklearn.neighbors.KNeighborsClassifier"])
def test_every_model_fits_classes(run, table, tmp_path, name):
    run("train", table(), "-t", "label", "-o", tmp_path / "m.mmsk", *TWO[:2], "--model", name)
    assert is_classifier(load(tmp_path / "m.mmsk"))


@pytest.mark.parametrize("name", ["svm", "forest", "logistic", "mlp", "sklearn.neighbors.KNeighborsRegressor"])
def test_a_target_of_fractions_gets_a_regressor(run, table, tmp_path, name):
    said = run("train", table(), "-t", "price", "-o", tmp_path / "m.mmsk", *TWO[:2], "--model", name)
    assert is_regressor(load(tmp_path / "m.mmsk"))
    assert "a number" in said


def test_whole_numbers_are_classes_unless_told_otherwise(run, table, tmp_path):
    run("train", table(), "-t", "seller", "-o", tmp_path / "c.mmsk", *TWO[:2])
    run("train", table(), "-t", "seller", "-o", tmp_path / "n.mmsk", *TWO[:2], "--task", "number")
    assert is_classifier(load(tmp_path / "c.mmsk"))
    assert is_regressor(load(tmp_path / "n.mmsk"))


def test_rows_without_a_target_are_left_out_and_named(run, table, tmp_path):
    path = table(label={4: None, 9: None})
    said = run("train", path, "-t", "label", "-o", tmp_path / "m.mmsk", *TWO[:2])
    assert "2 of 36 rows have no 'label' and are left out (rows 4, 9)" in said
    assert "to 34 rows" in said


def test_class_weights_reach_the_estimator(run, table, tmp_path):
    run("train", table(), "-t", "label", "-o", tmp_path / "b.mmsk", *TWO[:2], "--class-weight", "balanced")
    run("train", table(), "-t", "label", "-o", tmp_path / "m.mmsk", *TWO[:2], "--class-weight", "cat=2.5")
    assert load(tmp_path / "b.mmsk")["classifier"].class_weight == "balanced"
    assert load(tmp_path / "m.mmsk")["classifier"].class_weight == {"cat": 2.5}


def test_calibrate_gives_probabilities(run, table, tmp_path):
    run("train", table(), "-t", "label", "-o", tmp_path / "m.mmsk", *TWO[:2], "--calibrate")
    shares = load(tmp_path / "m.mmsk").predict_proba(read_table(table()))
    np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_a_folder_for_each_class_is_a_table(run, media, tmp_path):
    folder, frame = media
    for row in range(12):
        target = tmp_path / "tree" / frame["label"][row]
        target.mkdir(parents=True, exist_ok=True)
        (target / f"{row}.png").write_bytes((folder / frame["image"][row]).read_bytes())
    run("train", tmp_path / "tree", "-t", "label", "-b", "i=image:picture", "-o", tmp_path / "m.mmsk", "-j", "1")
    assert set(load(tmp_path / "m.mmsk").classes_) == set(frame["label"][:12])


def test_root_is_where_relative_paths_start(run, media, table, tmp_path):
    moved = tmp_path / "moved.csv"
    pd.read_csv(table()).to_csv(moved, index=False)
    run("train", moved, "-t", "label", "--root", media[0], "-b", "i=image:image", "-o", tmp_path / "m.mmsk", "-j", "1")
    assert (tmp_path / "m.mmsk").exists()


@pytest.mark.filterwarnings("always::UserWarning")
def test_what_is_taken_for_missing_is_told(run, table, tmp_path, media):
    (media[0] / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    path = table(image={7: "broken.png"})
    said = run("train", path, "-t", "label", "-o", tmp_path / "m.mmsk", *TWO, "--on-error", "missing")
    assert "warning: taken for missing: 1 of the items of 'photo' (row 7: " in said
    assert "broken.png" in said
