"""Refused operators, functions, arrays and times."""

from __future__ import annotations

from .refused import Case

NUMBERS = "use numbers, and series by their elements, such as self.data.Close[-1]"
POSITIONAL = "positional arguments without axis, dtype or out"
ARGUMENTS = "these arguments of a NumPy function are not supported in compiled code"
IN_INIT = "compute it in init() with self.I, or on single elements"
TUPLES = "attributes, tuples of numbers, typed NumPy arrays"
TYPED = "typed NumPy arrays made in init(), such as self.window = np.zeros(10)"

OPERATORS = [
    Case(
        "an array stands where a number is needed",
        "self.level = «max(self.window, 1.0)»",
        NUMBERS,
    ),
    Case("a tuple stands where a number is needed", "self.level = «self.items * 2»", NUMBERS),
    Case(
        "a tuple stands where a number is needed", "self.items = «self.items + self.units»", NUMBERS
    ),
    Case("'a' stands where a number is needed", "self.flag = «self.text + 'b'» == 'ab'", NUMBERS),
    Case("an object of type dict stands where a number is needed", "«self.table + 1»", NUMBERS),
    Case(
        "arithmetic on NumPy booleans has rules of its own",
        "self.level = «self.data.Up[-1] + self.data.Up[-1]»",
        "convert them with int(...) first",
    ),
    Case("`&` is supported for booleans and integers only", "self.units = «self.level & 1»"),
    Case("NumPy has no negative of a boolean", "self.level = «-self.data.Up[-1]»", "use `not`"),
    Case(
        "`~` is supported for integers and NumPy booleans only",
        "self.level = «~self.level»",
        "use `not`",
    ),
    Case(
        "a power with a reduction of a series",
        "self.level = «2 ** self.data.Close.max()»",
        "take a float first: float(self.data.Close[-20:].max()) ** 2",
    ),
    Case(
        "a power of a reduction of a series",
        "self.level = «self.data.Close.max() ** 3»",
        "take a float first: float(self.data.Close[-20:].max()) ** 3",
    ),
    Case("`//` on whole arrays of this type", "«self.data.Close // 2»", IN_INIT),
    Case("`**` on whole arrays of this type", "«self.data.Close ** 3»", IN_INIT),
    Case("`&` on whole arrays of this type", "«self.window & 1»", IN_INIT),
    Case("this operator on a whole array is not supported", "«-self.marks»"),
    Case("this operator on a whole array is not supported", "«+self.window»"),
    Case(
        "the truth of a whole array",
        "if «self.window»:\n    self.level = 2.0",
        "use np.any(...) or np.all(...)",
    ),
    Case(
        "a boolean stands where a position is needed",
        "self.level = «self.window[self.flag]»",
        "use int(...)",
    ),
    Case(
        "a float stands where an integer is needed",
        "self.level = «self.window[self.level]»",
        "use int(...)",
    ),
    Case(
        "round() to a number of digits that is no literal from 0 to 22",
        "self.level = «round(self.level, self.units)»",
    ),
    Case(
        "round() to a number of digits that is no literal from 0 to 22",
        "self.level = «round(self.level, -1)»",
    ),
    Case(
        "range() with a step that is no literal",
        "for place in «range(0, 9, self.units)»:\n    pass",
    ),
    Case("a list of a range", "self.units = len(«list(range(3))»)", "a loop over it"),
    Case(
        "numbers of several kinds are sorted",
        "self.level = «sorted((self.level, self.units))»[0]",
        "numbers of one kind",
    ),
]

SLICES = [
    Case(
        "a slice with a step",
        "self.level = «self.data.Close[::2]»[-1]",
        "slices without a step, or [::-1] alone",
    ),
    Case("the index is reversed", "first = «self.data.index[::-1]»", "a loop over positions"),
    Case("a scalar has no elements in compiled code", "self.level = «self.level[0]»"),
    Case(
        "an array is indexed by positions in an array",
        "self.level = «self.window[np.array([1, 2])]»[0]",
        "a loop",
    ),
    Case(
        "an array is selected from by a mask",
        "self.level = «self.window[self.window >= 0]»[0]",
        "np.where, or a loop",
    ),
    Case(
        "several rows at once",
        "self.level = «self.band[(0, 1), -1]»[0]",
        "one row at a time: self.band[0][-1]",
    ),
    Case(
        "a row is chosen at run time",
        "self.level = «self.band[self.units - 3]»[-1]",
        "a literal number",
    ),
    Case("no rows at all", "«self.band[5:, -1]»"),
    Case(
        "a tuple is sliced at run time",
        "self.units = len(«(1, 2, 3)[: self.units]»)",
        "literal bounds",
    ),
    Case(
        "a tuple with members of several types is indexed at run time",
        "self.level = «(1, 2.5)[self.units - 2]»",
    ),
    Case(
        "an object of type dict is looked into while bars are worked",
        "self.level = «self.table[self.units]»",
        TUPLES,
        init="self.table = {3: 1.0}",
    ),
    Case(
        "an object of type ndarray is looked into while bars are worked",
        "self.level = «ARRAY[0]»",
        TUPLES,
    ),
    Case("an element of an object of type dict is assigned", "«TABLE['a']» = 1", TYPED),
    Case("an element of an object of type dict is assigned", "«self.table['a']» = 2.0", TYPED),
    Case("an element of an object of type list is assigned", "«LEVELS[0]» = 1.0", TYPED),
    Case("an element of a tuple is assigned", "«self.items[0]» = 1", TYPED),
    Case(
        "an element of this array cannot be assigned",
        "fill(self.window)",
        "an array attribute made in init(), assigned as self.name[...] = value",
        top="""
        def fill(window):
            «window[0]» = 1.0
        """,
    ),
    Case(
        "floats are assigned to a slice of integers or booleans",
        "«self.marks[:2]» = self.window[:2]",
    ),
]

FUNCTIONS = [
    Case("self.data stands where an array is needed", "«np.mean(self.data)»"),
    Case("an array of a trade", "self.units = len(«np.array(self.trades)»)"),
    Case(
        "this function of an array of integers",
        "self.units = «np.sign(self.data.Count[-3:])»[0]",
        "floats",
    ),
    Case("this function of a boolean", "self.units = «np.abs(self.flag)»", "int(...)"),
    Case(
        "maximum or minimum of booleans",
        "self.flag = «np.maximum(self.flag, True)»",
        "`or` and `and`",
    ),
    Case(
        "maximum or minimum of numbers of several kinds",
        """
        level = self.data.Close.max() if self.flag else self.level
        self.level = «np.maximum(level, 1.0)»
        """,
        "max(...)",
    ),
    Case(
        "np.where() of a single condition",
        "self.level = «np.where(self.flag, 1, 2)»",
        "`x if condition else y`",
    ),
    Case(
        "rounding to a number of digits that is no literal from 0 to 22",
        "self.level = «np.round(self.level, self.units)»",
    ),
    Case("rounding an integer", "self.level = «np.round(self.units)»", "the integer itself"),
    Case("np.diff() of booleans", "«np.diff(self.data.Up)»"),
    Case("a reduction of a single number", "«np.max(self.level)»", "the number itself"),
    Case("several quantiles at once", "«np.percentile(self.data.Close, [5, 95])»", "one at a time"),
    Case("a product of integers", "«np.prod(self.data.Count[-3:])»", "floats"),
    Case(ARGUMENTS, "«np.mean(self.window, axis=0)»", POSITIONAL),
    Case(ARGUMENTS, "«np.sqrt(self.level, dtype=float)»", POSITIONAL),
    Case(
        "dot() is not supported in compiled code",
        "«np.dot(self.window, self.window)»",
        "NumPy or math functions, or a function of your own",
    ),
    Case("arguments of max()", "«self.data.Close.max(0)»", "the method without arguments"),
    Case(
        "the method tolist() of an array", "«self.window.tolist()»", "a NumPy function, or a loop"
    ),
    Case("this conversion of an array", "«self.window.astype(int)»", "astype(float), or a loop"),
    Case("the method max() of a number", "«self.data.Close[-1].max()»", "the number itself"),
    Case("the method hex() of a number", "«self.level.hex()»", "a function of math or NumPy"),
    Case("crossover() and cross() take two series", "«crossover(self.band[0], self.band[1], 1)»"),
    Case("barssince() takes a condition and a default", "«barssince(self.data.Up, 1, 2)»"),
    Case("quantile() takes a series and a quantile", "«quantile(self.data.Close, 0.5, 1)»"),
    Case(
        "an indicator with several rows",
        "self.level = «np.sum(self.band)»",
        "take one row, such as self.band[0]",
    ),
    Case(
        "the rank in something that is no array",
        "self.level = «quantile((1.0, 2.0))»",
        "a series",
    ),
]

TIMES = [
    Case("`tz` of a time is not supported in compiled code", "«self.data.index[-1].tz»"),
    Case("`week` of a time is not supported in compiled code", "«self.data.index[-1].week»"),
    Case(
        "`microseconds` of a difference of times is not supported in compiled code",
        "«(self.data.index[-1] - self.data.index[0]).microseconds»",
    ),
    Case("arguments of time()", "«self.data.index[-1].time(1)»"),
    Case(
        "`normalize()` of a time is not supported in compiled code",
        "«self.data.index[-1].normalize()»",
        index="zoned",
    ),
    Case("a time is compared with a scalar", "self.flag = «self.data.index[-1] > self.level»"),
    Case(
        "a time is compared with '2024'",
        "self.flag = «self.data.index[-1] > '2024'»",
        "a pd.Timestamp",
    ),
    Case(
        "a time with a time zone is compared with one without",
        "self.flag = «self.data.index[-1] > pd.Timestamp('2024-01-02')»",
        "pd.Timestamp('...', tz='Europe/Berlin')",
        index="zoned",
    ),
    Case(
        "a time with a time zone is compared with one without",
        "self.flag = «self.data.index[-1] > pd.Timestamp('2024-01-02', tz='UTC')»",
        "no tz=",
    ),
    Case(
        "a time span is compared with 3",
        "self.flag = «self.data.index[-1] - self.data.index[0] > 3»",
        "a pd.Timedelta",
    ),
    Case(
        "a time of day is compared with '09:00'",
        "self.flag = «self.data.index[-1].time() > '09:00'»",
        "a datetime.time",
    ),
    Case(
        "a date is compared with an object of type Timestamp",
        "self.flag = «self.data.index[-1].date() == pd.Timestamp('2024-01-02')»",
        "a datetime.date",
    ),
    Case(
        "this arithmetic with times is not supported in compiled code",
        "«2 * (self.data.index[-1] - self.data.index[0])»",
    ),
]
