"""The image room: pictures, and what can be told of them in numbers."""

from mmsk.image._hog import HOG
from mmsk.image._picture import Picture

__all__ = ["HOG", "Picture"]
