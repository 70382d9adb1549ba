"""Descriptors run on any joblib backend, a cluster's too, and return the same bits."""

import numpy as np
import pytest
from joblib import parallel_config

from mmsk import DescriptorUnion
from mmsk.audio import MFCC, Chroma
from mmsk.datasets import make_multimodal
from mmsk.image import HOG

DATA = make_multimodal(n_samples=70, n_classes=2, modalities=("image", "audio"), missing=0.1, random_state=5)
pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::FutureWarning"),
]


def described():
    """Return the features of all items, described anew."""
    sounds = DescriptorUnion([("mfcc", MFCC()), ("chroma", Chroma())], cache=False)
    return np.hstack([HOG(cache=False).fit_transform(DATA.frame["image"]), sounds.fit_transform(DATA.frame["audio"])])


@pytest.fixture(scope="module")
def expected():
    return described()


@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
def test_joblibs_own_backends(backend, expected):
    with parallel_config(backend=backend, n_jobs=2):
        np.testing.assert_array_equal(described(), expected)


def test_a_dask_cluster_of_two_processes(expected):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster),
        parallel_config(backend="dask"),
    ):
        np.testing.assert_array_equal(described(), expected)


def test_a_ray_cluster_of_two_processes(expected):
    ray = pytest.importorskip("ray")
    from ray.util.joblib import register_ray

    register_ray()
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    try:
        with parallel_config(backend="ray", n_jobs=2):
            np.testing.assert_array_equal(described(), expected)
    finally:
        ray.shutdown()
