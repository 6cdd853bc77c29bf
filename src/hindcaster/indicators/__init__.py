"""Technical indicators: `import hindcaster.indicators as ta`, then ``ta.rsi(candles, 14)``.

An indicator takes candles, an array of shape (n, 6): time, open, close, high, low, volume. It also
takes a DataFrame with columns Open, High, Low, Close and Volume, and those that need one price of
a bar take a single series of numbers. It gives the value of the last bar, or of all bars with
``sequential=True``; in `Strategy.I` that is the default.

>>> import hindcaster.indicators as ta
>>> from hindcaster.test import GOOG
>>> round(float(ta.sma(GOOG, 20)), 3)
786.958
>>> ta.sma(GOOG, 20, sequential=True).shape
(2148,)
"""

from hindcaster.indicators.adaptive_averages import *
from hindcaster.indicators.bars import *
from hindcaster.indicators.clouds import *
from hindcaster.indicators.dispersion import *
from hindcaster.indicators.filters import *
from hindcaster.indicators.following import *
from hindcaster.indicators.momentum import *
from hindcaster.indicators.moving_averages import *
from hindcaster.indicators.oscillators import *
from hindcaster.indicators.predictors import *
from hindcaster.indicators.prices import *
from hindcaster.indicators.rates import *
from hindcaster.indicators.recursive_averages import *
from hindcaster.indicators.squeezes import *
from hindcaster.indicators.statistics import *
from hindcaster.indicators.stops import *
from hindcaster.indicators.strength import *
from hindcaster.indicators.trend import *
from hindcaster.indicators.turnover import *
from hindcaster.indicators.volatility import *
from hindcaster.indicators.volume import *
from hindcaster.indicators.window_averages import *
