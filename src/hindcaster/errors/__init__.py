"""Exceptions the package raises, and the words of every error a user can cause.

Each function returns the exception; the caller raises it, so that the traceback ends where the
mistake was found. The modules hold them by theme; all are used by their names here.
"""

from hindcaster.errors.candles import *
from hindcaster.errors.checking import *
from hindcaster.errors.commands import *
from hindcaster.errors.exchange import *
from hindcaster.errors.helpers import *
from hindcaster.errors.indicators import *
from hindcaster.errors.inputs import *
from hindcaster.errors.intrabar import *
from hindcaster.errors.learning import *
from hindcaster.errors.optimizing import *
from hindcaster.errors.orders import *
from hindcaster.errors.outputs import *
from hindcaster.errors.refusal import NotCompilable as NotCompilable
from hindcaster.errors.running import *
from hindcaster.errors.scenarios import *
from hindcaster.errors.significance import *
from hindcaster.errors.store import *
from hindcaster.errors.tuning import *
from hindcaster.errors.windows import *
