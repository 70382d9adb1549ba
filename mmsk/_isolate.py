"""Worker processes that may die: what is run in them costs the caller one item at most.

Strategy: a worker is a fresh interpreter, so a script needs no ``if __name__ == "__main__"``, and no lock of this
process is copied. It is given one task at a time over a pipe, so that it is always known which task it died of. Time is
watched from here, by the clock; memory and processor time by the operating system, in the worker. A task that ends a
worker is tried once more in a new one, because a worker may also die of what came before, or of the machine's need.

This keeps crashes, loops and hunger away from the caller. It is no sandbox: a worker is the same user, who may read and
write the same files.
"""

from __future__ import annotations

import json
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from mmsk._worker import OUT_OF_MEMORY, dumps
from mmsk.errors import MediaError, MmskError

__all__ = ["run_isolated"]

SECONDS = 30.0  # that a task may take, by the clock
STARTING = 120.0  # seconds that a worker may take to begin
MEMORY = 2 * 2**30  # bytes of address space that tasks may take above what a worker begins with (Linux)
TRIES = 2  # of a task that ends its worker
START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from mmsk._worker import serve; serve()"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def run_isolated(
    function: Callable[..., Any], tasks: Iterable[tuple[Any, ...]], n_workers: int
) -> Iterator[Any | MediaError]:
    """Call a function in worker processes.

    Parameters
    ----------
    function : callable
        Sent to each worker once; one of ``__main__`` or of a notebook will do.
    tasks : iterable of tuples
        The arguments of each call; drawn when a worker is about to be free.
    n_workers : int
        How many workers to keep.

    Yields
    ------
    object or MediaError
        For each task, in their order, what the function has returned; or, not raised, an error of kind killed or
        timeout for a task that its worker did not survive.

    Raises
    ------
    Exception
        What the function raises, and MmskError when a worker cannot load it.
    """
    crew = _Crew(dumps(function))
    pending: deque[Future[Any]] = deque()
    threads = ThreadPoolExecutor(n_workers)
    try:
        for task in tasks:
            pending.append(threads.submit(crew.call, task))
            if len(pending) > n_workers:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        crew.close()
        threads.shutdown(cancel_futures=True)


class _Crew:
    """Workers that wait for a task, and those that are at one."""

    def __init__(self, function: bytes) -> None:
        self.function = function
        self.free: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self.all: set[_Worker] = set()
        self.closed = False

    def call(self, task: tuple[Any, ...]) -> Any:
        """Return the answer to a task, or the error that says how its second worker died."""
        message, error = dumps(task), None
        for _ in range(TRIES):
            if self.closed or (error is not None and error.kind == "timeout"):
                break
            worker = self._take()
            reply = worker.call(message, SECONDS)
            if isinstance(reply, MediaError):
                self.all.discard(worker)
                error = reply
                continue
            self.free.put(worker)
            good, answer = pickle.loads(reply)
            if good:
                return answer
            raise answer
        return error

    def close(self) -> None:
        """End all workers, whatever they do."""
        self.closed = True
        for worker in list(self.all):
            worker.end()

    def _take(self) -> _Worker:
        try:
            return self.free.get_nowait()
        except queue.Empty:
            worker = _Worker(self.function)
            self.all.add(worker)
            return worker


class _Worker:
    """One process, and the two ends of its pipes."""

    def __init__(self, function: bytes) -> None:
        self.late = False
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ONE_THREAD},
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.inbox, self.outbox = self.process.stdin, self.process.stdout
        complaint = self.call(pickle.dumps((function, MEMORY, SECONDS)), STARTING)
        if complaint is None or isinstance(complaint, MediaError):
            raise MmskError(f"a worker did not begin: {complaint}")
        if wrong := pickle.loads(complaint):
            self.end()
            raise MmskError(f"a worker cannot load what it should run: {wrong}")

    def call(self, message: bytes, seconds: float) -> bytes | MediaError:
        """Send a message and return the answer, or the error that says how the worker ended over it."""
        watch = threading.Timer(seconds, self._give_up)
        watch.start()
        try:
            self.inbox.write(len(message).to_bytes(8, "little") + message)
            self.inbox.flush()
            size = self.outbox.read(8)
            answer = self.outbox.read(int.from_bytes(size, "little"))
            if len(size) == 8 and len(answer) == int.from_bytes(size, "little"):
                return answer
        except (OSError, ValueError):  # the pipe is broken, or was closed
            pass
        finally:
            watch.cancel()
        self.end()
        if self.late:
            return MediaError("timeout", detail=f"more than {seconds:g} s")
        return MediaError("killed", detail=_cause_of(self.process.returncode))

    def end(self) -> None:
        """Kill the process, if it lives, and wait for it."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.inbox, self.outbox):
            try:
                pipe.close()
            except OSError:  # what could not be sent
                continue

    def _give_up(self) -> None:
        self.late = True
        self.process.kill()


def _cause_of(code: int) -> str:
    """Return what an exit code tells."""
    if code == OUT_OF_MEMORY:
        return f"it needs more than {MEMORY / 2**30:g} GiB of memory"
    if code < 0:
        return f"its worker was ended by {signal.Signals(-code).name}"
    return f"its worker ended with exit code {code}"
