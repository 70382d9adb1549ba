import joblib
import sklearn
from sklearn.dummy import DummyClassifier

import mmsk


def test_branches_descriptors_weights_and_classes(run, table, tmp_path):
    path = tmp_path / "m.joblib"
    branches = ("-b", "words=text:text", "-b", "photo=hog+lbp:image", "-b", "numbers=number:seller,price")
    options = ("-w", "photo=0.5", "-p", "fusion__photo__describe__hog__orientations=6", "-j", "1")
    run("train", table(), "-t", "label", "-o", path, *branches, *options)
    said = run("inspect", path)
    fusion = joblib.load(path)["fusion"]
    widths = {name: part.stop - part.start for name, part in fusion.output_indices_.items()}
    assert f"words text Tfidf() 1 {widths['words']:,}" in said
    assert f"photo image HOG(orientations=6) 0.5 {widths['photo']:,} LBP()" in said
    assert "numbers seller, price passthrough 1 2" in said
    assert "model SVC(C=10.0, kernel=linear_gram, random_state=0)" in said
    assert "classes 3: cat, dog, fox" in said
    assert f"features {sum(widths.values()):,}" in said
    assert f"mmsk {mmsk.__version__}, scikit-learn {sklearn.__version__}" in said


def test_a_model_of_plain_scikit_learn(run, tmp_path):
    joblib.dump(DummyClassifier().fit([[0], [1]], ["a", "b"]), tmp_path / "m.joblib")
    assert "model DummyClassifier() classes 2: a, b" in run("inspect", tmp_path / "m.joblib")
