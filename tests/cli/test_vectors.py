"""Embeddings in a CSV file, as pandas writes them: from the table to predictions."""

import numpy as np
import pandas as pd

from mmsk.datasets import read_table
from mmsk.persistence import load

ROWS = 40


def test_embeddings_in_a_csv_file_are_learned_from_and_predicted(run, tmp_path):
    rng = np.random.default_rng(0)
    label = np.array(["cat", "dog"])[np.arange(ROWS) % 2]
    vectors = rng.normal(size=(ROWS, 5)) + 3 * (label == "dog")[:, None]
    cells = [None if row == 7 else vector.tolist() for row, vector in enumerate(vectors)]
    frame = pd.DataFrame({"embedding": cells, "printed": list(map(str, vectors)), "label": label})
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.drop(columns="label")[:6].to_csv(tmp_path / "new.csv", index=False)

    said = run("train", tmp_path / "t.csv", "-t", "label", "-o", tmp_path / "m.mmsk", "-j", "1")
    assert "embedding vector 100% of the present cells are 5 numbers" in said
    assert "printed vector 100%" in said
    assert load(tmp_path / "m.mmsk").score(read_table(tmp_path / "t.csv"), label) > 0.9
    run("predict", tmp_path / "m.mmsk", tmp_path / "new.csv", "-o", tmp_path / "p.csv", "-j", "1")
    assert pd.read_csv(tmp_path / "p.csv")["prediction"].tolist() == ["cat", "dog"] * 3

    run("evaluate", tmp_path / "t.csv", "-t", "label", "-o", tmp_path / "s.csv", "--cv", "3", "-j", "1")
    scores = pd.read_csv(tmp_path / "s.csv", index_col="model")["accuracy"]
    assert scores["embedding"] > 0.9 > scores["(most frequent)"]
