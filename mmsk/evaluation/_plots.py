"""Plots of what the explanations say: the worth of modalities, and scores against hidden cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from mmsk.evaluation._modality_scores import ModalityScores

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_modality_scores", "plot_robustness"]

# Okabe and Ito's colours, which the colour-blind can tell apart
WORTH, HELPS, HURTS, UNSURE, QUIET = "#0072B2", "#009E73", "#D55E00", "#BBBBBB", "#666666"
LINES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#000000", "#999999")
ROW = 0.42  # inches a bar
GAP = 0.9  # bars between modalities and pairs


def plot_modality_scores(scores: ModalityScores, *, ax: Axes | None = None) -> Axes:
    """Plot the Shapley value of each modality, and under them how each pair interacts.

    Parameters
    ----------
    scores : ModalityScores
        What `modality_scores` returns.
    ax : Axes, default=None
        Where to draw; None = a new figure.

    Returns
    -------
    Axes
        Bars in units of the score, with standard errors, the most valuable modality on top; beside them each
        modality's score alone, and the score without it. Interactions that their error reaches across are grey.
    """
    modalities = scores.modalities.sort_values("shapley", ascending=False, kind="stable")
    pairs = scores.interactions
    labels = [*modalities.index, *(" & ".join(pair) for pair in pairs.index)]
    widths = np.append(modalities["shapley"], pairs["interaction"])
    errors = np.append(modalities["se"], pairs["se"])
    number = np.arange(len(labels))
    is_pair = number >= len(modalities)
    colours = [_colour(*bar) for bar in zip(widths, errors, is_pair, strict=True)]
    places = number + GAP * is_pair
    ax = _axes(ax, (7.6, 1.5 + ROW * (places[-1] + 1)))
    ax.barh(places, widths, height=0.62, color=colours, zorder=2)
    ax.errorbar(widths, places, xerr=errors, fmt="none", ecolor="#222222", elinewidth=1.2, capsize=3, zorder=3)
    ax.axvline(0, color="#222222", linewidth=0.8, zorder=4)
    ax.set_yticks(places, labels)
    ax.set_ylim(places[-1] + 0.7, -0.7)
    for place, alone, without in zip(places, modalities["alone"], modalities["left_out"], strict=False):
        _beside(ax, place, f"{alone:.3f}", f"{without:.3f}")
    _beside(ax, -0.75, "alone", "without")
    ax.set_xlabel(f"share of the {scores.scoring}, by Shapley value")
    if len(pairs):
        ax.set_xlabel(f"share of the {scores.scoring} (Shapley value), and interaction of pairs")
        text = "pairs: positive = they help each other, negative = redundant"
        note = ax.annotate(
            text, (0, len(modalities) - 0.5 + GAP / 2), xycoords=("axes fraction", "data"), **_small(QUIET)
        )
        note.set(backgroundcolor="white", zorder=5)  # over the line of zero
    worth = scores.coalitions["score"]
    ax.set_title(f"{worth.iloc[-1]:.3f} with all modalities, {worth.iloc[0]:.3f} with none", loc="left", fontsize=11)
    _clean(ax, "x")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    return ax


def plot_robustness(curves: pd.DataFrame | Mapping[str, pd.DataFrame], *, ax: Axes | None = None) -> Axes:
    """Plot scores against the share of hidden cells.

    Parameters
    ----------
    curves : DataFrame, or dict of str to DataFrame
        What `robustness_curve` returns; or several of them by name, of modalities or of models.
    ax : Axes, default=None
        Where to draw; None = a new figure.

    Returns
    -------
    Axes
        A line for each curve, in a band of one standard deviation over the folds.
    """
    named = dict(curves) if isinstance(curves, Mapping) else {"": curves}
    ax = _axes(ax, (6.4, 4.0))
    for number, (name, curve) in enumerate(named.items()):
        colour = LINES[number % len(LINES)]
        ax.plot(curve["rate"], curve["mean"], "o-", color=colour, markersize=4, linewidth=1.8, label=name, zorder=3)
        low, high = curve["mean"] - curve["sd"], curve["mean"] + curve["sd"]
        ax.fill_between(curve["rate"], low, high, color=colour, alpha=0.10, linewidth=0)
    ax.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    ax.set_xlabel("cells hidden in the test rows")
    ax.set_ylabel("score, mean of the folds")
    if any(named):
        ax.legend(frameon=False)
    _clean(ax, "y")
    return ax


def _axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install 'mmsk[plot]'") from error
    return pyplot.subplots(figsize=size, layout="constrained")[1]


def _colour(value: float, error: float, is_pair: bool) -> str:
    """Return the colour of a bar; an interaction that its standard error reaches across has no sign."""
    if not is_pair:
        return WORTH
    if abs(value) <= error:
        return UNSURE
    return HELPS if value > 0 else HURTS


def _clean(ax: Axes, grid: Literal["x", "y"]) -> None:
    """Take away what is not data."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis=grid, color="#DDDDDD", linewidth=0.8, zorder=0)
    ax.set_axisbelow(True)


def _beside(ax: Axes, place: float, alone: str, without: str) -> None:
    """Write two entries of a table to the right of a bar."""
    for shift, text in ((1.10, alone), (1.22, without)):
        ax.annotate(text, (shift, place), xycoords=("axes fraction", "data"), ha="right", **_small(QUIET))


def _small(colour: str) -> dict[str, Any]:
    return {"va": "center", "fontsize": 9, "color": colour, "annotation_clip": False}
