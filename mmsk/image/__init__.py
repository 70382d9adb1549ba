"""The image room: pictures, and what can be told of them in numbers."""

from mmsk.image._color_histogram import ColorHistogram
from mmsk.image._color_moments import ColorMoments
from mmsk.image._hog import HOG
from mmsk.image._lbp import LBP
from mmsk.image._picture import Picture
from mmsk.image._picture_shape import PictureShape

__all__ = ["HOG", "LBP", "ColorHistogram", "ColorMoments", "Picture", "PictureShape"]
