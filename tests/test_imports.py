"""`import mmsk` is light, and brings all that a saved model needs."""

import json
import subprocess
import sys

import pytest

HEAVY = [
    "librosa",
    "numba",
    "skimage",
    "matplotlib",
    "soundfile",
    "soxr",
    "torch",
    "fsspec",
    "pyarrow.parquet",
    "typer",
]


def run(code):
    """Return what a fresh process prints as JSON."""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=120)
    return json.loads(done.stdout)


@pytest.mark.parametrize("module", ["mmsk", "mmsk.cli"])
def test_heavy_libraries_are_not_imported(module):
    code = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    loaded = set(run(code))
    heavy = HEAVY if module == "mmsk" else [name for name in HEAVY if name != "typer"]
    assert module in loaded
    assert not loaded & set(heavy)


def test_every_kind_of_item_is_known_without_further_imports():
    code = (
        "import json; from mmsk import FunctionDescriptor;"
        "print(json.dumps([FunctionDescriptor(len, kind)._item_class.__name__ for kind in ('image', 'audio', 'text')]))"
    )
    assert run(code) == ["Picture", "Sound", "Document"]


def test_what_is_exported_is_there():
    code = "import json, mmsk; print(json.dumps([name for name in mmsk.__all__ if not hasattr(mmsk, name)]))"
    assert run(code) == []
