"""KernelFusionClassifier: the same machine as on weighted blocks, and a memo that never shows."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.decomposition import TruncatedSVD
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from mmsk import fusion_pipeline, fusion_transformer, simplex_weights
from mmsk.audio import MFCC
from mmsk.datasets import make_multimodal
from mmsk.fusion import KernelFusionClassifier, PresentRows, linear_gram, memo
from mmsk.fusion._blocks import fit_blocks, held_rows
from mmsk.fusion._grams import fit_kernel, gram
from mmsk.fusion._memo import Memo, repeatable
from mmsk.image import HOG
from mmsk.text import Tfidf

DATA = make_multimodal(n_samples=60, n_classes=3, missing=0.1, random_state=0)
X, Y = DATA.frame, np.asarray(DATA.target)
TRAIN, TEST = X.iloc[:40], X.iloc[40:]
BRANCHES = [("text", Tfidf(), "text"), ("image", HOG(), "image"), ("audio", MFCC(), "audio")]
SHARES = {"text": 0.5, "image": 0.3, "audio": 0.2}


def model(**parameters):
    return KernelFusionClassifier(fusion_transformer(BRANCHES), **parameters)


def test_equals_the_linear_machine_on_weighted_blocks():
    weights = {name: share**0.5 for name, share in SHARES.items()}
    blocks = fusion_pipeline(BRANCHES, SVC(kernel="linear", C=2, tol=1e-6), weights=weights).fit(TRAIN, Y[:40])
    kernels = model(weights=SHARES, tol=1e-6).fit(TRAIN, Y[:40])
    np.testing.assert_allclose(kernels.decision_function(TEST), blocks.decision_function(TEST), atol=1e-3)
    np.testing.assert_array_equal(kernels.predict(TEST), blocks.predict(TEST))


def test_kernels_have_a_mean_diagonal_of_one_over_the_present_rows():
    for _, block in fit_blocks(fusion_transformer(BRANCHES), TRAIN, Y[:40]).values():
        for kind in ("linear", "rbf"):
            diagonal = np.diag(gram(block, block, fit_kernel(block, kind)))
            present = held_rows(block)
            assert diagonal[present].mean() == pytest.approx(1)
            assert not diagonal[~present].any()


def test_an_rbf_kernel_is_scikit_learns_with_the_median_width():
    block = np.random.default_rng(0).normal(size=(30, 4))
    distances = ((block[:, None] - block[None]) ** 2).sum(axis=2)[np.triu_indices(30, 1)]
    form = fit_kernel(block, "rbf")
    assert form.gamma == pytest.approx(1 / np.median(distances))
    np.testing.assert_allclose(gram(block, block, form), rbf_kernel(block, gamma=form.gamma))
    np.testing.assert_allclose(gram(sparse.csr_array(block), block, form), gram(block, block, form))


@pytest.mark.parametrize("holes", [0.0, 0.5, 0.97])
def test_linear_gram_is_the_product_of_the_rows(holes):
    rng = np.random.default_rng(0)
    left, right = rng.normal(size=(20, 30)), rng.normal(size=(9, 30))
    left[:, 10:][rng.uniform(size=(20, 20)) < holes] = 0
    right[:, 10:][rng.uniform(size=(9, 20)) < holes] = 0
    for wrap in (np.asarray, sparse.csr_array):
        np.testing.assert_allclose(linear_gram(wrap(left), wrap(right)), left @ right.T)
        np.testing.assert_allclose(linear_gram(wrap(left[:2]), wrap(right)), left[:2] @ right.T)
        same = wrap(left)
        np.testing.assert_allclose(linear_gram(same, same), left @ left.T)


def test_the_default_machine_of_a_pipeline_is_the_linear_one():
    by_name = fusion_pipeline(BRANCHES, SVC(kernel="linear", C=10)).fit(TRAIN, Y[:40])
    default = fusion_pipeline(BRANCHES).fit(TRAIN, Y[:40])
    np.testing.assert_allclose(default.decision_function(TEST), by_name.decision_function(TEST), atol=1e-3)
    np.testing.assert_array_equal(default.predict(TEST), by_name.predict(TEST))


@pytest.mark.parametrize("kernel", ["linear", "rbf", {"image": "rbf"}], ids=str)
def test_memo_on_and_off_give_equal_results(kernel, monkeypatch):
    grid = {"weights": simplex_weights(["text", "image", "audio"], 0.5), "C": [0.1, 10.0]}
    with_memo = GridSearchCV(model(kernel=kernel), grid, cv=3).fit(X, Y)
    monkeypatch.setattr(memo, "max_bytes", 0)
    without = GridSearchCV(model(kernel=kernel), grid, cv=3).fit(X, Y)
    np.testing.assert_array_equal(with_memo.cv_results_["mean_test_score"], without.cv_results_["mean_test_score"])
    np.testing.assert_array_equal(with_memo.decision_function(X), without.decision_function(X))


def test_a_search_fits_each_branch_once_a_fold_and_makes_each_gram_matrix_once(monkeypatch):
    fits, grams = [], []
    from mmsk.fusion import _grams
    from mmsk.fusion._block_scaler import BlockScaler

    fit, make = BlockScaler.fit, _grams._gram
    monkeypatch.setattr(BlockScaler, "fit", lambda self, *args: (fits.append(1), fit(self, *args))[1])
    monkeypatch.setattr(_grams, "_gram", lambda *args: (grams.append(1), make(*args))[1])
    search = GridSearchCV(model(), {"weights": simplex_weights(["text", "image", "audio"], 0.25)}, cv=3).fit(X, Y)
    used = sum(share > 0 for share in search.best_params_["weights"].values())
    assert len(fits) == 3 * 3 + 3  # three branches in three folds and once in the refit
    assert len(grams) == 2 * 3 * 3 + used  # between training rows and with the test rows; the refit predicts nothing


def test_a_replaced_file_is_seen(tmp_path):
    data = make_multimodal(n_samples=20, n_classes=2, folder=tmp_path, random_state=0)
    fitted = KernelFusionClassifier(fusion_transformer([("image", HOG(), "image")])).fit(data.frame, data.target)
    before = fitted.decision_function(data.frame)
    first, second = data.frame["image"].iloc[:2]
    with open(second, "rb") as file:
        content = file.read()
    with open(first, "wb") as file:
        file.write(content)
    after = fitted.decision_function(data.frame)
    assert after[0] == pytest.approx(after[1])
    assert before[0] != pytest.approx(after[0])


def test_labels_and_parameters_are_part_of_the_key():
    first = model(weights=SHARES).fit(TRAIN, Y[:40])
    again = clone(first).set_params(fusion__image__describe__orientations=4).fit(TRAIN, Y[:40][::-1])
    assert again.branches_["image"] is not first.branches_["image"]
    assert again.branches_["text"] is not first.branches_["text"]


def test_the_same_machine_after_pickling():
    fitted = model(weights=SHARES).fit(TRAIN, Y[:40])
    thawed = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(thawed.decision_function(TEST), fitted.decision_function(TEST))


def test_weights_and_class_weights_of_samples_count():
    weights = np.where(Y[:40] == Y[0], 10.0, 0.1)
    plain = model(C=1).fit(TRAIN, Y[:40]).decision_function(TEST)
    assert not np.allclose(model(C=1).fit(TRAIN, Y[:40], sample_weight=weights).decision_function(TEST), plain)
    assert not np.allclose(model(C=1, class_weight={Y[0]: 10.0}).fit(TRAIN, Y[:40]).decision_function(TEST), plain)


@pytest.mark.parametrize("absent", ["zero", "submodel"])
def test_a_row_of_weight_zero_is_as_if_it_were_not_there(absent):
    counts = np.arange(40) % 4 != 1
    weights = np.where(counts, 2.0, 0.0)
    weighted = model(absent=absent, probability=True).fit(TRAIN, Y[:40], sample_weight=list(weights))
    without = model(absent=absent, probability=True).fit(TRAIN[counts], Y[:40][counts], sample_weight=weights[counts])
    for method in ("predict", "decision_function", "predict_proba"):
        np.testing.assert_array_equal(getattr(weighted, method)(TEST), getattr(without, method)(TEST))


@pytest.mark.parametrize("weights", [np.ones(39), np.ones((40, 1)), -np.ones(40), np.zeros(40), np.full(40, np.nan)])
def test_weights_that_are_none_are_refused(weights):
    with pytest.raises(ValueError, match="sample_weight has to"):
        model().fit(TRAIN, Y[:40], sample_weight=weights)


def test_a_remainder_is_refused_and_not_left_out():
    fusion = fusion_transformer(BRANCHES[:1]).set_params(remainder="passthrough")
    with pytest.raises(ValueError, match="remainder, which is no modality"):
        KernelFusionClassifier(fusion).fit(TRAIN, Y[:40])


def test_a_target_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[40, 39\]"):
        model().fit(TRAIN, Y[:39])


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA])
def test_a_label_that_is_missing_is_refused_with_its_row(nothing):
    y = Y[:40].astype(object)
    y[3] = nothing
    with pytest.raises(ValueError, match=r"y is missing in 1 of 40 rows \(the first is 3\)"):
        model().fit(TRAIN, y)


def test_probabilities_sum_to_one_and_rank_as_the_classes():
    fitted = model(probability=True).fit(X, Y)
    probabilities = fitted.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert (fitted.classes_[probabilities.argmax(axis=1)] == Y).mean() > 0.8
    assert not hasattr(model(), "predict_proba")


@pytest.mark.parametrize("labels", [["a", "b", "c"], [1, 2, 3]], ids=str)
def test_probabilities_heed_the_weights_of_classes_by_their_names(labels):
    codes = np.unique(Y[:40], return_inverse=True)[1]
    expected, found = (
        model(probability=True, C=0.1, class_weight={names[0]: 20.0, names[2]: 0.1})
        .fit(TRAIN, np.array(names)[codes])
        .predict_proba(TEST)
        for names in ([0, 1, 2], labels)
    )
    np.testing.assert_array_equal(found, expected)
    assert not np.allclose(found, model(probability=True, C=0.1).fit(TRAIN, codes).predict_proba(TEST), atol=0.01)


def test_a_class_of_one_row_gets_a_softmax_and_a_warning():
    y = np.array(["a"] * 20 + ["b"] * 19 + ["c"])
    with pytest.warns(UserWarning, match="not calibrated"):
        fitted = model(probability=True).fit(TRAIN, y)
    probabilities = fitted.predict_proba(TEST)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_array_equal(probabilities.argmax(axis=1), fitted.decision_function(TEST).argmax(axis=1))


def test_a_branch_of_share_zero_does_not_matter():
    two = KernelFusionClassifier(fusion_transformer(BRANCHES[:2]), weights={"text": 0.5, "image": 0.5})
    three = model(weights={"text": 0.5, "image": 0.5})
    expected = two.fit(TRAIN, Y[:40]).decision_function(TEST)
    np.testing.assert_allclose(three.fit(TRAIN, Y[:40]).decision_function(TEST), expected)


def test_reduced_branches_and_numbers_work():
    text = make_pipeline(Tfidf(), PresentRows(TruncatedSVD(3, random_state=0)))
    frame = X.assign(a=np.arange(60.0), b=np.nan)
    branches = [("text", text, "text"), ("number", "passthrough", ["a", "b"])]
    kernels = KernelFusionClassifier(fusion_transformer(branches), weights="uniform", tol=1e-6).fit(frame, Y)
    half = dict.fromkeys(["text", "number"], 0.5**0.5)
    blocks = fusion_pipeline(branches, SVC(kernel="linear", C=2, tol=1e-6), weights=half).fit(frame, Y)
    np.testing.assert_allclose(kernels.decision_function(frame), blocks.decision_function(frame), atol=1e-3)


def test_probabilities_heed_weights_where_metadata_are_routed():
    weights = np.arange(1.0, 41.0)
    expected = model(probability=True).fit(TRAIN, Y[:40], sample_weight=weights).predict_proba(TEST)
    with config_context(enable_metadata_routing=True):
        routed = model(probability=True).fit(TRAIN, Y[:40], sample_weight=weights).predict_proba(TEST)
    np.testing.assert_array_equal(routed, expected)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"weights": {"sound": 1.0}}, "weights for unknown branches"),
        ({"weights": {"text": -1.0}}, "at least 0"),
        ({"weights": dict.fromkeys(SHARES, 0.0)}, "not all 0"),
        ({"kernel": {"image": "cubic"}}, "linear, rbf"),
        ({"C": 0.0}, "'C' parameter"),
        ({"kernel": "cubic"}, "'kernel' parameter"),
    ],
)
def test_bad_parameters_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        model(**parameters).fit(TRAIN, Y[:40])


def test_the_memo_is_bounded_and_keeps_the_recently_used():
    table = Memo(max_bytes=3000)
    for number in range(5):
        table.recall(number, lambda: np.zeros(100))
        table.recall(0, lambda: np.zeros(100))
    calls = []
    table.recall(0, lambda: calls.append("made"))
    table.recall(1, lambda: calls.append("made"))
    assert calls == ["made"]


def test_what_is_random_is_never_remembered():
    assert repeatable(fusion_transformer(BRANCHES).transformers[0][1])
    assert not repeatable(fusion_transformer(BRANCHES, dropout=0.1).transformers[0][1])
    assert repeatable(fusion_transformer(BRANCHES, dropout=0.1, random_state=0).transformers[0][1])


def test_learned_shares_of_what_a_row_lacks_go_to_what_it_has():
    holes = X.assign(image=[None if row % 3 == 0 else picture for row, picture in enumerate(X["image"])])
    fitted = model().fit(holes, Y)
    blocks = {name: block for name, (_, block) in fit_blocks(fusion_transformer(BRANCHES), holes, Y).items()}
    held = {name: held_rows(block) for name, block in blocks.items()}
    kernel = sum(s * gram(blocks[n], blocks[n], fitted.kernels_[n]) for n, s in fitted.weights_.items())
    lengths = np.sqrt(sum(share * held[name] for name, share in fitted.weights_.items()))
    lengths[lengths == 0] = 1
    machine = SVC(kernel="precomputed", C=fitted.C).fit(kernel / np.outer(lengths, lengths), Y)
    some = lengths < 1
    expected = machine.decision_function(kernel / np.outer(lengths, lengths))
    np.testing.assert_allclose(fitted.decision_function(holes)[some], expected[some], atol=1e-6)
    given = model(weights=fitted.weights_).fit(holes, Y)
    plain = SVC(kernel="precomputed", C=fitted.C).fit(kernel, Y)
    np.testing.assert_allclose(given.decision_function(holes)[some], plain.decision_function(kernel)[some], atol=1e-6)
