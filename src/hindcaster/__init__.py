"""Test trading strategies on historical prices.

Names and modules are loaded when they are first used, so that the command line answers at once.

>>> from hindcaster import Backtest, Strategy
"""

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any

from hindcaster._version import __version__

if TYPE_CHECKING:
    from hindcaster import lib
    from hindcaster._compat import Pool, set_bokeh_output, try_
    from hindcaster.backtest import Backtest
    from hindcaster.errors import NotCompilable
    from hindcaster.strategy import Strategy
else:
    _HOMES = {
        "Backtest": "hindcaster.backtest",
        "NotCompilable": "hindcaster.errors",
        "Pool": "hindcaster._compat",
        "Strategy": "hindcaster.strategy",
        "set_bokeh_output": "hindcaster._compat",
        "try_": "hindcaster._compat",
    }

    def __getattr__(name: str) -> Any:
        if name in _HOMES:
            value = getattr(importlib.import_module(_HOMES[name]), name)
            globals()[name] = value
            return value
        module = f"{__name__}.{name}"
        if name.startswith("_") or importlib.util.find_spec(module) is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return importlib.import_module(module)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


__all__ = [
    "Backtest",
    "NotCompilable",
    "Pool",
    "Strategy",
    "__version__",
    "lib",
    "set_bokeh_output",
    "try_",
]
