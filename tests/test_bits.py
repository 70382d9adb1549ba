"""Features have the same bits however the work is handed out: `make bits` tries every combination."""

import pytest

from .stress.bits import every, few, hashes
from .test_contract import INSTANCES

OURS = {name: one for name, one in INSTANCES.items() if not name.startswith("FunctionDescriptor")}


def test_one_hash_per_descriptor_over_workers_backends_blas_threads_and_chunks():
    found = hashes(OURS, few())
    assert {name: len(by_hash) for name, by_hash in found.items()} == dict.fromkeys(OURS, 1), found
    assert len(OURS) >= 10


@pytest.mark.parametrize("settings", [every(), few()], ids=["all", "few"])
def test_each_value_of_each_setting_is_tried(settings):
    tried = {name: {getattr(setting, name) for setting in settings} for name in settings[0]._fields}
    assert tried["n_jobs"] == {1, 2, 4}
    assert tried["backend"] == {"sequential", "loky", "threading"}
    assert tried["blas"] == {1, 2}
    assert len(tried["chunk"]) >= 4
