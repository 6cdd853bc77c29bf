"""Refused statements, expressions, functions and sources."""

from __future__ import annotations

from .refused import Case

OUTLINE = "a test before the call"
OBJECTS = "attributes, or typed NumPy arrays"
NO_DICTIONARY = "dictionaries are Python objects"
NO_SET = "sets are Python objects"
NO_TEXT = "texts are not made in compiled code"
TEXT_INSTEAD = "a constant text, or a number"
BRANCHES = "give both branches the same kind of value"
AT_TOP = "an import at the top of the file"

STATEMENTS = [
    Case("unpacking with * is not supported", "«a, *b = self.data.Close[-2:]»", "separate names"),
    Case("unpacking with * is not supported", "«first, *rest = 1, 2, 3»", "separate names"),
    Case(
        "exceptions are caught while bars are worked",
        """
        «try:
            self.level = 1 / self.units
        except ZeroDivisionError:
            self.level = 0»
        """,
        OUTLINE,
    ),
    Case(
        "TryStar is not supported",
        """
        «try:
            self.level = 1 / self.units
        except* ZeroDivisionError:
            self.level = 0»
        """,
    ),
    Case(
        "`with` is not supported in compiled code",
        """
        «with np.errstate(all="ignore"):
            self.level = self.data.Close[-1] / 2»
        """,
        "plain statements",
    ),
    Case(
        "a global variable is changed",
        """
        «global TOTAL»
        TOTAL = 1
        """,
        "an attribute of the strategy",
    ),
    Case(
        "a variable of another function is changed",
        """
        total = 0

        def add():
            «nonlocal total»
            total = total + 1

        add()
        """,
        "an attribute of the strategy",
    ),
    Case(
        "`del` is not supported in compiled code",
        """
        total = 1
        «del total»
        """,
        "an assignment of None",
    ),
    Case("a module is imported while bars are worked", "«import statistics»", AT_TOP),
    Case("a module is imported while bars are worked", "«from math import pi»", AT_TOP),
    Case(
        "a class is made while bars are worked",
        """
        «class Inner:
            pass»
        """,
        "a class at the top of the file",
    ),
    Case(
        "coroutines are not supported",
        """
        «async def wait():
            pass»
        """,
        "a plain function",
    ),
    Case(
        "a pattern that is no constant",
        """
        match self.units:
            case «int()»:
                self.level = 2.0
        """,
        "if and elif",
    ),
    Case(
        "`else` after a loop",
        """
        «while self.flag:
            break
        else:
            self.level = 2.0»
        """,
        "a flag",
    ),
    Case(
        "`else` after a loop",
        """
        «for place in range(3):
            self.level = place
        else:
            self.level = 2.0»
        """,
        "a flag",
    ),
    Case(
        "an array, or a reduction of a series, is changed in place",
        "«self.window += 1»",
        "an assignment: a = a + b",
    ),
    Case("a scalar is unpacked", "«first, second = self.level»", "separate assignments"),
    Case(
        "a tuple is unpacked to another number of names",
        "«first, second = 1, 2, 3»",
        "one name per member",
    ),
    Case(
        "values is assigned in several places, here an indicator with several rows",
        """
        if self.flag:
            «values = self.band»
        else:
            values = self.band
        self.level = values[0][-1]
        """,
        "a name of its own for it",
    ),
    Case(
        "a function returns an indicator with several rows in one of several places",
        "self.level = self.chosen()[0][-1]",
        "a single return at its end",
        members="""
        def chosen(self):
            if self.flag:
                «return self.band»
            return self.band
        """,
    ),
    Case(
        "helper is defined in several places",
        """
        if self.flag:
            «def helper():
                return 1»
        else:
            def helper():
                return 2
        self.units = helper()
        """,
        "one definition",
    ),
    Case(
        "one name holds numbers at one time and texts at another",
        """
        state = 1
        if self.flag:
            «state = "flat"»
        self.flag = state == "flat"
        """,
        "use two names",
    ),
    Case("a loop over a scalar", "for place in «self.level»:\n    pass", "a loop over range(...)"),
]

EXPRESSIONS = [
    Case(NO_DICTIONARY, "sizes = «{1: 2}»", OBJECTS),
    Case(NO_DICTIONARY, "sizes = «{n: 2 for n in range(3)}»", OBJECTS),
    Case(NO_DICTIONARY, "sizes = «dict(a=1)»", OBJECTS),
    Case(NO_SET, "seen = «{n for n in range(3)}»", "a generator in any(...) or all(...)"),
    Case(NO_SET, "seen = «set((1, 2))»", "a tuple of constants"),
    Case(NO_TEXT, "self.buy(size=1, tag=«f'{self.level}'»)", TEXT_INSTEAD),
    Case(NO_TEXT, "self.buy(size=1, tag=«str(self.level)»)", TEXT_INSTEAD),
    Case(NO_TEXT, "self.buy(size=1, tag=«repr(self.level)»)", TEXT_INSTEAD),
    Case(NO_TEXT, "self.buy(size=1, tag=«format(self.level)»)", TEXT_INSTEAD),
    Case("unpacking with * is not supported", "both = («*(1, 2)», 3)", "separate names"),
    Case(
        "generators are not supported",
        "self.steps()",
        "a loop",
        members="""
        def steps(self):
            got = («yield 1»)
        """,
    ),
    Case(
        "generators are not supported",
        "self.steps()",
        "a loop",
        members="""
        def steps(self):
            got = («yield from (1, 2)»)
        """,
    ),
    Case("Slice is not supported in compiled code", "part = self.window[«1:3», 0]"),
    Case("the name undefined is not known", "self.level = «undefined»"),
    Case("the operator LShift is not supported in compiled code", "self.units = «self.units << 2»"),
    Case("the operator MatMult is not supported in compiled code", "«self.window @ self.window»"),
    Case("an object of type dict is compared", "self.flag = «TABLE == 3»"),
    Case(
        "`is` compares identities", "self.flag = «self.level is self.units»", "`==`, or `is None`"
    ),
    Case("`in range(...)` of a float or with a step", "self.flag = «self.units in range(0, 9, 2)»"),
    Case(
        "`in` is not supported for an array",
        "self.flag = «self.level in self.data.Close»",
        "a tuple of constants, or any(... for ... in ...)",
    ),
    Case(
        "one value is a scalar, the other 'none'",
        "state = «self.level if self.flag else 'none'»",
        BRANCHES,
    ),
    Case(
        "one value is an indicator with several rows, the other 1",
        "state = «self.band» or 1",
        BRANCHES,
    ),
    Case("the truth of an object of type dict", "if «TABLE»:\n    self.level = 2.0"),
    Case("the truth of self.data", "if «self.data»:\n    self.level = 2.0", "len(...)"),
    Case("the truth of the index", "if «self.data.index»:\n    self.level = 2.0", "len(...)"),
    Case("the truth of a range", "if «range(3)»:\n    self.level = 2.0"),
    Case(
        "a time is made of values that change", "«datetime.date(2024, 1, self.units)»", "constants"
    ),
    Case(
        "a list made by two loops",
        "self.units = len(«[n for n in range(3) for m in range(n)]»)",
        "a loop that counts or adds",
    ),
    Case(
        "a list of a tuple",
        "self.units = len(«[(1, n) for n in range(3)]»)",
        "a loop that uses them at once",
    ),
    Case(
        "a loop over a scalar",
        "self.units = len([n for n in «self.level»])",
        "a loop over range(...)",
    ),
    Case(
        "asynchronous comprehensions are not supported",
        "self.flag = any(«(n async for n in self.items)»)",
    ),
]

FUNCTIONS = [
    Case("printing", "«print(self.level)»", "attributes, or compiled=False to print"),
    Case("files are used while bars are worked", "«open('/dev/null')»", "read them in init()"),
    Case("types are looked at while bars are worked", "«isinstance(self.level, float)»", "values"),
    Case("an attribute is chosen at run time", "«getattr(self, 'level')»", "its name after a dot"),
    Case(
        "an attribute is chosen at run time",
        "«setattr(self, 'level', 2.0)»",
        "its name after a dot",
    ),
    Case(
        "attributes are looked for at run time",
        "«hasattr(self, 'level')»",
        "a first value in init()",
    ),
    Case(
        "vars() is not supported in compiled code",
        "«vars(self)»",
        "NumPy or math functions, or a function of your own",
    ),
    Case(
        "hindcaster.lib.resampling.resample_apply is not supported in compiled code",
        "«resample_apply('D', max, self.data.Close)»",
        "compute it in init(), with self.I for values by bar",
    ),
    Case(
        "the method info() of a logger",
        "«logger.info('bar')»",
        "attributes, or compiled=False to log",
    ),
    Case(
        "logging.info is not supported in compiled code",
        "«logging.info('bar')»",
        "compute it in init(), with self.I for values by bar",
    ),
    *(
        Case("random numbers", f"«{call}»", "draw them in init(), into a NumPy array by bar")
        for call in (
            "random.random()",
            "random.choice((1, 2))",
            "random.gauss(0.0, 1.0)",
            "np.random.rand()",
            "np.random.normal(0.0, 1.0)",
            "np.random.randint(9)",
            "np.random.seed(1)",
            "np.random.default_rng(1)",
        )
    ),
    *(
        Case(
            f"the method {call.partition('.')[2].partition('(')[0]}() of random numbers",
            f"«{call}»",
            "draw them in init(), into a NumPy array by bar",
        )
        for call in ("rng.random()", "coin.random()", "rng.normal(0.0, 1.0)")
    ),
    Case(
        "the method append() of a tuple",
        "«self.items.append(1)»",
        "attributes and typed NumPy arrays, or compiled=False",
    ),
    Case(
        "the method append() of an object of type list",
        "«LEVELS.append(1)»",
        "attributes and typed NumPy arrays, or compiled=False",
    ),
    Case(
        "the method get() of an object of type dict",
        "self.units = «TABLE.get('a')»",
        "attributes and typed NumPy arrays, or compiled=False",
    ),
    Case(
        "the method upper() of 'a'",
        "self.flag = «self.text.upper()» == 'A'",
        "attributes and typed NumPy arrays, or compiled=False",
    ),
    Case("a scalar is called", "«self.level()»"),
    Case(
        "super() outside of a method",
        "helper()",
        top="""
        def helper():
            «super()».next()
        """,
    ),
    Case("arguments are unpacked with *", "self.level = «max(*self.items)»", "separate arguments"),
    Case("arguments are unpacked with **", "self.level = «max(1, 2, **{})»", "separate arguments"),
    Case(
        "a function that calls itself",
        "self.units = factorial(4)",
        "a loop",
        top="""
        def factorial(n):
            return 1 if n == 0 else n * «factorial(n - 1)»
        """,
    ),
    Case(
        "calls nested too deeply",
        "self.units = f29()",
        "fewer functions that call each other",
        top="def f0():\n    return 1\n"
        + "".join(
            f"def f{n}():\n    return {'«' * (n == 6)}f{n - 1}(){'»' * (n == 6)} + 1\n"
            for n in range(1, 30)
        ),
    ),
    Case(
        "the parameter band is assigned in the function",
        "self.level = «last(self.band)»",
        "another name",
        top="""
        def last(band):
            if len(band) > 5:
                band = band[1:]
            return band[0][-1]
        """,
    ),
    Case(
        "a function with *args or **kwargs",
        "self.level = «largest(1, 2)»",
        "named parameters",
        top="""
        def largest(*values):
            return max(values)
        """,
    ),
    Case(
        "a function with *args or **kwargs",
        "self.level = «largest(a=1)»",
        "named parameters",
        top="""
        def largest(**values):
            return max(values.values())
        """,
    ),
    Case(
        "a function with decorators",
        "self.level = «self.doubled()»",
        "the plain function",
        members="""
        def doubling(function):
            return function

        @doubling
        def doubled(self):
            return 2.0
        """,
    ),
    Case(
        "abs() is not supported in compiled code",
        "self.level = «cached(1)»",
        "NumPy or math functions, or a function of your own",
        top="""
        cached = functools.lru_cache(abs)
        """,
    ),
    Case("self.__repr__() is not supported in compiled code", "«self.__repr__()»"),
    Case("self.I is called while bars are worked", "«self.I»(abs, 1)", "call it in init()"),
    Case("self.I() is not supported in compiled code", "«super().I(abs, 1)»"),
    Case(
        "super().bonus is no method of Python",
        "self.level = «super().bonus»",
        top="""
        class Base(Strategy):
            bonus = 1.0
        """,
        base="Base",
    ),
    Case(
        "class methods are not supported",
        "self.level = «self.made»()",
        "a method or a function",
        members="""
        @classmethod
        def made(cls):
            return 2.0
        """,
    ),
    Case(
        "self.lazy is no plain value",
        "self.level = «self.lazy»",
        "an attribute with a value",
        members="""
        lazy = functools.cached_property(operator.attrgetter("level"))
        """,
    ),
    Case(
        "this property has no function of Python",
        "self.level = «self.twice»",
        members="""
        twice = property(operator.attrgetter("level"))
        """,
    ),
    Case(
        "len() of a scalar",
        "self.units = «len(self.level)»",
    ),
    Case(
        "these arguments are not supported in compiled code",
        "self.units = «int('7', base=8)»",
        "positional arguments",
    ),
    Case(
        "these arguments are not supported in compiled code",
        "self.level = «max(1, 2, start=3)»",
    ),
]

SOURCES = [
    Case(
        "the source of made cannot be read (could not get source code)",
        "self.level = «made()»",
        "define it in a file or in a notebook's cell",
        top="""
        exec("def made():\\n    return 2.0")
        """,
    ),
    Case(
        "the source of <lambda> cannot be told apart from its surroundings, or was changed "
        "after it was imported",
        "self.level = «half(1.0)»",
        "define it on lines of its own and import it again after changes",
        top="""
        half, double = lambda x: x / 2, lambda x: x * 2
        """,
    ),
]
