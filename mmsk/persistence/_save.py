"""save: a fitted model to a file that runs no code when it is opened, and that tells when it is no longer as it was."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import warnings
import zipfile
from collections.abc import Iterator, Sized
from pathlib import Path
from typing import IO, Any

from mmsk._reference import label
from mmsk.errors import ModelError, UntrustedModelError
from mmsk.persistence._archive import MAX_RATIO
from mmsk.persistence._load import MANIFEST, PAYLOAD, read_model
from mmsk.persistence._manifest import describe
from mmsk.persistence._parts import leave_folders_behind, parts_of
from mmsk.persistence._probe import make_probe

__all__ = ["save"]


def save(model: Any, path: str | Path) -> list[str]:
    """Save a fitted model, read it back and compare its answers.

    The file is a zip of ``manifest.json``, which tells of the model without loading it, and of a payload of skops,
    which holds no code. It takes the place of an older one when all went well, and only then.

    Parameters
    ----------
    model : estimator
        Fitted. It is left as it is; folders for caches are not saved.
    path : str or Path
        Where to; ``.mmsk`` is the usual ending.

    Returns
    -------
    list of str
        The names that `load` will have to be told to trust: of functions and classes of yours, say. Empty for models
        made of mmsk and scikit-learn.

    Raises
    ------
    TypeError
        For what is no estimator and holds none, and for a class.
    ModelError
        For a model that cannot be saved like this: with a lambda, with a class that skops has no form for, or one whose
        answers differ after it is read back.
    OSError
        For a file that cannot be written.

    Warns
    -----
    UserWarning
        With the names to trust, if there are any; and when no probe could be made, so that other versions cannot check
        the model's answers.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from mmsk.persistence import load, save
    >>> from mmsk.text import Tfidf
    >>> path = Path(tempfile.mkdtemp()) / "words.mmsk"
    >>> save(Tfidf().fit(["a red fox", "two grey geese"]), path)
    []
    >>> load(path).transform(["a fox"]).shape == load(path).transform(["some geese"]).shape
    True
    """
    _check_model(model)
    path = Path(path)
    manifest = {**describe(model), "probe": make_probe(model)}
    payload = _payload(model, path)
    manifest["payload"] = {"sha256": hashlib.sha256(payload).hexdigest(), "bytes": len(payload)}
    with _replacing(path) as file:
        names: list[str] = []
        _write(file, manifest, payload)
        while True:
            try:
                read_model(file, str(path), names)
                break
            except UntrustedModelError as error:
                if not set(error.names) - set(names):
                    raise
                names = sorted({*names, *error.names})
                _check_importable(names, path)
            except ModelError as error:
                raise ModelError(str(path), f"not saved, it does not come back as it was: {error.detail}") from error
        if names:
            manifest["trusted"] = names
            _write(file, manifest, payload)
    _tell(path, names, manifest["probe"])
    return names


def _check_model(model: Any) -> None:
    """Refuse what nobody could ask anything; containers of models may be saved, though without a probe."""
    if isinstance(model, type):
        raise TypeError(
            f"a fitted model is needed, got the class {model.__name__}; fit an instance of it, and save that"
        )
    if not any(hasattr(part, "fit") or hasattr(part, "predict") for part in parts_of(model)):
        what = f"an empty {type(model).__name__}" if isinstance(model, Sized) and not len(model) else label(model)
        raise TypeError(f"a fitted model is needed, got {what}, in which there is no estimator")


def _payload(model: Any, path: Path) -> bytes:
    """Return the model in the format of skops."""
    import skops.io  # type: ignore[import-untyped]

    changed = leave_folders_behind(model)
    try:
        payload: bytes = skops.io.dumps(model, compression=zipfile.ZIP_DEFLATED)
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > MAX_RATIO * len(payload):  # mostly zeros: it would look like a bomb
            payload = skops.io.dumps(model)
    except Exception as error:  # skops passes on whatever an object raises that it takes apart
        detail = f"a {type(model).__name__} like this cannot be saved without pickle ({type(error).__name__}: {error})"
        raise ModelError(str(path), detail) from error
    finally:
        for attributes, before in changed:
            attributes.update(before)
    return payload


def _write(file: IO[bytes], manifest: dict[str, Any], payload: bytes) -> None:
    file.seek(0)
    file.truncate()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
        archive.writestr(PAYLOAD, payload, zipfile.ZIP_STORED)
    file.flush()


def _check_importable(names: list[str], path: Path) -> None:
    """Refuse names that say where a function was made, not where it can be found."""
    lost = [name for name in names if "<" in name]
    if lost:
        detail = (
            f"{', '.join(lost)} cannot be found again by name: define it with def, in a module that can be imported"
        )
        raise ModelError(str(path), detail)


def _tell(path: Path, names: list[str], probe: dict[str, Any]) -> None:
    if names:
        text = f"{path}: to load it, these have to be trusted by name: {', '.join(names)}"
        warnings.warn(text, UserWarning, stacklevel=3)
    if "answers" not in probe:
        text = f"{path} has no probe, so that other versions cannot check what it says: {probe['reason']}"
        warnings.warn(text, UserWarning, stacklevel=3)


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file to write to, which takes the place of another one when all went well, and vanishes when not."""
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        raise ModelError(str(path), "not a regular file")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot save {path.name}: there is no folder {path.parent}; make it first")
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        with open(temporary, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
