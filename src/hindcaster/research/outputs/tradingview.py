"""`generate_tradingview`: a Pine script that places the filled orders again on a chart.

Language: Pine Script version 6, TradingView's reference manual and user manual ("Strategies",
"Limitations"). The text of the script explains itself to those who paste it.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Final, NamedTuple

from hindcaster.exchange.decimals import sum_floats
from hindcaster.exchange.journal import Fill
from hindcaster.exchange.orders import MARKET
from hindcaster.exchange.run import Run
from hindcaster.research.outputs.logs import moment_text
from hindcaster.research.outputs.storage import Storage
from hindcaster.research.outputs.texts import one_line, run_name

_ROWS_PER_CALL: Final = 250  # of four numbers each; calls cannot have arguments without end
_MOST_ORDERS: Final = 9_000  # TradingView shows the last ones only


class Order(NamedTuple):
    """An order of the script: when it was filled, what the position grew by, at which price."""

    time: float
    change: float
    price: float
    market: bool


def write_tradingview(run: Run, fills: Sequence[Fill], storage: Storage) -> str | None:
    """Write the script, and give the path; None without trades."""
    if not run.trades:
        return None
    name = f"{storage.session}.txt"
    return storage.write("trading-view-pine-editor", name, script_of(run, fills))


def script_of(run: Run, fills: Sequence[Fill]) -> str:
    """Put the script together: one row of numbers per order, and the code that places them."""
    orders = {lane.symbol: orders_of(fills, lane.index) for lane in run.lanes}
    orders = {symbol: rows for symbol, rows in orders.items() if rows}
    frames = {lane.symbol: lane.timeframe for lane in run.lanes}
    code = files("hindcaster.research.outputs").joinpath("replay.pine").read_text("utf-8")
    about = [
        f"// {one_line(symbol)}: {len(rows)} orders, {moment_text(rows[0].time)} to "
        f"{moment_text(rows[-1].time)} UTC, traded on bars of {frames[symbol]}"
        for symbol, rows in orders.items()
    ]
    for symbol, rows in orders.items():
        if len(rows) > _MOST_ORDERS:
            about.append(
                f"// {one_line(symbol)} has more orders than TradingView keeps ({_MOST_ORDERS})."
            )
    return code.format(
        about="\n".join(about),
        title=quoted(run_name(run)),
        capital=repr(run.terms.starting_balance),
        commission=f"{run.terms.fee * 100:.12g}",
        data="\n".join(_data(orders)),
    )


def orders_of(fills: Sequence[Fill], lane: int) -> list[Order]:
    """List the orders of a route; the two parts of a fill that turned a position are one."""
    found: list[Order] = []
    last = None
    for fill in fills:
        if fill.lane != lane or not fill.change:
            continue
        change = fill.change
        if fill.order is last:
            change = sum_floats(found.pop().change, change)
        last = fill.order
        market = fill.order.type == MARKET
        found.append(Order(fill.time, float(change), float(fill.price), market))
    return [order for order in found if order.change]


def _data(orders: dict[str, list[Order]]) -> list[str]:
    """Write the rows of the symbol that is chosen, the first one unless the user takes another."""
    lines = []
    if len(orders) > 1:
        options = ", ".join(quoted(symbol) for symbol in orders)
        first = quoted(next(iter(orders)))
        lines.append(
            f'string symbolInput = input.string({first}, "Orders of", options = [{options}])'
        )
    lines.append("var array<float> orders = array.new<float>()")
    for number, (symbol, rows) in enumerate(orders.items()):
        for start in range(0, len(rows), _ROWS_PER_CALL):
            part = rows[start : start + _ROWS_PER_CALL]
            name = f"part{number}_{start // _ROWS_PER_CALL}"
            chosen = f" and symbolInput == {quoted(symbol)}" if len(orders) > 1 else ""
            numbers = ",\n".join(
                f"  {int(o.time)}, {o.change!r}, {o.price!r}, {int(o.market)}" for o in part
            )
            lines += [
                f"// {one_line(symbol)}: close of the minute [ms], quantity, price, market order",
                f"var array<float> {name} = array.from(\n{numbers})",
                f"if barstate.isfirst{chosen}",
                f"    orders.concat({name})",
            ]
    return lines


def quoted(text: str) -> str:
    r"""Write a text as a string of Pine.

    Examples
    --------
    >>> quoted('a "b"\n')
    '"a \\"b\\" "'
    """
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
