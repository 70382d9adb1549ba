"""Equal seeds give equal copies: over fits, folds, workers and the order of the rows; so nothing is described twice."""

import numpy as np
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold

from mmsk import AugmentedClassifier, FeatureCache, FunctionDescriptor, fusion_pipeline
from mmsk.augmentation import _changes
from mmsk.datasets import make_multimodal
from mmsk.fusion import KernelFusionClassifier, LateFusionClassifier, memo, modality_models
from mmsk.image import HOG
from mmsk.pipeline import fusion_transformer, infer_branches

COLUMNS = {"image": "photo", "audio": "clip", "text": "title"}


def cells_by_row(frame):
    """Return the cells of each row, the copies in their order, in a form that can be compared."""
    found = {}
    for label, photo, clip, title in zip(frame.index, frame["photo"], frame["clip"], frame["title"], strict=True):
        found.setdefault(label, []).append((photo.shape, photo.tobytes(), clip[0].tobytes(), clip[1], title))
    return found


@pytest.fixture
def copies(table, target, spy, log):
    """Return a function that makes the copies of some rows."""

    def copies(rows=slice(None), **parameters):
        memo.clear()
        model = AugmentedClassifier(spy, columns=COLUMNS, **{"random_state": 0, "n_copies": 2, **parameters})
        model.fit(table[rows], target[rows])
        return cells_by_row(log[-1]["X"])

    return copies


@pytest.fixture(autouse=True)
def rough(table):
    """Make all pictures and sounds such that each change shows."""
    rng = np.random.default_rng(1)
    for photo, clip in zip(table["photo"], table["clip"], strict=True):
        photo[:] = rng.integers(0, 255, photo.shape)
        clip[0][:] = rng.standard_normal(len(clip[0]))


def test_each_copy_is_another_one(copies):
    for row in copies().values():
        for part in (1, 2):
            assert len({copy[part] for copy in row}) == 3


@pytest.mark.parametrize("n_jobs", [2, -1])
def test_workers_make_no_difference(copies, n_jobs):
    assert copies() == copies(n_jobs=n_jobs)


def test_seeds_make_a_difference(copies):
    assert copies() != copies(random_state=1)
    assert copies(random_state=None) != copies(random_state=None)
    assert copies(random_state=np.random.RandomState(0)) == copies(random_state=np.random.RandomState(0))


def test_a_row_has_the_same_copies_among_other_rows(copies):
    everything, some = copies(), copies(slice(None, None, -3))
    assert len(some) == 4
    assert some == {label: everything[label] for label in some}


def test_further_copies_leave_the_first_as_they_are(copies):
    one, two = copies(n_copies=1), copies(n_copies=2)
    assert one == {label: row[:2] for label, row in two.items()}


def test_rows_of_one_label_have_copies_of_their_own(table, target, spy, log):
    table.index = [7] * 12
    for name in ("photo", "clip", "title"):
        table[name] = table[name].iloc[[0] * 12].to_numpy()
    AugmentedClassifier(spy, columns=COLUMNS, random_state=0).fit(table, target)
    assert len({photo.tobytes() for photo in log[-1]["X"]["photo"]}) == 13


def test_copies_of_a_seed_that_does_not_come_again_are_not_remembered(table, target, spy, monkeypatch):
    kept = []
    monkeypatch.setattr(memo, "recall", lambda key, make: kept.append(key) or make())
    for seed in (0, None, np.random.RandomState(0)):
        AugmentedClassifier(spy, image=["flip"], columns={"image": "photo"}, random_state=seed).fit(table, target)
    assert [key is None for key in kept] == 12 * [False] + 24 * [True]


CALLS = []


def counted(picture):
    CALLS.append(1)
    return picture.mean(axis=(0, 1))


def test_a_search_describes_each_copy_once(table, target):
    CALLS.clear()
    colour = FunctionDescriptor(counted, kind="image", names=["r", "g", "b"], version="1", cache=FeatureCache())
    model = fusion_pipeline([("image", colour, "photo")], LogisticRegression())
    model = AugmentedClassifier(model, n_copies=2, random_state=0)
    grid = {"estimator__classifier__C": [0.1, 1, 10], "estimator__fusion__image__scale__weight": [1, 2]}
    GridSearchCV(model, grid, cv=KFold(3), n_jobs=1).fit(table, target)
    assert len(CALLS) == 12 * 3


def test_a_search_opens_each_file_once_for_its_copies(table, target, tmp_path, monkeypatch):
    opened = []

    def counting(reference, limits):
        opened.append(reference)
        return _changes.open_picture(reference, limits)

    monkeypatch.setitem(_changes.KINDS, "image", _changes.KINDS["image"]._replace(open=counting))
    paths = [str(tmp_path / f"{number}.png") for number in range(12)]
    for path, photo in zip(paths, table["photo"], strict=True):
        Image.fromarray(photo).save(path)
    model = AugmentedClassifier(
        fusion_pipeline([("image", HOG(), "photo")], LogisticRegression()), n_copies=2, random_state=0
    )
    search = GridSearchCV(model, {"estimator__classifier__C": [0.1, 1, 10]}, cv=KFold(3))
    search.fit(table.assign(photo=paths), target)
    assert sorted(opened) == sorted(paths)
    Image.fromarray(table["photo"].iloc[1]).save(paths[0])  # another picture in the same file
    model.fit(table.assign(photo=paths), target)
    assert sorted(opened) == sorted([*paths, paths[0]])


MADE = make_multimodal(40, 2, random_state=0)
BRANCHES = infer_branches(MADE.data, show=None)
MODELS = {
    "pipeline": fusion_pipeline(BRANCHES, LogisticRegression()),
    "kernel": KernelFusionClassifier(fusion_transformer(BRANCHES), probability=False),
    "late": LateFusionClassifier(modality_models(fusion_transformer(BRANCHES), LogisticRegression())),
}


# librosa 0.11 imports audioread, which imports what Python 3.13 has removed
@pytest.mark.filterwarnings("ignore:.* is deprecated and slated for removal in Python 3.13:DeprecationWarning")
@pytest.mark.parametrize("name", MODELS)
def test_predictions_are_the_same_for_any_number_of_workers(name):
    predicted = []
    for n_jobs in (1, 2, 1):
        memo.clear()
        model = AugmentedClassifier(MODELS[name], random_state=3, n_jobs=n_jobs).fit(MADE.data, MADE.target)
        assert model.columns_ == {"text": "text", "image": "image", "audio": "audio"}
        decided = model.predict_proba(MADE.data) if name != "kernel" else model.decision_function(MADE.data)
        predicted.append(decided.tobytes())
        assert model.score(MADE.data, MADE.target) > 0.8
    assert predicted[0] == predicted[1] == predicted[2]
