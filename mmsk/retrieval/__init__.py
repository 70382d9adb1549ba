"""Retrieval: from a text to pictures, from a picture to sounds, from anything to words."""

from mmsk.retrieval._retriever import CrossModalRetriever

__all__ = ["CrossModalRetriever"]
