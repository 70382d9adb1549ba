"""load: a model from a file, which is judged from the outside in before anything of it comes to life.

Strategy: each layer is looked at by code that trusts nothing of it, before the next layer is opened: the first bytes,
the end of the zip file, its table of contents, the manifest, the hash of the payload, the payload's own entries, the
depth and the names of its schema. Only then skops, which makes its own judgement of the names. Then where trees and
sparse matrices point, and last the probe: whether the model says what it said when it was saved.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
import warnings
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from mmsk.errors import ModelError, ModelVersionError, UntrustedModelError
from mmsk.persistence._archive import CHUNK, Archive
from mmsk.persistence._bounds import bounds_problem
from mmsk.persistence._manifest import check_manifest, versions_here
from mmsk.persistence._parts import leave_folders_behind
from mmsk.persistence._pickles import refuse_pickles
from mmsk.persistence._probe import difference, run_probe
from mmsk.persistence._schema import NOT_TRUSTED, audit, modernize, parse_json

__all__ = ["MANIFEST", "PAYLOAD", "load", "read_manifest", "read_model"]

MANIFEST, PAYLOAD, SCHEMA = "manifest.json", "model.skops", "schema.json"
OUTER_NAMES = r"manifest\.json|model\.skops"
INNER_NAMES = r"schema\.json|[0-9a-f-]{1,64}\.(npy|npz|bin)"
MAX_MANIFEST = 4 * 2**20  # bytes
MAX_SCHEMA = 256 * 2**20  # bytes; about 600,000 words
IN_MEMORY = 16 * 2**20  # bytes of a payload, above which it is unpacked to the disk


def load(path: str | Path, *, trusted: Iterable[str] = (), expected_sha256: str | None = None) -> Any:
    """Load a model that `save` has written.

    Parameters
    ----------
    path : str or Path
        The file.
    trusted : iterable of str, default=()
        Full names of classes and functions that may be in it besides those of mmsk and scikit-learn, as in
        ``["mypackage.features.brightness"]``. Their modules are imported, and they may be called in any way: give the
        names that you know, never those that an error lists just because it lists them.
    expected_sha256 : str, default=None
        What the SHA-256 of the whole file has to be, in hexadecimal. The hash inside of the file reveals damage; only
        one that came another way reveals forgery.

    Returns
    -------
    estimator
        Its caches are those of this process: folders for caches that were set stay behind.

    Raises
    ------
    UntrustedModelError
        For a pickle, for names that are not trusted, for a file that is built as no model is, or another file than
        expected. Nothing in it was run.
    ModelVersionError
        For a model that cannot be read by the versions here, or whose answers to the probe differ by more than 1e-6.
    ModelError
        For a file that is damaged, or no model.
    OSError
        For a file that cannot be opened.

    Warns
    -----
    UserWarning
        For a model without a probe that other versions have saved: nobody has checked its answers.
    """
    names = frozenset([trusted] if isinstance(trusted, str) else trusted)
    with _opened(path) as file:
        return read_model(file, str(path), names, expected_sha256)


def read_manifest(path: str | Path) -> dict[str, Any]:
    """Return what a model file says of itself, without loading the model.

    Versions, inputs, classes, schema numbers of descriptors, a summary of the training, the probe and the hash of the
    payload, as `save` has written them.

    Parameters
    ----------
    path : str or Path

    Raises
    ------
    UntrustedModelError, ModelVersionError, ModelError
        As in `load`.
    """
    with _opened(path) as file:
        return _manifest(_outer(file, str(path)), str(path))


def read_model(file: IO[bytes], path: str, trusted: Collection[str], expected_sha256: str | None = None) -> Any:
    """Return the model in an open file; see `load`."""
    if expected_sha256 is not None:
        hashed = hashlib.sha256()
        while chunk := file.read(CHUNK):
            hashed.update(chunk)
        found = hashed.hexdigest()
        if found != expected_sha256.lower().strip():
            raise UntrustedModelError(path, f"refused: its SHA-256 is {found}, expected {expected_sha256}")
    outer = _outer(file, path)
    manifest = _manifest(outer, path)
    with _payload(outer, manifest, path) as payload:
        model = _revived(payload, manifest, path, trusted)
    problem = bounds_problem(model)
    if problem:
        raise UntrustedModelError(path, f"refused: {problem}")
    leave_folders_behind(model)
    _check_answers(model, manifest, path)
    return model


@contextmanager
def _opened(path: str | Path) -> Iterator[IO[bytes]]:
    """Open a regular file; a FIFO would be waited for without end."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ModelError(str(path), "not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        yield file


def _outer(file: IO[bytes], path: str) -> Archive:
    refuse_pickles(file, path)
    return Archive(file, path, OUTER_NAMES, max_entries=2)


def _manifest(outer: Archive, path: str) -> dict[str, Any]:
    manifest = parse_json(outer.read(MANIFEST, MAX_MANIFEST), path, MANIFEST)
    check_manifest(manifest, path)
    return manifest


@contextmanager
def _payload(outer: Archive, manifest: Mapping[str, Any], path: str) -> Iterator[IO[bytes]]:
    """Yield the payload as a file, after a look at its hash."""
    if PAYLOAD not in outer.entries:
        raise ModelError(path, f"not a model of mmsk: it has no {PAYLOAD}")
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        hashed = hashlib.sha256()
        for chunk in outer.chunks(PAYLOAD):
            hashed.update(chunk)
            file.write(chunk)
        if hashed.hexdigest() != manifest["payload"].get("sha256"):
            raise ModelError(path, "damaged: its payload has another SHA-256 than its manifest says")
        yield file


def _revived(payload: IO[bytes], manifest: Mapping[str, Any], path: str, trusted: Collection[str]) -> Any:
    """Return what skops makes of a payload that has passed."""
    import skops.io  # type: ignore[import-untyped]

    inner = Archive(payload, path, INNER_NAMES)
    schema = parse_json(inner.read(SCHEMA, MAX_SCHEMA), path, "its schema")
    replaced = {SCHEMA: json.dumps(schema).encode()} if modernize(schema) else {}
    known = audit(schema, path, trusted)
    del schema
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        with zipfile.ZipFile(file, "w") as clean:
            inner.copy(clean, replaced)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of other versions: the probe is asked, which knows better
                file.seek(0)
                return skops.io.load(file, trusted=known)
        except skops.io.exceptions.UntrustedTypesFoundException as error:
            listed = set(skops.io.get_untrusted_types(file=file)) - set(known)
            raise UntrustedModelError(path, NOT_TRUSTED, sorted(listed)) from error
        except Exception as error:  # a crafted or outdated payload may raise anything
            raise _unreadable(error, manifest, path) from error


def _unreadable(error: Exception, manifest: Mapping[str, Any], path: str) -> ModelError:
    """Return the error for a model that passed every look at it, and could not be brought to life."""
    saved, here = manifest["versions"], versions_here(manifest)
    told = f"it cannot be read ({type(error).__name__}: {error})"
    return ModelError(path, f"damaged: {told}") if saved == here else ModelVersionError(path, told, saved, here)


def _check_answers(model: Any, manifest: Mapping[str, Any], path: str) -> None:
    """Ask the model what it was asked when it was saved."""
    saved, here, probe = manifest["versions"], versions_here(manifest), manifest["probe"]
    if "answers" not in probe:
        if saved != here:
            text = f"{path} was saved by other versions and has no probe: check its answers ({probe.get('reason')})"
            warnings.warn(text, UserWarning, stacklevel=4)
        return
    try:
        problem = difference(probe["answers"], run_probe(model, probe))
    except Exception as error:
        raise ModelVersionError(path, f"it no longer answers ({type(error).__name__}: {error})", saved, here) from error
    if problem:
        raise ModelVersionError(path, f"it does not say what it said when it was saved: {problem}", saved, here)
