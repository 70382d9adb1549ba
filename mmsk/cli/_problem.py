"""A problem as the options state it: rows, target, groups and branches."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mmsk.cli._branches import choose_branches
from mmsk.cli._options import TaskName
from mmsk.cli._table import is_number, load_table, split_groups, split_target

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Problem", "read_problem"]


@dataclass
class Problem:
    """Rows to learn from: features, target, groups or None, branches, and whether the target is a number."""

    X: pd.DataFrame
    y: np.ndarray
    groups: np.ndarray | None
    branches: list[tuple[str, Any, Any]]
    number: bool


def read_problem(
    table: Path,
    root: Path | None,
    target: str,
    branch: list[str] | None,
    task: TaskName,
    groups: str | None = None,
) -> Problem:
    """Read a table and say what was found in it."""
    X, y = split_target(load_table(table, root), target)
    number = is_number(y, task)
    X, codes = split_groups(X, groups)
    return Problem(X, y, codes, choose_branches(X, branch, (target, y)), number)
