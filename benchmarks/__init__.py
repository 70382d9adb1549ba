"""Benchmarks: one file a claim, each a ratio against a named alternative whose outputs are checked equal first.

``python -m benchmarks`` measures all of them in a few minutes, ``python -m benchmarks B7`` one. Each claim runs in a
process of its own with one thread; what is compared takes turns, and medians are compared.
"""
