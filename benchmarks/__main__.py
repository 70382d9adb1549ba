"""``python -m benchmarks [B7 ...]``: measure, print the table, write ``benchmarks/results/latest.json``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks._options import ROOT, Options
from benchmarks._readme import rewrite
from benchmarks._registry import claim_ids
from benchmarks._run import run, show_table, write_results


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for; 1 if something failed or computed something else, which a missed target is not."""
    given = _parse(arguments)
    if given.readme:
        rewrite(ROOT / "README.md")
        return 0
    with tempfile.TemporaryDirectory(prefix="mmsk-benchmarks-") as folder:
        options = Options(Path(folder), given.stamps, given.full, given.tiny)
        rows = run(given.ids or claim_ids(), options)
    show_table(rows)
    if not given.tiny:
        write_results(rows, options)
    return int(any(row["mmsk"] in ("failed", "unequal") for row in rows))


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    known = claim_ids()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the claims of the README.")
    parser.add_argument("ids", nargs="*", metavar="ID", help=f"which claims; all if none: {', '.join(known)}")
    parser.add_argument("--stamps", type=Path, help="the folder of the Tux Paint stamps (the one with 'animals' in it)")
    parser.add_argument("--full", action="store_true", help="run the script's search in full, most of an hour")
    parser.add_argument("--tiny", action="store_true", help="see whether it works; nothing is kept")
    parser.add_argument("--readme", action="store_true", help="write the last results into README.md, measure nothing")
    given = parser.parse_args(arguments)
    given.ids = [id_.upper() for id_ in given.ids]
    if unknown := [id_ for id_ in given.ids if id_ not in known]:
        parser.error(f"no such claim: {', '.join(unknown)}; there are {', '.join(known)}")
    return given


if __name__ == "__main__":
    sys.exit(main())
