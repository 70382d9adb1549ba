"""Tables of which nothing can be learned: tune and evaluate say so, and nobody takes 90% for a success."""

import numpy as np
import pandas as pd
import pytest

NOTHING = (
    "warning: the best is no better than the most frequent class (accuracy 0.900); try --scoring balanced_accuracy"
)


@pytest.fixture
def noise(tmp_path):
    """Return the path of a table whose number says nothing of its label, or of its price."""
    rng = np.random.default_rng(1)
    label = np.where(np.arange(60) % 10 == 0, "rare", "common")
    frame = pd.DataFrame({"size": rng.normal(size=60), "label": label, "price": rng.normal(size=60)})
    frame["told"] = (frame["label"] == "rare") + 0.01 * frame["size"]
    frame.to_csv(tmp_path / "t.csv", index=False)
    return tmp_path / "t.csv"


@pytest.fixture
def judge(run, noise, tmp_path):
    """Return a function that runs a command on a column of that table, and gives its words."""

    def words(command, column, target, *options):
        output = ("-o", tmp_path / "m.mmsk", "--step", "1") if command == "tune" else ()
        return run(command, noise, "-t", target, "-b", f"x=number:{column}", "--cv", "3", "-j", "1", *output, *options)

    return words


@pytest.mark.parametrize("command", ["tune", "evaluate"])
def test_no_better_than_the_most_frequent_class(judge, command):
    assert NOTHING in judge(command, "size", "label")
    assert "no better" not in judge(command, "told", "label")


@pytest.mark.parametrize("command", ["tune", "evaluate"])
def test_a_score_that_was_chosen_is_compared_and_not_advised(judge, command):
    said = judge(command, "size", "label", "--scoring", "balanced_accuracy")
    assert "no better than the most frequent class (balanced_accuracy 0.500)" in said
    assert "try --scoring" not in said


@pytest.mark.parametrize("command", ["tune", "evaluate"])
def test_no_better_than_the_mean(judge, command):
    said = judge(command, "size", "price")
    assert "no better than the mean (R² -0." in said
    assert "try --scoring" not in said
