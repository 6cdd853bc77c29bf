"""Reductions of arrays: as NumPy computes them, to the last bit, and as Python's builtins do."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from hindcaster.native import kinds
from hindcaster.native.arrays import element_kinds
from hindcaster.native.kinds import BOOL, FLOAT, INT, NP_INT
from hindcaster.native.slots import converted
from hindcaster.native.values import Array, Scalar

if TYPE_CHECKING:
    from hindcaster.native.translator import Translator


def reduced_kinds(array: Array, base: int) -> kinds.Kinds:
    """Kinds of a reduction: of a series it is an array without dimensions."""
    return frozenset({(6 if array.series else 3) + base})


def not_empty(tr: Translator, array: Array, node: ast.AST) -> None:
    """Leave the loop for an empty array."""
    if array.least < 1:
        tr.guard(f"{array.length} <= 0", node, "a reduction of an empty array")


def contiguous(tr: Translator, array: Array) -> tuple[str, str]:
    """Name of an array in memory and position of the first element, as doubles."""
    if array.memory is not None and array.base == FLOAT:
        return array.memory
    as_double = Array(
        FLOAT, array.length, lambda i: converted(array.at(i), array.base, FLOAT), array.series
    )
    return tr.materialised(as_double if array.base != FLOAT else array), "0"


def extreme(tr: Translator, array: Array, sign: str, node: ast.AST, python: bool) -> Scalar:
    """Largest (`sign` is >) or smallest element; NumPy's is NaN if any is, Python's depends."""
    not_empty(tr, array, node)
    best = tr.fresh(array.at("0"))
    index, value = tr.new_name("k"), tr.new_name()
    with tr.nested(f"for {index} in range(1, {array.length}):"):
        tr.emit(f"{value} = {array.at(index)}")
        nan = "" if python or array.base != FLOAT else f" or {value} != {value}"
        with tr.nested(f"if {value} {sign} {best}{nan}:"):
            tr.emit(f"{best} = {value}")
    found = element_kinds(array) if python else reduced_kinds(array, array.base)
    return Scalar(found, best)


def extreme_place(tr: Translator, array: Array, sign: str, node: ast.AST) -> Scalar:
    """Position of the first largest or smallest element; of the first NaN if there is one."""
    not_empty(tr, array, node)
    best, place = tr.fresh(array.at("0")), tr.fresh("0")
    index, value = tr.new_name("k"), tr.new_name()
    with tr.nested(f"for {index} in range(1, {array.length}):"):
        tr.emit(f"{value} = {array.at(index)}")
        nan = f" or ({value} != {value} and {best} == {best})" if array.base == FLOAT else ""
        with tr.nested(f"if {value} {sign} {best}{nan}:"):
            tr.emit(f"{best} = {value}")
            tr.emit(f"{place} = {index}")
    return Scalar(frozenset({NP_INT}), place, "", kinds.EXACT)


def counted(tr: Translator, array: Array) -> str:
    """Count the elements that are not zero."""
    count, index = tr.fresh("0"), tr.new_name("k")
    with tr.nested(f"for {index} in range({array.length}):"), tr.nested(f"if {array.at(index)}:"):
        tr.emit(f"{count} += 1")
    return count


def total(tr: Translator, array: Array, node: ast.AST) -> Scalar:
    """Sum as `numpy.sum`: pairwise for floats."""
    if array.base == BOOL:
        return Scalar(reduced_kinds(array, INT), counted(tr, array), "", kinds.EXACT)
    if array.base == INT:
        result, index = tr.fresh("0"), tr.new_name("k")
        with tr.nested(f"for {index} in range({array.length}):"):
            tr.emit(f"{result} += {array.at(index)}")
        return Scalar(reduced_kinds(array, INT), result)
    return Scalar(reduced_kinds(array, FLOAT), float_total(tr, array))


def float_total(tr: Translator, array: Array, ufunc: str = "add") -> str:
    """Sum (or product) of an array's elements as doubles, by NumPy's own inner loop."""
    length = tr.fresh(array.length)
    name, first = contiguous(tr, array)
    loop, data = tr.ufunc(ufunc, "dd->d")
    start = "0.0" if ufunc == "add" else "1.0"
    return tr.fresh(f"reduced({loop}, {data}, {name}, {first}, {length}, {start})")


def mean(tr: Translator, array: Array, node: ast.AST) -> Scalar:
    """Arithmetic mean as `numpy.mean`."""
    not_empty(tr, array, node)
    return Scalar(reduced_kinds(array, FLOAT), tr.fresh(_mean(tr, array, node)))


def _mean(tr: Translator, array: Array, node: ast.AST) -> str:
    summed = float_total(tr, array)
    if array.base != FLOAT:
        tr.guard(f"abs({summed}) > {kinds.EXACT!r}", node, "integers too large for an exact sum")
    return f"({summed} / {array.length})"


def variance(tr: Translator, array: Array, ddof: str, node: ast.AST, root: bool) -> Scalar:
    """Variance or standard deviation as `numpy.var` and `numpy.std`."""
    not_empty(tr, array, node)
    degrees = tr.fresh(f"{array.length} - {ddof}")
    tr.guard(f"{degrees} <= 0", node, "too few values for a variance")
    name, first = contiguous(tr, array)
    center = tr.fresh(_mean(tr, array, node))
    value = (
        f"({name}[{first} + {{0}}] - {center})" if first != "0" else f"({name}[{{0}}] - {center})"
    )
    squares = tr.fresh(f"np.empty({array.length}, float64)", "m")
    index, gap = tr.new_name("k"), tr.new_name()
    with tr.nested(f"for {index} in range({array.length}):"):
        tr.emit(f"{gap} = {value.format(index)}")
        tr.emit(f"{squares}[{index}] = {gap} * {gap}")
    flat = Array(FLOAT, array.length, lambda i: f"{squares}[{i}]", memory=(squares, "0"))
    text = f"({float_total(tr, flat)} / {degrees})"
    return Scalar(reduced_kinds(array, FLOAT), tr.fresh(f"np.sqrt({text})" if root else text))


def some(tr: Translator, array: Array, every: bool) -> Scalar:
    """Whether any element is true, or every one."""
    result, index = tr.fresh("True" if every else "False"), tr.new_name("k")
    with tr.nested(f"for {index} in range({array.length}):"):
        text = array.at(index) if array.base == BOOL else f"({array.at(index)} != 0)"
        with tr.nested(f"if {'not ' * every}{text}:"):
            tr.emit(f"{result} = {not every}")
            tr.emit("break")
    return Scalar(reduced_kinds(array, BOOL), result)


def quantile(tr: Translator, array: Array, share: str, node: ast.AST, skip_nan: bool) -> str:
    """Value at a quantile (0 to 1), interpolated linearly as `numpy.quantile` does."""
    not_empty(tr, array, node)
    name = tr.materialised(
        array
        if array.base == FLOAT
        else Array(FLOAT, array.length, lambda i: converted(array.at(i), array.base, FLOAT))
    )
    return tr.fresh(f"value_at_quantile({name}, {share}, {skip_nan})")


def median(tr: Translator, array: Array, node: ast.AST) -> Scalar:
    """Middle value as `numpy.median`."""
    not_empty(tr, array, node)
    name = tr.materialised(
        array
        if array.base == FLOAT
        else Array(FLOAT, array.length, lambda i: converted(array.at(i), array.base, FLOAT))
    )
    return Scalar(reduced_kinds(array, FLOAT), tr.fresh(f"middle_value({name})"))
