"""Small helpers of strategies and research scripts: `import hindcaster.helpers as jh`.

>>> import hindcaster.helpers as jh
>>> jh.key("Binance", "BTC-USDT"), jh.timeframe_to_one_minutes("4h")
('Binance-BTC-USDT', 240)
"""

from hindcaster.helpers.arrays import *
from hindcaster.helpers.collections import *
from hindcaster.helpers.environment import *
from hindcaster.helpers.numbers import *
from hindcaster.helpers.sides import *
from hindcaster.helpers.symbols import *
from hindcaster.helpers.texts import *
from hindcaster.helpers.times import *
