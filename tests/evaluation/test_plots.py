"""Plots: what is drawn is what the tables say."""

import builtins
import sys
from dataclasses import replace

import matplotlib
import numpy as np
import pandas as pd
import pytest

from mmsk import fusion_pipeline
from mmsk.evaluation import modality_scores, plot_modality_scores, plot_robustness

matplotlib.use("Agg")

from matplotlib import pyplot

CURVE = pd.DataFrame({"rate": [0.0, 0.5, 1.0], "mean": [0.9, 0.7, 0.5], "sd": [0.1, 0.1, 0.0]})


@pytest.fixture(autouse=True)
def close():
    yield
    pyplot.close("all")


@pytest.fixture
def scores(make, rbf):
    made = make({"a": 0.5, "b|c": 0.4})
    return modality_scores(rbf(made), made.data, made.target, random_state=0)


def test_bars_are_the_values_best_first_and_pairs_after_them(scores):
    ax = plot_modality_scores(scores)
    ax.figure.canvas.draw()
    values = scores.modalities["shapley"].sort_values(ascending=False)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == [*values.index, "a & b", "a & c", "b & c"]
    widths = [bar.get_width() for bar in ax.patches]
    np.testing.assert_allclose(widths, [*values, *scores.interactions["interaction"]])
    texts = {text.get_text() for text in ax.texts}
    assert {f"{value:.3f}" for value in scores.modalities[["alone", "left_out"]].to_numpy().ravel()} <= texts


def test_an_interaction_within_its_error_is_grey(scores):
    pairs = scores.interactions.assign(interaction=[-0.2, 0.2, 0.05], se=0.1)
    bars = plot_modality_scores(replace(scores, interactions=pairs)).patches[3:]
    red, green, grey = (bar.get_facecolor()[:3] for bar in bars)
    assert red[0] > max(red[1:])
    assert green[1] > max(green[0], green[2])
    assert len(set(grey)) == 1


def test_a_single_modality_has_no_pairs(make):
    made = make("a")
    model = fusion_pipeline([("a", "passthrough", made.columns["a"])])
    ax = plot_modality_scores(modality_scores(model, made.data, made.target))
    assert len(ax.patches) == 1
    assert not any("pairs" in text.get_text() for text in ax.texts)


def test_a_line_for_each_curve():
    ax = plot_robustness({"text": CURVE, "all": CURVE.assign(mean=CURVE["mean"] / 2)})
    for line, mean in zip(ax.lines, (CURVE["mean"], CURVE["mean"] / 2), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), CURVE["rate"])
        np.testing.assert_array_equal(line.get_ydata(), mean)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["text", "all"]


def test_axes_of_ones_own(scores):
    _, (left, right) = pyplot.subplots(1, 2)
    assert plot_modality_scores(scores, ax=left) is left
    assert plot_robustness(CURVE, ax=right) is right
    assert right.get_legend() is None


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch):
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot")
    monkeypatch.delattr(matplotlib, "pyplot")
    import_ = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return import_(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ImportError, match=r"pip install 'mmsk\[plot\]'"):
        plot_robustness(CURVE)
