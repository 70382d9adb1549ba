"""mmsk (multi-modal scikit): classical multimodal machine learning on scikit-learn."""

from mmsk._function import FunctionDescriptor
from mmsk._union import DescriptorUnion

__version__ = "0.1.0"

__all__ = ["DescriptorUnion", "FunctionDescriptor"]
