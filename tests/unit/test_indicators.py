"""What holds for every indicator: signature, input, warm-up cut, last value, no look-ahead."""

from __future__ import annotations

import json
import pickle
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hindcaster.indicators as ta
from hindcaster import Backtest, Strategy
from hindcaster._candles import get_candle_source, warm_up_candles
from hindcaster.indicators._call import REGISTRY, Indicator

from ..parity.indicators.make_signatures import signatures

ROWS = 330
SIGNATURES = json.loads(
    (Path(__file__).parents[1] / "parity/golden/indicator_signatures_jesse_3.5.3.json").read_text()
)
CUT_BY_THEMSELVES = {
    "rsmk": "always looks at 240 rows",
    "support_resistance_with_breaks": "tells of breaks of the first of all rows",
}
TOLD_IN_WORDS = {
    "ma": "the averages it calls have their formulas",
    "er": "a double sum is easier to say than to write in a line",
    "minmax": "comparisons with all bars around",
}
ALL = pytest.mark.parametrize("known", REGISTRY.values(), ids=lambda known: known.name)


def draw_candles(seed: int, rows: int = ROWS) -> np.ndarray:
    draw = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(draw.normal(0, 0.01, rows)))
    opening = np.concatenate([[100.0], close[:-1]])
    high = np.maximum(opening, close) * (1 + np.abs(draw.normal(0, 0.004, rows)))
    low = np.minimum(opening, close) * (1 - np.abs(draw.normal(0, 0.004, rows)))
    hours = 1_600_000_000_000.0 + np.arange(rows) * 3_600_000
    volume = draw.uniform(10, 1000, rows)
    return np.column_stack([hours, opening, close, high, low, volume])


CANDLES, BENCHMARK = draw_candles(1), draw_candles(2)


def frame_of(candles: np.ndarray) -> pd.DataFrame:
    columns = {"Open": 1, "High": 3, "Low": 4, "Close": 2, "Volume": 5}
    index = pd.to_datetime(candles[:, 0], unit="ms")
    return pd.DataFrame({name: candles[:, i] for name, i in columns.items()}, index=index)


def call(known: Indicator, candles: Any, benchmark: Any = BENCHMARK, **arguments: Any) -> Any:
    if len(known.prices) == 2:
        return known.function(candles, benchmark, **arguments)
    return known.function(candles, **arguments)


def values(known: Indicator, candles: Any, benchmark: Any = BENCHMARK) -> list[np.ndarray]:
    """Values of all bars, an array for each field; empty if there is only the last bar's."""
    if known.sequential is None:
        return []
    result = call(known, candles, benchmark, sequential=True)
    return [np.asarray(field) for field in (result if known.fields else (result,))]


def alike(ours: Any, others: Any) -> bool:
    """Whether two results are the same to the bit, NaN with NaN."""
    if isinstance(ours, tuple):
        return type(ours) is type(others) and all(map(alike, ours, others))
    first, second = np.asarray(ours), np.asarray(others)
    if first.dtype.kind == "O":
        return str(first.tolist()) == str(second.tolist())
    return np.array_equal(first, second, equal_nan=first.dtype.kind == "f")


# ---------------------------------------------------------------------- signature


def test_signatures_are_those_that_scripts_call() -> None:
    ours = signatures(ta)
    assert ours == SIGNATURES
    assert set(ours) == set(REGISTRY)


@ALL
def test_all_parameters_and_fields_are_documented(known: Indicator) -> None:
    text = known.function.__doc__
    assert text is not None
    section = text.partition("Parameters\n----------\n")[2].partition("\n\n")[0]
    lines = section.splitlines()
    named = [
        name.strip()
        for line in lines
        if not line.startswith(" ")
        for name in line.partition(" : ")[0].split(",")
    ]
    assert named[0] == known.prices[0]
    assert sorted(named) == sorted([*known.prices, *known.parameters])
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        assert line.startswith(" ") or below.strip(), f"{line} is not explained"
    assert all(field in text for field in known.fields)


def test_docstrings_are_of_the_functions_that_users_see() -> None:
    assert ta.macd.__name__ == "macd"
    assert ta.macd.__module__ == "hindcaster.indicators.momentum"
    assert pickle.loads(pickle.dumps(ta.macd)) is ta.macd


def test_results_can_be_pickled() -> None:
    result = ta.macd(CANDLES)
    assert pickle.loads(pickle.dumps(result)) == result


@pytest.mark.parametrize(
    ("arguments", "keywords", "error", "text"),
    [
        ((CANDLES,), {"period": 0}, ValueError, "sma: period must be 1 or more, got 0"),
        ((CANDLES,), {"period": 2.5}, TypeError, "sma: period must be a whole number, got 2.5"),
        ((CANDLES, "a"), {}, TypeError, "period must be a whole number"),
        ((CANDLES, 2**31), {}, ValueError, "sma: period must be 2147483647 or less"),
        ((CANDLES,), {"length": 3}, TypeError, "unexpected keyword argument 'length'"),
        ((CANDLES, 5), {"period": 5}, TypeError, "multiple values"),
        ((), {}, TypeError, "candles"),
        ((CANDLES, 5, "typical"), {}, ValueError, "source_type must be one of close"),
        ((None,), {}, TypeError, "got NoneType"),
        (("prices",), {}, TypeError, "got str"),
        ((np.zeros((5, 4)),), {}, ValueError, r"got \(5, 4\)"),
        ((np.zeros((0, 6)),), {}, ValueError, "candles is empty"),
        ((frame_of(CANDLES).drop(columns="Low"),), {}, ValueError, "no column Low"),
    ],
)
def test_mistakes_are_named(
    arguments: tuple[Any, ...], keywords: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        ta.sma(*arguments, **keywords)


def test_numbers_of_any_kind_are_the_same_argument() -> None:
    expected = ta.bollinger_bands(CANDLES, 20, 2)
    assert ta.bollinger_bands(CANDLES, np.int32(20), 2.0) == expected
    assert ta.bollinger_bands(CANDLES, 20.0, np.float32(2), devdn=2) == expected


@pytest.mark.parametrize("matype", [7, 8, 19, 40, -1])
def test_kinds_of_averages_that_are_not_there_are_refused(matype: int) -> None:
    with pytest.raises(ValueError, match="ma: matype must be one of 0, 1, 2"):
        ta.ma(CANDLES, matype=matype)


@pytest.mark.parametrize("matype", [24, 29])
def test_averages_by_volume_need_candles(matype: int) -> None:
    for smoothed in ({"slowk_matype": matype}, {"slowd_matype": matype}):
        with pytest.raises(ValueError, match=r"stoch: slow._matype must be one of 0, 1"):
            ta.stoch(CANDLES, **smoothed)
    assert np.isfinite(ta.ma(CANDLES, matype=matype))
    with pytest.raises(ValueError, match="weighs by volume"):
        ta.ma(CANDLES[:, 2], matype=matype)


# ---------------------------------------------------------------------- input


@ALL
def test_frames_and_integers_give_what_candles_give(known: Indicator) -> None:
    expected = call(known, CANDLES)
    frame, benchmark = frame_of(CANDLES), frame_of(BENCHMARK)
    assert alike(call(known, frame, benchmark), expected)
    assert alike(call(known, frame.rename(columns=str.lower), benchmark), expected)
    whole = np.round(CANDLES * 100)
    assert alike(call(known, whole.astype(np.int64)), call(known, whole))


@ALL
def test_series_give_what_candles_give_or_are_refused(known: Indicator) -> None:
    source = known.parameters.get("source_type", "close")
    series = get_candle_source(CANDLES, source)
    if not known.takes_series:
        with pytest.raises(ValueError, match=f"{known.name} needs more than one price of each bar"):
            call(known, series)
        return
    if known.name in ("vwma", "vwmacd"):
        return  # a series has no volume: they weigh all bars the same
    arguments = {} if known.sequential is None else {"sequential": True}
    with warm_up_candles(0):
        expected = call(known, CANDLES, **arguments)
    assert alike(call(known, series, **arguments), expected)
    assert alike(call(known, pd.Series(series), **arguments), expected)
    assert alike(call(known, series.tolist(), **arguments), expected)


@ALL
def test_prices_are_never_changed(known: Indicator) -> None:
    candles, benchmark = CANDLES.copy(), BENCHMARK.copy()
    call(known, candles, benchmark)
    values(known, candles, benchmark)
    assert np.array_equal(candles, CANDLES)
    assert np.array_equal(benchmark, BENCHMARK)


def test_strategies_get_the_values_of_all_bars() -> None:
    seen = {}

    class Uses(Strategy):
        def init(self) -> None:
            self.rsi = self.I(ta.rsi, self.data.Close, 14)
            self.bands = self.I(ta.bollinger_bands, self.data.Close, 20, devup=3)
            self.atr = self.I(ta.atr, self.data, period=10)
            self.volume = self.I(ta.obv, self.data.df)

        def next(self) -> None:
            seen[len(self.data)] = (self.rsi[-1], *self.bands[:, -1], self.atr[-1])

    strategy = Backtest(frame_of(CANDLES), Uses).run()._strategy
    assert strategy.rsi.name == "rsi(C,14)"
    assert np.array_equal(strategy.rsi, ta.rsi(CANDLES, sequential=True), equal_nan=True)
    assert np.array_equal(strategy.volume, ta.obv(CANDLES, sequential=True))
    with warm_up_candles(0):
        last = (ta.rsi(CANDLES), *ta.bollinger_bands(CANDLES, devup=3), ta.atr(CANDLES, 10))
    assert seen[ROWS] == last


def test_strategies_keep_every_indicator_that_has_values_of_all_bars() -> None:
    class Keeps(Strategy):
        def init(self) -> None:
            data = self.data.df
            self.kept = {
                known.name: self.I(known.function, *[data] * len(known.prices))
                for known in REGISTRY.values()
                if known.sequential is not None
            }

        def next(self) -> None: ...

    kept = Backtest(frame_of(CANDLES), Keeps).run()._strategy.kept
    assert len(kept) == 168
    for name, values_kept in kept.items():
        fields = len(REGISTRY[name].fields)
        assert values_kept.shape == ((fields, ROWS) if fields else (ROWS,)), name
        assert values_kept.dtype.kind in "fb", name
    hull = ta.hull_suit(CANDLES, sequential=True)
    assert np.isnan(kept["hull_suit"][2][:2]).all()
    assert np.array_equal(kept["hull_suit"][2][2:] > 0, hull.signal[2:] == "buy")
    squeeze = ta.squeeze_momentum(CANDLES)
    assert np.array_equal(kept["squeeze_momentum"][2][1:], squeeze.momentum_signal)


@pytest.mark.parametrize("name", ["stiffness", "ttm_squeeze", "hurst_exponent"])
def test_strategies_cannot_keep_what_there_is_of_the_last_bar_only(name: str) -> None:
    class Keeps(Strategy):
        def init(self) -> None:
            self.I(getattr(ta, name), self.data.df)

        def next(self) -> None: ...

    with pytest.raises(RuntimeError, match=f"{name} gives the value of the last bar only"):
        Backtest(frame_of(CANDLES), Keeps).run()


def test_strategies_may_still_ask_for_the_last_value_only() -> None:
    class Asks(Strategy):
        def init(self) -> None:
            self.I(ta.rsi, self.data.Close, sequential=False)

        def next(self) -> None: ...

    with pytest.raises(ValueError, match="as long as the data"):
        Backtest(frame_of(CANDLES), Asks).run()


@ALL
def test_docstrings_give_a_formula_or_its_source(known: Indicator) -> None:
    told, _, parameters = (known.function.__doc__ or "").partition("Parameters\n")
    assert parameters
    formulas = [
        text for text in re.findall(r"``([^`]+)``", told) if re.search(r"[Σ*/+(]|. - .", text)
    ]
    bars_only = [text for text in formulas if re.fullmatch(r"\w*period [+-] \d", text)]
    assert "Source: " in told or len(formulas) > len(bars_only) or known.name in TOLD_IN_WORDS


# ---------------------------------------------------------------------- warm-up cut and last value


@ALL
def test_last_values_are_of_the_last_rows_only(known: Indicator) -> None:
    if known.name in CUT_BY_THEMSELVES:
        return
    for count in (0, 200, 240, 1000):
        arguments = {} if known.sequential is None else {"sequential": False}
        with warm_up_candles(count):
            cut = call(known, CANDLES, **arguments)
        with warm_up_candles(0):
            expected = call(known, CANDLES[-count:], BENCHMARK[-count:], **arguments)
        assert alike(cut, expected), count


@ALL
def test_last_value_is_that_of_the_last_bar(known: Indicator) -> None:
    if known.name == "minmax" or known.name in CUT_BY_THEMSELVES:
        return  # minmax tells of an earlier bar: its own test
    for field, whole in zip_fields(known):
        expected = whole[-1]
        if field is None:
            assert np.isnan(expected)
        else:
            assert alike(field, expected)


def zip_fields(known: Indicator) -> list[tuple[Any, np.ndarray]]:
    with warm_up_candles(0):
        last = call(known, CANDLES, **({} if known.sequential is None else {"sequential": False}))
    whole = values(known, CANDLES)
    return list(zip(last if known.fields else (last,), whole, strict=False))


def test_extremes_of_the_last_bar_are_those_of_some_bars_ago() -> None:
    found = 0
    for end in range(8, 200):
        last, whole = ta.minmax(CANDLES[:end], 2), ta.minmax(CANDLES[:end], 2, sequential=True)
        assert alike(last.is_min, whole.is_min[end - 3])
        assert alike(last.last_max, whole.last_max[-1])
        found += not np.isnan(last.is_min)
    assert found > 20


def test_series_are_cut_by_ma_only() -> None:
    series = CANDLES[:, 2]
    assert ta.ma(series, 100, 1) == ta.ema(CANDLES, 100)
    assert ta.ma(series, 100, 1, sequential=True)[-1] == ta.ema(series, 100)
    assert ta.ema(series, 100) == ta.ema(series, 100, sequential=True)[-1]
    assert ta.ema(CANDLES, 100) == ta.ema(CANDLES[-240:], 100, sequential=True)[-1]
    assert ta.ema(CANDLES, 100) != ta.ema(series, 100)


def test_every_thread_has_its_own_cut() -> None:
    seen = []
    with warm_up_candles(100):
        other = threading.Thread(target=lambda: seen.append(ta.ema(CANDLES, 50)))
        other.start()
        other.join()
        inside = ta.ema(CANDLES, 50)
    assert seen == [ta.ema(CANDLES[-240:], 50)]
    assert inside == ta.ema(CANDLES[-100:], 50)


# ---------------------------------------------------------------------- no look-ahead


@ALL
def test_values_do_not_depend_on_later_bars(known: Indicator) -> None:
    whole = values(known, CANDLES)
    changed, other = CANDLES.copy(), BENCHMARK.copy()
    changed[-1, 1:] *= [1.5, 1.7, 2.0, 0.5, 3.0]
    other[-1, 1:] *= 0.8
    later = values(known, changed, other)
    shorter = values(known, CANDLES[:-1], BENCHMARK[:-1])
    for field, of_changed, of_shorter in zip(whole, later, shorter, strict=True):
        bars = len(field) - 1
        kept = alike(field[:bars], of_changed[:bars]) and alike(field[:bars], of_shorter)
        if not known.looks_ahead:
            assert kept
    if known.looks_ahead:
        cuts = [(end, values(known, CANDLES[:end], BENCHMARK[:end])) for end in range(200, 230)]
        assert not all(
            alike(f[:end], cut)
            for end, fields in cuts
            for f, cut in zip(whole, fields, strict=True)
        )


def test_indicators_that_look_ahead_are_listed_with_the_reason() -> None:
    ahead = {known.name for known in REGISTRY.values() if known.looks_ahead}
    assert ahead == {"dx", "er", "mab", "minmax", "rma"}


# ---------------------------------------------------------------------- few and undefined bars


@ALL
def test_few_bars_give_as_many_values(known: Indicator) -> None:
    for rows in (1, 2, 3, 7, 20, 60):
        few, benchmark = CANDLES[:rows], BENCHMARK[:rows]
        if known.name == "ichimoku_cloud_seq":
            with pytest.raises(ValueError, match="needs 78 candles or more"):
                call(known, few)
            continue
        call(known, few, benchmark)
        wanted = (rows, rows - 1) if known.name == "squeeze_momentum" else (rows,)
        assert all(len(field) in wanted for field in values(known, few, benchmark))


@ALL
@pytest.mark.parametrize("kind", [np.nan, np.inf, 0.0, -5.0])
def test_prices_that_mean_nothing_do_not_crash(known: Indicator, kind: float) -> None:
    broken = CANDLES.copy()
    broken[[0, 1, 150, ROWS - 1], 1:] = kind
    call(known, broken)
    assert len(values(known, broken)) == len(values(known, CANDLES))


@pytest.mark.parametrize("rows", [1, 4, 8, 60, 241])
@pytest.mark.parametrize("period", [1, 2, 8, 60])
def test_latest_value_of_candles_is_the_last_of_all_values(rows, period):
    """The call that strategies make on every bar has a way of its own."""
    candles = np.random.default_rng(rows).random((rows, 6)) + 100
    if rows == 60:
        candles[10, 2] = np.nan
    for count in (0, 10, 240):
        with warm_up_candles(count):
            latest, spelled = ta.ema(candles, period), ta.ema(candles, period, "close")
        np.testing.assert_array_equal(latest, spelled)
        assert type(latest) is type(spelled)


def forms_of(candles: np.ndarray) -> dict[str, Any]:
    """The same candles in memory of other forms."""
    wide, spread = np.full((len(candles), 9), np.nan), np.full((2 * len(candles), 6), np.nan)
    wide[:, :6], spread[::2] = candles, candles
    locked = candles.copy()
    locked.setflags(write=False)
    return {
        "columns one after the other": np.asfortranarray(candles),
        "with more columns": wide,
        "columns of a wider array": wide[:, :6],
        "every second row": spread[::2],
        "backwards": candles[::-1].copy()[::-1],
        "bytes in the other order": candles.astype(candles.dtype.newbyteorder()),
        "not to be written": locked,
        "of a class of its own": candles.view(type("Kept", (np.ndarray,), {})),
        "objects": candles.astype(object),
        "lists": candles.tolist(),
    }


@ALL
def test_candles_in_memory_of_any_form_give_the_same_values(known: Indicator) -> None:
    """Also where the arguments are known already, so that little is looked at."""
    every = {} if known.sequential is None else {"sequential": True}
    last, whole = call(known, CANDLES), call(known, CANDLES, **every)
    for form, candles in forms_of(CANDLES).items():
        assert alike(call(known, candles), last), form
        assert alike(call(known, candles, **every), whole), form


@ALL
def test_what_are_no_candles_is_refused_where_arguments_are_known(known: Indicator) -> None:
    call(known, CANDLES)
    for none in (CANDLES[:, :5], CANDLES[:, :1], CANDLES[:0], CANDLES[None], "prices", None):
        with pytest.raises((ValueError, TypeError), match=known.name):
            call(known, none)


@pytest.mark.parametrize("rows", [1, 2])
def test_single_rows_may_have_any_stride(rows: int) -> None:
    """NumPy takes a single row for contiguous whatever its stride is."""
    spread = np.full((rows, 3, 6), 7.0)
    spread[:, 0] = CANDLES[:rows]
    for values_of in (ta.typprice, ta.medprice, ta.bop):
        expected = values_of(CANDLES[:rows].copy())
        assert values_of(spread[:, 0]) == expected
        assert values_of(CANDLES[: 2 * rows : 2]) == values_of(CANDLES[: 2 * rows : 2].copy())


def test_arguments_that_cannot_be_kept_are_refused_by_name() -> None:
    ta.sma(CANDLES)
    for _ in range(2):
        with pytest.raises(TypeError, match="sma: period must be a whole number"):
            ta.sma(CANDLES, [5])


def test_more_arguments_than_are_kept_give_their_own_values() -> None:
    whole = np.array([ta.sma(CANDLES, period) for period in range(1, 241)] * 2)
    means = [CANDLES[-period:, 2].mean() for period in range(1, 241)] * 2
    np.testing.assert_allclose(whole, means, rtol=1e-12)
    scaled = [
        ta.marketfi(CANDLES),
        *[ta.bollinger_bands(CANDLES, 20, k / 8)[0] for k in range(600)],
    ]
    again = [ta.marketfi(CANDLES), *[ta.bollinger_bands(CANDLES, 20, k / 8)[0] for k in range(600)]]
    assert scaled == again
    assert (np.diff(scaled[1:]) > 0.0).all()


@pytest.mark.parametrize("price", [0.1, 33.3, 100.0, 123.456, 54321.123])
def test_the_score_of_equal_prices_is_undefined(price: float) -> None:
    candles = CANDLES.copy()
    candles[50:, 1:5] = price
    for period in (2, 5, 14, 30):
        for matype in (0, 1, 2):
            score = ta.zscore(candles, period, matype, sequential=True)
            assert np.isfinite(score[period - 1 : 50]).all()
            if matype != 1:
                assert np.isnan(score[49 + period :]).all()
            if matype == 0:
                by_mean_distance = ta.zscore(candles, period, devtype=1, sequential=True)
                assert np.isnan(by_mean_distance[48 + 2 * period :]).all()


def test_an_anchor_that_is_no_text_is_a_day() -> None:
    expected = ta.vwap(CANDLES, anchor="D")
    assert ta.vwap(CANDLES, anchor=["W"]) == ta.vwap(CANDLES, anchor=None) == expected
    assert ta.vwap(CANDLES, anchor="W") != expected
