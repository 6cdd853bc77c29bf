"""Indicators that weigh prices by volume."""

import numpy as np

from hindcaster._candles import VOLUME
from hindcaster.indicators._call import (
    Period,
    Prices,
    Values,
    column,
    high_low_close,
    indicator,
    none_for_nan,
    source,
)
from hindcaster.indicators._prices import anchor_length, price_instead_of
from hindcaster.indicators._series import change
from hindcaster.indicators.kernels import lines, recursive, trend, windows

__all__ = ["ad", "adosc", "efi", "emv", "kvo", "marketfi", "mfi", "vwap"]


@indicator(compiled=True)
def ad(candles: Prices, sequential: bool = False) -> Values:
    """Accumulation/distribution line: volume so far, by where in its range each bar closed.

    A bar counts ``((c - l) - (h - c)) / (h - l) * v``, 0 where high and low are the same.
    Source: M. Chaikin.
    """
    return trend.accumulated(candles)


@indicator(compiled=True)
def adosc(
    candles: Prices, fast_period: Period = 3, slow_period: Period = 10, sequential: bool = False
) -> Values:
    """Chaikin's oscillator: a fast exponential average of `ad` less a slow one.

    Source: M. Chaikin.
    """
    line = trend.accumulated(candles)
    fast = recursive.exponential(line, 2.0 / (fast_period + 1.0))
    return lines.minus(fast, recursive.exponential(line, 2.0 / (slow_period + 1.0)))


@indicator(compiled=True)
def efi(
    candles: Prices, period: Period = 13, source_type: str = "close", sequential: bool = False
) -> Values:
    """Elder's force index: exponential average of the price's change times volume.

    NaN for the first `period` bars. Source: A. Elder, "Trading for a Living", 1993.
    """
    force = lines.times(change(source(candles, source_type), 1), column(candles, VOLUME))
    return recursive.late_exponential(force, 2.0 / (period + 1.0), period)


@indicator(compiled=True)
def emv(candles: Prices, length: Period = 14, div: int = 10000, sequential: bool = False) -> Values:
    """Ease of movement: mean of the change of the middle price by volume per range.

    0 for the first bars. Source: R. Arms, "Volume Cycles in the Stock Market", 1983.

    Parameters
    ----------
    div : int, default 10000
        Factor of the result: volume is divided by it.
    """
    out = windows.full_mean(trend.ease_of_moves(candles, float(div)), length)
    return lines.filled(out, length - 1, 0.0)


@indicator(quiet=True)
def kvo(
    candles: Prices, short_period: Period = 34, long_period: Period = 55, sequential: bool = False
) -> Values:
    """Klinger's volume oscillator: a short exponential average of the volume force less a long one.

    NaN if there are fewer bars than either.
    Source: S. Klinger, "Identifying Trends with Volume Analysis", 1997.
    """
    high, low, _ = high_low_close(candles)
    if len(high) < max(short_period, long_period):
        return np.full(len(high), np.nan)
    force = trend.volume_force(source(candles, "hlc3"), high - low, column(candles, VOLUME))
    short = recursive.exponential(force, 2.0 / (short_period + 1.0))
    return short - recursive.exponential(force, 2.0 / (long_period + 1.0))


@indicator(compiled=True)
def marketfi(candles: Prices, sequential: bool = False) -> Values:
    """Market facilitation index: range of the bar by its volume.

    Source: B. Williams, "Trading Chaos", 1995.
    """
    return trend.range_by_volume(candles)


@indicator(quiet=True)
def mfi(candles: Prices, period: Period = 14, sequential: bool = False) -> Values:
    """Money flow index: turnover of rising bars as a share of that of rising and falling ones.

    100 where no bar fell. Source: G. Quong and A. Soudack, 1989.
    """
    typical = source(candles, "hlc3")
    turnover = typical * candles[:, VOLUME]
    moves = change(typical, 1)
    rising = windows.rolling_sum(np.where(moves > 0.0, turnover, 0.0), period)
    falling = windows.rolling_sum(np.where(moves < 0.0, turnover, 0.0), period)
    return 100.0 - 100.0 / (1.0 + np.where(falling == 0.0, np.inf, rising / falling))


@indicator(last=none_for_nan, compiled=True)
def vwap(
    candles: Prices, source_type: str = "hlc3", anchor: str = "D", sequential: bool = False
) -> Values:
    """Volume weighted average price since the anchor's last beginning.

    ``Σ v x / Σ v`` over the bars since. Source: S. Berkowitz, D. Logue and E. Noser, 1988.

    A `source_type` of 'volume' is taken for 'hlc3'.

    Parameters
    ----------
    anchor : {'m', 'h', '4h', '12h', 'D', 'W'}, default 'D'
        What begins anew: minute, hour, four or twelve hours, day, or week (from Thursday), in
        UTC. 'M' and 'H' are minute and hour too; any other text is taken for a day.
    """
    x = source(candles, price_instead_of(source_type, ("volume",), "hlc3"))
    return trend.anchored_mean(candles, x, anchor_length(anchor))
