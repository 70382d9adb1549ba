"""Unpack a Debian package into a folder of one's own: no root, nothing installed.

Strategy: `apt-get download` checks what it fetched against the archive's signed checksums, `dpkg-deb -x` unpacks it,
and every file is compared with the package's own list of checksums. All this happens in a temporary folder beside the
target, which is renamed into place as the last step: the target is whole, or it is not there.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import signal
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["MANIFEST", "unpack_package"]

MANIFEST = "manifest.json"  # written into the target: what was unpacked
DOWNLOAD_SECONDS = 900
UPDATE_SECONDS = 180
UNPACK_SECONDS = 300
SHOWN_LINES = 5  # of a failed command's output

logger = logging.getLogger(__name__)


def unpack_package(name: str, target: Path) -> None:
    """Download a Debian package and unpack it into `target`, which does not exist yet.

    Raises
    ------
    OSError
        When a tool is missing, fails or takes too long, or when files are missing or damaged after unpacking.
    """
    absent = [tool for tool in ("apt-get", "dpkg-deb") if shutil.which(tool) is None]
    if absent:
        raise OSError(f"the Debian package {name} cannot be fetched here: no {' and no '.join(absent)} on the PATH")
    with TemporaryDirectory(prefix=f".{name}-", dir=target.parent) as temporary:
        work = Path(temporary)
        package = _download(name, work)
        content = work / "content"
        _run(["dpkg-deb", "-x", str(package), str(content)], work, UNPACK_SECONDS)
        _run(["dpkg-deb", "-e", str(package), str(work / "control")], work, UNPACK_SECONDS)
        n_files = _verify(content, work / "control" / "md5sums")
        content.chmod(0o755)
        (content / MANIFEST).write_text(json.dumps({"package": package.name, "n_files": n_files}) + "\n", "utf-8")
        try:
            content.rename(target)
        except OSError:
            if not (target / MANIFEST).exists():  # otherwise another process was faster, and its copy is as good
                raise


def _download(name: str, work: Path) -> Path:
    """Return the downloaded package; root refreshes the lists of packages once if it cannot be had without."""
    logger.info("downloading the Debian package %s", name)
    command = ["apt-get", "download", name]
    try:
        _run(command, work, DOWNLOAD_SECONDS)
    except OSError as first:
        if getattr(os, "geteuid", lambda: 1)() != 0:
            hint = "Where apt-get knows no package at all, `sudo apt-get update` is needed once."
            raise OSError(f"{first}\n{hint}") from first
        _run(["apt-get", "update"], work, UPDATE_SECONDS)
        _run(command, work, DOWNLOAD_SECONDS)
    found = sorted(work.glob(f"{name}_*.deb"))
    if not found:
        raise OSError(f"`{' '.join(command)}` ended well, but left no {name}_*.deb in {work}")
    return found[0]


def _run(command: list[str], work: Path, seconds: float) -> None:
    """Run a command, or raise an OSError that shows its last lines.

    The output goes to a file and the command leads a process group of its own: after a time-out or Ctrl-C nothing that
    it started goes on, and nothing waits for a pipe that a grandchild holds open.
    """
    said = f"`{' '.join(command)}`"
    log = work / "output.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=work,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
            start_new_session=True,
        )
        try:
            code = process.wait(seconds)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                raise OSError(f"{said} took more than {seconds:g} s{_tail(log)}") from error
            raise
    if code:
        raise OSError(f"{said} failed with exit code {code}{_tail(log)}")


def _tail(log: Path) -> str:
    lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()][-SHOWN_LINES:]
    return "".join(["; it said:", *(f"\n  {line}" for line in lines)]) if lines else "; it said nothing"


def _verify(content: Path, md5sums: Path) -> int:
    """Compare the unpacked files with the package's own list, and return how many there are."""
    lines = md5sums.read_text("utf-8").splitlines()
    bad = []
    for line in lines:
        expected, _, name = line.partition("  ")
        file = content / name
        if not file.is_file() or hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest() != expected:
            bad.append(name)
    if bad or not lines:
        shown = ", ".join(bad[:3]) if bad else "its list of files is empty"
        raise OSError(f"{len(bad)} of {len(lines)} files are missing or damaged after unpacking: {shown}; try again")
    return len(lines)
