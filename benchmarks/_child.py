"""One claim in a process of its own: what `_run` starts, with one thread in every library."""

from __future__ import annotations

import json
import sys
import traceback
import warnings
from dataclasses import replace
from pathlib import Path

from benchmarks._harness import NoDataError, Row, UnequalError
from benchmarks._options import Options
from benchmarks._registry import claim

__all__ = ["rows_of"]


def rows_of(id_: str, options: Options) -> list[Row]:
    """Return the rows of a claim, or one row that says why there are none; a tiny run fulfils and misses nothing."""
    module = claim(id_)
    try:
        found: list[Row] = module.rows(options)
    except NoDataError as error:
        return [Row(id_, module.CLAIM, "no data", str(error), target=module.TARGET)]
    except UnequalError as error:
        return [Row(id_, module.CLAIM, "unequal", str(error), target=module.TARGET, ok=False)]
    except Exception as error:  # the other claims are measured all the same
        traceback.print_exc()
        return [Row(id_, module.CLAIM, "failed", f"{type(error).__name__}: {error}", target=module.TARGET, ok=False)]
    return [replace(row, ok=None) for row in found] if options.tiny else found


def main() -> None:
    """Measure the claim named first with the options given second, and write its rows to the file named last."""
    id_, given, target = sys.argv[1:]
    for module in ("PIL", "librosa", "benchmarks"):  # palettes, short clips: what the script would be told
        warnings.filterwarnings("ignore", module=rf"{module}\.")
    options = json.loads(given)
    options |= {name: options[name] and Path(options[name]) for name in ("scratch", "stamps")}
    found = rows_of(id_, Options(**options))
    Path(target).write_text(json.dumps([row.as_dict() for row in found]), "utf-8")


if __name__ == "__main__":
    main()
