"""Fuzzing of the decoders: `python -m tests.fuzzing N` from the project's folder, or `make fuzz N=50000`."""
