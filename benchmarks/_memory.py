"""What a process of its own does to have its peak of memory measured."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

__all__ = ["peak_of_describing"]


def peak_of_describing(folder: str, max_memory: int) -> None:
    """Print the megabytes held after a first call, the peak, and the peak above what was held."""
    from mmsk import FeatureCache
    from mmsk.image import HOG

    cells = sorted(map(str, Path(folder).iterdir()))
    hog = HOG(cache=FeatureCache(max_memory=max_memory))
    hog.fit_transform(cells[:1])
    held = _held()
    hog.transform(cells)
    peak = _megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    print(json.dumps({"held": round(held), "peak": round(peak), "above": round(peak - held, 1)}))


def _held() -> float:
    """Return the megabytes held now; where the system does not tell, the peak so far."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return _megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return pages * resource.getpagesize() / 1e6


def _megabytes(maxrss: int) -> float:
    """Return the megabytes of ``ru_maxrss``, which is in KiB except on macOS."""
    return maxrss / 1e6 if sys.platform == "darwin" else maxrss * 1024 / 1e6
