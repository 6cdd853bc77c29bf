"""What a picture shows, as plain data: no Bokeh in here."""

import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest

from hindcaster import Strategy
from hindcaster.plotting.aggregation import groups_behind, groups_by_rule, groups_to_draw
from hindcaster.plotting.curves import landmarks_of, smoothed
from hindcaster.plotting.indicators import level_of
from hindcaster.plotting.info import picture_of
from hindcaster.plotting.options import Options
from hindcaster.plotting.scores import panels_of
from tests.unit.helpers import frame, run

TRADE = {2: lambda s: s.buy(size=1, tag="first"), 4: lambda s: s.position.close()}


def minutes(count, step="min"):
    index = pd.date_range("2024-01-01", periods=count, freq=step)
    data = frame([100.0] * count, freq=None).set_index(index)
    data["Close"] = 100 + np.arange(count) % 7
    data["High"], data["Low"] = data["Close"].clip(lower=100), 100.0
    data["Volume"] = 1
    return data


def picture(data, script=None, **options):
    data = data.assign(Volume=data.get("Volume", np.nan))
    stats = run(data, script)
    return picture_of(data, stats, Options(**options))


def landmarks(equity, index=None):
    equity = np.array(equity, float)
    drawdown = 1 - equity / np.maximum.accumulate(equity)
    index = pd.date_range("2024-01-01", periods=len(equity)) if index is None else index
    return landmarks_of(equity, drawdown, index)


def test_computing_needs_no_bokeh():
    code = "import sys, hindcaster.plotting.info; print('bokeh' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


class TestLandmarks:
    def test_longest_fall_ends_where_a_line_crosses_the_level_of_its_peak(self):
        marks = landmarks([10, 8, 9, 13, 14, 13, 15])
        assert marks.longest.start == 0
        assert marks.longest.end == 3
        assert marks.longest.back == 2.25
        assert marks.longest.duration == "3 days"
        assert (marks.peak, marks.final, marks.deepest) == (6, 6, 1)

    def test_fall_that_lasts_to_the_end(self):
        assert landmarks([10, 12, 11, 11]).longest[:3] == (1, 3, 3.0)

    def test_fall_in_the_last_bar_only(self):
        assert landmarks([10, 12, 11]).longest[:3] == (1, 2, 2.0)

    def test_no_fall(self):
        assert landmarks([10, 11, 12]).longest is None
        assert landmarks([10]).longest is None

    def test_bankruptcy(self):
        marks = landmarks([10, 0, 0, 0])
        assert marks.deepest == 1
        assert marks.longest[:3] == (0, 3, 3.0)

    @pytest.mark.parametrize(
        ("freq", "expected"), [("D", "3 days"), ("h", "03:00:00"), ("12h", "1 days 12:00:00")]
    )
    def test_duration_in_words(self, freq, expected):
        index = pd.date_range("2024-01-01", periods=5, freq=freq)
        assert landmarks([10, 9, 9, 11, 12], index).longest.duration == expected

    def test_duration_of_numbered_bars(self):
        assert landmarks([10, 9, 9, 11], pd.RangeIndex(4)).longest.duration == "3 bars"

    def test_smoothing_keeps_exits_and_landmarks(self):
        equity = np.array([10, 11, 15, 12, 9, 10, 11, 30, 31], float)
        marks = landmarks(equity)
        kept = smoothed(equity, np.array([6]), marks)
        assert kept[[0, 2, 4, 6, 7, 8]].tolist() == [10, 15, 9, 11, 30, 31]
        assert kept[1] == 12.5

    def test_smoothing_keeps_both_bars_beside_the_recovery(self):
        equity = np.array([10, 20, 14, 16, 13, 17, 19, 23, 21, 24], float)
        marks = landmarks(equity)
        assert marks.longest[:2] == (1, 7)
        kept = smoothed(equity, np.array([9]), marks)
        assert kept[[0, 1, 4, 6, 7, 9]].tolist() == [10, 20, 13, 19, 23, 24]
        assert (kept[2], kept[5], kept[8]) == (pytest.approx(20 - 7 / 3), 16, 23.5)


class TestGroups:
    def test_few_bars_stay_as_they_are(self):
        assert groups_to_draw(minutes(10_000).index, True) is None
        assert groups_to_draw(minutes(20_000).index, False) is None

    @pytest.mark.parametrize(
        ("count", "step", "rule"),
        [
            (20_000, "min", "5min"),  # one minute would leave them as they are
            (30_000, "min", "5min"),
            (20_000, "s", "1min"),
            (11_000, "D", "1W"),
            (12_000, "h", "2h"),
        ],
    )
    def test_length_of_candles(self, count, step, rule):
        index = pd.date_range("2000-01-01", periods=count, freq=step)
        assert groups_to_draw(index, True).text == rule

    def test_numbered_bars_are_grouped_by_number(self):
        groups = groups_to_draw(pd.RangeIndex(25_000), True)
        assert groups.text == "3 bars"
        assert len(groups.starts) == 8334
        assert groups.labels[0] == 2
        assert groups.labels[-1] == 24_999

    def test_empty_groups_are_left_out(self):
        index = pd.to_datetime(["2024-01-01 10:05", "2024-01-01 10:50", "2024-01-01 15:10"])
        groups = groups_by_rule(index, "h", "resample")
        assert groups.starts.tolist() == [0, 2]
        assert groups.ends.tolist() == [1, 2]
        assert groups.labels.hour.tolist() == [11, 16]
        assert groups.of(np.array([0, 1, 2])).tolist() == [0, 0, 1]

    def test_values_of_groups(self):
        index = pd.date_range("2024-01-01", periods=4, freq="30min")
        groups = groups_by_rule(index, "h", "resample")
        values = np.array([1.0, np.nan, np.nan, np.nan])
        assert groups.total(values)[0] == 1
        assert np.isnan(groups.total(values)[1])
        assert groups.mean(values)[0] == 1
        assert np.isnan(groups.mean(values)[1])

    def test_bad_frequency_is_named(self):
        with pytest.raises(ValueError, match="resample='soon' is no pandas frequency"):
            groups_to_draw(minutes(9).index, "soon")

    def test_frequency_that_is_far_too_fine(self):
        index = pd.date_range("2000-01-01", periods=300, freq="D")
        with pytest.raises(ValueError, match="much finer"):
            groups_to_draw(index, "1ms")

    @pytest.mark.parametrize(
        ("step", "rule"), [("D", "ME"), ("h", "D"), ("min", "h"), ("s", "min")]
    )
    def test_larger_candles_behind(self, step, rule):
        index = pd.date_range("2024-01-01", periods=300, freq=step)
        groups, problem = groups_behind(index, True)
        assert groups.text == rule
        assert not problem

    @pytest.mark.parametrize("step", ["ME", "YE", "QE"])
    def test_nothing_is_larger_than_months(self, step):
        groups, problem = groups_behind(pd.date_range("2000-01-31", periods=30, freq=step), True)
        assert groups is None
        assert "superimpose=False" in problem

    def test_upsampling_is_refused(self):
        with pytest.raises(ValueError, match="upsampling"):
            groups_behind(pd.date_range("2024-01-01", periods=30, freq="D"), "h")

    def test_same_period_warns(self):
        groups, problem = groups_behind(pd.date_range("2024-01-01", periods=30, freq="D"), "D")
        assert groups is None
        assert "not longer" in problem

    def test_numbered_or_single_bars_have_nothing_behind(self):
        assert groups_behind(pd.RangeIndex(5), True) == (None, "")
        assert groups_behind(pd.date_range("2024", periods=1), True) == (None, "")


class TestPicture:
    def test_aggregated_bars(self):
        data = minutes(30_000)
        shown = picture(data, TRADE)
        reference = data.resample("5min", label="right").agg(
            {"Open": "first", "High": "max", "Low": "min", "Close": "last", "Volume": "sum"}
        )
        for name, column in reference.items():
            np.testing.assert_array_equal(shown.candles.columns[name], column)
        assert shown.candles.times[0] == reference.index[0].value / 1e6
        assert "30,000 bars are drawn as 6,000 candles of 5min" in shown.note
        assert any("too many candlesticks" in text for text in shown.warnings)

    def test_chosen_length_does_not_warn(self):
        shown = picture(minutes(60), TRADE, resample="10min", superimpose=False)
        assert shown.candles.count == 6
        assert shown.warnings == []

    def test_trades_that_end_in_a_candle_become_one(self):
        script = {
            2: lambda s: s.buy(size=1),
            4: lambda s: s.position.close(),
            6: lambda s: s.sell(size=3),
            8: lambda s: s.position.close(),
            21: lambda s: s.buy(size=2, tag="later"),
            31: lambda s: s.position.close(),
        }
        data = minutes(60)
        stats = run(data, script)
        trades = picture_of(data, stats, Options(resample="10min")).trades
        table = stats._trades
        assert trades.count.tolist() == [2, 1]
        assert trades.exit.tolist() == [0, 3]
        assert trades.entry.tolist() == [0, 2]
        assert trades.size.tolist() == [-2, 2]
        assert trades.pnl.tolist() == [table.PnL[:2].sum(), table.PnL[2]]
        weighted = np.average(table.ReturnPct[:2], weights=[1, 3])
        assert trades.returns[0] == pytest.approx(weighted)
        assert trades.entry_price[0] == pytest.approx(table.EntryPrice[:2].mean())
        assert trades.tag == ["", "later"]

    def test_marks_keep_the_values_that_candles_do_not_show(self):
        data = minutes(60)
        data.loc[data.index[25], ["High", "Close"]] = 500
        script = {2: lambda s: s.buy(size=1), 50: lambda s: s.position.close()}
        stats = run(data, script)
        peak = picture_of(data, stats, Options(resample="10min", relative_equity=False)).equity.peak
        assert peak.value == stats["Equity Peak [$]"]
        assert peak.at == 2

    def test_returns_start_at_zero(self):
        rows = [10, 10, 10, 12, 12]
        for relative, expected in ((True, "Peak (0%)"), (False, "Peak ($2)")):
            shown = picture(frame(rows), TRADE, plot_return=True, relative_equity=relative)
            assert shown.returns.values[0] == 0
            assert shown.returns.peak.label == expected
        assert shown.equity.peak.label == "Peak ($10,002)"

    def test_local_time_is_shown(self):
        data = frame([10, 11, 12, 13, 14], freq=None)
        data.index = pd.date_range("2024-01-01 09:30", periods=5, freq="h", tz="America/New_York")
        times = picture(data).candles.times
        assert pd.Timestamp(times[0], unit="ms") == pd.Timestamp("2024-01-01 09:30")

    def test_labels_of_numbered_bars(self):
        data = frame([10, 11, 12], freq=None)
        assert picture(data).candles.labels is None
        assert picture(data.set_index(pd.RangeIndex(5, 8))).candles.labels == ["5", "6", "7"]

    def test_no_trades_no_equity(self):
        shown = picture(frame([10] * 5), plot_return=True, plot_drawdown=True)
        assert shown.equity is None
        assert shown.returns is None
        assert not shown.profits
        assert shown.drawdown[1].value == 0

    def test_volume_is_left_out_without_values(self):
        assert not picture(frame([10] * 5)).volume
        assert picture(minutes(5)).volume

    def test_buy_and_hold_starts_after_the_warm_up(self):
        data = frame([10, 10, 20, 40, 40, 40])
        data["Volume"] = np.nan
        stats = run(data, TRADE)
        shown = picture_of(data, stats, Options(plot_buy_hold=True), warmup=2)
        assert shown.equity.buy_hold.tolist() == [1, 1, 1, 2, 2, 2]

    def test_orders_that_came_to_nothing(self):
        script = {
            2: lambda s: s.buy(size=10**6),
            3: lambda s: s.buy(limit=9.5, tag="low").cancel(),
            4: lambda s: s.buy(size=1, sl=5, tp=50),
            6: lambda s: s.position.close(),
        }
        shown = picture(frame([10] * 9), script, plot_orders=True).orders
        assert shown.rejected == [True, False]
        assert shown.candle.tolist() == [1, 2]
        assert shown.price.tolist() == [10, 9.5]
        assert shown.columns["Tag"] == ["", "low"]
        assert picture(frame([10] * 9), script).orders is None

    def test_orders_far_from_the_prices_are_drawn_where_they_were_placed(self):
        script = {3: lambda s: s.buy(limit=2).cancel()}
        shown = picture(frame([10, 10, 11, 12]), script, plot_orders=True).orders
        assert shown.price.tolist() == [11]
        assert shown.columns["Limit"].tolist() == [2]


class TestIndicators:
    def shown(self, *indicators, **options):
        class Several(Strategy):
            def init(self):
                for values, arguments in indicators:
                    self.I(lambda values=values: values, **arguments)

            def next(self):
                pass

        return picture(frame([10.0] * 5), Several, **options)

    def test_overlays_and_sections(self):
        shown = self.shown(
            (np.full(5, 11.0), {"name": "near"}),
            (np.full(5, 99.0), {"name": "far"}),
            (np.full(5, 99.0), {"name": "hidden", "plot": False}),
            (np.full(5, 9.0), {"name": "pale", "plot": False}),
            (np.full(5, 88.0), {"name": "last"}),
            (np.full((2, 5), 9.0), {"name": "forced", "overlay": [True, False]}),
        )
        assert [one.rows[0].label for one in shown.overlays] == ["near", "pale", "forced"]
        assert [one.muted for one in shown.overlays] == [False, True, False]
        assert [one.rows[0].label for one in shown.sections] == ["far", "last"]
        assert [row.column for row in shown.overlays[2].rows] == ["forced_5_0", "forced_5_1"]

    def test_reversed(self):
        two = ((np.full(5, 99.0), {"name": "a"}), (np.full(5, 99.0), {"name": "b"}))
        shown = self.shown(*two, reverse_indicators=True)
        assert [one.rows[0].label for one in shown.sections] == ["b", "a"]

    def test_truth_values_are_drawn_and_texts_are_not(self):
        shown = self.shown(
            (np.array([True, False, True, False, True]), {"name": "yes"}),
            (np.array(list("abcde")), {"name": "letters"}),
        )
        assert shown.sections[0].rows[0].values.tolist() == [1, 0, 1, 0, 1]
        assert len(shown.sections) == 1
        assert shown.warnings == ["Indicator 'letters' is not drawn: it has no numbers."]

    def test_colours_are_cycled_and_names_are_of_rows(self):
        shown = self.shown(
            (np.full((3, 5), 99.0), {"name": ["a", "b", "c"], "color": ["red", "blue"]})
        )
        rows = shown.sections[0].rows
        assert [row.label for row in rows] == ["a", "b", "c"]
        assert [row.color for row in rows] == ["red", "blue", "red"]

    def test_braces_do_not_end_the_name_of_a_column(self):
        shown = self.shown((np.full(5, 99.0), {"name": ["a}}b{{c"]}))
        assert shown.sections[0].rows[0].column == "a)b(c_0_0"

    @pytest.mark.parametrize(
        ("mean", "drawn"),
        [(0.05, True), (0.2, False), (0.46, True), (0.56, False), (53, True), (-97, True),
         (204, True), (150, False), (np.nan, False)],
    )  # fmt: skip
    def test_level_through_the_middle(self, mean, drawn):
        level = level_of(np.array([mean, mean]))
        assert (level is not None) == drawn


class TestResults:
    def test_of_other_data(self):
        stats = run(frame([10] * 5))
        with pytest.raises(AssertionError, match="other data"):
            picture_of(frame([10] * 6).assign(Volume=1), stats, Options())

    def test_in_part(self):
        stats = run(frame([10] * 5))
        with pytest.raises(ValueError, match="lacks _strategy, _equity_curve, _trades"):
            picture_of(frame([10] * 5), stats[["Start"]], Options())
        with pytest.raises(TypeError, match="results must be"):
            picture_of(frame([10] * 5), {}, Options())


@pytest.mark.parametrize(
    ("option", "error"),
    [
        ({"theme": "pink"}, ValueError),
        ({"resources": "server"}, ValueError),
        ({"plot_width": 0}, ValueError),
        ({"plot_width": "wide"}, ValueError),
        ({"filename": 5}, TypeError),
        ({"resample": 5}, TypeError),
        ({"superimpose": None}, TypeError),
    ],
)
def test_bad_options_are_named(option, error):
    with pytest.raises(error, match=next(iter(option))):
        Options(**option)


class TestScores:
    def heatmap(self):
        index = pd.MultiIndex.from_product([[2, 10], ["x"], [0.5, 0.1]], names=["n", "kind", "p"])
        return pd.Series([1.0, 4.0, np.nan, 2.0], index, name="SQN")

    def test_a_panel_for_every_pair(self):
        panels = panels_of(self.heatmap(), "max")
        assert [panel.names for panel in panels] == [("n", "kind"), ("n", "p"), ("kind", "p")]

    def test_values_in_order_and_the_best_of_them(self):
        panel = panels_of(self.heatmap(), "mean")[1]
        assert panel.factors == (["2", "10"], ["0.1", "0.5"])
        cells = dict(zip(zip(panel.xs, panel.ys, strict=True), panel.values, strict=True))
        assert cells["2", "0.1"] == 4
        assert np.isnan(cells["10", "0.5"])
        assert (panel.xs[panel.best], panel.ys[panel.best]) == ("2", "0.1")

    def test_other_parameters_are_aggregated(self):
        panel = panels_of(self.heatmap(), "mean")[0]
        assert panel.values.tolist() == [2.5, 2.0]

    def test_one_parameter(self):
        index = pd.MultiIndex.from_arrays([[3, 1]], names=["n"])
        (panel,) = panels_of(pd.Series([5.0, 6.0], index), "max")
        assert panel.xs == ["1", "3"]
        assert panel.values.tolist() == [6, 5]

    def test_values_of_several_kinds(self):
        index = pd.MultiIndex.from_arrays([[1, "1", None], [1, 2, 3]], names=["a", "b"])
        (panel,) = panels_of(pd.Series([1.0, 2.0, 3.0], index), "max")
        assert len(set(panel.factors[0])) == 3


def test_nothing_is_printed_or_warned_for_plain_data(capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shown = picture(frame([10, 11, 9, 12, 13, 12, 14]), TRADE)
    assert shown.note == ""
    assert shown.warnings == []
    assert capsys.readouterr().out == ""
