"""Files of strangers: none of what they hold is run, and each is refused as what it is."""

import copy
import hashlib
import io
import json
import os
import pickle
import struct
import sys
import zipfile

import joblib
import numpy as np
import pytest
import skops.io
from scipy import sparse

from mmsk.errors import MmskError, ModelError, UntrustedModelError
from mmsk.persistence import load, read_manifest, save
from mmsk.persistence._archive import Archive, array_problem
from mmsk.persistence._manifest import describe
from mmsk.text import Tfidf

WATCHED = {
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "subprocess.Popen",
    "pickle.find_class",
}
seen = None  # a list while files are watched: a hook cannot be taken away


@sys.addaudithook
def _note(event, arguments):
    if seen is not None and (event in WATCHED or (event == "open" and "pwned" in str(arguments[0]))):
        seen.append((event, arguments))


@pytest.fixture
def watch():
    """Return what has happened in a test that a model file should not bring about."""
    global seen
    seen = []
    yield seen
    seen = None


def node(loader, name, **fields):
    module, _, kind = name.rpartition(".")
    return {"__class__": kind, "__module__": module, "__loader__": loader, **fields}


def text(value):
    return node("JsonNode", "builtins.str", content=json.dumps(value), is_json=True)


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


def with_attribute(value):
    """Return a change that gives the model one more attribute."""

    def add(schema):
        schema["content"]["content"]["more_"] = value
        schema["content"]["key_types"]["content"].append(node("TypeNode", "builtins.str"))

    return add


class Evil:
    def __reduce__(self):
        return os.system, ("touch pwned",)


def npy(values, **options):
    stream = io.BytesIO()
    np.save(stream, values, **options)
    return stream.getvalue()


OBJECTS = npy(np.array([Evil()], dtype=object), allow_pickle=True)


def npz(**arrays):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in arrays.items():
            archive.writestr(f"{name}.npy", content)
    return stream.getvalue()


def refused(path, watch, match=None):
    watch.clear()
    with pytest.raises(UntrustedModelError, match=match) as caught:
        load(path)
    assert watch == []
    assert not os.path.exists("pwned")
    assert str(path) in str(caught.value)
    return caught.value


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


@pytest.mark.parametrize(
    "files",
    [
        {"1.npy": OBJECTS},
        {"1.npz": npz(data=OBJECTS)},
        {"1.npy": npy(np.zeros(3))[:-8]},
        {"1.npy": npy(np.zeros(3)).replace(b"(3,)", b"(9,)")},
        {"1.npy": npy(np.zeros(3)).replace(b"'<f8'", b"'|O8'")},
        {"1.npy": b"cos\nsystem\n(S'touch pwned'\ntR."},
        {"1.npy": b""},
        {"1.npz": npz(**{"../data": npy(np.eye(2))})},
        {"1.npz": npz(**{f"a{'b' * number}": b"" for number in range(20)})},
    ],
    ids=["objects", "objects in a sparse matrix", "short", "long", "renamed", "a pickle", "empty", "path", "many"],
)
def test_arrays_that_are_none(files, forge, watch, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused(forge(files=files), watch)


ENTRIES = [
    "../evil.npy",
    "/etc/passwd",
    "a/b.npy",
    "..\\evil.npy",
    "C:evil.npy",
    "evil.py",
    "1.npy\0.py",
    "schema.json ",
]


@pytest.mark.parametrize("name", ENTRIES)
def test_names_that_lead_elsewhere(name, forge, watch):
    refused(forge(inner=lambda archive: archive.writestr(name, b"x")), watch)
    refused(forge(outer=lambda archive: archive.writestr(name, b"x")), watch)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name(forge, watch):
    refused(forge(inner=lambda archive: archive.writestr("schema.json", b"{}")), watch, "two entries")
    refused(forge(outer=lambda archive: archive.writestr("model.skops", b"x")), watch, "2|two entries")


@pytest.mark.parametrize("mode", [0o120777, 0o060666, 0o010666, 0o040777])
def test_links_devices_and_folders(mode, forge, watch):
    info = zipfile.ZipInfo("1.npy")
    info.external_attr = mode << 16
    refused(forge(inner=lambda archive: archive.writestr(info, b"/etc/passwd")), watch, "link or a device")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions(method, forge, watch):
    refused(forge(inner=lambda archive: archive.writestr("1.npy", npy(np.eye(2)), method)), watch, "unusual")


PICKLES = {
    "pickle": lambda path: path.write_bytes(pickle.dumps(Evil())),
    "pickle 0": lambda path: path.write_bytes(pickle.dumps(Evil(), protocol=0)),
    "pickle 1": lambda path: path.write_bytes(pickle.dumps([Evil()], protocol=1)),
    "pickle 2": lambda path: path.write_bytes(pickle.dumps(Evil(), protocol=2)),
    **{
        f"joblib {way}": lambda path, way=way: joblib.dump(Evil(), path, compress=(way, 3))
        for way in ("zlib", "gzip", "bz2", "lzma", "xz")
    },
    "joblib": lambda path: joblib.dump([Evil(), np.eye(30)], path),
}


@pytest.mark.parametrize("way", PICKLES)
def test_pickles_are_named_and_not_opened(way, watch, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    PICKLES[way](tmp_path / "m.mmsk")
    refused(tmp_path / "m.mmsk", watch, r"pickle.*so it was not opened.*joblib\.load.*mmsk\.save")
    with pytest.raises(UntrustedModelError, match="pickle"):
        read_manifest(tmp_path / "m.mmsk")


def deep(levels):
    return b'{"a":' * levels + b"1" + b"}" * levels


def test_depth(forge, watch, saved, tmp_path):
    refused(forge(files={"schema.json": deep(5000)}), watch, "5,000 levels deep")
    refused(forge(files={"schema.json": deep(150)}), watch, "protocol")  # deep, and still read
    refused(forge(with_attribute({**text("a"), "content": "[" * 10**5})), watch, "more than 200 levels deep")
    refused(forge(with_attribute({**text("a"), "content": "[" * 201 + "]" * 201})), watch, "more than 200 levels deep")
    with zipfile.ZipFile(tmp_path / "m.mmsk", "w") as archive:
        archive.writestr("manifest.json", deep(5000))
        archive.writestr("model.skops", b"")
    refused(tmp_path / "m.mmsk", watch, "5,000 levels deep")


def test_values_that_are_just_deep_enough(forge):
    model = load(forge(with_attribute({**text("a"), "content": "[" * 200 + "]" * 200})))
    value, depth = model.more_, 1
    while value:
        (value,) = value
        depth += 1
    assert depth == 200


def test_brackets_in_strings_are_not_depth(tmp_path):
    odd = ["[[{{", 'a"[[[[', '\\"[[', "]]" * 300, "{" * 3000]
    save(Tfidf(token_pattern=r"\S+", strip_markup=False).fit(odd), tmp_path / "m.mmsk")
    assert load(tmp_path / "m.mmsk").transform(odd).nnz > 0


def test_bombs(forge, watch, tmp_path):
    with zipfile.ZipFile(tmp_path / "b.mmsk", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b" " * 60_000_000)
        archive.writestr("model.skops", b"")
    refused(tmp_path / "b.mmsk", watch, "would unpack to")
    refused(forge(files={"1.npy": bytes(60_000_000)}), watch, "would unpack to")
    squeezed = io.BytesIO()
    with zipfile.ZipFile(squeezed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.npy", bytes(60_000_000))
    refused(forge(files={"1.npz": squeezed.getvalue()}), watch, "would unpack to")


def test_a_bomb_that_lies_about_its_size_is_cut_off(forge, watch, saved):
    """The table of contents says 10 bytes, what is there unpacks to 50 MB."""
    path = forge(files={"1.npy": bytes(50_000_000)[:1_000_000]})
    with zipfile.ZipFile(path) as archive:
        payload = bytearray(archive.read("model.skops"))
    place = payload.rindex(b"1.npy") - 46
    assert payload[place : place + 4] == b"PK\1\2"
    payload[place + 24 : place + 28] = struct.pack("<L", 10)
    inner = Archive(io.BytesIO(payload), "m", r".*")
    with pytest.raises(ModelError):
        inner.read("1.npy", 100)


def test_manifests_of_4_mib_and_schemas_of_256_mib_are_read_and_no_larger_ones(forge, watch):
    """They are as small as ever, but for the size that the table of contents tells."""

    def manifest(size):
        return forge(outer=lambda archive: setattr(archive.getinfo("manifest.json"), "file_size", size))

    def schema(size):
        def change(archive):
            archive.writestr("2.bin", np.random.default_rng(0).bytes(3_000_000))  # 100 times of it is room enough
            archive.getinfo("schema.json").file_size = size

        return forge(inner=change)

    refused(manifest(2**22 + 1), watch, r"manifest\.json has 4,194,305 bytes, at most 4,194,304 are read")
    refused(schema(2**28 + 1), watch, r"schema\.json has 268,435,457 bytes, at most 268,435,456 are read")
    for path in (manifest(2**22), schema(2**28)):
        with pytest.raises(ModelError, match=r"(manifest|schema)\.json is shorter than it should be"):
            load(path)


def test_a_million_entries_are_refused_by_the_end_record(tmp_path, watch):
    directory = b"".join(
        struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
        for _ in range(60_000)
    )
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 60_000, 60_000, len(directory), 4, 0)
    (tmp_path / "m.mmsk").write_bytes(b"PK\3\4" + directory + end)
    refused(tmp_path / "m.mmsk", watch, "60,000 entries listed")
    lying = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 2, 2, len(directory) * 3, 4, 0)
    (tmp_path / "m.mmsk").write_bytes(b"PK\3\4" + directory * 3 + lying)
    refused(tmp_path / "m.mmsk", watch, "2 entries listed in 8,")


def test_comments_and_large_file_extensions_are_refused(saved, tmp_path, watch):
    path = tmp_path / "m.mmsk"
    for comment in (b"h", b"hello PK\5\6", bytes(2**16 - 1)):
        path.write_bytes(saved)
        with zipfile.ZipFile(path, "a") as archive:
            archive.comment = comment
        refused(path, watch, "something follows the end")
    path.write_bytes(saved[:-22] + b"PK\6\7" + bytes(16) + saved[-22:])
    refused(path, watch, "of a form")
    path.write_bytes(b"more" + saved)
    refused(path, watch, "do not add up")


@pytest.mark.parametrize("left", [-1, -22, -23, -140, 5_000, 100, 30])
def test_a_file_that_was_cut_off_is_damaged_and_no_more(left, saved, tmp_path):
    (tmp_path / "m.mmsk").write_bytes(saved[:left])
    with pytest.raises(ModelError, match="does not end as a zip file does") as caught:
        load(tmp_path / "m.mmsk")
    assert not isinstance(caught.value, UntrustedModelError)


def test_trees_that_point_outside(small, tmp_path, watch):
    for field, value in {"left_child": 10_000, "right_child": -7, "feature": 99}.items():
        model = copy.deepcopy(small[0])
        state = model[-1].estimators_[0].tree_.__getstate__()
        state["nodes"][field][0] = value
        model[-1].estimators_[0].tree_.__setstate__(state)
        bypass(model, tmp_path / "m.mmsk")
        refused(tmp_path / "m.mmsk", watch, "points to nodes or columns")


def test_a_tree_that_walks_in_a_circle(small, tmp_path, watch):
    model = copy.deepcopy(small[0])
    tree = model[-1].estimators_[1].tree_
    state = tree.__getstate__()
    state["nodes"]["left_child"][0] = 0
    tree.__setstate__(state)
    bypass(model, tmp_path / "m.mmsk")
    refused(tmp_path / "m.mmsk", watch, "points to nodes or columns")


@pytest.mark.parametrize("field", ["left", "right", "feature_idx"])
def test_histogram_trees_that_point_outside(field, models, tmp_path, watch):
    model = models["hist boosting"]()
    model[-1]._predictors[0][0].nodes[field][0] = 9_999
    bypass(model, tmp_path / "m.mmsk")
    refused(tmp_path / "m.mmsk", watch, "points to nodes or columns")


def test_sparse_matrices_that_point_outside(small, tmp_path, watch):
    model = copy.deepcopy(small[0])
    model.words_ = sparse.csr_array(np.eye(3))
    model.words_.indices[1] = 1000
    bypass(model, tmp_path / "m.mmsk")
    refused(tmp_path / "m.mmsk", watch, "sparse matrix")


def bypass(model, path):
    """Write a model that `save` would refuse."""
    payload = skops.io.dumps(model, compression=zipfile.ZIP_DEFLATED)
    told = {**describe(model), "probe": {"reason": "none"}, "payload": {"sha256": hashlib.sha256(payload).hexdigest()}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps(told))
        archive.writestr("model.skops", payload)


def test_a_changed_byte_of_an_array_header_is_seen():
    good = npy(np.zeros((2, 3)))
    assert array_problem(good, len(good)) == ""
    assert array_problem(good, len(good) + 1) != ""
    assert array_problem(npy(np.array(["a", "b"])), 136) == ""
    assert "size" in array_problem(good.replace(b"(2, 3)", b"(-2,3)"), len(good))


NO_MODELS = [b"", b"P", b"PK\3\4", b"not a model", b"(a)\n", b"(a/", b"\x89PNG\r\n\x1a\n", b"PK\5\6" + bytes(18)]


@pytest.mark.parametrize("content", NO_MODELS)
def test_what_is_no_model_says_so(content, tmp_path):
    (tmp_path / "m.mmsk").write_bytes(content)
    with pytest.raises(ModelError, match=r"not a model of mmsk"):
        load(tmp_path / "m.mmsk")


def test_folders_pipes_and_nothing(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(ModelError, match="not a regular file"):
            load(path)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.mmsk")
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*nowhere; make it first"):
        save(Tfidf(), tmp_path / "nowhere" / "m.mmsk")
    with pytest.raises(ModelError, match="not a regular file"):
        save(Tfidf(), tmp_path)


def test_a_manifest_without_its_fields_is_damaged(forge):
    for change in (
        lambda told: told.pop("probe"),
        lambda told: told.update(versions=[]),
        lambda told: told.update(format="1"),
    ):
        with pytest.raises(ModelError, match="its manifest has no"):
            load(forge(manifest=change))
    with pytest.raises(ModelError, match="versions that are no text"):
        load(forge(manifest=lambda told: told["versions"].update(numpy=1)))
    with pytest.raises(ModelError, match="another SHA-256"):
        load(forge(manifest=lambda told: told["payload"].update(sha256="00")))


@pytest.mark.parametrize("content", [b"[]", b"1", b"", b'{"a": ', b"\xff"])
def test_a_manifest_that_is_no_object_is_damaged(content, tmp_path):
    with zipfile.ZipFile(tmp_path / "m.mmsk", "w") as archive:
        archive.writestr("manifest.json", content)
        archive.writestr("model.skops", b"")
    with pytest.raises(ModelError, match=r"manifest\.json is no JSON"):
        load(tmp_path / "m.mmsk")


def test_all_errors_are_value_errors_of_mmsk():
    assert issubclass(ModelError, MmskError)
    assert issubclass(UntrustedModelError, ModelError)
