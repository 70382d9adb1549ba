"""The changes by name, and a user's own: what the parameters `image`, `audio` and `text` may list.

Strategy: an entry is a name ("rotate"), a pair of a name and its strength (("rotate", 10)), or a callable, so that a
search over lists of these needs no classes. Every strength is the largest that is drawn: 0 changes nothing.
"""

from __future__ import annotations

import copy
import inspect
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any, NamedTuple

import numpy as np

from mmsk._items import Item
from mmsk._params import InvalidParameterError, Real
from mmsk.augmentation._pictures import brightness, crop, flip, open_picture, rotate
from mmsk.augmentation._sounds import gain, noise, open_sound, shift, stretch
from mmsk.augmentation._texts import mask, open_text

__all__ = ["KINDS", "Change", "changes_of"]

_lock = Lock()


class Named(NamedTuple):
    """What a name stands for: a function, the strength that it has by default, and the largest that makes sense."""

    function: Callable[..., Any]
    strength: float
    largest: float = float("inf")


class Kind(NamedTuple):
    """A kind of media: how a reference is opened, and what it can be changed by."""

    open: Callable[[Any, Any], Any]
    names: dict[str, Named]


KINDS: dict[str, Kind] = {
    "image": Kind(
        open_picture,
        {
            "flip": Named(flip, 0.5, 1.0),
            "rotate": Named(rotate, 10.0, 180.0),
            "crop": Named(crop, 0.15, 0.9),
            "brightness": Named(brightness, 0.2, 1.0),
        },
    ),
    "audio": Kind(
        open_sound,
        {
            "shift": Named(shift, 0.2, 1.0),
            "noise": Named(noise, 0.1),
            "gain": Named(gain, 6.0),
            "stretch": Named(stretch, 0.1, 3.0),
        },
    ),
    "text": Kind(open_text, {"mask": Named(mask, 0.15, 1.0)}),
}


class Change(NamedTuple):
    """One change of an item: a function of ours with its strength, or a user's own."""

    kind: str
    function: Callable[..., Any]
    strength: float | None = None

    def __call__(self, content: Any, rng: np.random.Generator) -> Any:
        """Return a changed content; the one that is given stays as it is."""
        if self.strength is not None:
            return self.function(content, self.strength, rng)
        with _seeded(int(rng.integers(2**32))) as seed:
            function = copy.deepcopy(self.function)  # it may keep a state, which must not go from row to row
            if hasattr(function, "set_random_seed"):
                function.set_random_seed(seed)
            return CALLS[self.kind](function, content)


def changes_of(kind: str, given: Sequence[Any]) -> tuple[Change, ...]:
    """Return the changes that a parameter lists.

    Raises
    ------
    InvalidParameterError
        For an entry that is no name, pair of a name and a strength, or callable.
    """
    return tuple(_change(kind, entry) for entry in given)


def _change(kind: str, entry: Any) -> Change:
    if callable(entry):
        return Change(kind, entry)
    names = KINDS[kind].names
    name, *strength = entry if isinstance(entry, (tuple, list)) and len(entry) == 2 else (entry,)
    if not isinstance(name, str) or name not in names:
        forms = f"one of {', '.join(names)}, a pair like ({next(iter(names))!r}, strength), or a callable"
        raise InvalidParameterError(f"{kind}: {entry!r} is no augmentation; expected {forms}")
    known = names[name]
    number = strength[0] if strength else known.strength
    if not isinstance(number, Real) or not 0 <= float(number) <= known.largest:
        raise InvalidParameterError(f"{kind}: the strength of {name!r} is from 0 to {known.largest:g}, got {number!r}")
    return Change(kind, known.function, float(number))


@contextmanager
def _seeded(seed: int) -> Iterator[int]:
    """Seed the generators of the process, from which augmentations of other libraries draw, and restore them after."""
    with _lock:
        ours, numpys = random.getstate(), np.random.get_state()  # noqa: NPY002
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        try:
            yield seed
        finally:
            random.setstate(ours)
            np.random.set_state(numpys)  # noqa: NPY002


def _call_on_picture(function: Callable[..., Any], picture: np.ndarray) -> np.ndarray:
    """Call with the colours on white, by the name `image` where any keywords are taken; what comes back is opaque."""
    colors = np.array(picture[..., :3])
    answer = function(image=colors) if _takes_any_keyword(function) else function(colors)
    changed = np.asarray(answer["image"] if isinstance(answer, dict) else answer)
    Item.of_kind("image")(changed)  # refuses what is no picture
    return changed


def _takes_any_keyword(function: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # some functions written in C tell nothing
        return False
    return any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters)


def _call_on_sound(function: Callable[..., Any], clip: tuple[np.ndarray, float]) -> tuple[np.ndarray, float]:
    """Call with (samples, rate), a whole rate as an int; the samples come back."""
    samples, rate = clip
    changed = np.asarray(function(np.array(samples), int(rate) if float(rate).is_integer() else rate))
    Item.of_kind("audio")((changed, rate))  # refuses what is no sound
    return changed, rate


def _call_on_text(function: Callable[..., Any], text: str) -> str:
    changed = function(text)
    Item.of_kind("text")(changed)  # refuses what is no text
    return str(changed)


#: How a user's own function is called with a content of each kind.
CALLS: dict[str, Callable[[Callable[..., Any], Any], Any]] = {
    "image": _call_on_picture,
    "audio": _call_on_sound,
    "text": _call_on_text,
}
