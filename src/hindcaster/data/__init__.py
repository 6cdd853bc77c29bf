"""Where pandas meets the engine: checked frames, series that end at the current bar, bridges.

>>> from hindcaster.data import from_frame, read_file, resample, to_frame
"""

from hindcaster.data.bridges import from_frame, read_file, resample, to_frame

__all__ = ["from_frame", "read_file", "resample", "to_frame"]
