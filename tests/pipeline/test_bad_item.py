"""One bad file in forty rows, and a search over them: it costs its row, or the search, but never the scores.

scikit-learn fits on the training part of a split, and describes the test part when it scores: what a search can know
before its first fit, it has to be told.
"""

import warnings

import numpy as np
import pytest
from PIL import Image
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

from mmsk import fusion_pipeline, fusion_transformer, validate_media
from mmsk.datasets import make_multimodal
from mmsk.errors import MediaBatchError
from mmsk.image import HOG, ColorHistogram
from mmsk.text import Tfidf

ROWS, BAD = 40, 33
BRANCHES = [("text", Tfidf(), "text"), ("image", [HOG(), ColorHistogram()], "image")]
GRID = {"classifier__C": [0.1, 1, 10, 100]}


class CountedSVC(SVC):
    """An SVC that counts how often one of its kind was fitted."""

    fits = 0

    def fit(self, X, y, sample_weight=None):
        CountedSVC.fits += 1
        return super().fit(X, y, sample_weight)


@pytest.fixture
def data(tmp_path):
    """Return rows whose pictures are files, one of which was cut short while it was copied."""
    found = make_multimodal(n_samples=ROWS, n_classes=2, modalities=("text", "image"), random_state=0)
    frame = found.frame.drop(columns="label")
    paths = [tmp_path / f"{row}.png" for row in range(ROWS)]
    for path, picture in zip(paths, frame["image"], strict=True):
        Image.fromarray(picture).save(path)
    paths[BAD].write_bytes(paths[BAD].read_bytes()[:400])
    CountedSVC.fits = 0
    return frame.assign(image=list(map(str, paths))), np.asarray(found.target)


def search(on_error, **parameters):
    return GridSearchCV(fusion_pipeline(BRANCHES, CountedSVC(), on_error=on_error), GRID, cv=5, **parameters)


@pytest.mark.parametrize("row", [0, BAD])
def test_missing_costs_the_row_and_reports_it_once(data, row):
    X, y = data
    paths = X["image"].tolist()
    paths[row], paths[BAD] = paths[BAD], paths[row]
    found = search("missing").fit(X.assign(image=paths), y)
    scores = np.stack([found.cv_results_[f"split{fold}_test_score"] for fold in range(5)])
    assert scores.shape == (5, 4)
    assert np.isfinite(scores).all()
    (bad,) = found.best_estimator_["fusion"].named_transformers_["image"]["describe"].report_
    assert (bad["row"], bad["ref"], bad["kind"]) == (row, paths[row], "truncated")


def test_raise_is_one_error_before_the_model_is_fitted(data):
    """So it is in a search too, if the first training part has the file."""
    X, y = data
    for begun in (search("raise", error_score="raise"), fusion_pipeline(BRANCHES, CountedSVC())):
        with pytest.raises(MediaBatchError, match=rf"row {BAD}: .*{BAD}\.png: truncated") as caught:
            begun.fit(X, y)
        assert [error.row for error in caught.value.errors] == [BAD]
        assert CountedSVC.fits == 0


def test_a_bad_file_in_the_first_test_part_ends_a_search_when_the_first_model_is_scored(data):
    """scikit-learn shows `fit` the training part alone."""
    X, y = data
    first = np.r_[BAD, np.delete(np.arange(ROWS), BAD)]
    with pytest.raises(MediaBatchError, match=rf"1 bad item in 8 rows:\n  row {BAD}: .*{BAD}\.png: truncated"):
        search("raise", error_score="raise").fit(X.iloc[first], y[first])
    assert CountedSVC.fits == 1


@pytest.mark.parametrize("place", [0, BAD])
def test_describing_the_table_before_a_search_is_one_error_before_any_fit(data, place, monkeypatch):
    X, y = data
    order = np.insert(np.delete(np.arange(ROWS), BAD), place, BAD)
    X, y = X.iloc[order], y[order]
    with pytest.raises(MediaBatchError, match=rf"1 bad item in {ROWS} rows:\n  row {BAD}: .*{BAD}\.png: truncated"):
        fusion_transformer(BRANCHES, on_error="raise").fit(X)
    assert CountedSVC.fits == 0
    Image.new("RGB", (32, 32), "red").save(X["image"].loc[BAD])
    fusion_transformer(BRANCHES).fit(X)
    monkeypatch.setattr(HOG, "_describe", lambda self, item: 1 / 0)  # the search describes nothing anew
    assert np.isfinite(search("raise", error_score="raise").fit(X, y).cv_results_["mean_test_score"]).all()


def test_raise_ends_a_search_that_would_forgive_errors_too(data):
    """scikit-learn's own default scores what fails as nan; the search ends in the error all the same."""
    X, y = data
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitFailedWarning)
        warnings.simplefilter("ignore", UserWarning)  # that scores are not finite
        with pytest.raises(MediaBatchError, match=f"row {BAD}"):
            search("raise").fit(X, y)


def test_what_a_search_would_stumble_over_is_known_before(data):
    (bad,) = validate_media(data[0], BRANCHES, full=True).to_dict("records")
    assert (bad["row"], bad["kind"]) == (BAD, "truncated")
    assert CountedSVC.fits == 0
