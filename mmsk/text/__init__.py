"""Text: documents, their words and character n-grams as a sparse matrix, and numbers about them."""

from mmsk.text._document import Document
from mmsk.text._statistics import TextStatistics
from mmsk.text._stop_words import LANGUAGES, stop_words
from mmsk.text._tfidf import Tfidf

__all__ = ["LANGUAGES", "Document", "TextStatistics", "Tfidf", "stop_words"]
