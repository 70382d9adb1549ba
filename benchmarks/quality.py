"""``python -m benchmarks.quality NAME [options]``: how good fusion is; each script prints one table of the README."""

from __future__ import annotations

import sys
from importlib import import_module

SCRIPTS = {
    "regret": "the default against every fusion written by hand",
    "tables": "the same on tables of other kinds",
    "defaults": "what each default buys",
    "stamps": "the stamps: tuned, with text hidden, each modality by itself",
    "unequal": "a modality of noise, or a copy of one, is added",
    "gate": "the gate of late fusion against fixed weights",
    "shapley": "Shapley values and interactions on known structures",
    "retrieval": "texts and pictures find each other",
    "smarttab": "the stamps against smarttab",
    "augmentation": "what changed copies of rows buy",
}


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in SCRIPTS:
        print(__doc__, *(f"  {name:<14}{told}" for name, told in SCRIPTS.items()), sep="\n")
        return 2
    script = import_module(f"benchmarks.quality_{sys.argv.pop(1)}")
    script.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
