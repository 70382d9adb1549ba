"""Persistence: a model in a file that runs no code when it is opened, and that knows what it used to say."""

from mmsk.persistence._load import load, read_manifest
from mmsk.persistence._save import save

__all__ = ["load", "read_manifest", "save"]
