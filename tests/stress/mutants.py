"""Mutants of decoders, cache and persistence: `python -m tests.stress.mutants 300`, or `make mutants N=300`.

Strategy: cosmic-ray's operators say which mutants there are. One of each kind is drawn at each place of the code, and
of these a sample by seed; annotations are passed over, since nothing reads them. The tests of a file are run once
without a mutant, to see which of them run which lines, and must pass; and once more, the quickest first. A mutant is
written into a copy of the project, and the tests that run its line are run, the quickest first, in a fork of a process
that has the libraries loaded already, until one fails. A mutant that none of them fails over has survived, and is
listed; one that runs for too long is killed. What tests do in other processes is not seen, and so kills no mutant.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import difflib
import importlib
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from .covering import Chosen, Watch, covering

ROOT = Path(__file__).resolve().parents[2]
PERSISTENCE = [
    f"persistence/test_{name}.py"
    for name in ("archive", "bounds", "inputs", "probe", "schema", "round_trip", "no_model", "versions")
]
PERSISTENCE += [f"persistence/test_hostile_{subject}.py" for subject in ("archive", "nodes", "values")]
HEADS = ["pipeline/test_validate.py"]
STORE = [f"test_store{subject}.py" for subject in ("", "_damage", "_sharing")]
CACHE = ["test_cache.py", "test_cache_machine.py", *STORE]
TESTS = {
    "mmsk/image/_decode.py": [f"image/test_{name}.py" for name in ("bad_pictures", "picture", "encodings")] + HEADS,
    "mmsk/audio/_decode.py": [f"audio/test_{name}.py" for name in ("decode", "sound", "aac")] + HEADS,
    "mmsk/_reference.py": ["test_reference.py", "test_digest.py", "test_engine.py", *STORE],
    "mmsk/cache.py": [*CACHE, "test_engine.py"],
    "mmsk/_store.py": [*CACHE, "cli/test_cache.py"],
    **{f"mmsk/persistence/{path.name}": PERSISTENCE for path in sorted((ROOT / "mmsk/persistence").glob("*.py"))},
}
LIBRARIES = "numpy pandas scipy.signal sklearn.svm sklearn.ensemble sklearn.pipeline sklearn.model_selection PIL.Image"
LIBRARIES += " soundfile librosa soxr numba skops.io skimage.feature joblib threadpoolctl pytest"
PATIENCE = 10, 30  # times what the tests take without a mutant, and seconds on top: the machine may be busy
LONGEST = 900.0  # seconds for the tests of a file without a mutant
MEMORY = 12 * 2**30  # bytes of addresses: a mutant may have lost its limits


class Mutant(NamedTuple):
    """A change that cosmic-ray can make."""

    path: str
    operator: str
    occurrence: int
    line: int
    column: int


def main() -> int:
    """Run, report, and return 1 if fewer than 85 % are killed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("n", type=int, nargs="?", default=300, help="how many mutants")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", type=Path, required=True, help="where a line for each mutant is kept")
    parser.add_argument("--only", nargs="*", default=[], help="survivors that are tried again, by their numbers")
    options = parser.parse_args()
    chosen = sample(options.n, options.seed)
    lines = [json.loads(line) for line in options.log.read_text().splitlines()] if options.log.exists() else []
    done = {line["number"]: line for line in lines}
    for number in map(int, options.only):
        done.pop(number, None)
    with tempfile.TemporaryDirectory(prefix="mmsk-mutants-") as folder:
        bench = Bench(Path(folder))
        for number, mutant in enumerate(chosen):
            if number not in done:
                done[number] = {"number": number, **mutant._asdict(), **bench.examine(mutant)}
                with options.log.open("a") as file:
                    file.write(json.dumps(done[number]) + "\n")
    return report(list(done.values()))


def sample(count: int, seed: int) -> list[Mutant]:
    """Return mutants in random order, one of each kind at each place."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    places: dict[tuple[Any, ...], list[Mutant]] = {}
    for path in TESTS:
        source = (ROOT / path).read_text()
        nodes = list(ast_nodes(get_ast(source)))
        unread = _annotations(source)
        for name in operator_names():
            kind = get_operator(name)
            if kind.arguments():
                continue  # those that must be told which variable to change
            positions = [place for node in nodes for place in kind().mutation_positions(node)]
            for occurrence, ((line, column), _) in enumerate(positions):
                if not any(begin <= (line, column) < end for begin, end in unread):
                    place = path, line, column, name.partition("_")[0]
                    places.setdefault(place, []).append(Mutant(path, name, occurrence, line, column))
    rng = random.Random(seed)
    one_each = [rng.choice(mutants) for mutants in places.values()]
    rng.shuffle(one_each)
    return list(islice(filter(_can_be_made, one_each), count))


def _can_be_made(mutant: Mutant) -> bool:
    """Return whether a mutant is code: cosmic-ray fails over dotted exceptions, and writes `not` before `:=`."""
    if mutant.operator not in ("core/AddNot", "core/ExceptionReplacer"):
        return True
    try:
        compile(_mutated((ROOT / mutant.path).read_text(), mutant), mutant.path, "exec")
    except (AttributeError, SyntaxError):
        return False
    return True


def _mutated(source: str, mutant: Mutant) -> str:
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    code: str = mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence)
    return code


def _annotations(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return where annotations begin and end."""
    nodes = list(ast.walk(ast.parse(source)))
    found = [node.annotation for node in nodes if isinstance(node, (ast.arg, ast.AnnAssign))]
    found += [node.returns for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return [((one.lineno, one.col_offset), (one.end_lineno, one.end_col_offset)) for one in found if one is not None]


class Bench:
    """A copy of the project, and this process with the libraries loaded, but nothing of mmsk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("mmsk", "tests"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("setup.cfg", "pyproject.toml"):
            shutil.copy(ROOT / name, folder)
        os.environ.update(PYTHONPATH=str(folder), PYTHONDONTWRITEBYTECODE="1")
        sys.dont_write_bytecode = True  # a mutant of the same size and second would be taken for the one before
        for library in LIBRARIES.split():
            importlib.import_module(library)
        self.seen: dict[str, dict[str, Any]] = {}

    def examine(self, mutant: Mutant) -> dict[str, Any]:
        """Return what became of a mutant."""
        path = self.folder / mutant.path
        seen = self._watched(TESTS[mutant.path])
        tests = covering(seen, path, mutant.line)
        source = path.read_text()
        mutated = _mutated(source, mutant)
        diff = list(difflib.unified_diff(source.splitlines(), mutated.splitlines(), n=0, lineterm=""))
        path.write_text(mutated)
        try:
            limit = sum(seen["seconds"][test] for test in tests) * PATIENCE[0] + PATIENCE[1]
            code, seconds, said = self._run(tests, limit) if tests else (0, 0.0, "")
        finally:
            path.write_text(source)
        outcome = {0: "survived", None: "killed by time"}.get(code, "killed")
        by = next((line.split()[1] for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))), "")
        by = by or ("" if tests else "no test runs it")
        return {"outcome": outcome, "seconds": round(seconds, 1), "by": by, "diff": diff[3:]}

    def _watched(self, files: list[str]) -> dict[str, Any]:
        """Return which tests of some files run which lines; without a mutant, all of them must pass in any order."""
        if str(files) not in self.seen:
            ended = self._run(files, LONGEST, watch=True)
            if ended[0] == 0:
                seen = json.loads((self.folder / "seen").read_text())
                self.seen[str(files)] = seen
                ended = self._run(sorted(seen["seconds"], key=seen["seconds"].__getitem__), LONGEST)
            if ended[0] != 0:
                raise RuntimeError(f"the tests fail without any mutant: {ended[2]}")
        return self.seen[str(files)]

    def _run(self, tests: list[str], limit: float, watch: bool = False) -> tuple[int | None, float, str]:
        """Return the exit code of tests, None if they took too long, the seconds, and the end of what they said."""
        begun, output = time.monotonic(), self.folder / "output"
        pid = os.fork()
        if pid == 0:
            self._test(tests, output, watch)
        while (ended := os.waitpid(pid, os.WNOHANG))[0] == 0 and time.monotonic() < begun + limit:
            time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)  # it, and what it has left behind
        if ended[0] == 0:
            os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(ended[1]) if ended[0] else None
        return code, time.monotonic() - begun, output.read_text(errors="replace")[-3_000:]

    def _test(self, tests: list[str], output: Path, watch: bool) -> None:
        """Run tests of the copy in this process, a fork, and end it; or whole files of tests, and watch them."""
        os.setpgid(0, 0)
        code = 99
        try:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(file, 1)
            os.dup2(file, 2)
            os.chdir(self.folder)
            sys.path.insert(0, str(self.folder))
            for name in [name for name in sys.modules if name.split(".")[0] in ("mmsk", "tests")]:
                del sys.modules[name]
            code = (
                self._watch(tests)
                if watch
                else self._pytest({test.partition("::")[0] for test in tests}, Chosen(tests))
            )
            import mmsk

            if not mmsk.__file__.startswith(str(self.folder)):
                code = 99
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(int(code))

    def _watch(self, files: list[str]) -> int:
        """Run files of tests, and write down which of them run which lines of the files that are mutated."""
        paths = [path for path in TESTS if TESTS[path] == files]
        watch = Watch(self.folder / path for path in paths)
        for path in paths:
            importlib.import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        code = self._pytest([f"tests/{file}" for file in files], watch)
        (self.folder / "seen").write_text(json.dumps(watch.seen()))
        return code

    def _pytest(self, files: Iterable[str], plugin: Any) -> int:
        import pytest

        return int(pytest.main(["-x", "-q", "--tb=no", "-p", "no:cacheprovider", *sorted(files)], plugins=[plugin]))


def report(lines: list[dict[str, Any]]) -> int:
    """Print what became of the mutants of each file, and the survivors."""
    for path in TESTS:
        outcomes = Counter(line["outcome"] for line in lines if line["path"] == path)
        if outcomes:
            print(f"{path}: {dict(outcomes)}")
    for line in lines:
        if line["outcome"] == "survived":
            print(f"\n{line['number']}: {line['path']}:{line['line']} {line['operator']}\n" + "\n".join(line["diff"]))
    killed = sum(line["outcome"] != "survived" for line in lines) / len(lines)
    print(f"\n{len(lines)} mutants, {killed:.1%} killed")
    return int(killed < 0.85)


if __name__ == "__main__":
    sys.exit(main())
