"""What a worker process of `_isolate` runs: it answers one task after the other, under limits of its own."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from typing import Any

from mmsk.errors import MmskError

__all__ = ["OUT_OF_MEMORY", "cloudpickle", "dumps", "serve"]

OUT_OF_MEMORY = 77  # exit code


def cloudpickle() -> Any:
    """Return joblib's module that pickles functions and classes of ``__main__`` as well."""
    try:
        from joblib.externals import cloudpickle as module
    except ImportError:  # joblib >= 1.6 depends on it instead of bringing its own
        import cloudpickle as module  # type: ignore[import-untyped]
    return module


def dumps(thing: Any) -> bytes:
    """Return a pickle that also holds the functions and classes of ``__main__``."""
    pickled: bytes = cloudpickle().dumps(thing)
    return pickled


def serve() -> None:
    """Answer messages from standard input until it ends."""
    inbox, outbox = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer

    def receive() -> bytes:
        size = inbox.read(8)
        if len(size) < 8:
            sys.exit()
        return inbox.read(int.from_bytes(size, "little"))

    def send(answer: bytes) -> None:
        outbox.write(len(answer).to_bytes(8, "little") + answer)
        outbox.flush()

    function, memory, seconds = pickle.loads(receive())
    try:
        function = pickle.loads(function)
    except Exception as error:
        send(pickle.dumps(f"{type(error).__name__}: {error}"))
        return
    _limit_memory(memory)
    send(pickle.dumps(None))
    while True:
        task = pickle.loads(receive())
        _limit_time(seconds)
        send(_answer(function, task))


def _answer(function: Callable[..., Any], task: tuple[Any, ...]) -> bytes:
    """Return (whether it went well, the answer or what was raised), pickled."""
    try:
        return dumps((True, function(*task)))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception as error:
        try:
            pickle.loads(packed := dumps((False, error)))
        except Exception:  # not every exception can be pickled and made again
            packed = dumps((False, MmskError(f"{type(error).__name__}: {error}")))
        return packed


def _limit_memory(memory: int) -> None:
    """Let the address space grow by so much and no more, where the system can tell how much there is."""
    try:
        import resource

        with open("/proc/self/statm") as statm:
            taken = int(statm.read().split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = taken + memory
    resource.setrlimit(resource.RLIMIT_AS, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))


def _limit_time(seconds: float) -> None:
    """End this process when a task has computed for much too long: its parent may be gone, and watch no more."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    wanted = int(used.ru_utime + used.ru_stime + 2 * seconds) + 1
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))
