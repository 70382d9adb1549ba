import numpy as np
import pytest
import sklearn
from sklearn.dummy import DummyClassifier
from sklearn.preprocessing import FunctionTransformer

import mmsk
from mmsk.persistence import load, save


def test_branches_descriptors_weights_and_classes(run, table, tmp_path):
    path = tmp_path / "m.mmsk"
    branches = ("-b", "words=text:text", "-b", "photo=hog+lbp:image", "-b", "numbers=number:seller,price")
    options = ("-w", "photo=0.5", "-p", "fusion__photo__describe__hog__orientations=6", "-j", "1")
    run("train", table(), "-t", "label", "-o", path, *branches, *options)
    said = run("inspect", path)
    fusion = load(path)["fusion"]
    widths = {name: part.stop - part.start for name, part in fusion.output_indices_.items()}
    assert f"words text Tfidf() 1 {widths['words']:,}" in said
    assert f"photo image HOG(orientations=6) 0.5 {widths['photo']:,} LBP()" in said
    assert "numbers seller, price passthrough 1 2" in said
    assert "model GramSVC(C=2.0, kernel=linear_gram, random_state=0)" in said
    assert "classes 3: cat, dog, fox" in said
    assert f"features {sum(widths.values()):,}" in said
    assert f"mmsk {mmsk.__version__}, scikit-learn {sklearn.__version__}" in said
    assert "reads text (text), image (image), seller (number), price (number)" in said
    assert "answers checked on predict, decision_function" in said
    assert f"scikit-learn {sklearn.__version__}, skops" in said


def test_a_model_of_plain_scikit_learn(run, tmp_path):
    save(DummyClassifier().fit([[0], [1]], ["a", "b"]), tmp_path / "m.mmsk")
    assert "model DummyClassifier() classes 2: a, b" in run("inspect", tmp_path / "m.mmsk")


def test_the_manifest_is_shown_of_a_model_that_cannot_be_loaded(run, tmp_path):
    with pytest.warns(UserWarning, match="have to be trusted"):
        save(FunctionTransformer(np.cumsum).fit([[0.0], [1.0]]), tmp_path / "m.mmsk")
    said = run("inspect", tmp_path / "m.mmsk", code=1)
    assert "needs --trust numpy.cumsum" in said
    assert "trust a name only if you know what it does: --trust NAME" in said
    said = run("inspect", tmp_path / "m.mmsk", "--trust", "numpy.cumsum", code=1)
    assert "holds a FunctionTransformer, which cannot predict" in said
