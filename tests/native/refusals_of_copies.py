"""Refused copies, iterators, conversions and far times."""

from __future__ import annotations

from .refused import Case

COPIES = [
    Case(
        "an iterator is handed to a function",
        "def first(values):\n    return 1\nself.units = «first(n for n in range(3))»",
        "a list",
    ),
    Case(
        "an iterator is kept under a name",
        "«values = (n for n in range(3))»",
        "a list, or the loop where it is used",
    ),
    Case(
        "a loop over a generator expression",
        "«for n in (k for k in range(3)):\n    self.units = n»",
        "a list: [... for ...]",
    ),
    Case(
        "zip() that insists on one length",
        "self.flag = any(a > b for a, b in «zip((1, 2), (3, 4), strict=True)»)",
        "zip() without strict",
    ),
    Case(
        "a slice is changed in place",
        "«self.window[1:3] += 1.0»",
        "an assignment: a[i:j] = ...",
    ),
    Case(
        "an array that has another name too is kept on the strategy",
        "«self.window = self.window[:3]»",
        "a copy made where it is assigned: np.array(...)",
    ),
    Case(
        "a reduction of a series has no values by bar to cross",
        "self.flag = «crossover(self.data.Close, self.data.Close.max())»",
        "float(...) of it",
    ),
    Case(
        "a number is cut to another type",
        "self.units = «np.int64(self.level)»",
        "int(...) or bool(...)",
    ),
    Case(
        "a reduction of a series is converted",
        "self.level = «np.float64(self.data.Close.max())»",
        "float(...)",
    ),
    Case(
        "a number that is an integer or a float",
        "x = 1 if self.flag else 2.5\nself.level = «np.sign(x)»",
        "float(...)",
    ),
    Case("this function of an integer", "self.level = «np.floor(self.units)»", "float(...)"),
    Case(
        "booleans and integers are joined",
        "self.units = len(«np.concatenate((self.data.Up, self.data.Count))»)",
        "arrays of one type",
    ),
    Case(
        "an array is joined",
        "self.units = len(«np.concatenate(self.data.Close)»)",
        "a tuple of arrays",
    ),
    Case(
        "a time span that nanoseconds cannot express",
        "self.flag = «self.data.index[-1] - self.data.index[-2] > datetime.timedelta(days=199999)»",
    ),
    Case(
        "a time that nanoseconds cannot express",
        "self.flag = «self.data.index[-1] > datetime.datetime(3000, 1, 1)»",
    ),
]
