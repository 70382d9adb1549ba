"""The contract: every descriptor that the package exports passes every check of `mmsk.testing`."""

import importlib
import inspect
import pkgutil
import re

import numpy as np
import pytest

import mmsk
from mmsk import DescriptorUnion, FunctionDescriptor
from mmsk._base import ItemDescriptor
from mmsk.testing import descriptor_checks


def level_and_length(samples, rate):
    return [samples.std(), len(samples) / rate]


def counts(text):
    return np.array([len(text), text.count("e"), len(text.split())])


def exported():
    """Return the classes of descriptors that the package and its rooms export, by name."""
    rooms = {found.name for found in pkgutil.iter_modules(mmsk.__path__) if found.ispkg} - {"cli"}
    modules = [mmsk, *(importlib.import_module(f"mmsk.{room}") for room in sorted(rooms))]
    public = {name: getattr(module, name) for module in modules for name in module.__all__}
    return {name: one for name, one in public.items() if isinstance(one, type) and issubclass(one, ItemDescriptor)}


def instances():
    """Return one descriptor of each class by name; of those that are made of others, one for each kind of item."""
    composed = {ItemDescriptor, DescriptorUnion, FunctionDescriptor}
    found = {name: one() for name, one in exported().items() if one not in composed}
    functions = {"image": np.shape, "audio": level_and_length, "text": counts}
    for kind, func in functions.items():
        members = [(name.lower(), one) for name, one in found.items() if one._item_class.kind == kind]
        function = FunctionDescriptor(func, kind=kind)
        found[f"FunctionDescriptor({kind})"] = function
        found[f"DescriptorUnion({kind})"] = DescriptorUnion([*members, ("function", function)])
    found["FunctionDescriptor(named)"] = FunctionDescriptor(len, kind="text", names=["length"], version="1")
    return found


INSTANCES = instances()
CONTRACT = [
    pytest.param(one, check, id=f"{name}-{check.func.__name__}")
    for name, descriptor in INSTANCES.items()
    for one, check in descriptor_checks(descriptor)
]


@pytest.mark.parametrize(("descriptor", "check"), CONTRACT)
def test_contract(descriptor, check):
    check(descriptor)


@pytest.mark.parametrize("name", sorted(exported()))
def test_each_parameter_is_documented(name):
    described = inspect.getdoc(exported()[name])
    listed = re.findall(r"^([\w, ]+?)(?: :.*)?$", described.split("Parameters\n---")[1], flags=re.MULTILINE)
    documented = {parameter for line in listed for parameter in line.split(", ")}
    assert set(inspect.signature(exported()[name]).parameters) <= documented


def test_discovery_has_found_the_descriptors():
    known = {"HOG", "LBP", "ColorHistogram", "MFCC", "Chroma", "SpectralShape", "TextStatistics"}
    assert known <= set(INSTANCES)
    assert known | {"DescriptorUnion", "FunctionDescriptor"} <= set(exported())
    for kind in ("image", "audio", "text"):
        assert len(INSTANCES[f"DescriptorUnion({kind})"].descriptors) >= 2
    assert len(CONTRACT) >= 20 * len(INSTANCES)
