"""A table of media columns, numbers and categories; a model of each kind; files taken apart and put together again."""

import hashlib
import io
import json
import zipfile

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import SVC

from mmsk import (
    AugmentedClassifier,
    AugmentedRegressor,
    DescriptorUnion,
    FunctionDescriptor,
    Vectors,
    fusion_pipeline,
    fusion_transformer,
    weight_distributions,
)
from mmsk.audio import MFCC, Chroma, SpectralShape
from mmsk.datasets import make_multimodal
from mmsk.fusion import (
    BlockScaler,
    GramSVR,
    KernelFusionClassifier,
    KernelFusionRegressor,
    LateFusionClassifier,
    LateFusionRegressor,
    PresentRows,
    SharedSpace,
    linear_gram,
    modality_models,
)
from mmsk.image import HOG, LBP, ColorHistogram, ColorMoments, PictureShape
from mmsk.persistence import save
from mmsk.pipeline import CategoryEncoder
from mmsk.retrieval import CrossModalRetriever
from mmsk.text import TextStatistics, Tfidf

FRAME = make_multimodal(30, 3, noise=0.2, missing={"audio": 0.1}, random_state=0)
NUMERIC = np.random.RandomState(0).standard_normal((30, 3))
X = FRAME.frame.assign(
    embedding=list(NUMERIC),
    price=np.random.RandomState(0).standard_normal(30),
    seller=np.array(["a", "b", "c"] * 10, dtype=object),
)
LABELS = np.array(["cat", "dog", "fox"])[FRAME.target]
NUMBERS = X["price"].to_numpy() + FRAME.target

MEDIA = [
    ("text", Tfidf(analyzer="word"), "text"),
    ("image", [ColorMoments(), ColorHistogram()], "image"),
    ("audio", MFCC(), "audio"),
]
TABLE = [*MEDIA, ("number", "passthrough", ["price"]), ("category", OneHotEncoder(handle_unknown="ignore"), ["seller"])]
DENSE = [("text", Tfidf(analyzer="word", sparse_output=False), "text"), *MEDIA[1:]]


def pipeline(estimator=None, branches=MEDIA, y=LABELS):
    return fusion_pipeline(branches, estimator).fit(X, y)


def late(combine, estimator=None, **parameters):
    models = modality_models(fusion_transformer(TABLE), estimator or LogisticRegression())
    return LateFusionClassifier(models, combine=combine, **parameters).fit(X, LABELS)


def late_regressor(**parameters):
    return LateFusionRegressor(modality_models(fusion_transformer(TABLE), Ridge()), **parameters).fit(X, NUMBERS)


def search(model, grid, **parameters):
    return GridSearchCV(model, grid, cv=2, **parameters).fit(X, LABELS)


def small_model():
    return make_pipeline(BlockScaler(), RandomForestClassifier(3, random_state=0)).fit(NUMERIC, LABELS)


#: Each kind of model that has to survive, fitted when called.
MODELS = {
    "svc": lambda: pipeline(branches=TABLE),
    "forest": lambda: pipeline(RandomForestClassifier(8, random_state=0)),
    "forest regressor": lambda: pipeline(RandomForestRegressor(8, random_state=0), y=NUMBERS),
    "extra trees": lambda: pipeline(ExtraTreesClassifier(8, random_state=0)),
    "boosting": lambda: pipeline(GradientBoostingClassifier(n_estimators=3, random_state=0)),
    "hist boosting": lambda: pipeline(HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=3), DENSE),
    "hist boosting regressor": lambda: pipeline(
        HistGradientBoostingRegressor(max_iter=3, min_samples_leaf=3), DENSE, NUMBERS
    ),
    "mlp": lambda: pipeline(MLPClassifier((5,), max_iter=300, tol=1e-2, random_state=0)),
    "mlp sgd": lambda: pipeline(MLPClassifier((5,), solver="sgd", max_iter=300, tol=1e-2, random_state=0)),
    "logistic": lambda: pipeline(LogisticRegression()),
    "calibrated": lambda: pipeline(CalibratedClassifierCV(SVC(kernel=linear_gram), ensemble=False, cv=3)),
    "machine of numbers": lambda: pipeline(GramSVR(kernel=linear_gram), y=NUMBERS),
    "reduced": lambda: pipeline(
        branches=[
            ("image", make_pipeline(ColorHistogram(), PresentRows(PCA(3))), "image"),
            ("text", make_pipeline(Tfidf(), TruncatedSVD(3)), "text"),
        ]
    ),
    "vectors": lambda: fusion_pipeline(
        [("vector", Vectors(), "embedding"), ("category", CategoryEncoder(handle_unknown="ignore"), ["seller"])]
    ).fit(X, LABELS),
    "kernels": lambda: KernelFusionClassifier(fusion_transformer(MEDIA)).fit(X, LABELS),
    "kernels, calibrated": lambda: KernelFusionClassifier(
        fusion_transformer(MEDIA), kernel="rbf", weights="easymkl", probability=True, dropout=0.2, random_state=0
    ).fit(X, LABELS),
    "kernels, submodels": lambda: KernelFusionClassifier(fusion_transformer(TABLE), absent="submodel").fit(X, LABELS),
    "kernel regressor": lambda: KernelFusionRegressor(fusion_transformer(MEDIA)).fit(X, NUMBERS),
    "kernel regressor, submodels": lambda: KernelFusionRegressor(fusion_transformer(TABLE), absent="submodel").fit(
        X, NUMBERS
    ),
    "late mean": lambda: late("mean"),
    "late product": lambda: late("product"),
    "late vote": lambda: late("vote"),
    "late stack": lambda: late("stack"),
    "late gate": lambda: late("gate"),
    "late, learned": lambda: late("product", weights="learned"),
    "late, calibrated": lambda: late("gate", SVC(kernel=linear_gram)),
    "late regressor": lambda: late_regressor(combine="mean", weights="learned"),
    "late regressor, stack": lambda: late_regressor(combine="stack"),
    "shared space": lambda: SharedSpace(fusion_transformer(MEDIA), 5).fit(X),
    "retriever": lambda: CrossModalRetriever(fusion_transformer(MEDIA)).fit(X),
    "search": lambda: search(fusion_pipeline(MEDIA), {"fusion__text__scale__weight": [0.5, 1]}),
    "search, f1": lambda: GridSearchCV(
        fusion_pipeline(MEDIA), {"classifier__C": [1, 10]}, cv=StratifiedKFold(2, shuffle=True), scoring="f1_macro"
    ).fit(X, LABELS),
    "search, kernels": lambda: search(
        KernelFusionClassifier(fusion_transformer(MEDIA)), {"weights": ["uniform", {"text": 1.0, "image": 0.5}]}
    ),
    "search, late": lambda: search(
        LateFusionClassifier(modality_models(fusion_transformer(MEDIA), LogisticRegression())),
        {"combine": ["mean", "gate"]},
    ),
    "search, drawn": lambda: RandomizedSearchCV(
        fusion_pipeline(TABLE), weight_distributions(fusion_pipeline(TABLE)), n_iter=2, cv=2, random_state=0
    ).fit(X, LABELS),
    "search, drawn shares": lambda: RandomizedSearchCV(
        KernelFusionClassifier(fusion_transformer(TABLE)),
        weight_distributions(KernelFusionClassifier(fusion_transformer(TABLE))),
        n_iter=2,
        cv=2,
        random_state=0,
    ).fit(X, LABELS),
    "augmented": lambda: AugmentedClassifier(fusion_pipeline(MEDIA), random_state=0).fit(X, LABELS),
    "augmented regressor": lambda: AugmentedRegressor(
        KernelFusionRegressor(fusion_transformer(MEDIA)), random_state=0
    ).fit(X, NUMBERS),
    "fusion": lambda: fusion_transformer(TABLE).fit(X),
    "union": lambda: DescriptorUnion([("h", HOG()), ("l", LBP())]).fit(X["image"]),
    "function": lambda: FunctionDescriptor(np.median, "image").fit(X["image"]),
    "scaler": lambda: BlockScaler().fit(NUMERIC),
    "present rows": lambda: PresentRows(PCA(2)).fit(NUMERIC),
    **{
        type(one).__name__: lambda one=one, column=column: one.fit(X[column])
        for column, descriptors in {
            "text": [Tfidf(), TextStatistics()],
            "image": [HOG(), LBP(), ColorHistogram(), ColorMoments(), PictureShape()],
            "audio": [MFCC(), Chroma(), SpectralShape()],
        }.items()
        for one in descriptors
    },
}


@pytest.fixture(scope="session")
def table():
    """Return the frame that the models were fitted to."""
    return X


@pytest.fixture(scope="session")
def models():
    """Return the functions that fit a model of each kind."""
    return MODELS


@pytest.fixture(scope="session")
def small():
    """Return a small fitted model of numbers, with trees, and what it was fitted to."""
    return small_model(), NUMERIC


@pytest.fixture(scope="session")
def saved(small, tmp_path_factory):
    """Return the bytes of that model's file."""
    path = tmp_path_factory.mktemp("small") / "m.mmsk"
    assert save(small[0], path) == []
    return path.read_bytes()


@pytest.fixture
def forge(saved, tmp_path):
    """Return a function that takes a good file apart, has it changed, and writes it with the right hash."""

    def write(schema=None, files=None, inner=None, outer=None, manifest=None):
        with zipfile.ZipFile(io.BytesIO(saved)) as archive:
            told = json.loads(archive.read("manifest.json"))
            with zipfile.ZipFile(io.BytesIO(archive.read("model.skops"))) as payload:
                entries = {name: payload.read(name) for name in payload.namelist()}
        if schema:
            tree = json.loads(entries["schema.json"])
            entries["schema.json"] = json.dumps(schema(tree) or tree).encode()
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as payload:
            for name, content in {**entries, **(files or {})}.items():
                payload.writestr(name, content)
            if inner:
                inner(payload)
        told["payload"]["sha256"] = hashlib.sha256(packed.getvalue()).hexdigest()
        if manifest:
            manifest(told)
        path = tmp_path / "forged.mmsk"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("manifest.json", json.dumps(told))
            archive.writestr("model.skops", packed.getvalue())
            if outer:
                outer(archive)
        return path

    return write


@pytest.fixture
def watch():
    """Return what happens in a test that a model file should not bring about."""
    from ._strangers import watching  # not above: scripts read this file by itself, where there is no package

    with watching() as seen:
        yield seen
