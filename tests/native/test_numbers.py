"""Numbers in compiled code have the values and the classes that Python and NumPy give them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .evaluation import Block, class_differences, value_differences

SMALL, TINY, HUGE = 2.0**-30, 5e-324, 1.5e300
FLOATS = (0.1, -0.0, 0.5, -2.5, 1.5, 3.0, -7.25, 1e16, 123456.789, SMALL, TINY, -HUGE, 0.7)
WHOLE = (0, 1, -1, 2, -3, 7, 10, -12, 255, 65536, -(2**31), 2**31 - 5, 999_999_937)
HALVES = (0.5, -0.5, 1.5, 2.5, -2.5, 0.25, 0.125, 2.675, 1.005, 0.045, -0.0, 1e-7, 123456.5)
ROUNDED = (*HALVES, 4503599627370497.5, 1e15 + 0.3, -1234.56785, 5e-324, 1e-300, 0.285, 1e18)
ANY = (*FLOATS, float("nan"), float("inf"), float("-inf"))
SPECIAL = (*ANY[-6:], *FLOATS[:5])
POSITIVE = (0.1, 0.5, 1.0, 1.5, 2.0, 10.0, 123.456, SMALL, 1e-60, 7.5, 0.999)
ANGLES = (*(-3.0, -1.0, -0.5, -0.0, 2.5, 100.25, 1e5, 1e-10), *POSITIVE)
SHARES = (-1.0, -0.75, -0.1, -0.0, 1e-9, 0.3, 0.5, 0.999, 1.0)
EXPONENTS = (2.0, 0.5, -1.0, 3.0, 0.0, 1.0, -0.5, 1.5, 1 / 3, 2.5)
OPERANDS = {
    "an int": "self.whole",
    "a float": "self.real",
    "a bool": "self.truth",
    "a NumPy int": "self.wholes[0]",
    "a NumPy float": "self.reals[0]",
}
PAIRS = [
    ("an int", "an int"),
    ("a float", "a float"),
    ("a bool", "a bool"),
    ("an int", "a float"),
    ("a bool", "an int"),
    ("a NumPy float", "a NumPy float"),
    ("a NumPy int", "a NumPy int"),
    ("a NumPy int", "a float"),
    ("an int", "a NumPy float"),
    ("a NumPy float", "a bool"),
]


def numpy(values: tuple[Any, ...]) -> Any:
    return np.array(values)


# -- operators -------------------------------------------------------------------------------


def test_arithmetic_of_floats(tmp_path: Path) -> None:
    ring = ("x + y", "x - y", "x * y")
    divided = ("x / y when y != 0", "x // y when y != 0", "x % y when y != 0")
    assert (
        value_differences(
            [Block((*ring, *divided, "divmod(x, y)[1] when y != 0"), FLOATS, FLOATS)], tmp_path
        )
        == []
    )


def test_arithmetic_of_integers(tmp_path: Path) -> None:
    ring = ("x + y", "x - y", "x * y", "x // y when y != 0", "x % y when y != 0")
    blocks = [
        Block(
            (*ring, "x & y", "x | y", "x ^ y", "divmod(x, y)[0] when y"), WHOLE, WHOLE, whole=True
        ),
        Block(("x / y when y != 0",), WHOLE, WHOLE),
    ]
    assert value_differences(blocks, tmp_path) == []


def test_arithmetic_of_numpy(tmp_path: Path) -> None:
    floats = ("x + y", "x * y", "x / y when y != 0", "x // y when y != 0", "x % y when y != 0")
    blocks = [
        Block(floats, numpy(FLOATS), numpy(FLOATS)),
        Block(("x * y", "x // y when y", "x % y when y"), numpy(WHOLE), numpy(WHOLE), whole=True),
    ]
    assert value_differences(blocks, tmp_path) == []


def test_arithmetic_of_floats_with_integers(tmp_path: Path) -> None:
    expressions = ("x - y", "y - x", "x * y", "y / x when x != 0", "y // x when x", "x % y when y")
    blocks = [
        Block(expressions, FLOATS, WHOLE),
        Block(expressions[3:], numpy(FLOATS), WHOLE),
        Block(("x + y", "x * y"), (True, False), FLOATS),
    ]
    assert value_differences(blocks, tmp_path) == []


def test_comparisons(tmp_path: Path) -> None:
    signs = ("x < y", "x <= y", "x == y", "x != y", "x >= y > -1")
    blocks = [
        Block(signs, SPECIAL, SPECIAL),
        Block(signs[:3], SPECIAL, WHOLE),
        Block(signs[:3], WHOLE, numpy(WHOLE)),
    ]
    assert value_differences(blocks, tmp_path) == []


def test_logic_gives_operands(tmp_path: Path) -> None:
    words = ("x and y", "x or y", "not x", "x if y > 1 else y", "x or y and 5.5")
    blocks = [
        Block(words, SPECIAL, SPECIAL),
        Block(words[:4], WHOLE, WHOLE, whole=True),
        Block(words[:4], SPECIAL, WHOLE),
    ]
    assert value_differences(blocks, tmp_path) == []


def test_smaller_and_larger(tmp_path: Path) -> None:
    chosen = ("max(x, y)", "min(x, y)", "max(x, 0.5, y)", "min((x, y, 2.5))")
    blocks = [
        Block(chosen, SPECIAL, SPECIAL),
        Block(chosen[:2], WHOLE, WHOLE, whole=True),
        Block(chosen, SPECIAL, WHOLE),
    ]
    assert value_differences(blocks, tmp_path) == []


@pytest.mark.parametrize("sign", ["+", "/", "//", "%", "<", "or"])
def test_classes_of_operators(sign: str, tmp_path: Path) -> None:
    expressions = {
        f"{first} {sign} {second}": f"{OPERANDS[first]} {sign} {OPERANDS[second]}"
        for first, second in PAIRS
    }
    assert class_differences(expressions, tmp_path) == []


@pytest.mark.parametrize("name", ["max", "divmod"])
def test_classes_of_functions_of_pairs(name: str, tmp_path: Path) -> None:
    part = "[1]" * (name == "divmod")
    expressions = {
        f"{name} of {first} and {second}": f"{name}({OPERANDS[first]}, {OPERANDS[second]}){part}"
        for first, second in PAIRS
    }
    assert class_differences(expressions, tmp_path) == []


ONE_NUMBER = ("-{}", "abs({})", "+{}", "float({})", "int({})", "round({})")


def test_classes_of_one_number(tmp_path: Path) -> None:
    texts = (*ONE_NUMBER, "round({}, 1)", "{} ** 2")
    expressions = {
        f"{text} of {name}": text.format(operand)
        for text in texts
        for name, operand in OPERANDS.items()
    }
    assert class_differences(expressions, tmp_path) == []


def test_classes_of_numpy_functions(tmp_path: Path) -> None:
    texts = ("np.sqrt({})", "np.exp({})", "np.floor({})", "np.isnan({})", "np.maximum({}, 2)")
    operands = {name: operand for name, operand in OPERANDS.items() if name != "a bool"}
    expressions = {
        f"{text} of {name}": text.format(operand)
        for text in (*texts, "np.abs({})", "np.sign({})")
        for name, operand in operands.items()
        if "floor" not in text or "float" in name
    }
    assert class_differences(expressions, tmp_path) == []


def test_classes_of_reductions(tmp_path: Path) -> None:
    texts = ("{}.max()", "np.sum({})", "{}.mean()", "max({})", "np.any({} > 1)")
    arrays = ("self.data.Close[-9:]", "self.data.Count[-9:]", "self.reals")
    expressions = {text.format(a): text.format(a) for text in texts for a in arrays}
    top = "self.data.Close[-9:].max()"
    derived = ("{} + 1", "{} * 0.5", "-{}", "float({})", "{} > 3", "max({}, 1.0)", "abs({})")
    others = ("np.argmax(self.data.Close)", "np.median(self.reals)", "np.std(self.data.Close)")
    made = {text.format(top): text.format(top) for text in (*derived, *others)}
    assert class_differences(expressions | made, tmp_path) == []


# -- functions -------------------------------------------------------------------------------


def test_one_number(tmp_path: Path) -> None:
    floats = ("-x", "abs(x)", "bool(x)", "x == x", "math.isnan(x)", "x**2 when abs(x) < 1e150")
    whole = ("-x", "abs(x)", "~x", "x & 5", "x | 8", "x ^ 3", "x**2", "x**3 when abs(x) < 10**5")
    blocks = [Block(floats, ANY), Block(whole, numpy(WHOLE), whole=True)]
    assert value_differences(blocks, tmp_path) == []


@pytest.mark.parametrize("made", [tuple, numpy], ids=["python", "numpy"])
def test_rounding(made: Any, tmp_path: Path) -> None:
    digits = tuple(f"round(x, {n}) when abs(x) < {2.0**52 / 10**n!r}" for n in (0, 1, 2, 5, 9, 15))
    whole = ("round(x)", "int(x)", "math.floor(x)", "math.ceil(x)", "math.trunc(x)")
    like_numpy = tuple(f"np.round(x, {n})" for n in (0, 1, 2, 5))
    blocks = [Block((*digits, *like_numpy), made(ROUNDED)), Block(whole, made(ROUNDED), whole=True)]
    assert value_differences(blocks, tmp_path) == []


def test_rounding_of_many_numbers(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    prices = np.round(rng.uniform(0, 200, 1500), 3) + rng.choice([0, 0.0005, 0.005], 1500)
    scaled = rng.normal(0, 1, 1500) * 10.0 ** rng.integers(-5, 11, 1500)
    expressions = ("round(float(x), 1)", "round(float(x), 2)", "round(float(x), 3)", "round(x, 2)")
    assert (
        value_differences([Block(expressions, prices), Block(expressions, scaled)], tmp_path) == []
    )


@pytest.mark.parametrize("made", [tuple, numpy], ids=["python", "numpy"])
def test_powers(made: Any, tmp_path: Path) -> None:
    literal = ("x**2", "x**3", "x**0.5", "x**-1", "x**0", "x**1.5", "2**x", "x**-2.0", "10**-x")
    blocks = [
        Block(("x**y", "math.pow(x, y)"), made(POSITIVE), made(EXPONENTS)),
        Block(literal, made(POSITIVE[:7])),
        Block(("x**2", "x**3", "x**2.0", "x**0"), made(FLOATS[:9])),
        Block(("x**y",), made(WHOLE[1:7]), (0, 1, 2, 5, 9), whole=True),
    ]
    assert value_differences(blocks, tmp_path) == []


def test_math(tmp_path: Path) -> None:
    angles = tuple(f"math.{name}(x)" for name in ("sin", "cos", "tan", "atan", "tanh"))
    growth = tuple(f"math.{name}(x) when abs(x) < 500" for name in ("exp", "expm1", "sinh", "cosh"))
    positive = tuple(f"math.{name}(x)" for name in ("sqrt", "log", "log2", "log10", "log1p"))
    shares = ("math.asin(x)", "math.acos(x)")
    tests = ("math.isnan(x)", "math.isinf(x)", "math.isfinite(x)", "math.fabs(x)")
    blocks = [
        Block((*angles, *growth), ANGLES),
        Block((*positive, "math.log(x, 2)", "math.log(x, 10)"), (*POSITIVE, 8.0, 1000.0, HUGE)),
        Block(shares, SHARES),
        Block(tests, ANY),
    ]
    assert value_differences(blocks, tmp_path) == []


def test_math_of_pairs(tmp_path: Path) -> None:
    expressions = (
        "math.atan2(x, y)",
        "math.fmod(x, y) when y != 0",
        "math.copysign(x, y)",
        "math.isclose(x, y)",
        "math.isclose(x, y, rel_tol=0.5)",
        "math.isclose(x, y, abs_tol=1.0)",
    )
    assert value_differences([Block(expressions, FLOATS, FLOATS)], tmp_path) == []


def test_numpy_functions(tmp_path: Path) -> None:
    exact = ("sqrt", "abs", "fabs", "sign", "square", "floor", "ceil", "trunc", "rint")
    angles = ("sin", "cos", "tan", "arctan", "tanh", "cbrt")
    growth = ("exp", "exp2", "expm1", "sinh", "cosh")
    positive = ("log", "log2", "log10", "log1p")
    blocks = [
        Block(
            tuple(f"np.{name}(x)" for name in (*exact, "isnan", "isfinite", "isinf")), numpy(ANY)
        ),
        Block(tuple(f"np.{name}(x)" for name in angles), ANGLES),
        Block(tuple(f"np.{name}(x) when abs(x) < 500" for name in growth), numpy(ANGLES)),
        Block(tuple(f"np.{name}(x)" for name in positive), (*POSITIVE, 1000.0, HUGE)),
        Block(("np.arcsin(x)", "np.arccos(x)"), SHARES),
    ]
    assert value_differences(blocks, tmp_path) == []


def test_numpy_functions_of_pairs(tmp_path: Path) -> None:
    names = ("maximum", "minimum", "fmax", "fmin")
    expressions = (*(f"np.{name}(x, y)" for name in names), "np.clip(x, -1.0, 2.0)")
    blocks = [
        Block(expressions, SPECIAL, SPECIAL),
        Block(expressions[:2], numpy(SPECIAL), numpy(SPECIAL)),
        Block(expressions[:2], WHOLE, numpy(WHOLE), whole=True),
    ]
    assert value_differences(blocks, tmp_path) == []


# -- reductions ------------------------------------------------------------------------------

EVERY_LENGTH = numpy(tuple(range(1, 301)))
REDUCTIONS = (
    "np.sum(part)",
    "part.mean()",
    "np.std(part)",
    "np.var(part, ddof=1) when x > 1",
    "np.std(part, ddof=1) when x > 1",
    "np.median(part)",
    "np.percentile(part, 90)",
    "np.quantile(part, 0.35)",
    "part.max()",
    "np.min(part)",
    "np.argmax(part)",
    "part.argmin()",
)
OTHERS = (
    "max(part)",
    "min(part)",
    "part.sum() / x",
    "np.any(part > 2)",
    "np.all(part > -1)",
    "np.count_nonzero(part > 0)",
    "(part > 0.5).mean()",
    "np.cumsum(part)[-1]",
    "np.diff(part).sum()",
    "np.abs(part).mean()",
    "(part * 2 - 1).sum()",
    "part[::-1].sum()",
    "part[::-1][-1]",
    "part[::-1][x // 2]",
    "part[::-1][1:][-1] when x > 1",
    "part[::-1][::-1][-1]",
    "np.prod(part / 8)",
)
NAMED = (
    "np.nanmax(part)",
    "np.nanmin(part)",
    "np.nanmean(part)",
    "np.nansum(part)",
    "quantile(part, 0.25)",
    "quantile(part) when x > 1",
    "barssince(part > 0.5)",
    "barssince(part > 9.0, 500)",
    "cross(part, 0.1)",
    "crossover(part, part[::-1])",
)


@pytest.mark.parametrize("column", ["Mixed", "Gaps"])
def test_reductions_of_series(column: str, tmp_path: Path) -> None:
    before = f"part = self.data.{column}[-x:]"
    assert value_differences([Block(REDUCTIONS, EVERY_LENGTH, before=before)], tmp_path) == []


def test_other_reductions_of_series(tmp_path: Path) -> None:
    blocks = [
        Block(OTHERS, EVERY_LENGTH, before="part = self.data.Ties[-x:]"),
        Block(NAMED, EVERY_LENGTH, before="part = self.data.Gaps[-x:]"),
    ]
    assert value_differences(blocks, tmp_path) == []


def test_reductions_of_plain_arrays(tmp_path: Path) -> None:
    mixed = "part = np.asarray(self.data.Mixed)[x : 2 * x]"
    scaled = "part = self.data.Close[:x] * 0.1"
    blocks = [
        Block(REDUCTIONS[::2], EVERY_LENGTH[:150], before=mixed),
        Block(("part.sum()", "np.median(part)"), EVERY_LENGTH, before=scaled),
    ]
    assert value_differences(blocks, tmp_path) == []


def test_reductions_of_integers_and_truths(tmp_path: Path) -> None:
    counted = "part = self.data.Count[-x:]"
    truths = ("np.sum(part)", "part.mean()", "part.any()", "part.all()", "np.count_nonzero(part)")
    blocks = [
        Block(REDUCTIONS[::2], EVERY_LENGTH, before=counted),
        Block(("max(part)", "sum(part)", "part.sum() // 3"), EVERY_LENGTH, None, counted, True),
        Block(truths, EVERY_LENGTH, before="part = self.data.Up[-x:]"),
    ]
    assert value_differences(blocks, tmp_path) == []
