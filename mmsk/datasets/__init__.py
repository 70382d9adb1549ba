"""Data sets: made by code, fetched, or read from a table or a folder of yours."""

from mmsk.datasets._home import get_data_home
from mmsk.datasets._stamps import fetch_stamps
from mmsk.datasets._synthetic import make_multimodal
from mmsk.datasets._table import read_table

__all__ = ["fetch_stamps", "get_data_home", "make_multimodal", "read_table"]
