"""Where data sets are kept on this machine."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["get_data_home"]


def get_data_home(data_home: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of mmsk's data sets, created if need be.

    Parameters
    ----------
    data_home : str or Path, default=None
        The folder. None: the environment variable ``MMSK_DATA``, else ``mmsk`` in the user's cache folder
        (``$XDG_CACHE_HOME``, else ``~/.cache``).

    Returns
    -------
    Path
        Its absolute path.

    Raises
    ------
    OSError
        When the folder cannot be created.

    Examples
    --------
    >>> import tempfile
    >>> from mmsk.datasets import get_data_home
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     get_data_home(folder + "/new").is_dir()
    True
    """
    chosen = data_home or os.environ.get("MMSK_DATA")
    if not chosen:
        chosen = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "mmsk")
    home = Path(chosen).expanduser().absolute()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(f"the data home {home} cannot be created ({error}); set data_home= or MMSK_DATA") from error
    return home
