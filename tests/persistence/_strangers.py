"""What files of strangers are made of, and a watch over what they bring about."""

import contextlib
import io
import json
import os
import sys
import zipfile

import numpy as np
import pytest

from mmsk.errors import UntrustedModelError
from mmsk.persistence import load

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


@contextlib.contextmanager
def watching():
    """Give a list of what happens from here on that a model file should not bring about."""
    global seen
    seen = []
    try:
        yield seen
    finally:
        seen = None


def refused(path, watch, match=None):
    watch.clear()
    with pytest.raises(UntrustedModelError, match=match) as caught:
        load(path)
    assert watch == []
    assert not os.path.exists("pwned")
    assert str(path) in str(caught.value)
    return caught.value


def node(loader, name, **fields):
    module, _, kind = name.rpartition(".")
    return {"__class__": kind, "__module__": module, "__loader__": loader, **fields}


def text(value):
    return node("JsonNode", "builtins.str", content=json.dumps(value), is_json=True)


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


def npz(**arrays):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in arrays.items():
            archive.writestr(f"{name}.npy", content)
    return stream.getvalue()
