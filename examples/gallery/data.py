"""The data sets on which the gallery's strategies run."""

from functools import cache

import numpy as np
import pandas as pd

from hindcaster.test import BTCUSD, EURUSD, GOOG


@cache
def goog() -> pd.DataFrame:
    """Return daily bars of Google, 2004 to 2013."""
    return GOOG


@cache
def eurusd() -> pd.DataFrame:
    """Return hourly bars of EUR/USD."""
    return EURUSD


@cache
def btcusd() -> pd.DataFrame:
    """Return monthly bars of BTC/USD."""
    return BTCUSD


@cache
def minutes() -> pd.DataFrame:
    """Return ten sessions of minute bars without time zone."""
    return random_sessions("2024-03-04", sessions=10, seed=11)


@cache
def minutes_new_york() -> pd.DataFrame:
    """Return ten sessions of minute bars in New York time, with a change of clocks between."""
    return random_sessions("2024-03-04", sessions=10, seed=12, tz="America/New_York")


@cache
def goog_with_signals() -> pd.DataFrame:
    """Return daily bars of Google with a random signal and a random sentiment beside them."""
    frame = GOOG.copy()
    random = np.random.default_rng(5)
    frame["My signal"] = random.choice([-1, 0, 1], len(frame), p=[0.04, 0.92, 0.04])
    frame["sentiment"] = pd.Series(random.normal(size=len(frame))).ewm(span=15).mean().to_numpy()
    return frame


def random_sessions(
    start: str, *, sessions: int, seed: int, tz: str | None = None, first_price: float = 100.0
) -> pd.DataFrame:
    """Make minute bars, 9:30 to 16:00 on business days, that walk at random from a seed.

    Volume and range are larger near the open and the close, as on a stock exchange.
    """
    random = np.random.default_rng(seed)
    minute = np.arange(390)
    days = pd.bdate_range(start, periods=sessions)
    times = [day + pd.Timedelta(hours=9, minutes=30 + int(m)) for day in days for m in minute]
    busy = np.tile(0.6 + ((minute - 195) / 195) ** 2, sessions)
    returns = 0.0006 * busy * random.standard_t(4, len(times))
    returns[::390] += random.normal(0, 0.004, sessions)
    close = first_price * np.exp(np.cumsum(returns))
    opened = np.r_[first_price, close[:-1]] * (1 + 0.0001 * random.normal(size=len(times)))
    wicks = 0.0004 * busy * np.abs(random.normal(size=(2, len(times))))
    frame = pd.DataFrame(
        {
            "Open": opened,
            "High": np.maximum(opened, close) * (1 + wicks[0]),
            "Low": np.minimum(opened, close) * (1 - wicks[1]),
            "Close": close,
        },
        index=pd.DatetimeIndex(times, tz=tz),
    ).round(2)
    frame["Volume"] = random.poisson(2_000 * busy)
    return frame


DATA = {
    "GOOG daily": goog,
    "GOOG daily with signals": goog_with_signals,
    "EURUSD hourly": eurusd,
    "BTCUSD monthly": btcusd,
    "minutes": minutes,
    "minutes, New York time": minutes_new_york,
}
