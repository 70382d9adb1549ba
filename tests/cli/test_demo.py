"""The demo, made small: fewer rows, folds and candidates than people see."""

import numpy as np
import pandas as pd
import pytest
from sklearn.utils import Bunch

from mmsk.cli import _demo, _demo_data
from mmsk.datasets import make_multimodal
from mmsk.persistence import load


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(_demo_data, "ROWS", 60)
    monkeypatch.setattr(_demo, "FOLDS", 2)
    monkeypatch.setattr(_demo, "STEP", 0.5)


def test_the_whole_way_on_synthetic_data(run, tmp_path):
    said = run("demo", "--synthetic", "-o", tmp_path / "d.mmsk", "--rows", "4", "-j", "1")
    assert "Stratified 2-fold cross-validation" in said
    assert "model accuracy ± folds macro-F1 ROC-AUC seconds" in said
    for model in ("text", "image", "audio", "fused, equal weights", "fused, tuned weights"):
        assert f" {model} 0." in said
    assert "describing image" in said
    assert "GridSearchCV over 6 sets of weights 6 candidates x 2 folds Best shares: " in said
    assert "Fitted to 56 rows" in said
    assert "4 rows that were kept back" in said
    assert "text true predicted" in said
    assert len(load(tmp_path / "d.mmsk").classes_) == 4


def test_it_runs_on_the_stamps_if_they_can_be_had(run, tmp_path, monkeypatch):
    made = make_multimodal(60, 3, folder=tmp_path / "files", random_state=0)
    frame = made.data.rename(columns={"text": "caption", "image": "picture", "audio": "speech"}).assign(effect=None)
    target = pd.Series(np.array(["animals", "food", "town"])[made.target])
    monkeypatch.setattr("mmsk.datasets.fetch_stamps", lambda: Bunch(frame=frame, target=target))
    said = run("demo", "-o", tmp_path / "d.mmsk", "--rows", "3", "-j", "1")
    assert "60 stamps of Tux Paint" in said
    assert list(load(tmp_path / "d.mmsk").classes_) == ["animals", "food", "town"]


def test_without_the_real_data_it_says_so_in_one_line(run, tmp_path, monkeypatch):
    def fail():
        raise OSError("the stamps could not be fetched: no network\nInstall the package")

    monkeypatch.setattr("mmsk.datasets.fetch_stamps", fail)
    said = run("demo", "-o", tmp_path / "d.mmsk", "--rows", "3", "-j", "1")
    assert "Going on with synthetic data: the stamps could not be fetched: no network" in said
    assert "Install the package" not in said
    assert "60 synthetic rows" in said
    assert (tmp_path / "d.mmsk").exists()


def test_a_new_process_that_fails_is_told(run, tmp_path, monkeypatch):
    monkeypatch.setattr(_demo.sys, "executable", "false")
    said = run("demo", "--synthetic", "-o", tmp_path / "d.mmsk", "-j", "1", code=1)
    assert "the new process failed" in said
