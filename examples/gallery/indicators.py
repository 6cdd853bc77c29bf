"""Indicators as plain functions of arrays, for use with `Strategy.I`.

All of them return one value per bar, or a tuple of such lines, and look back only. Bars before the
first full window are NaN. "Wilder's average" of n bars is the exponential average with the weight
1/n for the newest value.
"""

import numpy as np
import pandas as pd


def sma(values, n):
    """Mean of the last n values."""
    return pd.Series(values).rolling(n).mean()


def ema(values, n):
    """Exponential average with weight 2 / (n + 1), shown from the n-th value on."""
    return pd.Series(values).ewm(span=n, adjust=False, min_periods=n).mean()


def wma(values, n):
    """Mean of the last n values with weights 1, 2 … n, the newest heaviest."""
    weights = np.arange(1, n + 1) / (n * (n + 1) / 2)
    return pd.Series(values).rolling(n).apply(lambda window: float(window @ weights), raw=True)


def hull(values, n):
    """WMA over sqrt(n) of (2 WMA(n/2) - WMA(n))."""
    return wma(2 * wma(values, n // 2) - wma(values, n), int(np.sqrt(n)))


def deviation(values, n):
    """Standard deviation of the last n values (divided by n)."""
    return pd.Series(values).rolling(n).std(ddof=0)


def zscore(values, n):
    """(value - SMA) / standard deviation, both over n values."""
    values = pd.Series(values)
    return (values - sma(values, n)) / deviation(values, n).replace(0, np.nan)


def momentum(values, n):
    """Percentage change over n bars: 100 (value / value n bars ago - 1)."""
    return 100 * pd.Series(values).pct_change(n)


def volatility(values, n):
    """Sample standard deviation of the last n logarithmic returns."""
    return np.log(pd.Series(values)).diff().rolling(n).std()


def rsi(values, n=14):
    """100 U / (U + D); U and D are Wilder's averages of the rises and falls from bar to bar."""
    change = pd.Series(values).diff()
    up = wilder(change.clip(lower=0), n)
    down = wilder(-change.clip(upper=0), n)
    return 100 * up / (up + down)


def wilder(values, n):
    """Wilder's average of n values."""
    return pd.Series(values).ewm(alpha=1 / n, adjust=False, min_periods=n).mean()


def true_range(high, low, close):
    """Largest of high - low, |high - previous close| and |low - previous close|."""
    high, low, previous = pd.Series(high), pd.Series(low), pd.Series(close).shift()
    spans = pd.concat([high - low, (high - previous).abs(), (low - previous).abs()], axis=1)
    return spans.max(axis=1)


def atr(high, low, close, n=14):
    """Wilder's average of the true range."""
    return wilder(true_range(high, low, close), n)


def bollinger(values, n=20, width=2.0):
    """Lower band, middle and upper band: SMA and SMA -/+ `width` standard deviations."""
    middle = sma(values, n)
    offset = width * deviation(values, n)
    return middle - offset, middle, middle + offset


def keltner(high, low, close, n=20, width=2.0):
    """Lower and upper band: EMA of the close -/+ `width` average true ranges."""
    middle = ema(close, n)
    offset = width * atr(high, low, close, n)
    return middle - offset, middle + offset


def macd(values, fast=12, slow=26, smooth=9):
    """MACD line, the difference of two EMAs, and signal line, the EMA of that."""
    line = ema(values, fast) - ema(values, slow)
    return line, line.ewm(span=smooth, adjust=False, min_periods=smooth).mean()


def donchian(high, low, n=20):
    """Highest high and lowest low of the last n bars, the current one included."""
    return pd.Series(high).rolling(n).max(), pd.Series(low).rolling(n).min()


def stochastic(high, low, close, n=14, smooth=3):
    """%K = 100 (close - lowest low) / (highest high - lowest low), and %D = SMA(%K)."""
    top, bottom = donchian(high, low, n)
    fast = 100 * (pd.Series(close) - bottom) / (top - bottom).replace(0, np.nan)
    return fast, sma(fast, smooth)


def adx(high, low, close, n=14):
    """+DI, -DI and ADX, Wilder's average of 100 |+DI - -DI| / (+DI + -DI).

    +DI is 100 times the averaged upward movement over the average true range: a bar moves upward
    by its high's rise if that is positive and more than its low's fall; -DI is the mirror image.
    """
    rise, fall = pd.Series(high).diff(), -pd.Series(low).diff()
    span = atr(high, low, close, n)
    plus = 100 * wilder(rise.where((rise > fall) & (rise > 0), 0.0), n) / span
    minus = 100 * wilder(fall.where((fall > rise) & (fall > 0), 0.0), n) / span
    return plus, minus, wilder(100 * (plus - minus).abs() / (plus + minus), n)


def supertrend(high, low, close, n=10, width=3.0):
    """Line and direction (1 up, -1 down): mid-price -/+ `width` ATR.

    In an uptrend the line is the lower band and only rises, until the close falls below it; then
    it is the upper band and only falls, until the close rises above it.
    """
    high, low, close = np.asarray(high), np.asarray(low), np.asarray(close)
    offset = width * atr(high, low, close, n).to_numpy()
    lower, upper = (high + low) / 2 - offset, (high + low) / 2 + offset
    line, direction = np.full(len(close), np.nan), np.full(len(close), np.nan)
    side, level = 1.0, -np.inf
    for i in range(n, len(close)):
        if side > 0:
            level = max(level, lower[i])
            if close[i] < level:
                side, level = -1.0, upper[i]
        else:
            level = min(level, upper[i])
            if close[i] > level:
                side, level = 1.0, lower[i]
        line[i], direction[i] = level, side
    return line, direction


def session_vwap(index, high, low, close, volume):
    """Mean of (high + low + close) / 3 weighted with volume, since the start of the day."""
    days = index.normalize()
    typical = pd.Series((high + low + close) / 3, index)
    volume = pd.Series(volume, index)
    traded = (typical * volume).groupby(days).cumsum()
    return (traded / volume.groupby(days).cumsum()).to_numpy()


def on_balance_volume(close, volume):
    """Running sum of volume, counted positive on bars that rose and negative on bars that fell."""
    return (np.sign(pd.Series(close).diff().fillna(0)) * pd.Series(volume)).cumsum()


def ribbon(values, *lengths):
    """One EMA per length, as the rows of a matrix."""
    return np.array([ema(values, n) for n in lengths])
