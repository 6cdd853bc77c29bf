"""Numbers in compiled code have the values and the classes that Python and NumPy give them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .evaluation import Block, check

SMALL, TINY, HUGE = 2.0**-30, 5e-324, 1.5e300
FLOATS = (0.1, -0.0, 0.5, -2.5, 1.5, 3.0, -7.25, 1e16, 123456.789, SMALL, TINY, -HUGE, 0.7)
WHOLE = (0, 1, -1, 2, -3, 7, 10, -12, 255, 65536, -(2**31), 2**31 + 1, 999_999_937)
HALVES = (0.5, -0.5, 1.5, 2.5, -2.5, 0.25, 0.125, 2.675, 1.005, 0.045, -0.0, 1e-7, 123456.5)
ROUNDED = (*HALVES, 4503599627370497.5, 1e15 + 0.3, -1234.56785, 5e-324, 1e-300, 0.285, 1e18)
ANY = (*FLOATS, float("nan"), float("inf"), float("-inf"))
POSITIVE = (0.1, 0.5, 1.0, 1.5, 2.0, 10.0, 123.456, SMALL, 1e-60, 7.5, 0.999)
ANGLES = (*(-3.0, -1.0, -0.5, -0.0, 0.1, 0.5, 1.0, 2.5, 10.0, 100.25, 1e5, 1e-10), *POSITIVE)
SHARES = (-1.0, -0.75, -0.1, -0.0, 1e-9, 0.3, 0.5, 0.999, 1.0)
TRUTHS = (True, False)


def numpy(values: tuple[Any, ...]) -> Any:
    return np.array(values)


def combinations(
    expressions: tuple[str, ...], floats: Any = FLOATS, whole: Any = WHOLE
) -> list[Block]:
    """Python's and NumPy's floats and integers with each other."""
    some, few = floats[:7], whole[:7]
    operands = [
        (floats, floats),
        (whole, whole),
        (numpy(floats), numpy(floats)),
        (numpy(whole), numpy(whole)),
        (some, few),
        (few, some),
        (numpy(some), few),
        (few, numpy(some)),
        (some, numpy(few)),
        (numpy(few), some),
        (numpy(few), few),
        (TRUTHS, some),
        (few, TRUTHS),
        (TRUTHS, TRUTHS),
    ]
    return [Block(expressions, x, y) for x, y in operands]


def test_sums_differences_products(tmp_path: Path) -> None:
    check(combinations(("x + y", "x - y", "x * y")), tmp_path)


def test_quotients(tmp_path: Path) -> None:
    check(combinations(("x / y when y != 0", "x // y when y != 0")), tmp_path)


def test_remainders(tmp_path: Path) -> None:
    check(combinations(("x % y when y != 0", "divmod(x, y)[1] when y != 0")), tmp_path)


def test_comparisons(tmp_path: Path) -> None:
    expressions = ("x < y", "x <= y", "x == y", "x != y", "x > y >= -1")
    check(combinations(expressions, ANY[9:] + FLOATS[:4]), tmp_path)


def test_logic_gives_operands(tmp_path: Path) -> None:
    blocks = combinations(("x and y", "x or y", "not x", "x if y > 1 else y"), FLOATS[:6])
    check([block for block in blocks if _one_kind(block)], tmp_path)


def _one_kind(block: Block) -> bool:
    return type(block.x) is type(block.y) and type(block.x[0]) is type(block.y[0])


def test_operands_of_several_classes(tmp_path: Path) -> None:
    blocks = [
        Block(("x or y", "max(x, y)", "min(x, y)", "x if x > y else y"), *operands)
        for operands in (
            (FLOATS[:6], WHOLE[:6]),
            (WHOLE[:6], FLOATS[:6]),
            (numpy(FLOATS[:6]), WHOLE[:6]),
            (FLOATS[:6], numpy(WHOLE[:6])),
            (TRUTHS, WHOLE[:3]),
        )
    ]
    check(blocks, tmp_path)


def test_smaller_and_larger(tmp_path: Path) -> None:
    expressions = ("max(x, y)", "min(x, y)", "max(x, 0.5, y)", "min((x, y, 2.5))")
    some = ANY[-6:] + FLOATS[:4]
    check([Block(expressions, some, some), Block(expressions[:2], WHOLE, WHOLE)], tmp_path)


@pytest.mark.parametrize("kind", ["python", "numpy"])
def test_one_number(kind: str, tmp_path: Path) -> None:
    made = tuple if kind == "python" else numpy
    floats = ("-x", "abs(x)", "+x", "float(x)", "bool(x)", "x == x", "math.isnan(x)", "x is None")
    whole = ("-x", "abs(x)", "+x", "float(x)", "int(x)", "bool(x)", "~x", "x & 5", "x | 8", "x ^ 3")
    check(
        [
            Block(floats, made(ANY)),
            Block((*whole, "x**2", "x**3 when abs(x) < 10**5"), made(WHOLE)),
        ],
        tmp_path,
    )


@pytest.mark.parametrize("kind", ["python", "numpy"])
def test_rounding(kind: str, tmp_path: Path) -> None:
    made = tuple if kind == "python" else numpy
    digits = tuple(f"round(x, {n})" for n in (0, 1, 2, 3, 5, 10, 15, 22))
    whole = ("round(x)", "int(x)", "math.floor(x)", "math.ceil(x)", "math.trunc(x)")
    like_numpy = tuple(f"np.round(x, {n})" for n in (0, 1, 2, 5))
    check([Block((*digits, *whole, *like_numpy), made(ROUNDED))], tmp_path)


def test_rounded_integers(tmp_path: Path) -> None:
    check([Block(("round(x)", "round(x, 2)", "int(x)", "math.floor(x)"), WHOLE)], tmp_path)


@pytest.mark.parametrize("kind", ["python", "numpy"])
def test_powers(kind: str, tmp_path: Path) -> None:
    made = tuple if kind == "python" else numpy
    exponents = (2.0, 0.5, -1.0, 3.0, 0.0, 1.0, -0.5, 1.5, 1 / 3, 2.5)
    literal = ("x**2", "x**3", "x**0.5", "x**-1", "x**0", "x**1.5", "2**x", "x**-2.0", "10**-x")
    blocks = [
        Block(("x**y", "math.pow(x, y)"), made(POSITIVE), made(exponents)),
        Block(literal, made(POSITIVE[:7])),
        Block(("x**2", "x**3", "x**2.0", "x**0"), made(FLOATS[:9])),
        Block(("x**y", "float(x) ** y", "x ** float(y)"), made(WHOLE[1:7]), (0, 1, 2, 5, 9)),
    ]
    check(blocks, tmp_path)


def test_math(tmp_path: Path) -> None:
    angles = tuple(f"math.{name}(x)" for name in ("sin", "cos", "tan", "atan", "tanh"))
    growth = tuple(f"math.{name}(x)" for name in ("exp", "expm1", "sinh", "cosh"))
    positive = tuple(f"math.{name}(x)" for name in ("sqrt", "log", "log2", "log10", "log1p"))
    shares = tuple(f"math.{name}(x)" for name in ("asin", "acos"))
    tests = tuple(f"math.{name}(x)" for name in ("isnan", "isinf", "isfinite", "fabs"))
    blocks = [
        Block(angles, ANGLES),
        Block(tuple(f"{text} when abs(x) < 500" for text in growth), ANGLES),
        Block((*positive, "math.log(x, 2)", "math.log(x, 10)"), (*POSITIVE, 8.0, 1000.0, HUGE)),
        Block(shares, SHARES),
        Block(tests, ANY),
        Block(("math.sqrt(x)", "math.exp(x)", "math.log(x)"), numpy((1, 2, 3, 100))),
    ]
    check(blocks, tmp_path)


def test_math_of_pairs(tmp_path: Path) -> None:
    expressions = (
        "math.atan2(x, y)",
        "math.fmod(x, y) when y != 0",
        "math.copysign(x, y)",
        "math.isclose(x, y)",
        "math.isclose(x, y, rel_tol=0.5)",
        "math.isclose(x, y, abs_tol=1.0)",
    )
    check([Block(expressions, FLOATS, FLOATS), Block(expressions[:4], WHOLE, WHOLE)], tmp_path)


@pytest.mark.parametrize("kind", ["python", "numpy"])
def test_numpy_functions(kind: str, tmp_path: Path) -> None:
    made = tuple if kind == "python" else numpy
    exact = ("sqrt", "abs", "fabs", "sign", "square", "floor", "ceil", "trunc", "rint")
    tests = ("isnan", "isfinite", "isinf")
    angles = ("sin", "cos", "tan", "arctan", "tanh", "cbrt")
    growth = ("exp", "exp2", "expm1", "sinh", "cosh")
    positive = ("log", "log2", "log10", "log1p")
    blocks = [
        Block(tuple(f"np.{name}(x)" for name in (*exact, *tests)), made(ANY)),
        Block(tuple(f"np.{name}(x)" for name in angles), made(ANGLES)),
        Block(tuple(f"np.{name}(x) when abs(x) < 500" for name in growth), made(ANGLES)),
        Block(tuple(f"np.{name}(x)" for name in positive), made((*POSITIVE, 1000.0, HUGE))),
        Block(("np.arcsin(x)", "np.arccos(x)"), made(SHARES)),
        Block(("np.abs(x)", "np.sign(x)", "np.sqrt(abs(x))", "np.log1p(abs(x))"), made(WHOLE)),
    ]
    check(blocks, tmp_path)


def test_numpy_functions_of_pairs(tmp_path: Path) -> None:
    names = ("maximum", "minimum", "fmax", "fmin")
    expressions = (*(f"np.{name}(x, y)" for name in names), "np.clip(x, -1.0, 2.0)")
    some = (*ANY[-5:], *FLOATS[:5])
    blocks = [
        Block(expressions, some, some),
        Block(expressions, numpy(some), numpy(some)),
        Block(expressions[:4], WHOLE, numpy(WHOLE)),
    ]
    check(blocks, tmp_path)


LENGTHS = tuple(range(1, 301))
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
    "float(part.sum())",
    "np.any(part > 2)",
    "np.all(part > -1)",
    "np.count_nonzero(part > 0)",
    "(part > 0.5).sum()",
    "(part > 0.5).mean()",
    "np.cumsum(part)[-1]",
    "np.diff(part).sum()",
    "np.abs(part).mean()",
    "(part * 2 - 1).sum()",
    "part[::-1].sum()",
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
    "barssince(part > 9.0)",
    "cross(part, 0.1)",
    "crossover(part, part[::-1])",
)


@pytest.mark.parametrize("column", ["Mixed", "Gaps"])
def test_reductions_of_series(column: str, tmp_path: Path) -> None:
    check([Block(REDUCTIONS, LENGTHS, before=f"part = self.data.{column}[-x:]")], tmp_path)


def test_other_reductions_of_series(tmp_path: Path) -> None:
    blocks = [
        Block(OTHERS, LENGTHS, before="part = self.data.Ties[-x:]"),
        Block(NAMED, LENGTHS, before="part = self.data.Gaps[-x:]"),
    ]
    check(blocks, tmp_path)


def test_reductions_of_plain_arrays(tmp_path: Path) -> None:
    mixed = "part = np.asarray(self.data.Mixed)[x : 2 * x]"
    blocks = [
        Block(REDUCTIONS, LENGTHS[:150], before=mixed),
        Block(
            ("part.sum()", "np.median(part)"), LENGTHS, before="part = self.data.Close[:x] * 0.1"
        ),
    ]
    check(blocks, tmp_path)


def test_reductions_of_integers_and_truths(tmp_path: Path) -> None:
    whole = tuple(text for text in REDUCTIONS if "quantile" not in text)
    truths = ("np.sum(part)", "part.mean()", "part.any()", "part.all()", "np.count_nonzero(part)")
    blocks = [
        Block(whole, LENGTHS, before="part = self.data.Count[-x:]"),
        Block(truths, LENGTHS, before="part = self.data.Up[-x:]"),
        Block(
            ("max(part)", "part.max() + 1", "sum(part)"),
            LENGTHS,
            before="part = self.data.Count[-x:]",
        ),
    ]
    check(blocks, tmp_path)
