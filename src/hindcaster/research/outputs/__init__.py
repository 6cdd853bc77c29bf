"""The files and tables that a run gives when it is asked for them, one module each.

`wanted` says what was asked for, `storage` owns names and places of files, `course` computes the
account over time. Nothing is written unless a flag asks.
"""
