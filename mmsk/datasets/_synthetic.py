"""make_multimodal: a table of captions, pictures, sounds and numbers in which it is known where the signal lies."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.utils import Bunch, check_random_state

from mmsk.datasets._drawing import DRAW, MAX_LEVELS, SAMPLE_RATE, Common
from mmsk.datasets._items import as_columns, choose, draw_items, stream
from mmsk.datasets._structure import NOTHING, Source, draw_codes, parse_structure, spread

__all__ = ["make_multimodal"]

RESERVED = ("label", "target", "shared", "unique", "combination", NOTHING)

DESCR = """\
Synthetic multimodal data
-------------------------
{n_samples} rows, {target}. Modalities: {modalities}.
The answer is told by
{sources}
"a|b": a alone tells it, and b alone; "a&b": only both together. See the docstring of make_multimodal.
"""


def make_multimodal(
    n_samples: int = 300,
    n_classes: int | None = 3,
    *,
    modalities: Sequence[str] | Mapping[str, str] = ("text", "image", "audio"),
    structure: str | Mapping[str, float] = "shared",
    noise: float | Mapping[str, float] = 0.5,
    corrupt: float | Mapping[str, float] = 0.0,
    missing: float | Mapping[str, float] = 0.0,
    class_shares: Sequence[float] | None = None,
    image_size: int = 48,
    duration: float = 0.4,
    folder: str | os.PathLike[str] | None = None,
    random_state: int | np.random.RandomState | None = None,
) -> Bunch:
    """Make a table of captions, pictures, sounds and numbers with a known structure.

    Parameters
    ----------
    n_samples : int, default=300
        Rows.
    n_classes : int or None, default=3
        Classes, 2 to 100. None makes a regression problem: the target is a number between 0 and 1.
    modalities : sequence of str, or mapping of str to str, default=("text", "image", "audio")
        Kinds ("text", "image", "audio", "number"), which then are also the names; or a kind for each name, as in
        ``{"title": "text", "front": "image", "back": "image"}``. A modality of numbers fills six columns.
    structure : str or mapping of str to float, default="shared"
        Where the class shows. "shared": in each modality (redundant). "unique": in one modality a row, equally often
        in each, while the others show nothing. "combination": in none alone, only in all together (XOR). "text": in
        this modality only. "text|image": in both. "text&image": only in both together. Or shares of the rows for
        any of these, as in ``{"text|image": 0.5, "audio": 0.2, "text&audio": 0.1}``; the class of the rows that are
        left (here 20%) shows nowhere.
    noise : float or mapping of str to float, default=0.5
        How much the signal is hidden, from 0 (clear) to 1 (the modality is pure noise), for all modalities or by name;
        one that a mapping leaves out keeps the default, here and below.
    corrupt : float or mapping of str to float, default=0.0
        Share of the items that show a random class and bear the marks of damage: a caption of a few words in capitals,
        a dark and blurred picture, a very quiet sound, numbers twice as large.
    missing : float or mapping of str to float, default=0.0
        Share of the cells that are missing.
    class_shares : sequence of float, default=None
        Shares of the classes, made to add up to one. None: all equal.
    image_size : int, default=48
        Height and width of the pictures in pixels.
    duration : float, default=0.4
        Length of the sounds in seconds, at 8 kHz.
    folder : str or Path, default=None
        Pictures are written to ``folder/NAME/00000.png``, sounds to ``folder/NAME/00000.wav``, and cells hold paths.
        None: cells hold uint8 arrays of shape (image_size, image_size, 3) and tuples (samples, sampling rate).
    random_state : int, RandomState or None, default=None
        An int makes the same bytes each time. What a modality shows then also stays the same when another one is
        added (under a structure that does not name it) or gets another noise, damage or missing share.

    Returns
    -------
    Bunch
        ``frame``
            DataFrame: the columns of the modalities, and "label" (int), or "target" (float) in a regression.
        ``data``
            The frame without its last column.
        ``target``
            Series, that last column.
        ``columns``
            For each modality its column, or its list of columns.
        ``source``
            Array of str of shape (n_samples,): which part of `structure` tells the row, or "nothing".
        ``corrupted``
            DataFrame of bool: which items are damaged.
        ``DESCR``
            What was made.

    Raises
    ------
    ValueError
        For parameters outside of what is said here.

    Examples
    --------
    >>> from mmsk.datasets import make_multimodal
    >>> made = make_multimodal(200, structure={"text|image": 0.7, "audio": 0.3}, missing={"audio": 0.5}, random_state=0)
    >>> made.frame.columns.to_list()
    ['text', 'image', 'audio', 'label']
    >>> int(made.frame["audio"].isna().sum())
    100

    An exact copy of a modality is a column assigned twice:

    >>> doubled = made.frame.assign(copy=made.frame["image"])
    """
    kinds = _named_kinds(modalities)
    _check_sizes(n_samples, n_classes, class_shares, image_size, duration)
    sources = parse_structure(structure, list(kinds))
    noise = _by_name("noise", noise, kinds, 0.5)
    corrupt = _by_name("corrupt", corrupt, kinds, 0.0)
    missing = _by_name("missing", missing, kinds, 0.0)
    seed = int(check_random_state(random_state).randint(2**31 - 1))
    target = _draw_target(n_samples, n_classes, class_shares, stream(seed, "target"))
    source, codes = draw_codes(sources, list(kinds), target, n_classes, stream(seed, "structure"))
    table, columns, corrupted = {}, {}, {}
    for name, kind in kinds.items():
        common = Common(n_classes, noise[name], image_size, duration)
        corrupted[name] = choose(corrupt[name], n_samples, stream(seed, f"{name} corrupt"))
        hidden = choose(missing[name], n_samples, stream(seed, f"{name} missing"))
        items = draw_items(name, kind, codes[name], corrupted[name], hidden, common, seed)
        made = as_columns(name, kind, items, None if folder is None else Path(folder).expanduser().absolute())
        columns[name] = list(made) if kind == "number" else name
        table.update(made)
    data = pd.DataFrame(table)
    answer = "target" if n_classes is None else "label"
    frame = data.assign(**{answer: target})
    return Bunch(
        frame=frame,
        data=data,
        target=frame[answer],
        columns=columns,
        source=source,
        corrupted=pd.DataFrame(corrupted),
        DESCR=_describe(n_samples, n_classes, kinds, sources),
    )


def _named_kinds(modalities: Sequence[str] | Mapping[str, str]) -> dict[str, str]:
    """Return the kind of each modality by its name."""
    kinds = dict(modalities) if isinstance(modalities, Mapping) else {kind: kind for kind in modalities}
    if isinstance(modalities, str) or not kinds or len(kinds) < len(modalities):
        raise ValueError(f"modalities must be different kinds or a dict of name to kind, got {modalities!r}")
    for name, kind in kinds.items():
        if kind not in DRAW:
            raise ValueError(f"modalities: unknown kind {kind!r}, expected one of {', '.join(DRAW)}")
        if not str(name).isidentifier() or name in RESERVED:
            raise ValueError(
                f"modalities: {name!r} cannot be a name; use letters, digits and _, and none of {RESERVED}"
            )
    return kinds


def _check_sizes(
    n_samples: int, n_classes: int | None, class_shares: Sequence[float] | None, image_size: int, duration: float
) -> None:
    if n_samples < 1:
        raise ValueError(f"n_samples must be at least 1, got {n_samples!r}")
    if n_classes is not None and not 2 <= n_classes <= MAX_LEVELS:
        raise ValueError(f"n_classes must be between 2 and {MAX_LEVELS}, or None for a regression, got {n_classes!r}")
    if class_shares is not None and (len(class_shares) != n_classes or min(class_shares) < 0 or sum(class_shares) <= 0):
        raise ValueError(f"class_shares must be n_classes={n_classes} numbers >= 0, got {class_shares!r}")
    if image_size < 8:
        raise ValueError(f"image_size must be at least 8 pixels, got {image_size!r}")
    if duration * SAMPLE_RATE < 1:
        raise ValueError(f"duration must be at least one sample (1/{SAMPLE_RATE} s), got {duration!r}")


def _by_name(what: str, value: float | Mapping[str, float], names: Iterable[str], default: float) -> dict[str, float]:
    """Return a share for each modality; those that a mapping leaves out keep the default."""
    given = dict(value) if isinstance(value, Mapping) else dict.fromkeys(names, value)
    shares = {name: given.pop(name, default) for name in names}
    if given:
        raise ValueError(f"{what}: {next(iter(given))!r} is no modality; there are {', '.join(shares)}")
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise ValueError(f"{what} of {name!r} must be between 0 and 1, got {share!r}")
    return shares


def _draw_target(
    n_samples: int, n_classes: int | None, class_shares: Sequence[float] | None, rng: np.random.Generator
) -> np.ndarray:
    if n_classes is None:
        return rng.random(n_samples)
    return spread(class_shares or [1.0] * n_classes, n_samples, rng)


def _describe(n_samples: int, n_classes: int | None, kinds: Mapping[str, str], sources: Sequence[Source]) -> str:
    return DESCR.format(
        n_samples=n_samples,
        target="a number between 0 and 1 as the target" if n_classes is None else f"{n_classes} classes",
        modalities=", ".join(f"{name} ({kind})" for name, kind in kinds.items()),
        sources="\n".join(f"  {source.name}: {source.share:.0%}" for source in sources),
    )
