"""A small folder of stamps."""

import pytest

from ._stamps_data import plant


@pytest.fixture
def folder(tmp_path):
    """A small folder of stamps."""
    return plant(tmp_path / "own")
