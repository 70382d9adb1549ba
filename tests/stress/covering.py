"""Which tests run which lines, and those tests alone: two plugins of pytest for the mutants."""

from __future__ import annotations

import ast
import contextlib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

__all__ = ["Chosen", "Watch", "covering", "statement"]


class Watch:
    """Note how long each test takes, and which lines of some files it runs.

    Lines that run when a module is imported belong to no test: whoever uses this imports the modules first. Those of a
    fixture that tests share belong to all of these tests.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        import coverage

        self.files = list(map(str, files))
        self.seconds: dict[str, float] = {}
        self._sharing: dict[str, list[str]] = {}  # the tests that use a fixture
        self._context = ""
        self._coverage = coverage.Coverage(data_file=None, include=self.files)
        self._coverage.start()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Iterator[None]:
        """Run a test in a context of its own."""
        for name in item.fixturenames:
            self._sharing.setdefault(f"fixture {name}", []).append(item.nodeid)
        begun = time.perf_counter()
        with self._within(item.nodeid):
            yield
        self.seconds[item.nodeid] = time.perf_counter() - begun

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        """Make what tests share in a context of its own."""
        with self._within(self._context if fixturedef.scope == "function" else f"fixture {fixturedef.argname}"):
            yield

    @contextlib.contextmanager
    def _within(self, context: str) -> Iterator[None]:
        before, self._context = self._context, context
        self._coverage.switch_context(context)
        yield
        self._context = before
        self._coverage.switch_context(before)

    def seen(self) -> dict[str, Any]:
        """Return the seconds of each test, and the tests of each line of each file; "" = when it is imported."""
        self._coverage.stop()
        data = self._coverage.get_data()
        lines: dict[str, dict[int, list[str]]] = {}
        for file in self.files:
            found = data.contexts_by_lineno(file).items()
            lines[file] = {
                line: [test for one in names for test in self._sharing.get(one, [one])] for line, names in found
            }
        return {"seconds": self.seconds, "lines": lines}


class Chosen:
    """Run some tests, in their order."""

    def __init__(self, tests: list[str]) -> None:
        self._places = {test: place for place, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Leave the others out."""
        items[:] = sorted(
            (one for one in items if one.nodeid in self._places), key=lambda one: self._places[one.nodeid]
        )


def covering(seen: dict[str, Any], file: Path, line: int) -> list[str]:
    """Return the tests that run the statement at a line, the quickest first; all, if it runs when it is imported."""
    lines = seen["lines"][str(file)]
    tests = {test for one in statement(file.read_text(), line) for test in lines.get(str(one), ())}
    if "" in tests:
        tests = set(seen["seconds"])
    return sorted(tests, key=seen["seconds"].__getitem__)


def statement(source: str, line: int) -> range:
    """Return the lines of the statement at a line; of one that has a body, those before it.

    >>> source = "if (\\n    a\\n):\\n    b = [\\n        1,\\n    ]\\n"
    >>> list(statement(source, 2)), list(statement(source, 5))
    ([1, 2, 3], [4, 5, 6])
    """
    found = range(line, line + 1)
    size = float("inf")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.stmt, ast.excepthandler)):
            begin = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
            body = getattr(node, "body", None)
            end = max(node.lineno + 1, body[0].lineno) if body else (node.end_lineno or node.lineno) + 1
            if begin <= line < end and end - begin < size:
                found, size = range(begin, end), end - begin
    return found
