"""The names that a model file may hold: a constant table, reviewed line by line, never made from a file.

Strategy: skops trusts public estimators of scikit-learn, ufuncs and plain types by itself. Here is what it does not:
the classes of mmsk, and the internals of scikit-learn's models. A name is allowed for the part that it plays (a class
that is filled with attributes, a function that is referred to), so that no allowed function is ever called in loading,
and no allowed class by its constructor but those of `CONSTRUCTORS`.
"""

from __future__ import annotations

__all__ = ["ALLOWED", "BIT_GENERATORS", "LISTS", "MOVED", "NATIVE"]

DESCRIPTORS = """
    mmsk._function.FunctionDescriptor mmsk._union.DescriptorUnion mmsk._vectors.Vectors
    mmsk.audio._chroma.Chroma mmsk.audio._mfcc.MFCC mmsk.audio._spectral_shape.SpectralShape
    mmsk.image._color_histogram.ColorHistogram mmsk.image._color_moments.ColorMoments mmsk.image._hog.HOG
    mmsk.image._lbp.LBP mmsk.image._picture_shape.PictureShape
    mmsk.text._statistics.TextStatistics mmsk.text._tfidf.Tfidf
"""

FUSION = """
    mmsk.augmentation._classifier.AugmentedClassifier mmsk.augmentation._regressor.AugmentedRegressor
    mmsk.fusion._block_scaler.BlockScaler mmsk.fusion._present_rows.PresentRows
    mmsk.fusion._gram_machines.GramSVC mmsk.fusion._gram_machines.GramSVR
    mmsk.fusion._kernel.KernelFusionClassifier mmsk.fusion._kernel_regressor.KernelFusionRegressor
    mmsk.fusion._late.LateFusionClassifier mmsk.fusion._late_regressor.LateFusionRegressor
    mmsk.fusion._shared_space.SharedSpace mmsk.fusion._transformer.FusionTransformer
    mmsk.retrieval._retriever.CrossModalRetriever
    mmsk.fusion._calibration.Calibration mmsk.fusion._gate.Gate mmsk.fusion._kernel_mix.KernelMix
    mmsk.fusion._late_combine.FixedShares mmsk.fusion._late_combine.Stack mmsk.fusion._late_priors.Priors
    mmsk.fusion._quality.Quality
    mmsk.pipeline._categories.CategoryEncoder
    mmsk.pipeline._weights.DirichletWeights mmsk.pipeline._weights._RootOfGamma
"""

# what skops leaves out: see `_trees.py` for the two classes of tree nodes
SCIKIT_LEARN = """
    sklearn.calibration._CalibratedClassifier sklearn.calibration._SigmoidCalibration
    sklearn.calibration._TemperatureScaling
    sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor
    sklearn.metrics._scorer._PassthroughScorer sklearn.metrics._scorer._Scorer
    sklearn.model_selection._split.GroupKFold sklearn.model_selection._split.GroupShuffleSplit
    sklearn.model_selection._split.KFold sklearn.model_selection._split.LeaveOneGroupOut
    sklearn.model_selection._split.LeaveOneOut sklearn.model_selection._split.LeavePGroupsOut
    sklearn.model_selection._split.LeavePOut sklearn.model_selection._split.PredefinedSplit
    sklearn.model_selection._split.RepeatedKFold sklearn.model_selection._split.RepeatedStratifiedKFold
    sklearn.model_selection._split.ShuffleSplit sklearn.model_selection._split.StratifiedGroupKFold
    sklearn.model_selection._split.StratifiedKFold sklearn.model_selection._split.StratifiedShuffleSplit
    sklearn.model_selection._split.TimeSeriesSplit
    sklearn.neural_network._stochastic_optimizers.AdamOptimizer
    sklearn.neural_network._stochastic_optimizers.SGDOptimizer
    sklearn.utils._metadata_requests.MetadataRequest sklearn.utils._metadata_requests.MethodMetadataRequest
"""

NAMED_TUPLES = """
    mmsk.fusion._cca_kernel.KernelMap mmsk.fusion._cca_views.Loadings mmsk.fusion._cca_views.View
    mmsk.fusion._grams.KernelForm
"""

FUNCTIONS = """
    mmsk.fusion._grams.linear_gram
    mmsk.fusion._late_models.class_response mmsk.fusion._late_models.number_response
    mmsk.fusion._quality.picture_quality mmsk.fusion._quality.sound_quality mmsk.fusion._quality.text_quality
    sklearn.metrics._classification.accuracy_score sklearn.metrics._classification.balanced_accuracy_score
    sklearn.metrics._classification.brier_score_loss sklearn.metrics._classification.f1_score
    sklearn.metrics._classification.jaccard_score sklearn.metrics._classification.log_loss
    sklearn.metrics._classification.matthews_corrcoef sklearn.metrics._classification.precision_score
    sklearn.metrics._classification.recall_score
    sklearn.metrics._ranking.average_precision_score sklearn.metrics._ranking.roc_auc_score
    sklearn.metrics._ranking.top_k_accuracy_score
    sklearn.metrics._regression.explained_variance_score sklearn.metrics._regression.max_error
    sklearn.metrics._regression.mean_absolute_error sklearn.metrics._regression.mean_absolute_percentage_error
    sklearn.metrics._regression.mean_squared_error sklearn.metrics._regression.mean_squared_log_error
    sklearn.metrics._regression.median_absolute_error sklearn.metrics._regression.r2_score
    sklearn.metrics._regression.root_mean_squared_error
"""

LOSSES = """
    sklearn._loss._loss.CyAbsoluteError sklearn._loss._loss.CyExponentialLoss sklearn._loss._loss.CyHalfBinomialLoss
    sklearn._loss._loss.CyHalfGammaLoss sklearn._loss._loss.CyHalfMultinomialLoss sklearn._loss._loss.CyHalfPoissonLoss
    sklearn._loss._loss.CyHalfSquaredError sklearn._loss._loss.CyHalfTweedieLoss sklearn._loss._loss.CyHuberLoss
    sklearn._loss._loss.CyHalfTweedieLossIdentity sklearn._loss._loss.CyPinballLoss
"""

SPARSE_ARRAYS = "scipy.sparse._csr.csr_array scipy.sparse._csc.csc_array scipy.sparse._coo.coo_array"
SPARSE_MATRICES = "scipy.sparse._csr.csr_matrix scipy.sparse._csc.csc_matrix scipy.sparse._coo.coo_matrix"

CONSTRUCTORS = """
    pathlib.PosixPath pathlib.WindowsPath pathlib.PurePosixPath pathlib.PureWindowsPath
    pathlib._local.PosixPath pathlib._local.WindowsPath
"""

#: For each kind of node in a payload the names that may stand there, besides those that skops trusts itself.
ALLOWED: dict[str, frozenset[str]] = {
    "ObjectNode": frozenset((DESCRIPTORS + FUSION + SCIKIT_LEARN + SPARSE_ARRAYS).split()),  # skops 0.14: no such node
    "TupleNode": frozenset(["builtins.tuple", *NAMED_TUPLES.split()]),
    "FunctionNode": frozenset(FUNCTIONS.split()),
    "PartialNode": frozenset(["functools.partial"]),
    "DictNode": frozenset(["builtins.dict", "collections.OrderedDict", "sklearn.utils._bunch.Bunch"]),
    "LossNode": frozenset(LOSSES.split()),
    "SparseMatrixNode": frozenset([*SPARSE_ARRAYS.split(), *SPARSE_MATRICES.split()]),
    "ConstructorFromReduceNode": frozenset(CONSTRUCTORS.split()),
    "TreeNode": frozenset(["sklearn.tree._tree.Tree"]),
    "DTypeNode": frozenset(["numpy.dtype"]),
}

#: For each kind of node the packages whose names are left to the judgement of skops.
NATIVE: dict[str, tuple[str, ...]] = {
    "ObjectNode": ("sklearn.",),
    "FunctionNode": ("numpy.", "scipy."),
    "TypeNode": ("builtins.", "numpy."),
    "ListNode": ("builtins.list",),
    "SetNode": ("builtins.set",),
    "JsonNode": ("builtins.str",),
    "SliceNode": ("builtins.slice",),
    "BytesNode": ("builtins.bytes",),
    "BytearrayNode": ("builtins.bytearray",),
    "DefaultDictNode": ("collections.defaultdict",),
    "NdArrayNode": ("numpy.",),
    "MaskedArrayNode": ("numpy.ma.",),
    "RandomStateNode": ("numpy.random.",),
    "RandomGeneratorNode": ("numpy.random.",),
    "LossNode": ("sklearn.linear_model._sgd_fast.",),
}

#: What a random generator in a file may be made of; its name is text there, and skops 0.14 calls whatever it names.
BIT_GENERATORS = frozenset(["MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"])

#: Modules that older versions of scikit-learn give as the home of their losses, and where these are in all versions.
MOVED = {"_loss": "sklearn._loss._loss"}

#: Classes of older versions of scikit-learn that are no more than a list, their attribute `data`.
LISTS = ("sklearn.compose._column_transformer._RemainderColsList",)
