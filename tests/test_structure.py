"""The house's own rules, read from the source: who imports whom, who opens files, how long a file may be."""

import ast
import functools
from pathlib import Path

import pytest

import mmsk

ROOT = Path(mmsk.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
NAMES = [path.relative_to(ROOT).as_posix() for path in FILES]

# A module imports from lower ranks only, never sideways. A room that is not in the table is a modality.
RANKS = [
    {"errors", "_params", "_numba"},
    {"cache", "_store", "_reference"},
    {"_base", "_items", "_engine", "_isolate", "_worker", "_union", "_function", "_vector_cells", "_vectors"},
    {"text", "image", "audio", "video"},
    {"datasets", "fusion"},
    {"pipeline", "retrieval"},
    {"augmentation"},
    {"evaluation", "persistence", "testing"},
    {"__init__"},
    {"cli"},
    {"__main__"},
]
RANK = {name: rank for rank, names in enumerate(RANKS) for name in names}
CORE = RANKS[0] | RANKS[1] | RANKS[2]
MODALITY = 3

# what may open a file; a worker opens its pipes
OPENERS = {"_reference", "_store", "_worker", "cache", "datasets", "persistence", "testing", "cli"}
OPENING_MODULES = {"bz2", "codecs", "fsspec", "gzip", "io", "lzma", "os", "sqlite3", "tarfile", "wave", "zipfile"}
OPENING_METHODS = {"read_text", "read_bytes", "write_text", "write_bytes"}  # of a Path

MAX_LINES = 300


def room(name):
    """Return the top-level name that a file belongs to: `fusion/_blocks.py` to `fusion`."""
    return name.split("/")[0].removesuffix(".py")


def rank(name):
    is_folder = (ROOT / name).is_dir()
    assert is_folder or name in RANK, f"mmsk/{name}.py is in no row of the table of ranks: add it to one"
    return RANK.get(name, MODALITY)


@functools.cache
def parse(name):
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


def imports(name):
    """Return the full names of what a file imports anywhere in it, as (module, name or "")."""
    found = []
    for node in ast.walk(parse(name)):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} line {node.lineno}: import by the full name, not relatively"
            found += [(node.module, alias.name) for alias in node.names]
    return found


def rooms_imported(name):
    """Return the top-level names of mmsk that a file imports from."""
    found = set()
    for module, member in imports(name):
        parts = module.split(".")
        if parts[0] == "mmsk":
            below = (ROOT / member).is_dir() or (ROOT / f"{member}.py").exists()
            found.add(parts[1] if len(parts) > 1 else member if member and below else "__init__")
    return found - {room(name)}


def methods(name):
    return [
        method
        for owner in ast.walk(parse(name))
        if isinstance(owner, ast.ClassDef)
        for method in owner.body
        if isinstance(method, ast.FunctionDef)
    ]


def test_there_is_something_to_check():
    assert {"_base.py", "fusion/__init__.py", "image/_picture.py", "text/_tfidf.py"} <= set(NAMES)
    assert "errors" in rooms_imported("_engine.py")
    assert any(opens_a_file(node) for node in ast.walk(parse("_reference.py")) if isinstance(node, ast.Call))
    assert len([method for name in NAMES for method in methods(name) if method.name == "__init__"]) > 10


@pytest.mark.parametrize("name", NAMES)
def test_imports_point_down(name):
    own = room(name)
    for other in rooms_imported(name):
        sideways = rank(other) == rank(own) and not {own, other} <= CORE
        assert rank(other) <= rank(own), f"{name} (rank {rank(own)}) imports {other} (rank {rank(other)})"
        assert not sideways, f"{name} imports {other}, a room beside its own; share through the core"


def test_core_files_import_each_other_in_one_direction():
    known = {name: rooms_imported(f"{name}.py") & CORE for name in CORE if (ROOT / f"{name}.py").exists()}
    while known:
        free = [name for name, needed in known.items() if not needed & set(known)]
        assert free, f"these import each other in a circle: {sorted(known)}"
        for name in free:
            del known[name]


def opens_a_file(call):
    function = call.func
    if isinstance(function, ast.Name):
        return function.id == "open"
    if not isinstance(function, ast.Attribute):
        return False
    of_module = isinstance(function.value, ast.Name) and function.value.id in OPENING_MODULES
    return function.attr in OPENING_METHODS or (of_module and function.attr in {"open", "fdopen", "connect"})


@pytest.mark.parametrize("name", NAMES)
def test_files_are_opened_in_a_few_places_only(name):
    calls = [node for node in ast.walk(parse(name)) if isinstance(node, ast.Call)]
    lines = [call.lineno for call in calls if opens_a_file(call)]
    assert not lines or room(name) in OPENERS, f"lines {lines} open a file: read through mmsk/_reference.py"


@pytest.mark.parametrize("name", NAMES)
def test_private_names_of_scikit_learn_are_imported_in_two_files_only(name):
    private = [
        f"{module}.{member}"
        for module, member in imports(name)
        if module.split(".")[0] == "sklearn" and any(part.startswith("_") for part in f"{module}.{member}".split("."))
    ]
    assert not private or name in {"_params.py", "_base.py"}, f"import {private} through mmsk/_params.py"


@pytest.mark.parametrize("name", NAMES)
def test_files_are_short(name):
    lines = (ROOT / name).read_text(encoding="utf-8").count("\n")
    assert lines <= MAX_LINES, f"{lines} lines: over {MAX_LINES} is a sign of two rooms in one"


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_named(name):
    for method in methods(name):
        if method.name == "__init__":
            assert method.args.kwarg is None, f"line {method.lineno}: __init__ takes **{method.args.kwarg.arg}"
            assert method.args.vararg is None, f"line {method.lineno}: __init__ takes *{method.args.vararg.arg}"
