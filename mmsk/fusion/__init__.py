"""The fusion room."""
