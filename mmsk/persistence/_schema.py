"""The table of contents of a skops payload: depth, kinds of nodes and names, before skops looks at it.

Strategy: skops decides by name whether a type may be made, wherever in the file it stands. Here a name has to be
allowed for the kind of node that it is in as well: a function that may be referred to may not be called, and a class
that may be filled with attributes may not be constructed. skops then makes its own judgement of what is left.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from mmsk.errors import ModelError, UntrustedModelError
from mmsk.persistence._allowed import ALLOWED, BIT_GENERATORS, LISTS, MOVED, NATIVE

__all__ = ["NOT_TRUSTED", "audit", "modernize", "parse_json"]

NOT_TRUSTED = "it holds what is not trusted"
MAX_DEPTH = 200  # of the JSON of a model; a search over a pipeline of unions is about 40 deep
PROTOCOL = 2  # of skops: what 0.14 writes; its readers of older ones are not let near a file

#: Names of the constant table; one that skops trusts in another place as well is not trusted there on its account.
OWN_PLACE = frozenset(name for names in ALLOWED.values() for name in names if not name.startswith("builtins."))

BRACKETS = b'"[]{}'
NO_BRACKETS = bytes(set(range(256)) - set(BRACKETS))


def parse_json(text: bytes, path: str, what: str) -> dict[str, Any]:
    """Return what JSON says, or say why it is not read.

    Raises
    ------
    ModelError
        For what is no JSON of an object.
    UntrustedModelError
        For JSON that is deeper than any model's.
    """
    depth = _depth(text)
    if depth > MAX_DEPTH:
        raise UntrustedModelError(path, f"refused: {what} is {depth:,} levels deep, at most {MAX_DEPTH} are read")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelError(path, f"damaged: {what} is no JSON ({error})") from error
    if not isinstance(found, dict):
        raise ModelError(path, f"damaged: {what} is no JSON of an object")
    return found


def audit(schema: dict[str, Any], path: str, trusted: Collection[str]) -> list[str]:
    """Return the names that skops has to be told to trust: the caller's, and those of the table that are there.

    Raises
    ------
    UntrustedModelError
        For names that neither allows, all of them; and for what no supported version of skops has written.
    """
    protocol = schema.get("protocol")
    if type(protocol) is not int or protocol < PROTOCOL:
        raise UntrustedModelError(path, f"refused: its payload is of protocol {protocol!r}, not {PROTOCOL} or later")
    untrusted, known = set(), set()
    for node in _nodes(schema):
        loader, name = node["__loader__"], _name(node)
        if name in OWN_PLACE or name in trusted:
            known.add(name)
        if not _is_allowed(loader, name) and name not in trusted:
            untrusted.add(name)
        if loader == "DictNode" and not _plain_keys(node):
            raise UntrustedModelError(path, "refused: the keys of a dict are no plain values")
        if loader == "JsonNode" and _is_deep(node.get("content")):
            raise UntrustedModelError(path, f"refused: a value is more than {MAX_DEPTH} levels deep")
        if loader == "RandomGeneratorNode" and not _known_generator(node):
            raise UntrustedModelError(path, "refused: a random generator is made of something else")
    if untrusted:
        raise UntrustedModelError(path, NOT_TRUSTED, sorted(untrusted))
    return sorted({*known, *trusted})


def modernize(schema: dict[str, Any]) -> bool:
    """Rewrite what older versions of scikit-learn had in another place or form; return whether there is any."""
    changed = False
    for node in _nodes(schema):
        if node["__loader__"] == "LossNode" and node.get("__module__") in MOVED:
            node["__module__"] = MOVED[node["__module__"]]
            changed = True
        if _name(node) in LISTS:
            try:
                columns = node["content"]["content"]["data"]
            except (KeyError, TypeError):
                continue  # not of the form that it had: it is judged by its name
            node.clear()
            node.update(columns if isinstance(columns, dict) else {})
            changed = True
    return changed


def _name(node: dict[str, Any]) -> str:
    return f"{node.get('__module__')}.{node.get('__class__')}"


def _is_allowed(loader: Any, name: str) -> bool:
    if not isinstance(loader, str):
        return False
    listed = name in ALLOWED.get(loader, ())
    return listed or (name not in OWN_PLACE and name.startswith(NATIVE.get(loader, ())))


def _plain_keys(node: dict[str, Any]) -> bool:
    """Return whether the types of a dict's keys, which are called in loading, are types."""
    types = node.get("key_types")
    content = types.get("content") if isinstance(types, dict) else None
    if not isinstance(content, list):
        return False
    return all(isinstance(one, dict) and one.get("__loader__") == "TypeNode" for one in content)


def _known_generator(node: dict[str, Any]) -> bool:
    """Return whether a random generator is made of one of numpy's bit generators."""
    try:
        name = json.loads(node["content"]["bit_generator"]["content"]["bit_generator"]["content"])
    except (KeyError, TypeError, ValueError):
        return False
    return isinstance(name, str) and name in BIT_GENERATORS


def _nodes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every object that skops could take for a node, without recursion."""
    waiting: list[Any] = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if "__loader__" in part and not isinstance(part["__loader__"], dict):  # a dict: a key of that name
                yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def _is_deep(content: Any) -> bool:
    """Return whether JSON that is kept as text, of which most is a word or a number, is deeper than any model's."""
    if not isinstance(content, str) or content.count("[") + content.count("{") <= MAX_DEPTH:
        return False
    return _depth(content.encode("utf-8", "surrogatepass")) > MAX_DEPTH


def _depth(text: bytes) -> int:
    """Return how deep brackets are nested outside of strings, without parsing."""
    bare = re.sub(rb"\\.", b"", text, flags=re.DOTALL).translate(None, NO_BRACKETS)
    brackets = re.sub(rb'"[^"]*"', b"", bare.replace(b'""', b""))
    steps = np.frombuffer(brackets, dtype=np.uint8)
    opened = np.isin(steps, np.frombuffer(b"[{", dtype=np.uint8))
    return int(np.cumsum(np.where(opened, 1, -1), dtype=np.int32).max(initial=0))
