"""A gallery of strategies, each with a data set to run it on; see `docs/gallery.md`.

`GALLERY` maps their names to entries; ``GALLERY["SmaCross"].backtest().run()`` runs one.
"""

from .data import DATA, random_sessions
from .table import GALLERY, Entry, page

__all__ = ["DATA", "GALLERY", "Entry", "page", "random_sessions"]
