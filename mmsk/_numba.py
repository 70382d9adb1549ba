"""`jit`: functions that numba compiles at their first call.

Strategy: importing numba costs half a second and compiling a kernel costs more, so neither happens before a kernel
runs, and the machine code is kept on disk. Where numba finds no place to write (read-only site-packages and no home
folder) a kernel is compiled once in each process, and one warning says so. Compiled code releases the GIL and keeps
the order of floating-point operations as it is written, so the bits do not depend on the number of threads.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

__all__ = ["jit"]


class Kernel:
    """A function of arrays and numbers that is compiled when it is first called."""

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.compiled: Callable[..., Any] | None = None

    def __call__(self, *args: Any) -> Any:
        if self.compiled is None:
            self.compiled = _compile(self.function, keep=True)
        try:
            return self.compiled(*args)
        except OSError:  # a kernel touches no file: the folder of compiled code is full, or gone
            self.compiled = _compile(self.function, keep=False)
            return self.compiled(*args)


def jit(function: Callable[..., Any]) -> Kernel:
    """Return the function, to be compiled by numba at its first call; it must not call another kernel."""
    return Kernel(function)


def _compile(function: Callable[..., Any], keep: bool) -> Any:
    """Return what numba makes of a function, kept on disk if that is wanted and possible."""
    import numba

    if keep:
        try:
            return numba.njit(function, nogil=True, cache=True)
        except RuntimeError:  # numba's word for "no place to write"
            pass
    _warn_once()
    return numba.njit(function, nogil=True)


@functools.cache
def _warn_once() -> None:
    message = (
        "numba finds no place to keep compiled code, so each process compiles anew; set NUMBA_CACHE_DIR to a folder"
    )
    warnings.warn(f"{message} that can be written to", RuntimeWarning, stacklevel=4)
