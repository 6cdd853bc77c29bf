"""Made-up candles; the rows with a seed were observed with Jesse 3.5.3."""

import random

import numpy as np
import pytest

from hindcaster import research
from hindcaster.research import candles_from_close_prices, fake_candle, fake_range_candles

START = 1_609_459_200_000.0
MINUTE = 60_000.0


def test_candles_from_closes_open_at_the_previous_close():
    random.seed(1)
    candles = candles_from_close_prices([10, 12, 11.5, 11.5])
    assert candles.dtype == np.float64
    assert candles.tolist() == [
        [START, 9.5, 10.0, 10.0, 9.5, 30.0],
        [START + MINUTE, 10.0, 12.0, 12.0, 10.0, 126.0],
        [START + 2 * MINUTE, 12.0, 11.5, 12.0, 11.5, 194.0],
        [START + 3 * MINUTE, 11.5, 11.5, 11.5, 11.5, 115.0],
    ]


@pytest.mark.parametrize(
    "prices", [(1, 2), range(1, 3), np.array([1.0, 2.0]), (x for x in (1, 2)), [np.int8(1), 2]]
)
def test_closes_can_be_any_row_of_numbers(prices):
    assert candles_from_close_prices(prices)[:, 2].tolist() == [1, 2]


def test_missing_and_no_closes():
    candles = candles_from_close_prices([1, float("nan"), 2])
    assert candles[:, 2] == pytest.approx([1, np.nan, 2], nan_ok=True)
    assert candles[1, 3] == candles[1, 4] == 1
    assert candles_from_close_prices([]).shape == (0, 6)


@pytest.mark.parametrize("prices", ["12", ["12"], None, 5, np.ones((2, 2)), [[1, 2], [3]]])
def test_closes_that_are_no_row_of_numbers_are_refused(prices):
    with pytest.raises(TypeError, match="prices must be"):
        candles_from_close_prices(prices)


def test_course_of_fake_candles_repeats_with_the_seed():
    random.seed(5)
    course = [fake_candle(reset=True), fake_candle(), fake_candle(), fake_candle()]
    assert np.array(course).tolist() == [
        [START - MINUTE, 95.0, 101.0, 101.0, 94.0, 89.0],
        [START, 101.0, 102.0, 102.0, 100.0, 60.0],
        [START + MINUTE, 102.0, 106.0, 106.0, 101.0, 84.0],
        [START + 2 * MINUTE, 106.0, 107.0, 107.0, 105.0, 21.0],
    ]


def test_attributes_replace_values_of_one_candle_only():
    before = fake_candle(reset=True)
    changed = fake_candle({"timestamp": 7, "close": 5.0, "high": 1, "unknown": 3})
    after = fake_candle({})
    assert changed[[0, 2, 3]].tolist() == [7, 5, 1]
    assert changed[1] == before[2]
    assert after[0] == before[0] + 2 * MINUTE
    assert 1 <= after[1] - changed[1] <= 8


def test_range_starts_anew_and_is_continued():
    random.seed(3)
    candles = fake_range_candles(3)
    assert candles.tolist() == [
        [START, 95.0, 103.0, 103.0, 94.0, 81.0],
        [START + MINUTE, 103.0, 105.0, 105.0, 102.0, 78.0],
        [START + 2 * MINUTE, 105.0, 106.0, 106.0, 104.0, 61.0],
    ]
    assert fake_candle()[[0, 1]].tolist() == [START + 3 * MINUTE, 106.0]
    assert fake_range_candles(np.int64(2)).shape == (2, 6)
    assert fake_range_candles(0).shape == (0, 6)


def test_fake_candles_continue_after_those_from_closes():
    random.seed(3)
    candles_from_close_prices([1])
    assert fake_candle().tolist() == [START + MINUTE, 95.0, 103.0, 103.0, 94.0, 81.0]


@pytest.mark.parametrize("count", [2.5, "2", True, None])
def test_number_of_candles_is_whole(count):
    with pytest.raises(TypeError, match="count must be a whole number"):
        fake_range_candles(count)


def test_mistaken_arguments_leave_the_course_alone():
    before = fake_candle(reset=True)
    with pytest.raises(ValueError, match="count must be 0 or more"):
        fake_range_candles(-1)
    with pytest.raises(TypeError, match="attributes must be a dict"):
        fake_candle([1, 2])
    assert fake_candle()[0] == before[0] + MINUTE


def test_research_exports_its_candle_makers():
    makers = {"candles_from_close_prices", "fake_candle", "fake_range_candles"}
    assert makers <= set(research.__all__)
