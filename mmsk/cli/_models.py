"""Models on disk: the one place where the command line writes and reads them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from mmsk.cli._files import replacing

__all__ = ["read_model", "save_model"]


def save_model(model: Any, path: Path) -> None:
    """Save a fitted pipeline with joblib, so that `joblib.load` gives it back anywhere."""
    import joblib

    with replacing(path) as temporary:
        joblib.dump(model, temporary)


def read_model(path: Path) -> Any:
    """Return a model that was saved.

    Raises
    ------
    ValueError
        When the file holds no model, or one that this version cannot read.

    Warns
    -----
    UserWarning
        When another version of scikit-learn has saved it; once, not once a part.
    """
    import joblib
    from sklearn.exceptions import InconsistentVersionWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model = joblib.load(path)
        except (ImportError, AttributeError) as error:
            raise ValueError(f"{path} needs something that is not here: {error}") from error
        except Exception as error:  # a damaged pickle may raise anything
            raise ValueError(f"{path} is not a model that `mmsk train` has saved, or damaged ({error})") from error
    if not hasattr(model, "predict"):
        raise ValueError(f"{path} holds a {type(model).__name__}, which cannot predict")
    for warning in caught:
        if isinstance(warning.message, InconsistentVersionWarning):
            saved, here = warning.message.original_sklearn_version, warning.message.current_sklearn_version
            warnings.warn(
                f"{path} was saved by scikit-learn {saved} and is read by {here}: check its predictions", stacklevel=2
            )
            break
    return model
