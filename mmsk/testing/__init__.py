"""The testing room: the contract of the descriptors, for ours and for yours."""

from mmsk.testing._check import CHECKS, check_descriptor, descriptor_checks
from mmsk.testing._samples import sample_items

__all__ = ["CHECKS", "check_descriptor", "descriptor_checks", "sample_items"]
