import pytest

from mmsk.persistence import load

TWO = ("-b", "text=text:text", "-b", "image=image:image", "--cv", "3", "-j", "1")


def test_the_weights_are_searched_and_the_best_model_is_saved(run, table, tmp_path):
    said = run("tune", table(), "-t", "label", "-o", tmp_path / "m.mmsk", *TWO, "--step", "0.5")
    assert "searching 3 candidates x 3 folds" in said
    assert "rank accuracy ± folds image text" in said
    assert "saved" in said
    params = load(tmp_path / "m.mmsk").get_params()
    weights = [params[f"fusion__{name}__scale__weight"] for name in ("text", "image")]
    assert sum(weight**2 for weight in weights) == pytest.approx(1)


def test_parameters_alone_and_crossed_with_weights(run, table, tmp_path):
    one = ("tune", table(), "-t", "label", "-o", tmp_path / "m.mmsk", *TWO, "--param", "classifier__C=0.1,10")
    assert "searching 2 candidates" in run(*one)
    assert "searching 6 candidates" in run(*one, "--step", "0.5")
    assert load(tmp_path / "m.mmsk")["classifier"].C in (0.1, 10)


def test_groups_stay_together_and_are_no_feature(run, table, tmp_path):
    options = ("-g", "seller", "--scoring", "f1_macro", "--step", "1", "--cv", "3", "-j", "1")
    said = run("tune", table(), "-t", "label", "-o", tmp_path / "m.mmsk", *options)
    assert "rank f1_macro" in said
    fusion = load(tmp_path / "m.mmsk")["fusion"]
    assert "seller" not in str(fusion.transformers)


def test_a_number_is_tuned_by_r2(run, table, tmp_path):
    option = ("-p", "regressor__regressor__C=1,10")
    assert "rank r2" in run("tune", table(), "-t", "price", "-o", tmp_path / "m.mmsk", *TWO, *option)


def test_a_search_over_nothing_is_refused(run, table, tmp_path):
    said = run("tune", table(), "-t", "label", "-o", tmp_path / "m.mmsk", *TWO, "--model", "forest", code=1)
    assert "weights have no effect" in said
    assert not (tmp_path / "m.mmsk").exists()


def test_weights_cannot_be_fixed_and_searched_at_once(run, table, tmp_path):
    fixed = ("tune", table(), "-t", "label", "-o", tmp_path / "m.mmsk", *TWO, "--weight", "image=0.5")
    assert "the weights are searched here" in run(*fixed, code=2)
    assert "the weights are searched here" in run(*fixed, "--step", "0.5", "-p", "classifier__C=1,10", code=2)
    run(*fixed, "-p", "classifier__C=1,10")
    assert load(tmp_path / "m.mmsk").get_params()["fusion__image__scale__weight"] == 0.5


def test_a_step_that_does_not_divide_one_is_refused(run, table, tmp_path):
    said = run("tune", table(), "-t", "label", "-o", tmp_path / "m.mmsk", *TWO, "--step", "0.3", code=1)
    assert "got step=0.3" in said


def test_a_parameter_that_is_not_there_is_refused(run, table, tmp_path):
    said = run("tune", table(), "-t", "label", "-o", tmp_path / "m", *TWO, "-p", "fusion__text__scale__wait=1", code=2)
    assert "Did you mean 'fusion__text__scale__weight'?" in said


def test_fewer_groups_than_folds(run, table, tmp_path):
    options = ("-g", "seller", "--cv", "20", "-b", "text=text:text")
    said = run("tune", table(), "-t", "label", "-o", tmp_path / "m", *options, code=1)
    assert "--cv 20 needs at least 20 groups; there are 12" in said


def test_a_row_without_a_group_is_named(run, table, tmp_path):
    path = table(seller={6: None})
    said = run("tune", path, "-t", "label", "-o", tmp_path / "m", "-g", "seller", "-b", "text=text:text", code=1)
    assert "1 rows have no 'seller' (row 6)" in said
