"""Options that several commands have: data, the arguments of `Backtest`, output."""

from __future__ import annotations

from typing import Any, Final

from hindcaster import errors
from hindcaster.cli.sections import Decorated, Decorator, option

_DATA: Final = "Data"
_BACKTEST: Final = "Backtest"
_OUTPUT: Final = "Output"

json_option = option("--json", "as_json", is_flag=True, section=_OUTPUT, help="Print JSON.")
store_option = option(
    "--store",
    metavar="FOLDER",
    section=_DATA,
    help="Candle store: a folder or an fsspec address.  [default: HINDCASTER_STORE, or a folder "
    "in the user's data directory]",
)
from_option = option(
    "--from", "start", metavar="DATE", section=_DATA, help="First moment, in UTC unless it says."
)
to_option = option("--to", "finish", metavar="DATE", section=_DATA, help="First moment left out.")
tz_option = option(
    "--tz", metavar="ZONE", section=_DATA, help="Time zone of a file's times that name none."
)
timeframe_option = option(
    "--timeframe",
    metavar="NAME",
    section=_DATA,
    help="Put bars together: 5m, 1h, 4h, 1D, …  [default: bars as they are; 1m from the store]",
)


def _all(*decorators: Decorator) -> Decorator:
    """Apply decorators so that options are listed in this order."""

    def decorate(function: Decorated, /) -> Decorated:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


data_options = _all(
    option(
        "--data",
        required=True,
        metavar="FILE|DATASET|EXCHANGE:SYMBOL",
        section=_DATA,
        help="Bars: a CSV, Parquet or Feather file, the name of a dataset (`hindcaster datasets`), "
        "or stored candles (`hindcaster candles list`).",
    ),
    timeframe_option,
    from_option,
    to_option,
    tz_option,
    store_option,
)


def _commission(_context: Any, _parameter: Any, text: str) -> float | tuple[float, float]:
    try:
        parts = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise errors.bad_fee(text) from None
    if len(parts) == 1:
        return parts[0]
    if len(parts) != 2:
        raise errors.bad_fee(text)
    return parts


def _fractional(_context: Any, _parameter: Any, value: float | None) -> float | bool:
    return False if value is None else value


def _backtest_option(*names: str, **settings: Any) -> Decorator:
    return option(*names, section=_BACKTEST, show_default=True, **settings)


def _flag(name: str, text: str) -> Decorator:
    return option(name, is_flag=True, section=_BACKTEST, help=text)


BACKTEST_NAMES: Final = (
    "cash",
    "spread",
    "commission",
    "margin",
    "trade_on_close",
    "hedging",
    "exclusive_orders",
    "finalize_trades",
    "slippage",
    "fractional",
    "intrabar",
    "compiled",
)
"""The arguments of `Backtest` that are options."""

backtest_options = _all(
    _backtest_option("--cash", type=float, default=10_000.0, help="Starting balance."),
    _backtest_option(
        "--spread", type=float, default=0.0, help="Bid-ask spread as a share of the price."
    ),
    _backtest_option(
        "--commission",
        metavar="RATE|FIXED,RATE",
        default="0",
        callback=_commission,
        help="Paid on entry and exit: 0.002 is 0.2 % of the traded value.",
    ),
    _backtest_option("--margin", type=float, default=1.0, help="Required margin, 1 / leverage."),
    _flag("--trade-on-close", "Fill market orders at the close of the bar that placed them."),
    _flag("--hedging", "Allow long and short trades at once."),
    _flag("--exclusive-orders", "Let each new order cancel others and close the position."),
    _flag("--finalize-trades", "Close trades that are open at the end."),
    _backtest_option(
        "--slippage", type=float, default=0.0, help="What market and stop orders lose of a price."
    ),
    option(
        "--fractional",
        metavar="SMALLEST",
        type=float,
        callback=_fractional,
        section=_BACKTEST,
        help="Trade parts of a unit: the smallest amount, such as 1e-8.  [default: whole units]",
    ),
    option(
        "--intrabar",
        metavar="FILE|DATASET|EXCHANGE:SYMBOL",
        section=_BACKTEST,
        help="Finer bars, which decide in which order the prices of a bar came.  [default: the "
        "broker's rules decide]",
    ),
    option(
        "--compiled/--interpreted",
        default=None,
        section=_BACKTEST,
        help="Require machine code, or do without.  [default: where it saves time]",
    ),
)

output_options = _all(
    json_option,
    option("--trades", is_flag=True, section=_OUTPUT, help="Add the trades."),
    option("--orders", is_flag=True, section=_OUTPUT, help="Add what became of all orders."),
    option("--equity", is_flag=True, section=_OUTPUT, help="Add the equity by bar."),
    option("--plot", is_flag=True, section=_OUTPUT, help="Write an interactive picture (HTML)."),
    option("--report", is_flag=True, section=_OUTPUT, help="Write a report (HTML)."),
    option(
        "--folder",
        metavar="DIR",
        default=".",
        show_default=True,
        section=_OUTPUT,
        help="Where picture and report are written, named after the strategy.",
    ),
    option(
        "--open/--no-open",
        "open_browser",
        default=None,
        section=_OUTPUT,
        help="Show them in the browser.  [default: if stdout is a terminal]",
    ),
)
