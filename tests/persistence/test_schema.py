"""The table of contents of a model: how deep it may be, and what its nodes have to be like."""

import json

import pytest

from mmsk.errors import UntrustedModelError
from mmsk.persistence._schema import audit, parse_json


def nested(levels, beside=b""):
    """Return JSON of so many levels, and what stands beside the lower ones."""
    return b'{"a":[' + beside + b"[" * (levels - 2) + b"]" * (levels - 2) + b"]}"


@pytest.mark.parametrize("beside", [b"", b"[]," * 300, b'"]]]]",' * 300])
def test_json_may_be_200_levels_deep_and_no_deeper_whatever_stands_beside(beside):
    assert list(parse_json(nested(200, beside), "m.mmsk", "its schema")) == ["a"]
    with pytest.raises(UntrustedModelError, match=r"m\.mmsk: refused: its schema is 201 levels deep, at most 200"):
        parse_json(nested(201, beside), "m.mmsk", "its schema")


def generator(**content):
    node = {"__class__": "Generator", "__module__": "numpy.random._generator", "__loader__": "RandomGeneratorNode"}
    return {"protocol": 2, "content": {**node, **content}}


def state(name):
    return {"bit_generator": {"content": {"bit_generator": {"content": name}}}}


def test_random_generators_of_numpy_are_fine():
    assert audit(generator(content=state(json.dumps("PCG64"))), "m.mmsk", ()) == []


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"content": None},
        {"content": {"bit_generator": 5}},
        {"content": state(None)},
        {"content": state("no JSON")},
        {"content": state('["PCG64"]')},
        {"content": state('"seed"')},
    ],
)
def test_random_generators_of_anything_else_are_refused(content):
    with pytest.raises(UntrustedModelError, match="a random generator is made of something else"):
        audit(generator(**content), "m.mmsk", ())
