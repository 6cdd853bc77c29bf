"""The broker's kernels against the naive broker, bit for bit, over random order streams."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from hindcaster.engine import codes
from hindcaster.engine.ledger.broker import Bars, LedgerBroker

from ..oracle.ledger import OracleBroker, run_oracle
from .streams import Action, Stream, streams

NAN = float("nan")


@pytest.fixture(autouse=True, scope="module")
def little_room() -> Iterator[None]:
    """Begin with short buffers, so that most runs have to grow them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hindcaster.engine.ledger.broker._FIRST_ROOM", 16)
        yield


ERRORS = (ValueError, AssertionError, OverflowError)


def drive_oracle(stream: Stream) -> dict[str, Any]:
    log: list[Any] = []

    def script(broker: OracleBroker, bar: int) -> None:
        for action in stream.actions.get(bar, []):
            log.append(outcome(lambda a=action: act_on_oracle(stream, broker, bar, a)))
        queue = [(o.size, o.limit or None, o.stop or None, o.is_contingent) for o in broker.orders]
        log.append((queue, broker.equity_now(bar), [t.size for t in broker.trades]))

    broker = run_oracle(
        *(c.tolist() for c in (stream.open, stream.high, stream.low, stream.close)),
        script,
        finalize_trades=stream.finalize,
        **stream.options,
    )
    return {
        "log": log,
        "equity": broker.equity,
        "cash": broker.cash,
        "warnings": broker.warnings,
        "open": [oracle_trade(trade) for trade in broker.trades],
        "closed": [oracle_trade(trade) for trade in broker.closed_trades],
    }


def oracle_trade(trade: Any) -> tuple[Any, ...]:
    return (
        trade.size,
        type(trade.size).__name__,
        trade.entry_price,
        trade.entry_bar,
        trade.exit_price,
        trade.exit_bar,
        trade.commission,
        trade.sl,
        trade.tp,
    )


def act_on_oracle(stream: Stream, broker: OracleBroker, bar: int, action: Action) -> None:
    trades = list(broker.trades)
    if action.kind == "order":
        prices = (stream.price(bar, t) for t in (action.limit, action.stop, action.sl, action.tp))
        broker.place(bar, action.size, *prices)
    elif action.kind == "close all":
        for trade in trades:
            broker.close_trade(trade, action.portion)
    elif action.kind == "cancel" and broker.orders:
        broker.cancel(broker.orders[action.which % len(broker.orders)])
    elif action.kind == "close" and trades:
        broker.close_trade(trades[action.which % len(trades)], action.portion)
    elif action.kind in ("sl", "tp") and trades:
        setter = broker.set_sl if action.kind == "sl" else broker.set_tp
        setter(bar, trades[action.which % len(trades)], stream.price(bar, action.limit))


def drive_kernels(stream: Stream) -> dict[str, Any]:
    warnings: list[tuple[int, str]] = []
    log: list[Any] = []
    broker = new_broker(stream, warnings)
    broker.begin(1)
    solvent, last = True, len(stream.close) - 1
    broker.wake = 1
    for bar in range(1, last + 1):
        if bar >= broker.wake and not broker.advance(bar):
            solvent = False
            break
        for action in stream.actions.get(bar, []):
            log.append(outcome(lambda a=action, b=bar: act_on_kernels(stream, broker, b, a)))
        log.append((queue_of(broker), broker.cash + broker.open_profit(bar), sizes(broker)))
    if solvent and stream.finalize:
        broker.finalize(last)
    broker.finish(last + 1)
    broker.equity[0] = broker.equity[1]
    return {
        "log": log,
        "equity": broker.equity.tolist(),
        "cash": broker.cash,
        "warnings": warnings,
        "open": [kernel_trade(broker, i) for i in broker.active_trades()],
        "closed": [kernel_trade(broker, i) for i in broker.closed_trades()],
    }


def new_broker(stream: Stream, warnings: list[tuple[int, str]]) -> LedgerBroker:
    options = dict(stream.options)
    commission = options.pop("commission")
    if isinstance(commission, float):
        commission = (0.0, commission)

    def on_notice(notices: Any) -> None:
        for notice in notices:
            deferred = notice["code"] == codes.NOTICE_BRACKET_DEFERRED
            kind = "contingent" if deferred else "insufficient margin"
            warnings.append((int(notice["bar"]), kind))

    return LedgerBroker(
        Bars(stream.open, stream.high, stream.low, stream.close),
        leverage=1 / options.pop("margin"),
        commission=commission,
        on_notice=on_notice,
        **options,
    )


def sizes(broker: LedgerBroker) -> list[float]:
    return [broker.trades["size"][i] for i in broker.active_trades()]


def queue_of(broker: LedgerBroker) -> list[tuple[Any, ...]]:
    found = []
    for index in broker.queued():
        order = broker.orders[index]
        limit = None if order["limit"] != order["limit"] else float(order["limit"])
        trade = broker.trades[order["parent"]] if order["parent"] != codes.ABSENT else None
        contingent = trade is not None and index in (trade["sl_order"], trade["tp_order"])
        stop = float(order["stop"]) if order["stop_live"] else None
        found.append((float(order["size"]), limit, stop, contingent))
    return found


def kernel_trade(broker: LedgerBroker, index: int) -> tuple[Any, ...]:
    trade = broker.trades[index]
    is_open = trade["exit_bar"] == codes.ABSENT
    sl, tp = (
        None if trade[slot] == codes.ABSENT else broker.orders[field][trade[slot]]
        for slot, field in (("sl_order", "stop"), ("tp_order", "limit"))
    )
    return (
        trade["size"],
        "float" if trade["is_float"] else "int",
        trade["entry_price"],
        trade["entry_bar"],
        None if is_open else trade["exit_price"],
        None if is_open else trade["exit_bar"],
        trade["commission"],
        sl,
        tp,
    )


def act_on_kernels(stream: Stream, broker: LedgerBroker, bar: int, action: Action) -> None:
    trades = broker.active_trades()
    if action.kind == "order":
        ticks = (action.limit, action.stop, action.sl, action.tp)
        prices = (NAN if t is None else stream.price(bar, t) for t in ticks)
        broker.place(bar, action.size, *prices, None)
    elif action.kind == "close all":
        for index in trades:
            broker.close_trade(bar, index, action.portion)
    elif action.kind == "cancel" and broker.queued():
        broker.cancel(bar, broker.queued()[action.which % len(broker.queued())])
    elif action.kind == "close" and trades:
        broker.close_trade(bar, trades[action.which % len(trades)], action.portion)
    elif action.kind in ("sl", "tp") and trades:
        role = codes.STOP_LOSS if action.kind == "sl" else codes.TAKE_PROFIT
        price = NAN if action.limit is None else stream.price(bar, action.limit)
        broker.move_bracket(bar, trades[action.which % len(trades)], role, price)


def outcome(action: Callable[[], None]) -> str:
    """Name of the exception an action raises, or 'done'."""
    try:
        action()
    except ERRORS as error:
        return type(error).__name__
    return "done"


@settings(max_examples=500, deadline=None)
@given(streams())
def test_kernels_do_what_the_naive_broker_does(stream: Stream) -> None:
    expected, found = drive_oracle(stream), drive_kernels(stream)
    for key in expected:
        assert found[key] == expected[key], key
