"""What strangers put among the attributes of a model: none of it is run, and each is refused as what it is."""

import numpy as np
import pytest

from mmsk.persistence import load

from ._strangers import node, npy, npz, refused, text, with_attribute


def many(loader, *items):
    return node(loader, f"builtins.{loader[:-4].lower()}", content=list(items))


def mapping(content, *types, name="builtins.dict"):
    types = types or [node("TypeNode", "builtins.str")] * len(content)
    return node("DictNode", name, content=content, key_types=many("ListNode", *types))


COMMAND = "import pathlib; pathlib.Path('pwned').touch()"
SYSTEM = node("FunctionNode", "posix.system")
EVAL = node("TypeNode", "builtins.eval")
ARGUMENTS = many("TupleNode", text(COMMAND))
EMPTY, NOTHING = mapping({}), many("TupleNode")


def partial(function, name="functools.partial"):
    content = {"func": function, "args": ARGUMENTS, "kwds": EMPTY, "namespace": EMPTY}
    return node("PartialNode", name, content=content)


def made_by(name, arguments=ARGUMENTS):
    return node("ConstructorFromReduceNode", name, content=arguments)


def array(name="numpy.ndarray"):
    return node("NdArrayNode", name, type="numpy", file="1.npy")


def filled(name, content=EMPTY):
    return node("ObjectNode", name, content=content)


#: What a stranger could put among the attributes of a model.
NODES = {
    "a function: os.system": SYSTEM,
    "a function: os.popen": node("FunctionNode", "os.popen"),
    "a function: exec, as a function": node("FunctionNode", "builtins.exec"),
    "a function: numpy.load": node("FunctionNode", "numpy.load"),
    "a function: joblib.load": node("FunctionNode", "joblib.load"),
    "a function: pickle.loads": node("FunctionNode", "_pickle.loads"),
    "a function: an allowed class": node("FunctionNode", "mmsk.image._hog.HOG"),
    "a type: eval": EVAL,
    "a type: os.system": node("TypeNode", "posix.system"),
    "a type: subprocess.Popen": node("TypeNode", "subprocess.Popen"),
    "a type: an allowed function": node("TypeNode", "mmsk.fusion._grams.linear_gram"),
    "a partial of os.system": partial(SYSTEM),
    "a partial of eval": partial(EVAL),
    "a partial method": partial(node("FunctionNode", "numpy.sin"), "functools.partialmethod"),
    "operator.methodcaller": node("OperatorFuncNode", "operator.methodcaller", attrs=ARGUMENTS),
    "operator.attrgetter": node("OperatorFuncNode", "operator.attrgetter", attrs=many("TupleNode", text("__class__"))),
    "operator.itemgetter": node("OperatorFuncNode", "operator.itemgetter", attrs=many("TupleNode", text("a"))),
    "any function, called an operator": node("OperatorFuncNode", "operator.eval", attrs=ARGUMENTS),
    "a method": node(
        "MethodNode", "sklearn.pipeline.Pipeline", content={"func": "fit", "obj": filled("sklearn.pipeline.Pipeline")}
    ),
    "a call: eval": made_by("builtins.eval"),
    "a call: subprocess.Popen": made_by("subprocess.Popen"),
    "a call: an allowed class": made_by("mmsk.image._hog.HOG", NOTHING),
    "a call: an allowed function": made_by("mmsk.fusion._grams.linear_gram"),
    "a call: a class of scikit-learn": made_by("sklearn.svm._classes.SVC", NOTHING),
    "an object: subprocess.Popen": filled("subprocess.Popen"),
    "an object: FunctionTransformer of os.system": filled(
        "sklearn.preprocessing._function_transformer.FunctionTransformer", mapping({"func": SYSTEM})
    ),
    "an object: something of scikit-learn that is no estimator": filled("sklearn.utils._joblib.joblib"),
    "a dict: of another class": mapping({"a": text("b")}, name="subprocess.Popen"),
    "a dict: keys made by os.system": mapping({COMMAND: text("b")}, SYSTEM),
    "a dict: keys made by a partial": mapping({COMMAND: text("b")}, partial(node("FunctionNode", "numpy.sin"))),
    "a dict: keys made by an allowed function": mapping({COMMAND: text("b")}, node("FunctionNode", "numpy.sin")),
    "a dict: keys made by what is no list": node("DictNode", "builtins.dict", content={}, key_types=SYSTEM),
    "a dict: eval as its default": node(
        "DefaultDictNode", "collections.defaultdict", content={"main": EMPTY, "default_factory": EVAL}
    ),
    "a list: of another class": node("ListNode", "posix.system", content=[text(COMMAND)]),
    "a set: of another class": node("SetNode", "builtins.eval", content=[text(COMMAND)]),
    "a tuple: of another class": node("TupleNode", "subprocess.Popen", content=[text(COMMAND)]),
    "bytes: of another class": node("BytesNode", "builtins.eval", file="1.bin"),
    "an array: of another class": array("posix.system"),
    "an array: of an allowed class": array("mmsk.image._hog.HOG"),
    "a masked array: of another class": node(
        "MaskedArrayNode", "posix.system", content={"data": array(), "mask": array()}
    ),
    "a sparse matrix: of another class": node("SparseMatrixNode", "builtins.eval", type="scipy", file="1.npz"),
    "a loss: of another class": node("LossNode", "posix.system", content=EMPTY, __reduce__={"args": ARGUMENTS}),
    "a loss: a function that is allowed elsewhere": node(
        "LossNode", "sklearn.metrics._classification.accuracy_score", content=EMPTY, __reduce__={"args": ARGUMENTS}
    ),
    "an object: a function that is allowed elsewhere": filled("sklearn.metrics._classification.accuracy_score"),
    "a type: a class that is allowed elsewhere": node("TypeNode", "numpy.dtype"),
    "a tree: of another class": node("TreeNode", "posix.system", content=EMPTY, __reduce__={"args": ARGUMENTS}),
    "random numbers: of another class": node("RandomStateNode", "subprocess.Popen", content=EMPTY),
    "random numbers: of a function": node(
        "RandomGeneratorNode",
        "numpy.random._generator.Generator",
        content={"bit_generator": mapping({"bit_generator": text("seed")}), "seed_seq": EMPTY},
    ),
    "a type of numbers: of another class": node("DTypeNode", "builtins.eval", content=array()),
    "a node that is a reference": node("CachedNode", "builtins.str", __id__=1),
    "a node of no kind": node("PickleNode", "builtins.str", content="gASVDgAAAA=="),
    "a node of a kind that is a list": {**text("a"), "__loader__": ["FunctionNode"]},
}


@pytest.mark.parametrize("what", NODES)
def test_no_node_brings_in_anything_else(what, forge, watch, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    files = {"1.npy": npy(np.eye(2)), "1.bin": b"x", "1.npz": npz(data=npy(np.eye(2)))}
    error = refused(forge(with_attribute(NODES[what]), files), watch)
    assert error.names or "refused: " in str(error)


def test_the_example_that_the_forger_starts_from_is_fine(forge, small):
    model = load(forge(with_attribute(text("all is well")), {"1.npy": npy(np.eye(2))}))
    assert model.more_ == "all is well"
    np.testing.assert_array_equal(model.predict(small[1]), small[0].predict(small[1]))


@pytest.mark.parametrize("what", [0, 1, True, None, "2", -1])
def test_old_protocols_are_not_read(what, forge, watch):
    refused(forge(lambda schema: schema.update(protocol=what)), watch, "protocol")
