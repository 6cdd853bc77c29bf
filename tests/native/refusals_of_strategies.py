"""Refused attributes of the strategy, its data, its account and its class."""

from __future__ import annotations

from .refused import Case

KEPT = "numbers, texts, enum members, orders, trades or typed NumPy arrays"
TAGS = "numbers or texts as tags"

OWN = [
    Case("oco is 'group'", "«self.buy(stop=200.0, oco='group')»", "an order made in next()"),
    Case("the strategy has no attribute missing", "«self.missing»", "set it in init()"),
    Case("self._account is internal", "«self._account»", "the public attributes of Strategy"),
    Case(
        "self._data is internal",
        "if not self.flag:\n    «self._data = 1»",
        "another name",
    ),
    Case(
        "`value` of an object of type Box is computed",
        "self.level = «self.box.value»",
        "numbers on the strategy",
        top="class Box:\n    @property\n    def value(self):\n        return 1.0\n\nbox = Box()\n",
        init="self.box = box",
    ),
    Case(
        "an attribute of an object of type Box",
        "self.level = «self.box.value»",
        "numbers on the strategy",
        top="class Box:\n    def __getattr__(self, name):\n        return 1.0\n\nbox = Box()\n",
        init="self.box = box",
    ),
    Case(
        "the array self.window shares its memory with another attribute",
        "«self.window[0]» = 1.0\nself.level = self.other[0]",
        "arrays of their own",
        init="self.other = self.window",
    ),
    Case(
        "self.half holds values of type float32",
        "self.level = «self.half»[-1]",
        "an indicator of floats, integers (int64) or booleans",
        init="self.half = self.I(np.float32, self.data.Close)",
    ),
    Case(
        "self.objects holds values of type object",
        "self.flag = «self.objects»[-1] == 1.0",
        "an indicator of floats, integers (int64) or booleans",
        init="self.objects = self.I(lambda: np.array(self.data.Close, object), overlay=True)",
    ),
    Case(
        "an array of type float64 with 3 dimensions",
        "self.level = «self.cube»[0, 0, 0]",
        "arrays of one dimension with floats, integers (int64) or booleans",
        init="self.cube = np.zeros((2, 2, 2))",
    ),
    Case(
        "an array of type <U1 with 1 dimensions",
        "self.flag = «self.letters»[0] == 'a'",
        "arrays of one dimension with floats, integers (int64) or booleans",
        init="self.letters = np.array(['a', 'b'])",
    ),
    Case(
        "self.grid is an array that next() assigns, of type float64",
        "«self.grid = self.grid»",
        "np.zeros(n) or another plain array of one dimension with floats, int64 or bools",
        init="self.grid = np.zeros((2, 2))",
    ),
    Case(
        "self.items holds list objects and is assigned in next()",
        "«self.items = self.items»",
        "numbers, texts, enum members, typed NumPy arrays",
    ),
    Case(
        "self.items holds list objects and is assigned in next()",
        "«self.items += [1]»",
        "numbers, texts, enum members, typed NumPy arrays",
    ),
    Case("unpacking with * is not supported", "self.items = [«*self.items», 1]", "separate names"),
    Case(
        "self.table holds dict objects and is assigned in next()",
        "«self.table = self.table»",
        "numbers, texts, enum members, typed NumPy arrays",
    ),
    Case("self.position is a property", "«self.position = 1»", "another name"),
    Case("self.buy is a method", "«self.buy = 1»", "another name"),
    Case("self.band is an indicator and cannot be assigned", "«self.band = 1»", "another name"),
    Case(
        "a computed time is kept on the strategy",
        "«self.until = self.data.index[-1] + pd.Timedelta(days=1)»",
        "the time of a bar",
    ),
    Case(
        "self.recent becomes an array in next()",
        "«self.recent = self.data.Close[-3:]»",
        "create the array in init()",
    ),
    Case("a tuple is kept on the strategy", "«self.pair = (1, 2)»", KEPT),
    Case("an object of type dict is kept on the strategy", "«self.sizes = TABLE»", KEPT),
    Case(
        "a function is kept on the strategy",
        "«self.rule = self.fixed»",
        KEPT,
        members="""
        @staticmethod
        def fixed():
            return 1
        """,
    ),
    Case(
        "`value` of a text or enum that changes while bars are worked",
        """
        self.side = Side.SHORT
        self.units = «self.side.value»
        """,
        "compare it with its members, or keep a number",
    ),
    Case(
        "a text or enum is compared with a scalar",
        """
        self.side = Side.SHORT
        self.flag = «self.side == self.level»
        """,
    ),
]

DATA = [
    Case("self.data.df is a pandas object", "«self.data.df»", "self.data.Close and other columns"),
    *(
        Case(
            f"`.{name}` is a pandas object",
            f"«self.data.Close.{name}»",
            "the series itself, and NumPy functions",
        )
        for name in ("s", "df", "to_series")
    ),
    *(
        Case(
            f"column {name!r} holds values of type {kind}",
            f"self.flag = «self.data.{name}»[-1] == self.level",
            f"floats, int64 or booleans: data[{name!r}] = data[{name!r}].astype(float)",
        )
        for name, kind in (("Text", "object"), ("Half", "float32"))
    ),
    Case(
        "a column is chosen at run time",
        """
        self.text = "High" if self.flag else "Low"
        self.level = «self.data[self.text]»[-1]
        """,
        "a literal name",
    ),
    Case(
        "an index of str",
        "self.flag = «self.data.index[-1]» == 'bar 003'",
        "a DatetimeIndex or numbers",
        index="texts",
    ),
    Case(
        "the index has times that nanoseconds cannot express",
        "self.units = «self.data.index[-1]».hour",
        index="far",
    ),
]

ACCOUNT = [
    Case("self.position has no attribute price", "«self.position.price»"),
    Case("orders have no attribute status", "order = self.buy()\n«order.status»"),
    Case(
        "`exit_time` of a trade is not supported in compiled code",
        """
        if not self.position:
            self.buy(size=1)
        for trade in self.trades:
            if «trade.exit_time» is None:
                self.level = 2.0
        """,
    ),
    Case(
        "`sl` of an order is assigned",
        "order = self.buy(size=1)\n«order.sl = 50.0»",
        "attributes of the strategy",
    ),
    Case("`count` of a sequence is not supported in compiled code", "«self.trades.count»(1)"),
    Case(
        "tags of several sorts are read",
        """
        self.buy(size=1, tag=1)
        self.buy(size=1, tag="a")
        for order in self.orders:
            self.flag = «order.tag» == 1
        """,
        "tags that are all numbers, or all constant texts, none of them placed in init()",
    ),
    Case("the tag is an object of type dict", "«self.buy(size=1, tag=TABLE)»", TAGS),
    Case("the tag is an array", "«self.buy(size=1, tag=self.window)»", TAGS),
    Case("the tag is a time", "«self.buy(size=1, tag=self.data.index[-1])»", TAGS),
    Case(
        "an array stands where a price is needed",
        "«self.buy(size=1, sl=self.window)»",
        "one of its elements",
    ),
    Case(
        "a series stands where a price is needed",
        """
        if not self.position:
            self.buy(size=1)
        for trade in self.trades:
            «trade.sl = self.data.Low»
        """,
        "one of its elements",
    ),
    Case(
        "sequences of several sorts are put together",
        "self.units = len(«self.orders + self.trades»)",
        "two loops",
    ),
]
