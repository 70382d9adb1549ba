"""Each test of fusion begins with an empty memo."""

import pytest

from mmsk.fusion import memo


@pytest.fixture(autouse=True)
def forget():
    """Let no test know what another has computed."""
    memo.clear()
    yield
    memo.clear()
