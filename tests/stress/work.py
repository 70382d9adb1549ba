"""Work for processes that share a store: pictures in files, a descriptor that notes what it begins, and workers.

Strategy: workers are forks of a process that has everything imported, so that they begin within milliseconds, all at
the same moment; a note is a number appended to a file, which the kernel keeps whatever becomes of the process.
"""

from __future__ import annotations

import os
import signal
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from mmsk.cache import FeatureCache
from mmsk.errors import MediaError
from mmsk.image import HOG

__all__ = ["Noted", "Worker", "extract", "make_pictures", "settle", "together", "whole"]

SHOWN = 400  # characters of what went wrong
SETTLED = 2.1  # seconds after which a file's change time vouches for its content


class Noted(HOG):
    """HOG that notes each picture it begins with; `refusing`, it describes nothing."""

    _schema = 1
    notes: int | None = None  # a file descriptor
    refusing = False
    seconds = 0.0  # that a picture takes on top: as large ones do

    def _describe(self, item):
        if self.refusing:
            raise MediaError("timeout", detail="it is not to be described")
        if self.notes is not None:
            os.write(self.notes, number_of(item.content).to_bytes(4, "big"))
        time.sleep(self.seconds)
        return super()._describe(item)


def make_pictures(folder: Path, count: int, seed: int = 0) -> list[str]:
    """Write pictures whose first pixels are their numbers, and return their paths; all files have one size."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(seed)
    paths = []
    for number in range(count):
        pixels = rng.integers(0, 256, size=(16, 16), dtype=np.uint8)
        pixels[0, :4] = np.frombuffer(number.to_bytes(4, "big"), dtype=np.uint8)
        path = folder / f"{number}.bmp"
        Image.fromarray(pixels).save(path)
        paths.append(str(path))
    return paths


def number_of(content: bytes) -> int:
    """Return the number of a picture: BMP keeps the first row last."""
    return int.from_bytes(content[-16:-12], "big")


def settle(paths: list[str]) -> None:
    """Wait until files that were written lately are believed to stay as they are."""
    time.sleep(max(0.0, max(os.stat(path).st_ctime for path in paths) + SETTLED - time.time()))


def whole(paths: list[str]) -> np.ndarray:
    """Return the features of the pictures, computed without any store."""
    return np.asarray(Noted(cache=False).fit_transform(paths))


def extract(folder: Path, paths: list[str], expected: np.ndarray, **parameters: int) -> None:
    """Describe the pictures with a store, and fail if anything is not as it is without one."""
    found = Noted(cache=FeatureCache(folder, max_memory=0, **parameters)).fit_transform(paths)
    if found.tobytes() != expected.tobytes():
        raise AssertionError(f"{(found != expected).any(axis=1).sum()} rows are wrong")


class Worker:
    """A process that does some work when it is told to; any exception or warning is its failure."""

    def __init__(self, notes: Path, work: Callable[[], None]) -> None:
        self.notes = notes
        ready, self._start = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._start)
            os.read(ready, 1)
            self._run(work)
        os.close(ready)

    def _run(self, work: Callable[[], None]) -> None:
        """Do the work and end this process, whatever happens."""
        code = 1
        try:
            Noted.notes = os.open(self.notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                work()
            code = 0
        except BaseException:
            self.notes.with_suffix(".failure").write_text(traceback.format_exc())
        finally:
            os._exit(code)

    def start(self) -> Worker:
        """Begin the work."""
        os.write(self._start, b"!")  # closing it would not do: younger workers hold it too
        os.close(self._start)
        return self

    def kill(self) -> bool:
        """End the process at once; return whether it was still at work."""
        os.kill(self.pid, signal.SIGKILL)
        return os.WIFSIGNALED(os.waitpid(self.pid, 0)[1])

    def wait(self) -> str:
        """Wait for the end, and return what went wrong, if anything."""
        status = os.waitpid(self.pid, 0)[1]
        failure = self.notes.with_suffix(".failure")
        return failure.read_text() if failure.exists() else f"status {status}" if status else ""

    def begun(self) -> list[int]:
        """Return the numbers of the pictures that the process has begun to describe."""
        if not self.notes.exists():
            return []
        return np.frombuffer(self.notes.read_bytes(), dtype=">u4").tolist()


def together(folder: Path, works: list[Callable[[], None]], count: int) -> tuple[float, list[str]]:
    """Do some works at the same time; return how often a picture of `count` was described, and what went wrong."""
    workers = [Worker(folder / f"notes-{number}", work) for number, work in enumerate(works)]
    for worker in workers:
        worker.start()
    failures = [worker.wait()[-SHOWN:] for worker in workers]
    begun = sum(len(worker.begun()) for worker in workers)
    for worker in workers:
        worker.notes.unlink(missing_ok=True)
        worker.notes.with_suffix(".failure").unlink(missing_ok=True)
    return begun / count, [failure for failure in failures if failure]
