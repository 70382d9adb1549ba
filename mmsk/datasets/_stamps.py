"""fetch_stamps: the Tux Paint stamps, some 950 small drawings and photos, described in words and aloud."""

from __future__ import annotations

import os
from collections import Counter

import pandas as pd
from sklearn.utils import Bunch

from mmsk.datasets._stamps_home import find_folder
from mmsk.datasets._stamps_tree import Stamp, group_by_words, read_stamps

__all__ = ["fetch_stamps"]

DESCR = """\
The Tux Paint stamps
--------------------
Pictures that children stamp into their drawings, from the Debian package tuxpaint-stamps-default (GPL-2, by Bill
Kendrick and many others). Read from {folder}.

Rows: {n_rows} stamps ({n_left_out} more in classes of fewer than {min_rows} rows were left out).
Classes: {n_classes}, the top folders: {classes}.

Columns (None = missing):
  caption  {caption:>4}  the description in {language!r}
  picture  {picture:>4}  path of the picture (PNG); most of the others have only an SVG drawing, which is not rendered
  speech   {speech:>4}  path of the description spoken in {spoken!r} (OGG or WAV)
  effect   {effect:>4}  path of the stamp's sound effect: a lion's roar, a digit spoken in {spoken!r}
  label          the class

Many stamps come in several versions ("A flower." eight times, each letter four times). `groups` gives stamps whose
English descriptions have the same words the same number ({n_groups} numbers): case, punctuation, order, plural endings,
digits and function words aside. Split by groups (StratifiedGroupKFold) to measure what happens on new stamps: plain
folds have the same caption on both sides. Folder and file names tell the class; no descriptor looks at them.
"""


def fetch_stamps(
    language: str = "en",
    speech: str = "fr",
    *,
    min_rows: int = 10,
    path: str | os.PathLike[str] | None = None,
    data_home: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
) -> Bunch:
    """Load the Tux Paint stamps: text, picture and sound for a classification by theme.

    Looks in `path` if it is given, else in ``/usr/share/tuxpaint/stamps``, else in the data home. If the data is in
    neither, the Debian package ``tuxpaint-stamps-default`` (160 MB) is downloaded and unpacked into the data home by
    ``apt-get download`` and ``dpkg-deb -x``: that needs no root and installs nothing.

    Parameters
    ----------
    language : str, default="en"
        Language of the captions, as in the data: "en", "fr", "pt_BR", "zh_CN", ... (about 80).
    speech : str, default="fr"
        Language of the spoken descriptions. "fr" (928 stamps), "ro", "ru", "ca", "bg" and "es" are nearly complete.
    min_rows : int, default=10
        Classes with fewer rows are left out: "medical" and "naturalforces".
    path : str or Path, default=None
        A folder of stamps of your own choice: the one that holds "animals", "clothes", ...
    data_home : str or Path, default=None
        See `get_data_home`.
    download_if_missing : bool, default=True
        Whether the package may be downloaded.

    Returns
    -------
    Bunch
        ``frame``
            DataFrame of shape (n_stamps, 5) with the columns caption, picture, speech, effect (str, or None where
            missing) and label.
        ``data``
            The frame without the label.
        ``target``
            Series of str, the label.
        ``groups``
            Array of int of shape (n_stamps,): stamps with the same words have the same number.
        ``target_names``, ``feature_names``
            Lists of str.
        ``folder``
            Where the stamps lie.
        ``DESCR``
            What the data is, with counts.

    Raises
    ------
    OSError
        When the data is not there and cannot be fetched.
    ValueError
        For a language that no stamp knows, or a `min_rows` that no class has.

    Examples
    --------
    The same layout in a folder of your own:

    >>> import tempfile
    >>> from pathlib import Path
    >>> from mmsk.datasets import fetch_stamps
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Path(folder, "animals").mkdir()
    ...     _ = Path(folder, "animals", "frog.txt").write_text("A frog.")
    ...     Path(folder, "animals", "frog_desc_fr.ogg").touch()
    ...     fetch_stamps(path=folder, min_rows=1).frame[["caption", "picture", "label"]]
       caption picture    label
    0  A frog.    None  animals
    """
    folder = find_folder(path, data_home, download_if_missing)
    stamps = read_stamps(folder)
    _check_languages(stamps, language, speech)
    counts = Counter(stamp.label for stamp in stamps)
    kept = [stamp for stamp in stamps if counts[stamp.label] >= min_rows]
    if not kept:
        raise ValueError(f"no class has min_rows={min_rows} stamps; the largest has {max(counts.values())}")
    frame = _as_frame(kept, language, speech)
    groups = group_by_words([stamp.captions.get("en") for stamp in kept])
    data, target_names = frame.drop(columns="label"), sorted(set(frame["label"]))
    described = DESCR.format(
        **data.notna().sum(),
        folder=folder,
        n_rows=len(kept),
        n_left_out=len(stamps) - len(kept),
        min_rows=min_rows,
        n_classes=len(target_names),
        classes=", ".join(target_names),
        n_groups=len(set(groups)),
        language=language,
        spoken=speech,
    )
    return Bunch(
        frame=frame,
        data=data,
        target=frame["label"],
        groups=groups,
        target_names=target_names,
        feature_names=list(data.columns),
        folder=folder,
        DESCR=described,
    )


def _check_languages(stamps: list[Stamp], language: str, speech: str) -> None:
    spoken: set[str] = set().union(*(stamp.speech_languages() for stamp in stamps))
    written: set[str] = set().union(*(stamp.captions for stamp in stamps))
    for name, value, known in (("language", language, written), ("speech", speech, spoken)):
        if value not in known:
            raise ValueError(f"{name}={value!r} is not in the stamps; there are {', '.join(sorted(known))}")


def _as_frame(stamps: list[Stamp], language: str, speech: str) -> pd.DataFrame:
    spoken = "_desc" if speech == "en" else f"_desc_{speech}"
    own = f"_{speech}"  # a sound effect that is itself spoken exists once a language
    columns = {
        "caption": [stamp.captions.get(language) for stamp in stamps],
        "picture": [stamp.find(".png") for stamp in stamps],
        "speech": [stamp.find(f"{spoken}.ogg", f"{spoken}.wav") for stamp in stamps],
        "effect": [stamp.find(f"{own}.ogg", f"{own}.wav", ".ogg", ".wav") for stamp in stamps],
        "label": [stamp.label for stamp in stamps],
    }
    return pd.DataFrame(columns, dtype=object)  # pandas' own str columns would turn None into nan
