"""Small items of each kind that are made here, in the forms in which a cell may hold them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

__all__ = ["arrays_of", "bad_items", "encoded", "forms", "sample_items"]

TEXTS = [
    "A small red tractor, seen from the left; it has 2 large wheels and 2 small ones.",
    "Der Käfer läuft über die Straße. Wohin? Niemand weiß es!",
    "我爱机器学习，也爱吃苹果。",
    "WWW and e-mail: http://example.org/a?b=c, someone@example.org #42",
    "no",
    "Ein Satz.\n\nNoch einer … 🙂",
]


def sample_items(kind: str) -> list[Any]:
    """Return six different items of a kind: "image", "audio" or "text".

    Raises
    ------
    ValueError
        For any other kind.

    Examples
    --------
    >>> from mmsk.testing import sample_items
    >>> [type(item).__name__ for item in sample_items("image")]
    ['ndarray', 'ndarray', 'ndarray', 'bytes', 'Image', 'ndarray']
    """
    makers = {"image": _pictures, "audio": _sounds, "text": _texts}
    if kind not in makers:
        raise ValueError(f"there are no samples of kind {kind!r}, only of {', '.join(makers)}; give items=")
    return makers[kind]()


def bad_items(kind: str) -> list[Any]:
    """Return items that no descriptor of a kind can describe."""
    if kind in ("image", "audio"):
        return [b"this is no media file", "/no/such/file.bin", object()]
    return [b"\xff\xfe\xfd", object()] if kind == "text" else [object()]


def encoded(item: Any) -> bytes | None:
    """Return the bytes of a file that holds the very same item, None where there are none."""
    if isinstance(item, bytes):
        return item
    if isinstance(item, str):
        return item.encode()
    file = io.BytesIO()
    if isinstance(item, np.ndarray) and item.dtype == np.uint8:
        Image.fromarray(item).save(file, format="PNG")
    elif isinstance(item, tuple) and isinstance(item[0], np.ndarray) and item[0].dtype == np.float32:
        import soundfile

        soundfile.write(file, *item, format="WAV", subtype="FLOAT")
    return file.getvalue() or None


def forms(kind: str, item: Any, folder: Path) -> dict[str, Any]:
    """Return the very same item in the other forms that a cell may have, by name."""
    content = encoded(item)
    if content is None:
        return {}
    found: dict[str, Any] = {"bytes": content, "bytearray": bytearray(content), "memoryview": memoryview(content)}
    if kind != "text":
        path = folder / "item.bin"
        path.write_bytes(content)
        found |= {"path": str(path), "Path": path, "dict of path": {"path": str(path), "bytes": None}}
        found |= {"dict of bytes": {"bytes": content, "path": None}}
    if isinstance(item, np.ndarray):
        found |= {"PIL.Image": Image.fromarray(item), "dict of array": {"array": item}}
    if isinstance(item, tuple):
        found |= {"dict of array and rate": {"array": item[0], "sampling_rate": item[1]}}
    return found


def arrays_of(item: Any) -> dict[str, Any]:
    """Return an item that is made of an array with the same numbers laid out otherwise in memory, by name."""
    array = item[0] if isinstance(item, tuple) else item
    if not isinstance(array, np.ndarray):
        return {}
    frozen = array.copy()
    frozen.flags.writeable = False
    spread = np.zeros((2 * array.shape[0], *array.shape[1:]), dtype=array.dtype)
    spread[::2] = array
    laid = {"read-only": frozen, "in Fortran order": np.asfortranarray(array), "every second row": spread[::2]}
    return {name: (array, *item[1:]) if isinstance(item, tuple) else array for name, array in laid.items()}


def _texts() -> list[Any]:
    return [*TEXTS[:-1], TEXTS[-1].encode()]


def _pictures() -> list[Any]:
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:72, :90]
    waves = [128 + 100 * np.sin(rows / period + columns / 9) for period in (5, 11, 23)]
    color = np.stack(waves, axis=-1).astype(np.uint8)
    noise = rng.integers(0, 256, size=(66, 70, 3), dtype=np.uint8)
    glass = np.dstack([color[:70, :66], rng.integers(0, 256, size=(70, 66), dtype=np.uint8)])
    gray = color[:64, :80, 1].copy()
    return [color, gray, glass, encoded(noise), Image.fromarray(color[::-1].copy()), noise[::-1].copy()]


def _sounds() -> list[Any]:
    rng = np.random.default_rng(0)

    def tone(seconds: float, rate: int, frequency: float) -> np.ndarray:
        time = np.arange(int(seconds * rate)) / rate
        found: np.ndarray = (np.sin(2 * np.pi * frequency * time) * np.exp(-time)).astype(np.float32) / 2
        return found

    noise = rng.uniform(-0.5, 0.5, size=7000).astype(np.float32)
    stereo = np.stack([tone(0.3, 16_000, 330), tone(0.3, 16_000, 523.25)], axis=1)
    return [
        (tone(1.0, 22_050, 440), 22_050),
        (stereo, 16_000),
        (noise, 22_050),
        encoded((tone(0.25, 44_100, 880), 44_100)),
        (tone(0.4, 22_050, 220) + noise[0], 22_050),
        (noise[:3000] * np.linspace(0, 1, 3000, dtype=np.float32), 8_000),
    ]
