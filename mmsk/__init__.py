"""mmsk (multi-modal scikit): classical multimodal machine learning on scikit-learn.

What there is stands in ``__init__.pyi``; each room is loaded when it is first asked for, so that ``import mmsk`` costs
next to nothing, and the command line loads no more than a command needs.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
