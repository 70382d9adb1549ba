"""`mmsk check`: which pictures, sounds and texts of a table cannot be used, before anything is computed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmsk.cli import _options as opt
from mmsk.cli._console import grid, note, say

__all__ = ["check"]

SHOWN = 50  # lines on the screen

Full = Annotated[bool, typer.Option("--full", help="Decode everything: slower, and finds damage behind the heads.")]
Hashes = Annotated[
    Path | None,
    typer.Option(
        "--hashes",
        metavar="SUMS",
        exists=True,
        dir_okay=False,
        help="SHA-256 sums of the files, as sha256sum writes them; paths start at the folder of SUMS.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="LIST",
        dir_okay=False,
        callback=opt.checked_output,
        help="Where to write the whole list: Parquet if it ends so, else CSV.",
    ),
]


def check(
    table: opt.TableFile,
    full: Full = False,
    hashes: Hashes = None,
    output: Output = None,
    root: opt.Root = None,
    branch: opt.Branches = None,
    jobs: opt.Jobs = -1,
) -> None:
    """List what is wrong with the files of a table; the exit code is 1 if anything is.

    Only the heads of files are looked at, which is quick: it finds what is missing, empty, too large, of no known
    format, and sounds that are cut off. A picture that is cut off or damaged below its head takes --full. WAV, BMP and
    MP3 hold no checksum: that one of them has changed can only be told by --hashes.
    """
    from mmsk import validate_media
    from mmsk.cli._branches import choose_branches
    from mmsk.cli._files import write_frame
    from mmsk.cli._table import load_table

    frame = load_table(table, root)
    branches = choose_branches(frame, branch)
    bad = validate_media(frame, branches, full=full, hashes=hashes, n_jobs=jobs)
    if output is not None:
        write_frame(bad, output, index_label="number")
    if bad.empty:
        say(f"nothing is wrong in {len(frame):,} rows" + ("" if full else ", as far as the heads of the files tell"))
        return
    lines = [tuple(map(str, line)) for line in bad[["row", "column", "kind", "ref", "detail"]][:SHOWN].to_numpy()]
    say(grid(["row", "column", "kind", "item", "detail"], lines, optional=["detail"]))
    if len(bad) > SHOWN:
        note(f"... and {len(bad) - SHOWN:,} more; --output LIST writes all")
    items = "item" if len(bad) == 1 else "items"
    say(f"{len(bad):,} bad {items} in {bad['row'].nunique():,} of {len(frame):,} rows")
    raise typer.Exit(1)
