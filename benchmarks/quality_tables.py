"""``python -m benchmarks.quality_tables``: the regret of `benchmarks.quality_regret` on tables of other kinds."""

from __future__ import annotations

import argparse

from benchmarks._tables import TABLES
from benchmarks.quality_regret import report

__all__: list[str] = []


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality_tables", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", default="", help="only tables with this in their names")
    given = parser.parse_args()
    report(TABLES, given.repeats, given.only)


if __name__ == "__main__":
    main()
