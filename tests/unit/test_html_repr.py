"""What notebooks show of a result: a table that can be read, and in which no text is markup."""

import pickle
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindcaster import Backtest, Strategy
from hindcaster.datasets import GOOG
from hindcaster.lib import compute_stats
from hindcaster.reporting_html import html_table, value_text
from hindcaster.stats.summary import METRIC_NAMES

from .helpers import frame, run

ALLOWED = {
    "table": {"style"},
    "caption": {"style"},
    "tbody": set(),
    "tfoot": set(),
    "tr": {"style"},
    "th": {"style", "scope", "colspan"},
    "td": {"style", "colspan"},
    "strong": set(),
    "small": set(),
    "br": set(),
}
MARKUP = "<script>alert('x')</script>&amp;\"<img src=x onerror=y>"


class Table(HTMLParser):
    """Reads a table, and fails on whatever it should not contain."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.open, self.styles = [], []
        self.caption, self.foot, self.groups, self.rows = [], [], [], {}
        self._name = None
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        assert dict(attrs).keys() <= ALLOWED[tag], (tag, attrs)
        self.styles += [value for name, value in attrs if name == "style"]
        if tag != "br":
            self.open.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        tags = [tag for tag, _ in self.open]
        if "caption" in tags:
            self.caption.append(data)
        elif "tfoot" in tags:
            self.foot.append(data)
        elif self.open[-1][1].get("scope") == "rowgroup":
            self.groups.append(data)
        elif tags[-1] == "th":
            self._name = data
        else:
            assert tags[-1] == "td"
            self.rows[self._name] = data

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


class Monthly(Strategy):
    days = 30
    note = None

    def init(self):
        self.average = self.I(lambda: self.data.Close.s.rolling(5).mean(), name="average")

    def next(self):
        if len(self.data) % self.days == 0:
            self.position.close() if self.position else self.buy(tag=self.note)


def result(data=GOOG, compiled=False, strategy=Monthly, **params):
    backtest = Backtest(
        data, strategy, cash=1e6, commission=0.002, finalize_trades=True, compiled=compiled
    )
    return backtest.run(**params)


def test_public_rows_are_shown_in_groups_in_their_order():
    stats = result()
    table = Table(stats._repr_html_())
    assert list(table.rows) == list(METRIC_NAMES)
    assert table.groups == ["Period", "Account", "Return and risk", "Drawdown", "Trades"]


def test_values_can_be_read():
    stats = result()
    rows = Table(stats._repr_html_()).rows
    assert rows["Start"] == "2004-08-19"
    assert rows["Duration"] == "3,116 days"
    assert rows["Equity Final [$]"] == f"{stats['Equity Final [$]']:,.2f}"
    assert "," in rows["Equity Final [$]"]
    assert rows["Return [%]"] == f"{stats['Return [%]']:.2f}"
    assert rows["# Trades"] == str(stats["# Trades"])
    assert float(rows["Beta"]) == pytest.approx(stats["Beta"], rel=1e-3)
    assert rows["Avg. Trade Duration"].endswith(" days")


def test_caption_names_strategy_parameters_and_how_it_was_driven():
    stats = result(days=40)
    table = Table(stats._repr_html_())
    assert table.caption == ["Monthly(days=40)", "interpreted: compiled=False"]


def test_caption_of_a_compiled_run():
    class Held(Strategy):
        def init(self):
            pass

        def next(self):
            if not self.position:
                self.buy()

    stats = result(compiled=True, strategy=Held)
    assert stats.execution.compiled
    assert Table(stats._repr_html_()).caption == ["Held", f"compiled: {stats.execution.reason}"]


def test_private_rows_are_described_by_their_size():
    stats = result()
    frames = {name: stats[name] for name in ("_equity_curve", "_trades", "_orders")}
    assert Table(stats._repr_html_()).foot == [
        f"{name}: {len(value):,} rows × {value.shape[1]} columns" for name, value in frames.items()
    ]
    assert "_equity_curve: 2,148 rows × 3 columns" in stats._repr_html_()


def test_run_without_trades_has_dashes():
    stats = run([10] * 5)
    table = Table(stats._repr_html_())
    for name in ("Win Rate [%]", "SQN", "Max. Trade Duration", "Sharpe Ratio"):
        assert table.rows[name] == "–"
    assert "_trades: 0 rows × 14 columns" in table.foot
    assert "nan" not in stats._repr_html_().lower()


def test_numbered_bars():
    data = frame(list(range(10, 1510)), None)
    data.index += 20_000_101
    with pytest.warns(UserWarning, match="not datetime"):
        stats = result(data)
    rows = Table(stats._repr_html_()).rows
    assert (rows["Start"], rows["End"]) == ("20000101", "20001600")
    assert rows["Duration"] == "1,499"
    assert "CAGR [%]" not in rows


def test_bars_with_a_time_of_day_and_zone():
    data = frame([10.0] * 30, None)
    data.index = pd.date_range("2024-01-05 09:30", periods=30, freq="15min", tz="America/New_York")
    rows = Table(run(data)._repr_html_()).rows
    assert rows["Start"] == "2024-01-05 09:30:00-05:00"
    assert rows["Duration"] == "07:15:00"


def test_texts_of_the_user_are_escaped():
    renamed = type(f"A{MARKUP}", (Monthly,), {})
    stats = result(strategy=renamed, note=MARKUP)
    assert set(stats._trades.Tag) == {MARKUP}
    stats[MARKUP] = MARKUP
    stats[f"_{MARKUP}"] = MARKUP
    stats["tags"] = stats._trades.Tag.unique().tolist()
    stats.attrs["execution"] = type(stats.execution)(False, MARKUP)
    html = stats._repr_html_()
    table = Table(html)
    assert table.caption == [f"A{MARKUP}(note={MARKUP})", f"interpreted: {MARKUP}"]
    assert table.rows[MARKUP] == MARKUP
    assert table.rows["tags"] == str([MARKUP])
    assert table.foot[-1] == f"_{MARKUP}: {MARKUP}"
    assert "<script" not in html
    assert "<img" not in html


@given(st.dictionaries(st.text(), st.text() | st.floats() | st.integers() | st.booleans()))
def test_any_rows_make_a_table(rows):
    table = Table(html_table(pd.Series(rows, dtype=object)))
    shown = [name for name in rows if not name.startswith("_")]
    assert len(table.rows) <= len(shown)


def test_long_texts_are_cut():
    stats = result(note="x" * 10_000)
    assert len(stats._repr_html_()) < 12_000
    assert Table(stats._repr_html_()).caption[0].endswith("xx…")


def test_rows_of_other_names_come_in_a_group_of_their_own():
    stats = result()
    stats["Mine"] = 12.345
    stats["Frame"] = pd.DataFrame({"a": [1]})
    table = Table(stats._repr_html_())
    assert table.groups[-1] == "Further rows"
    assert (table.rows["Mine"], table.rows["Frame"]) == ("12.35", "1 row × 1 column")


def test_pickled_result_shows_the_same():
    stats = result()
    again = pickle.loads(pickle.dumps(stats))
    assert again._repr_html_() == stats._repr_html_()
    assert "interpreted" in again._repr_html_()


def test_result_computed_again():
    stats = result()
    winners = stats._trades[stats._trades.PnL > 0]
    again = compute_stats(stats=stats, data=GOOG, trades=winners)
    table = Table(again._repr_html_())
    assert table.caption == ["Monthly"]
    assert list(table.rows) == [name for name in METRIC_NAMES if name != "Commissions [$]"]
    assert table.rows["# Trades"] == str(len(winners))
    assert f"_trades: {len(winners)} rows × 16 columns" in table.foot


def test_parts_of_a_result():
    stats = result()
    part = stats[["Return [%]", "Sharpe Ratio", "_trades"]]
    assert not hasattr(part, "_repr_html_")  # a plain Series, which notebooks show as text
    table = Table(html_table(part))
    assert list(table.rows) == ["Return [%]", "Sharpe Ratio"]
    assert len(table.foot) == 1
    only = Table(html_table(stats.filter(like="Drawdown")))
    assert only.groups == ["Drawdown"]
    assert only.foot == []
    assert Table(html_table(stats.iloc[:0])).rows == {}


def test_result_is_not_changed_by_being_shown():
    stats = result()
    before = pickle.dumps(stats.iloc[:30])
    stats._repr_html_()
    assert pickle.dumps(stats.iloc[:30]) == before
    assert type(stats).__name__ == "Result"


def test_styles_suit_light_and_dark_themes():
    table = Table(result()._repr_html_())
    for style in table.styles:
        declared = dict(entry.split(":", 1) for entry in style.split(";"))
        assert declared.get("color", "inherit") == "inherit"
        assert "url" not in style
        background = declared.get("background", "transparent")
        assert background == "transparent" or background.startswith("rgba(128,128,128,")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (12345, "12,345"),
        (np.int64(-12345), "-12,345"),
        (0.0, "0.00"),
        (-0.0, "0.00"),
        (1.0, "1.00"),
        (-12345.678, "-12,345.68"),
        (np.float32(0.5), "0.5"),
        (0.123456, "0.1235"),
        (-0.00012345678, "-0.0001235"),
        (1.23456e-9, "1.235e-09"),
        (9.8768e20, "9.877e+20"),
        (np.inf, "∞"),
        (-np.inf, "-∞"),
        (np.nan, "–"),
        (np.float64("nan"), "–"),
        (None, "–"),
        (pd.NaT, "–"),
        (pd.NA, "–"),
        (np.datetime64("NaT"), "–"),
        (np.timedelta64("NaT"), "–"),
        (True, "True"),
        (np.True_, "True"),
        ("text", "text"),
        (pd.Timestamp("2024-02-03"), "2024-02-03"),
        (np.datetime64("2024-02-03T04:05"), "2024-02-03 04:05:00"),
        (pd.Timestamp("2024-02-03 04:05:06.000000007"), "2024-02-03 04:05:06"),
        (pd.Timestamp("2024-02-03 04:05:06.25"), "2024-02-03 04:05:06.250000"),
        (pd.Timestamp("2024-02-03", tz="UTC"), "2024-02-03 00:00:00+00:00"),
        (pd.Timedelta(0), "00:00:00"),
        (pd.Timedelta("1 days"), "1 day"),
        (pd.Timedelta("12 days 00:00:00.000000001"), "12 days"),
        (pd.Timedelta("1500 days 06:07:08"), "1,500 days 06:07:08"),
        (pd.Timedelta("250ms"), "00:00:00.25"),
        (-pd.Timedelta("90min"), "-01:30:00"),
        (np.timedelta64(90, "m"), "01:30:00"),
        (pd.Series([1, 2]), "2 values"),
        (np.zeros((2, 3)), "6 values"),
        (pd.DataFrame({"a": range(1000)}), "1,000 rows × 1 column"),
    ],
)
def test_text_of_a_value(value, text):
    assert value_text(value) == text
