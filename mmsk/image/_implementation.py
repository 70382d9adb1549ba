"""Which of two implementations computes: our compiled kernels, or scikit-image where numba cannot be imported.

The two differ by rounding only, but that is enough to keep their vectors apart in a cache.
"""

from __future__ import annotations

from functools import cache

__all__ = ["implementation"]


@cache
def implementation() -> str:
    """Return "mmsk" or "scikit-image"."""
    try:
        import numba  # noqa: F401  # missing, or it refuses this version of numpy
    except ImportError:
        return "scikit-image"
    return "mmsk"
