"""Files made to take time, memory or other files: `make traps`, or `python -m tests.traps` in the project's folder."""
