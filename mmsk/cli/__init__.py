"""The command line: `mmsk demo, train, tune, evaluate, predict, describe, inspect, list`."""

from mmsk.cli._app import app, main

__all__ = ["app", "main"]
