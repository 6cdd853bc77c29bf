"""Which outputs a run is asked for, and whether they can be made: found out before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

from hindcaster import errors

# Which package a flag needs, and the extra that installs it.
_NEEDS: Final = (
    ("charts", "generate_charts", "matplotlib", "charts"),
    ("quantstats", "generate_quantstats", "quantstats", "quantstats"),
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The `generate_…` flags of `hindcaster.research.backtest`, and `benchmark`.

    Raises
    ------
    ImportError
        An output needs a package that is not installed.
    """

    equity_curve: bool = False
    benchmark: bool = False
    hyperparameters: bool = False
    csv: bool = False
    json: bool = False
    logs: bool = False
    charts: bool = False
    tradingview: bool = False
    quantstats: bool = False

    def __post_init__(self) -> None:
        for name, flag, package, extra in _NEEDS:
            if getattr(self, name) and find_spec(package) is None:
                raise errors.missing_extra(flag, package, extra)

    @property
    def files(self) -> bool:
        """Whether anything is written."""
        names = ("csv", "json", "logs", "charts", "tradingview", "quantstats")
        return any(getattr(self, name) for name in names)

    @property
    def fills(self) -> bool:
        """Whether every fill has to be kept."""
        return self.logs or self.charts or self.tradingview
