"""The Pine script: its form, its rows, and what becomes of them on a chart."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from hindcaster.research.outputs.tradingview import quoted

from ..support import START, at, entry, futures, route, rows, run, spot
from .support import WINNER, WINNER_ROWS, asked, busy, continuous, gapless, winner, with_holes

ROW = re.compile(r"^  (-?\d+), (-?[\d.e+-]+), (-?[\d.e+-]+), ([01]),?\)?$", re.MULTILINE)
NUMBER = re.compile(r"[a-zA-Z_][\w.]*|\d+(?:\.\d+)?(?:e[+-]?\d+)?")
# Words of the language that the script may use.
KNOWN = """
    and or not if while true false na nz int float bool string var table color.gray input.string
    array array.new array.from math.abs math.floor math.max str.tostring strategy close time
    time_close barstate.isfirst barstate.isconfirmed barstate.islast strategy.long strategy.short
    strategy.order strategy.cancel_all strategy.position_size strategy.commission.percent table.new
    table.cell position.top_right syminfo.mincontract orders.get orders.size orders.concat limit
    stop overlay initial_capital commission_type commission_value process_orders_on_close
    margin_long margin_short text_color
"""
PAIRS = {")": "(", "]": "[", "}": "{"}


def script(result):
    return Path(result["tradingview"]).read_text(encoding="utf-8")


def rows_of(text):
    return [(int(t), float(q), float(p), m == "1") for t, q, p, m in ROW.findall(text)]


def fills_of(result):
    """Time, signed quantity and price of all filled orders."""
    return [
        (order["executed_at"], order["filled_qty"], order["price"])
        for trade in result["trades"]
        for order in trade["orders"]
    ]


def strip(line):
    """A line without strings and comment."""
    return re.sub(r'"(?:\\.|[^"\\])*"', '""', line).split("//")[0]


def check_form(text):
    """What the language asks of every script, as far as can be told without its compiler."""
    found = text.splitlines()
    assert found[0] == "//@version=6"
    assert sum(line.startswith("strategy(") for line in found) == 1
    stack, depth = [], 0
    for line in found:
        code = strip(line)
        assert code.count('"') % 2 == 0
        assert "\t" not in code
        indent = len(code) - len(code.lstrip(" "))
        if code.strip() and not stack:
            assert indent % 4 == 0
            assert indent // 4 <= depth
            depth = indent // 4 + bool(re.match(r" *(if|while|for) ", code))
        elif stack:  # a wrapped line must not look like a block
            assert indent % 4 != 0
        for letter in code:
            if letter in PAIRS.values():
                stack.append(letter)
            elif letter in PAIRS:
                assert stack.pop() == PAIRS[letter]
    assert stack == []


@pytest.mark.parametrize("simulate", [gapless, with_holes])
def test_form(tmp_path, simulate):
    arguments = {"seed": 1, "count": 9000} if simulate is gapless else {}
    result = simulate(**arguments, **asked("tradingview"), output_folder=tmp_path)
    text = script(result)
    check_form(text)
    arrays = re.findall(r"array\.from\((.*?)\)", text, re.DOTALL)
    assert max(one.count(",") for one in arrays) < 1000
    declared = set(re.findall(r"^var array<float> (part\w+)", text, re.MULTILINE))
    assert set(re.findall(r"orders\.concat\((part\w+)\)", text)) == declared


def test_names_that_the_code_uses_are_declared(tmp_path):
    text = "\n".join(map(strip, script(winner("tradingview", output_folder=tmp_path)).splitlines()))
    own = set(re.findall(r"(?:int|float|bool|string|table|array<float>) (\w+) ?=", text))
    own |= set(re.findall(r"^(\w+)\(\w+ \w+\) =>", text, re.MULTILINE)) | {"change"}
    used = {word for word in NUMBER.findall(text) if not word[0].isdigit()}
    assert used - own - set(KNOWN.split()) == set()
    assert own <= used


@pytest.mark.parametrize("seed", [1, 2])
def test_there_is_a_row_for_each_fill(tmp_path, seed):
    result = gapless(seed, 3000, **asked("tradingview"), output_folder=tmp_path)
    found = [(time, qty, price) for time, qty, price, _ in rows_of(script(result))]
    assert found == fills_of(result)
    assert len(found) > 80
    assert all(first[0] <= second[0] for first, second in pairwise(found))


def test_a_fill_that_turns_the_position_is_one_order(tmp_path):
    turner = entry((2, 100), after=at(1, lambda self: self.broker.sell_at_market(5)))
    result = run(turner, rows([(100,) * 4] * 4), **asked("tradingview"), output_folder=tmp_path)
    assert len(result["trades"]) == 2
    assert [row[1] for row in rows_of(script(result))] == [2.0, -5.0, 3.0]


def test_settings_of_the_account_are_those_of_the_backtest(tmp_path):
    config = futures(starting_balance=2500, fee=0.0006)
    text = script(winner("tradingview", config=config, output_folder=tmp_path))
    (line,) = (line for line in text.splitlines() if line.startswith("strategy("))
    assert "initial_capital = 2500.0," in line
    assert "commission_value = 0.06," in line
    assert "process_orders_on_close = true" in line


def test_several_symbols_are_a_choice_of_the_user(tmp_path):
    result = with_holes(**asked("tradingview"), output_folder=tmp_path)
    text = script(result)
    assert 'input.string("A-USDT", "Orders of", options = ["A-USDT", "B-USDT"])' in text
    for number, symbol in enumerate(("A-USDT", "B-USDT")):
        own = [trade for trade in result["trades"] if trade["symbol"] == symbol]
        parts = re.findall(rf"part{number}_\d+ = array\.from\((.*?)\)", text, re.DOTALL)
        expected = fills_of({"trades": own})
        found = [row[:3] for part in parts for row in rows_of(part)]
        assert [(row[0], row[2]) for row in found] == [(row[0], row[2]) for row in expected]
        assert f'if barstate.isfirst and symbolInput == "{symbol}"' in text


def test_texts_of_the_user_end_no_string_and_no_comment(tmp_path):
    symbol = 'a"\\\n//@version=4\nplot(close) {x}-USDT'
    kind = type('evil") \u2028 alert("x', (WINNER,), {})
    result = run(
        None,
        {symbol: WINNER_ROWS},
        routes=[route(kind, symbol)],
        **asked("tradingview"),
        output_folder=tmp_path,
    )
    text = script(result)
    check_form(text)
    assert "\u2028" not in text
    assert not [line for line in text.splitlines() if line.startswith(("plot", "//@version=4"))]


def test_strings():
    assert quoted('say "a\\b"\n') == '"say \\"a\\\\b\\" "'


def bars_of(candles, minutes):
    """Open time, close time, open, close, high, low of longer bars."""
    parts = [candles[i : i + minutes] for i in range(0, len(candles), minutes)]
    return [
        (p[0, 0], p[0, 0] + minutes * 60_000, p[0, 1], p[-1, 2], p[:, 3].max(), p[:, 4].min())
        for p in parts
        if len(p) == minutes
    ]


class Chart:
    """TradingView's broker as far as the script uses it; the script itself, in Python."""

    def __init__(self, orders, fee):
        self.orders, self.fee = orders, fee
        self.position = self.cash = self.target = 0.0
        self.next = self.corrections = 0
        self.pending = []

    def fill(self, change, price):
        self.position += change
        self.cash -= change * price + self.fee * abs(change) * price

    def match(self, opening, high, low):
        for change, price, is_limit in self.pending:
            if low <= price <= high:
                through = opening < price if (change > 0) == is_limit else opening > price
                self.fill(change, opening if through else price)
        self.pending = []

    def bar(self, time, time_close, opening, close, high, low):
        self.match(opening, high, low)
        at_close = 0.0
        while self.next < len(self.orders) and self.orders[self.next][0] <= time_close:
            when, change, _, is_market = self.orders[self.next]
            if is_market and when == time_close:
                self.fill(change, close)
                at_close += change
            self.target += change
            self.next += 1
        missing = self.target - self.position
        if abs(missing) > 1e-9:
            self.fill(missing, close)
            self.corrections += 1
        for when, change, price, is_market in self.orders[self.next :]:
            next_close = 2 * time_close - time
            if when > next_close:
                break
            if not (is_market and when == next_close):
                is_limit = price <= close if change > 0 else price >= close
                self.pending.append((change, price, is_limit))


@pytest.mark.parametrize("minutes", [1, 5, 15])
@pytest.mark.parametrize("is_spot", [False, True])
def test_a_chart_of_the_same_prices_gives_the_balance_of_the_backtest(tmp_path, minutes, is_spot):
    candles = continuous(5, 3000)
    config = spot(fee=0) if is_spot else futures(fee=0.001)
    result = run(
        busy(is_spot),
        candles,
        "15m",
        config=config,
        **asked("tradingview"),
        output_folder=tmp_path,
    )
    chart = Chart(rows_of(script(result)), config["fee"])
    for bar in bars_of(candles, minutes):
        chart.bar(*bar)
    assert chart.corrections == 0
    assert chart.position == pytest.approx(0, abs=1e-9)
    assert chart.cash == pytest.approx(result["metrics"]["net_profit"], rel=1e-9)


def test_a_chart_that_begins_later_is_put_right(tmp_path):
    candles = continuous(5, 1500)
    result = run(busy(), candles, "15m", **asked("tradingview"), output_folder=tmp_path)
    trade = next(t for t in result["trades"] if t["closed_at"] - t["opened_at"] > 30 * 60_000)
    first = int((trade["opened_at"] - START) / 60_000) + 5
    chart = Chart(rows_of(script(result)), 0)
    for bar in bars_of(np.ascontiguousarray(candles[first - first % 15 + 15 :]), 15):
        chart.bar(*bar)
    assert chart.corrections == 1
    assert chart.position == pytest.approx(0, abs=1e-9)
