"""Keeps the probes, which `test_probes.py` imports, from being collected as doctests."""

collect_ignore_glob = ["*.py"]
