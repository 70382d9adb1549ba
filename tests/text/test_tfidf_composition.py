"""What Tfidf promises outside itself: in files, other processes, scikit-learn and skrub, one id a check."""

import inspect
import pickle
import subprocess
import sys

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.svm import SVC
from skrub import ApplyToCols, TableVectorizer

from mmsk.text import Tfidf

from ._tfidf_data import FRAME, TEXTS, Y, same


def check_the_same_bits_in_another_process():
    code = (
        "import sys; from mmsk.text import Tfidf; import joblib, ast;"
        "matrix = Tfidf().fit_transform(ast.literal_eval(sys.argv[1])); print(joblib.hash(matrix.toarray()))"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code, repr(TEXTS)],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert hashes == {joblib.hash(Tfidf().fit_transform(TEXTS).toarray())}


def check_pickle_and_joblib(tmp_path):
    tfidf = Tfidf(stop_words="german").fit(TEXTS)
    joblib.dump(tfidf, tmp_path / "tfidf.joblib")
    for copy in (pickle.loads(pickle.dumps(tfidf)), joblib.load(tmp_path / "tfidf.joblib")):
        same(copy.transform(TEXTS), tfidf.transform(TEXTS))
        assert copy.get_params() == tfidf.get_params()


def check_skops_trusts_all_but_the_class_itself():
    tfidf = Tfidf(stop_words="german").fit(TEXTS)
    data = skops.io.dumps(tfidf)
    untrusted = skops.io.get_untrusted_types(data=data)
    assert untrusted == ["mmsk.text._tfidf.Tfidf"]
    same(skops.io.loads(data, trusted=untrusted).transform(TEXTS), tfidf.transform(TEXTS))


def check_a_fitted_estimator_does_not_keep_the_texts():
    secret = "x" + "y" * 5000 + "z"
    assert secret.encode() not in pickle.dumps(Tfidf("char_wb").fit([secret, "a cat"]))


def check_pandas_output_needs_dense():
    tfidf = Tfidf(sparse_output=False).set_output(transform="pandas")
    frame = tfidf.fit_transform(FRAME[["caption"]])  # of a Series, scikit-learn 1.6 forgets the index
    assert list(frame.columns) == list(tfidf.get_feature_names_out())
    assert list(frame.index) == list(FRAME.index)
    same(frame, Tfidf(sparse_output=False).fit_transform(TEXTS))
    with pytest.raises(ValueError, match="sparse"):
        Tfidf().set_output(transform="pandas").fit_transform(FRAME["caption"])


def check_a_name_and_a_list_of_one_name_mean_the_same_to_a_column_transformer():
    expected = Tfidf().fit_transform(TEXTS)
    for column in ("caption", ["caption"]):
        columns = ColumnTransformer([("text", Tfidf(), column)], sparse_threshold=1)
        same(columns.fit_transform(FRAME), expected)
        assert columns.get_feature_names_out()[0] == "text__word__black"


def check_grid_search_through_a_column_transformer():
    columns = ColumnTransformer([("text", Tfidf(), ["caption"]), ("number", "passthrough", ["number"])])
    grid = {
        "columntransformer__text__analyzer": ["word", "char_wb", "both"],
        "columntransformer__text__stop_words": [None, "english"],
        "columntransformer__text__min_df": [1, 2],
    }
    search = GridSearchCV(make_pipeline(columns, SVC(kernel="linear")), grid, cv=3, error_score="raise")
    search.fit(FRAME, Y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.predict(FRAME.iloc[:1]).shape == (1,)


def check_a_fold_without_a_text_goes_on_without_it():
    frame = pd.DataFrame({"caption": [None] * 16 + ["cat", "dog"] * 4})
    columns = ColumnTransformer([("text", Tfidf(), "caption")])
    with pytest.warns(UserWarning, match="column 'caption' holds no document, its 16 rows are all missing"):
        cross_val_score(make_pipeline(columns, SVC()), frame, Y, cv=[(range(16), range(16, 24))], error_score="raise")


def check_feature_union():
    union = FeatureUnion([("words", Tfidf("word")), ("characters", Tfidf("char_wb"))])
    same(union.fit_transform(FRAME["caption"]), Tfidf().fit_transform(TEXTS))


def check_sample_weight_goes_past_it():
    model = make_pipeline(Tfidf(), LogisticRegression())
    model.fit(FRAME["caption"], Y, logisticregression__sample_weight=np.ones(24))
    with sklearn.config_context(enable_metadata_routing=True):
        routed = make_pipeline(Tfidf(), LogisticRegression().set_fit_request(sample_weight=True))
        routed.fit(FRAME["caption"], Y, sample_weight=np.ones(24))
    same(routed.predict_proba(TEXTS), model.predict_proba(TEXTS))


def check_skrub_apply_to_cols():
    found = ApplyToCols(Tfidf(sparse_output=False), cols=["caption"]).fit_transform(FRAME)
    names = list(Tfidf().fit(TEXTS).get_feature_names_out())
    assert list(found.columns) == [*names, "number"]
    same(found[names], Tfidf(sparse_output=False).fit_transform(TEXTS))
    with pytest.raises(ValueError, match=r"sparse|failed on column 'caption'"):
        ApplyToCols(Tfidf(), cols=["caption"]).fit_transform(FRAME)


def check_skrub_table_vectorizer():
    vectorizer = TableVectorizer(specific_transformers=[(Tfidf(sparse_output=False), ["caption"])])
    assert "word__cat" in vectorizer.fit_transform(FRAME).columns


CHECKS = [check for name, check in list(globals().items()) if name.startswith("check_")]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_tfidf(check, tmp_path):
    check(*[tmp_path] * len(inspect.signature(check).parameters))


def test_the_checks_were_found():
    assert len(CHECKS) >= 10
