import pytest

import mmsk.audio
import mmsk.image
import mmsk.text
from mmsk.cli._descriptors import find_descriptors


@pytest.mark.parametrize("room", ["text", "image", "audio"])
def test_every_descriptor_of_a_room_is_found_and_nothing_else(room):
    module = getattr(mmsk, room)
    descriptors = {name.lower() for name in module.__all__ if hasattr(getattr(module, name), "get_feature_names_out")}
    assert len(descriptors) >= 2
    assert set(find_descriptors()[room]) == descriptors


def test_each_is_listed_with_a_line_and_its_defaults(run):
    said = run("list")
    assert all(name in said for classes in find_descriptors().values() for name in classes)
    assert "hog Histograms of oriented gradients" in said
    assert "size=(64,64), orientations=9" in said
