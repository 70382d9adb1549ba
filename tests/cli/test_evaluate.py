import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.svm import SVC

from mmsk import fusion_pipeline
from mmsk.datasets import read_table
from mmsk.fusion import linear_gram
from mmsk.text import Tfidf

TWO = ("-b", "words=text:text", "-b", "photo=image:image", "--cv", "3", "-j", "1")


def test_each_modality_alone_and_all_fused(run, table, tmp_path):
    said = run("evaluate", table(), "-t", "label", *TWO, "-o", tmp_path / "scores.csv")
    scores = pd.read_csv(tmp_path / "scores.csv", index_col="model")
    assert list(scores.index) == ["(most frequent)", "words", "photo", "all fused"]
    assert list(scores.columns) == ["accuracy", "sd", "macro_f1", "roc_auc", "seconds"]
    for name, row in scores.iterrows():
        assert f"{name} {row['accuracy']:.3f} {row['sd']:.3f} {row['macro_f1']:.3f}" in said


def test_the_scores_are_those_of_scikit_learn_by_hand(run, table, tmp_path):
    run("evaluate", table(), "-t", "label", *TWO, "--seed", "7", "-o", tmp_path / "scores.csv")
    frame = read_table(table())
    by_hand = cross_val_score(
        fusion_pipeline([("words", Tfidf(), "text")], SVC(kernel=linear_gram, C=10)),
        frame,
        frame["label"].to_numpy(),
        cv=StratifiedKFold(3, shuffle=True, random_state=7),
    )
    scores = pd.read_csv(tmp_path / "scores.csv", index_col="model")
    assert scores.loc["words", "accuracy"] == pytest.approx(by_hand.mean())
    assert scores.loc["words", "sd"] == pytest.approx(by_hand.std(ddof=1))


def test_a_score_by_name(run, table, tmp_path):
    said = run("evaluate", table(), "-t", "label", *TWO, "--scoring", "balanced_accuracy", "-o", tmp_path / "s.csv")
    assert "model balanced_accuracy ± folds seconds" in said
    assert list(pd.read_csv(tmp_path / "s.csv").columns) == ["model", "score", "sd", "seconds"]


def test_a_score_of_probabilities_needs_some(run, table):
    said = run("evaluate", table(), "-t", "label", *TWO, "--scoring", "neg_log_loss", "--calibrate")
    assert "model neg_log_loss" in said


def test_an_unknown_score_is_refused_before_any_work(run, table):
    said = run("evaluate", table(), "-t", "label", "--scoring", "acuracy", code=2)
    assert "no score 'acuracy'. Did you mean 'accuracy'?" in said
    assert "describing" not in said


def test_a_number_has_its_own_scores(run, table):
    assert "model R² ± folds mean abs. error seconds" in run("evaluate", table(), "-t", "price", *TWO)


def test_a_modality_alone_is_judged_without_its_weight(run, table, tmp_path):
    run("evaluate", table(), "-t", "label", *TWO, "-w", "photo=0", "-o", tmp_path / "weighted.csv")
    run("evaluate", table(), "-t", "label", *TWO, "-o", tmp_path / "equal.csv")
    weighted, equal = (pd.read_csv(tmp_path / f"{name}.csv", index_col="model") for name in ("weighted", "equal"))
    assert weighted.loc["photo", "accuracy"] == equal.loc["photo", "accuracy"]
    assert weighted.loc["all fused", "accuracy"] == weighted.loc["words", "accuracy"]


def test_one_branch_has_nothing_to_be_fused_with(run, table, tmp_path):
    run("evaluate", table(), "-t", "label", *TWO[:2], "--cv", "3", "-o", tmp_path / "scores.csv")
    assert list(pd.read_csv(tmp_path / "scores.csv")["model"]) == ["(most frequent)", "words"]


@pytest.mark.filterwarnings("always::UserWarning")
def test_the_same_file_on_both_sides_of_a_fold_is_told(run, media, table):
    path = table(image=dict.fromkeys(range(6), str(media[1]["image"][0])))
    said = run("evaluate", path, "-t", "label", *TWO)
    assert "warning: column 'image': 1 files are in several rows (0 and 1, say) and on both sides of a fold" in said
    assert "--groups COL" in said


@pytest.mark.filterwarnings("always::UserWarning")
def test_with_groups_or_without_copies_nothing_is_told(run, media, table):
    path = table(image=dict.fromkeys(range(6), str(media[1]["image"][0])))
    assert "on both sides" not in run("evaluate", path, "-t", "label", *TWO, "--groups", "seller")
    assert "on both sides" not in run("evaluate", table(), "-t", "label", *TWO)


def test_workers_change_no_score(run, table, tmp_path):
    for jobs in ("1", "2"):
        run("evaluate", table(), "-t", "label", *TWO[:-1], jobs, "-o", tmp_path / f"{jobs}.csv")
    one, two = (pd.read_csv(tmp_path / f"{jobs}.csv").drop(columns="seconds") for jobs in ("1", "2"))
    pd.testing.assert_frame_equal(one, two)
    assert np.isfinite(one.drop(columns="model")).all(axis=None)
