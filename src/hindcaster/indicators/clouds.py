"""The Ichimoku cloud of all bars; that of the last bar alone is with the other trends."""

from typing import NamedTuple

from hindcaster import errors
from hindcaster._types import FloatArray
from hindcaster.indicators._call import Period, Prices, Values, high_low_close, indicator
from hindcaster.indicators._series import shifted
from hindcaster.indicators.kernels import windows

__all__ = ["ichimoku_cloud_seq"]


class IchimokuCloud(NamedTuple):
    """Values of `ichimoku_cloud_seq`."""

    conversion_line: Values
    base_line: Values
    span_a: Values
    span_b: Values
    lagging_line: Values
    future_span_a: Values
    future_span_b: Values


@indicator()
def ichimoku_cloud_seq(
    candles: Prices,
    conversion_line_period: Period = 9,
    base_line_period: Period = 26,
    lagging_line_period: Period = 52,
    displacement: Period = 26,
    sequential: bool = False,
) -> IchimokuCloud:
    """Ichimoku cloud of all bars.

    The spans are those of `displacement` bars before, the future spans those of the bar. The
    lagging line is the close of ``displacement - 1`` bars before. Source: G. Hosoda, 1969.

    Parameters
    ----------
    conversion_line_period, base_line_period, lagging_line_period : int, default 9, 26 and 52
        Number of bars of the two lines, and of span b.
    displacement : int, default 26
        How many bars the spans are drawn ahead.
    """
    needed = lagging_line_period + displacement
    if len(candles) < needed:
        raise errors.too_few_candles("ichimoku_cloud_seq", needed, len(candles))
    high, low, close = high_low_close(candles)

    def middle(bars: int) -> FloatArray:
        line: FloatArray = windows.rolling_max(high, bars) + windows.rolling_min(low, bars)
        return line / 2.0

    conversion, base = middle(conversion_line_period), middle(base_line_period)
    span_a, span_b = (conversion + base) / 2.0, middle(lagging_line_period)
    return IchimokuCloud(
        conversion,
        base,
        shifted(span_a, displacement),
        shifted(span_b, displacement),
        shifted(close, displacement - 1),
        span_a,
        span_b,
    )
