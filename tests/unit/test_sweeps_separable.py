"""What is read from the source of `init` about the parameters that attributes depend on."""

import numpy as np
import pytest

from hindcaster import Strategy
from hindcaster.sweeps.separable import dependencies_of
from hindcaster.test import SMA

NAMES = ("fast", "slow")


class Base(Strategy):
    fast = 2
    slow = 5
    level = 3.0

    def init(self):
        pass

    def next(self):
        pass

    def spread(self, values):
        return np.asarray(values) * self.fast

    @staticmethod
    def doubled(values):
        return np.asarray(values) * 2


class Separate(Base):
    def init(self):
        """Average the closes."""
        close = self.data.Close
        self.one = self.I(SMA, close, self.fast)
        self.two = self.I(SMA, close, self.slow)
        self.both = self.one - self.two
        self.none = self.I(self.doubled, close)


class Derived(Separate):
    def init(self):
        super().init()
        self.three = self.I(lambda x: x * self.slow, self.data.High)
        width = self.slow * 2
        self.four, self.five = (self.I(SMA, self.data.Close, width), 7)


class Conditional(Base):
    def init(self):
        if self.fast > 3:
            self.one = self.I(SMA, self.data.Close, self.slow)
            extra = 1
        else:
            self.one = self.I(SMA, self.data.Close, 7)
            extra = 2
        self.two = extra
        self.three = self.level


class ByMethod(Base):
    def init(self):
        self.one = self.I(self.spread, self.data.Close)


class ByFunction(Base):
    def init(self):
        import math

        def scaled(values):
            return np.asarray(values) * math.sqrt(self.slow)

        self.one = self.I(scaled, self.data.Close)


@pytest.mark.parametrize(
    ("cls", "attribute", "depends"),
    [
        (Separate, "one", {"fast"}),
        (Separate, "two", {"slow"}),
        (Separate, "both", {"fast", "slow"}),
        (Separate, "none", set()),
        (Separate, "fast", {"fast"}),
        (Derived, "one", {"fast"}),
        (Derived, "three", {"slow"}),
        (Derived, "four", {"slow"}),
        (Conditional, "one", {"fast", "slow"}),
        (Conditional, "two", {"fast"}),
        (Conditional, "three", set()),
        (ByMethod, "one", {"fast"}),
        (ByFunction, "one", {"slow"}),
    ],
)
def test_attributes_depend_on_the_parameters_their_values_are_made_of(cls, attribute, depends):
    assert dependencies_of(cls, NAMES)[attribute] == depends


class Loop(Base):
    def init(self):
        for n in (self.fast, self.slow):
            self.last = self.I(SMA, self.data.Close, n)


class PassedOn(Base):
    def init(self):
        self.one = np.full(len(self.data), vars(self)["fast"])


class WithSetattr(Base):
    def init(self):
        setattr(self, "one", 1)  # noqa: B010  (what users may write)


class ChangesParameter(Base):
    def init(self):
        self.fast = 3


class ChangesData(Base):
    def init(self):
        self.data.df["X"] = self.fast


class MethodThatWrites(Base):
    def note(self, values):
        self.noted = self.fast
        return values

    def init(self):
        self.one = self.I(self.note, self.data.Close)


class OwnConstructor(Base):
    def __init__(self, *args):
        super().__init__(*args)


class OwnSetattr(Base):
    def __setattr__(self, name, value):
        super().__setattr__(name, value)


class ByProperty(Base):
    @property
    def width(self):
        return self.fast

    def init(self):
        self.one = self.width


class Walrus(Base):
    def init(self):
        self.one = (n := self.fast) + n


@pytest.mark.parametrize(
    "cls",
    [
        Loop,
        PassedOn,
        WithSetattr,
        ChangesParameter,
        ChangesData,
        MethodThatWrites,
        OwnConstructor,
        OwnSetattr,
        ByProperty,
        Walrus,
    ],
)
def test_what_is_not_plain_depends_on_everything(cls):
    assert dependencies_of(cls, NAMES) is None


def test_a_strategy_without_source_depends_on_everything():
    scope = {"Base": Base}
    exec("class Made(Base):\n    def init(self):\n        self.one = self.fast", scope)
    assert dependencies_of(scope["Made"], NAMES) is None
