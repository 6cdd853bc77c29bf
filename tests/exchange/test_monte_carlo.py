"""`monte_carlo_trades` and `monte_carlo_candles`: seeds, workers, callbacks, what they refuse."""

import math

import joblib
import numpy as np
import pytest

from hindcaster import research
from hindcaster.candle_pipelines import (
    BaseCandlesPipeline,
    GaussianNoiseCandlesPipeline,
    GaussianResamplerCandlesPipeline,
    MovingBlockBootstrapCandlesPipeline,
)
from hindcaster.research import PreparedCandles, monte_carlo_candles, monte_carlo_trades
from hindcaster.research.monte_carlo import (
    plot_monte_carlo_candles_chart,
    plot_monte_carlo_trades_chart,
    print_monte_carlo_candles_summary,
    print_monte_carlo_trades_summary,
)
from hindcaster.research.pipelines import changed as changed_rows
from tests.parity.monte_carlo.cases import EXCHANGE, NOISE, arguments, trader

BLOCKS = {
    "candles_pipeline_class": MovingBlockBootstrapCandlesPipeline,
    "candles_pipeline_kwargs": {"batch_size": 400, "seed": 3},
}


def setup(**changes):
    return arguments("hindcaster", 1, 1500, "5m") | changes


def ends(found):
    return [run["metrics"]["finishing_balance"] for run in (found["original"], *found["scenarios"])]


@pytest.fixture(scope="module")
def shuffled():
    return monte_carlo_trades(**setup(), num_scenarios=6)


@pytest.fixture(scope="module")
def changed():
    return monte_carlo_candles(**setup(), **BLOCKS, num_scenarios=4)


def test_the_names_are_those_of_the_reference():
    assert research.monte_carlo.GaussianNoiseCandlesPipeline is GaussianNoiseCandlesPipeline
    assert research.monte_carlo_trades is research.monte_carlo.monte_carlo_trades
    assert research.monte_carlo_candles is research.monte_carlo.monte_carlo_candles


def test_the_original_is_the_backtest(shuffled, changed):
    expected = research.backtest(**setup(), generate_equity_curve=True)
    for found in (shuffled, changed):
        assert found["original"]["metrics"] == pytest.approx(expected["metrics"], nan_ok=True)
        assert found["original"]["equity_curve"] == expected["equity_curve"]
    assert changed["original"]["scenario_index"] == 0


def test_scenarios_have_all_trades_once(shuffled):
    ids = sorted(trade["id"] for trade in shuffled["original"]["trades"])
    for number, scenario in enumerate(shuffled["scenarios"]):
        assert scenario["scenario_index"] == number
        assert sorted(trade["id"] for trade in scenario["trades"]) == ids
        assert scenario["starting_balance"] == 10_000
    assert set(shuffled) == {"original", "scenarios", "confidence_analysis", "num_scenarios",
                             "total_requested", "annualization"}  # fmt: skip


def test_a_scenario_is_a_backtest_with_the_seed_of_its_number(changed):
    kwargs = BLOCKS["candles_pipeline_kwargs"] | {"seed": 3 + 2}
    expected = research.backtest(**setup(), **BLOCKS | {"candles_pipeline_kwargs": kwargs})
    assert changed["scenarios"][2]["metrics"] == pytest.approx(expected["metrics"], nan_ok=True)
    assert [one["scenario_index"] for one in changed["scenarios"]] == [1, 2, 3, 4]


@pytest.mark.parametrize("options", [
    BLOCKS,
    {"candles_pipeline_class": GaussianNoiseCandlesPipeline,
     "candles_pipeline_kwargs": NOISE | {"batch_size": 300}},
    {"candles_pipeline_class": GaussianResamplerCandlesPipeline,
     "candles_pipeline_kwargs": {"batch_size": 300, "sigma": 0.5}},
])  # fmt: skip
def test_workers_change_nothing(options):
    found = []
    for workers in (1, 2):
        np.random.seed(11)  # noqa: NPY002
        with joblib.parallel_config("threading", n_jobs=workers):
            found.append(ends(monte_carlo_candles(**setup(), **options, num_scenarios=4)))
    assert found[0] == found[1]
    assert len(set(found[0])) == 5


def test_other_random_numbers_of_numpy_give_other_candles():
    options = {"candles_pipeline_class": GaussianNoiseCandlesPipeline,
               "candles_pipeline_kwargs": NOISE | {"batch_size": 300}}  # fmt: skip
    found = [ends(monte_carlo_candles(**setup(), **options, num_scenarios=1)) for _ in range(2)]
    assert found[0][0] == found[1][0]
    assert found[0][1] != found[1][1]


def test_a_seed_gives_what_numpys_generator_gives_with_it():
    rows = setup()["candles"][f"{EXCHANGE}-BTC-USDT"]["candles"][:200]
    for kind, options in ((GaussianNoiseCandlesPipeline, NOISE),
                          (GaussianResamplerCandlesPipeline, {})):  # fmt: skip
        np.random.seed(4)  # noqa: NPY002
        made = []
        for extra in ({}, {"seed": 4}):
            pipeline = kind(200, **options, **extra)
            pipeline.last_price = 100.0
            made.append(np.zeros((200, 6)))
            pipeline.process(rows.copy(), made[-1])
        assert np.array_equal(*made)


def test_prepared_candles_give_the_same(changed):
    given = setup()
    prepared = given | {"candles": PreparedCandles(given["candles"])}
    assert ends(monte_carlo_candles(**prepared, **BLOCKS, num_scenarios=4)) == ends(changed)


def test_callbacks_hear_of_each_scenario(capsys):
    told = []

    def hear(scenario):
        told.append(("result", scenario["scenario_index"]))

    both = {"num_scenarios": 2, "progress_callback": told.append, "result_callback": hear}
    monte_carlo_trades(**setup(), **both)
    monte_carlo_candles(**setup(), **BLOCKS, **both)
    assert told == [("result", 0), 1, ("result", 1), 2, ("result", 1), 1, ("result", 2), 2]
    assert capsys.readouterr() == ("", "")


class Idle(trader("hindcaster")):
    def should_long(self):
        return False

    def should_short(self):
        return False


def routes(strategy):
    return [setup()["routes"][0] | {"strategy": strategy}]


def test_without_trades_there_is_nothing_to_shuffle_or_compare():
    with pytest.raises(ValueError, match="no trades"):
        monte_carlo_trades(**setup(routes=routes(Idle)))
    found = monte_carlo_candles(**setup(routes=routes(Idle)), **BLOCKS, num_scenarios=2)
    assert found["scenarios"] == []
    assert found["num_scenarios"] == 0
    assert found["confidence_analysis"] == {"error": "No simulation results to analyze"}


HIGHEST = setup()["candles"][f"{EXCHANGE}-BTC-USDT"]["candles"][:, 2].max()


class Touchy(trader("hindcaster")):
    def should_long(self):
        if self.price > HIGHEST:
            raise ArithmeticError("too high")
        return super().should_long()


def test_scenarios_that_raise_are_left_out():
    calm = setup(routes=routes(Touchy))
    with pytest.warns(UserWarning, match="of 6 scenarios raised an error and are left out"):
        found = monte_carlo_candles(**calm, **BLOCKS, num_scenarios=6)
    assert 0 < found["num_scenarios"] < found["total_requested"] == 6


class Broken(BaseCandlesPipeline):
    def process(self, original_1m_candles, out):
        raise ArithmeticError("no candles today")


def test_what_is_wrong_in_all_scenarios_is_raised():
    with pytest.raises(ArithmeticError, match="no candles today"):
        monte_carlo_candles(**setup(), num_scenarios=2, candles_pipeline_class=Broken,
                            candles_pipeline_kwargs={"batch_size": 100})  # fmt: skip
    with pytest.raises(TypeError, match="batch_size"):
        monte_carlo_candles(**setup(), candles_pipeline_class=MovingBlockBootstrapCandlesPipeline)


@pytest.mark.parametrize("function", [monte_carlo_trades, monte_carlo_candles])
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"num_scenarios": 0}, ValueError),
        ({"num_scenarios": 1.5}, TypeError),
        ({"cpu_cores": -1}, ValueError),
        ({"cpu_cores": "all"}, TypeError),
    ],
)
def test_wrong_numbers_are_named(function, given, error):
    with pytest.raises(error, match=next(iter(given))):
        function(**setup(), **given)


def test_summaries_are_tables(shuffled, changed, capsys):
    print_monte_carlo_trades_summary(shuffled)
    print_monte_carlo_candles_summary(changed)
    text = capsys.readouterr().out
    assert "Simulations: 6" in text
    assert "Valid scenarios: 4" in text
    rate = changed["confidence_analysis"]["metrics"]["win_rate"]["original"]
    assert f"Win Rate (%)          | {100 * rate:.1f}%" in text
    assert "   Metric           | Original | Worst 5% | Median" in text


def test_charts_are_images_under_the_folder(shuffled, changed, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    first = plot_monte_carlo_trades_chart(shuffled)
    second = plot_monte_carlo_candles_chart(changed, charts_folder=tmp_path / "new" / "folder")
    again = plot_monte_carlo_candles_chart(changed, charts_folder=tmp_path / "new" / "folder")
    assert first.startswith(str(tmp_path / "charts" / "monte_carlo_trades_chart_"))
    assert len({first, second, again}) == 3
    for path in (first, second, again):
        with open(path, "rb") as file:
            assert file.read(8) == b"\x89PNG\r\n\x1a\n"
    assert capsys.readouterr().out == ""
    with pytest.raises(ValueError, match="'original' is missing"):
        plot_monte_carlo_trades_chart({"scenarios": []})


def test_short_candles_have_no_ratios_but_an_analysis():
    found = monte_carlo_trades(**arguments("hindcaster", 1, 300, "5m"), num_scenarios=3)
    metric = found["confidence_analysis"]["metrics"]["sharpe_ratio"]
    assert math.isnan(metric["original"])
    assert metric["p_value"] == 0
    assert metric["simulations"]["count"] == 3


def test_a_shorter_last_batch_of_noise_opens_within_the_batch_before():
    rows = setup()["candles"][f"{EXCHANGE}-BTC-USDT"]["candles"][:25]
    pipeline = GaussianNoiseCandlesPipeline(10, **NOISE, seed=1)
    made = changed_rows({"BTC-USDT": rows}, {"BTC-USDT": pipeline})["BTC-USDT"]
    assert made[0, 1] == rows[0, 1]
    assert made[10, 1] == made[9, 2]
    assert made[20, 1] == made[14, 2]  # five rows: the close of row five of the batch before
    again = changed_rows({"BTC-USDT": rows}, {"BTC-USDT": pipeline})["BTC-USDT"]
    assert again[0, 1] == rows[0, 1]
