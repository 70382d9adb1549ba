"""Text: documents, their words as a sparse matrix, and numbers about them."""

from mmsk.text._document import Document

__all__ = ["Document"]
