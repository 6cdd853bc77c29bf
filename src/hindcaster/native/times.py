"""Times of bars: fields, comparisons with constants, differences."""

from __future__ import annotations

import ast
import datetime
from typing import TYPE_CHECKING, Final

import pandas as pd

from hindcaster.native import kinds, slots
from hindcaster.native.kinds import INT
from hindcaster.native.values import (
    Clock,
    Const,
    Day,
    Method,
    Moment,
    Scalar,
    Span,
    Value,
)

if TYPE_CHECKING:
    from hindcaster.native.translator import Translator

SECOND: Final = 10**9
DAY: Final = 86_400 * SECOND
_PYTHON_INT: Final = frozenset({INT})
_OF_DAY: Final = {
    "hour": f"% {DAY} // {3600 * SECOND}",
    "minute": f"% {3600 * SECOND} // {60 * SECOND}",
    "second": f"% {60 * SECOND} // {SECOND}",
    "microsecond": f"% {SECOND} // 1000",
    "nanosecond": "% 1000",
}
_METHODS: Final = ("weekday", "isoweekday", "date", "time", "total_seconds", "normalize")


def time_attribute(
    tr: Translator, value: Moment | Span | Clock | Day, name: str, node: ast.AST
) -> Value:
    """Read a field of a time."""
    if name in _METHODS:
        return Method(value, name)
    if isinstance(value, Moment):
        present(tr, value, node)
        return _field(tr, value.local, name, node)
    if isinstance(value, Clock) and name in ("hour", "minute", "second", "microsecond"):
        return _number(f"({value.code} * 1000) {_OF_DAY[name]}")
    if isinstance(value, Span):
        if name == "days":
            return _number(f"{value.code} // {DAY}")
        if name == "seconds":
            return _number(f"{value.code} % {DAY} // {SECOND}")
    if isinstance(value, Day):
        present(tr, value, node)
        return _of_date(tr, value.code, name, node)
    raise tr.refusal(node, f"`{name}` of {tr.describe(value)} is not supported in compiled code")


def clock_of(tr: Translator, parts: list[Value], node: ast.AST) -> Clock:
    """Make a time of day of hour, minute, second and microsecond."""
    texts = []
    for part, below in zip(parts, (24, 60, 60, 10**6), strict=False):
        place = tr.fresh(tr.integer(part, node).code)
        tr.guard(f"{place} < 0 or {place} >= {below}", node, "no time of day")
        texts.append(place)
    texts += ["0"] * (4 - len(texts))
    seconds = f"(({texts[0]} * 60 + {texts[1]}) * 60 + {texts[2]})"
    return Clock(tr.fresh(f"{seconds} * 1000000 + {texts[3]}"))


def _number(text: str) -> Scalar:
    return Scalar(_PYTHON_INT, f"({text})", "", 2.0**40)


def present(tr: Translator, value: Moment | Day, node: ast.AST) -> None:
    """Leave the loop if a time is None."""
    code = value.utc if isinstance(value, Moment) else value.code
    if value.optional:
        tr.guard(f"{code} == {slots.NO_TIME}", node, "None is used as a time")


def _field(tr: Translator, local: str, name: str, node: ast.AST) -> Value:
    if name in _OF_DAY:
        return _number(f"{local} {_OF_DAY[name]}")
    return _of_date(tr, f"({local} // {DAY})", name, node)


def _of_date(tr: Translator, days: str, name: str, node: ast.AST) -> Value:
    if name in ("dayofweek", "day_of_week"):
        return _number(f"({days} + 3) % 7")
    if name in ("dayofyear", "day_of_year"):
        return _number(f"day_of_year({days})")
    if name in ("year", "month", "day", "quarter"):
        date = tr.fresh(f"year_month_day({days})")
        place = {"year": 0, "month": 1, "day": 2, "quarter": 1}[name]
        text = f"{date}[{place}]"
        return _number(f"({text} + 2) // 3" if name == "quarter" else text)
    raise tr.refusal(node, f"`{name}` of a time is not supported in compiled code")


def time_method(
    tr: Translator,
    owner: Moment | Span | Clock | Day,
    name: str,
    args: list[Value],
    kwargs: dict[str, Value],
    node: ast.AST,
) -> Value:
    """Call a method of a time."""
    if args or kwargs:
        raise tr.refusal(node, f"arguments of {name}()")
    if isinstance(owner, Moment):
        present(tr, owner, node)
        days = f"({owner.local} // {DAY})"
        if name == "date":
            return Day(tr.fresh(days))
        if name == "time":
            return Clock(tr.fresh(f"{owner.local} % {DAY} // 1000"))
        if name == "normalize" and owner.zone is None:
            midnight = tr.fresh(f"{days} * {DAY}")
            return Moment(midnight, midnight, None)
    elif isinstance(owner, Day):
        present(tr, owner, node)
        days = owner.code
    elif isinstance(owner, Span) and name == "total_seconds":
        kept = tr.fresh(owner.code)
        tr.guard(f"{kept} % 1000 != 0", node, "a difference of less than a microsecond")
        return Scalar(frozenset({kinds.FLOAT}), f"(({kept} // 1000) / 1000000.0)")
    else:
        days = ""
    if name in ("weekday", "isoweekday") and days:
        first = 1 if name == "isoweekday" else 0
        return _number(f"({days} + 3) % 7 + {first}")
    raise tr.refusal(node, f"`{name}()` of {tr.describe(owner)} is not supported in compiled code")


# -- comparisons -----------------------------------------------------------------------------


def compared_times(tr: Translator, sign: str, first: Value, second: Value, node: ast.AST) -> str:
    """Text of a comparison in which one side at least is a time."""
    if sign in ("==", "!="):
        for value, other in ((first, second), (second, first)):
            none = isinstance(other, Const) and other.value is None
            if none or (isinstance(other, Scalar) and other.kinds == slots.ONLY_NONE):
                from hindcaster.native.comparisons import is_none

                same = is_none(tr, value)
                return same if sign == "==" else f"(not {same})"
    for value, other in ((first, second), (second, first)):
        if isinstance(value, (Moment, Day)) and value.optional:
            if sign in ("==", "!=") and isinstance(other, (Moment, Day)):
                continue  # no time equals no other
            present(tr, value, node)
    texts = _as_numbers(tr, first, second, node)
    return f"({texts[0]} {sign} {texts[1]})"


def _as_numbers(tr: Translator, first: Value, second: Value, node: ast.AST) -> list[str]:
    texts = []
    for value, other in ((first, second), (second, first)):
        known = other if isinstance(value, Const) else value
        if isinstance(known, Moment):
            texts.append(_moment_number(tr, value, known, node))
        elif isinstance(known, Span):
            texts.append(_span_number(tr, value, node))
        elif isinstance(known, Clock):
            texts.append(_clock_number(tr, value, node))
        elif isinstance(known, Day):
            texts.append(_day_number(tr, value, node))
        else:
            raise tr.refusal(node, f"a time is compared with {tr.describe(value)}")
    return texts


def _moment_number(tr: Translator, value: Value, like: Moment, node: ast.AST) -> str:
    if isinstance(value, Moment):
        if (value.zone is None) != (like.zone is None):
            raise tr.refusal(node, "times with and without a time zone are compared")
        return value.utc
    found = value.value if isinstance(value, Const) else None
    if isinstance(value, Const) and isinstance(found, (pd.Timestamp, datetime.datetime)):
        tr.depend(value)
        stamp = pd.Timestamp(found)
        if (stamp.tz is None) != (like.zone is None):
            raise tr.refusal(
                node,
                "a time with a time zone is compared with one without",
                f"pd.Timestamp('...', tz={str(like.zone)!r})" if like.zone else "no tz=",
            )
        try:
            return f"({stamp.as_unit('ns').value})"
        except (OverflowError, ValueError):
            raise tr.refusal(node, "a time that nanoseconds cannot express") from None
    raise tr.refusal(node, f"a time is compared with {tr.describe(value)}", "a pd.Timestamp")


def _span_number(tr: Translator, value: Value, node: ast.AST) -> str:
    if isinstance(value, Span):
        return value.code
    if isinstance(value, Const) and isinstance(value.value, (pd.Timedelta, datetime.timedelta)):
        tr.depend(value)
        try:
            return f"({pd.Timedelta(value.value).as_unit('ns').value})"
        except (OverflowError, ValueError):
            raise tr.refusal(node, "a time span that nanoseconds cannot express") from None
    raise tr.refusal(node, f"a time span is compared with {tr.describe(value)}", "a pd.Timedelta")


def _clock_number(tr: Translator, value: Value, node: ast.AST) -> str:
    if isinstance(value, Clock):
        return value.code
    found = value.value if isinstance(value, Const) else None
    if isinstance(value, Const) and isinstance(found, datetime.time) and found.tzinfo is None:
        tr.dependencies.append((value.path or (lambda _: found), found))
        seconds = (found.hour * 60 + found.minute) * 60 + found.second
        return str(seconds * 10**6 + found.microsecond)
    raise tr.refusal(
        node, f"a time of day is compared with {tr.describe(value)}", "a datetime.time"
    )


def _day_number(tr: Translator, value: Value, node: ast.AST) -> str:
    if isinstance(value, Day):
        return value.code
    found = value.value if isinstance(value, Const) else None
    if isinstance(found, datetime.date) and not isinstance(found, datetime.datetime):
        assert isinstance(value, Const)
        tr.dependencies.append((value.path or (lambda _: found), found))
        return f"({found.toordinal() - datetime.date(1970, 1, 1).toordinal()})"
    raise tr.refusal(node, f"a date is compared with {tr.describe(value)}", "a datetime.date")


# -- arithmetic ------------------------------------------------------------------------------


def shifted(tr: Translator, sign: str, first: Value, second: Value, node: ast.AST) -> Value:
    """Difference of two times, or a time moved by a constant span."""
    for value in (first, second):
        if isinstance(value, Moment):
            present(tr, value, node)
    if sign == "-" and isinstance(first, Moment) and _is_time(second):
        other = _moment_number(tr, second, first, node)
        return Span(tr.fresh(f"{first.utc} - {other}"))
    if sign == "-" and isinstance(second, Moment) and _is_time(first):
        return Span(tr.fresh(f"{_moment_number(tr, first, second, node)} - {second.utc}"))
    if sign in "+-" and isinstance(first, Moment) and first.zone is None:
        step = _span_number(tr, second, node)
        moved = tr.fresh(f"{first.utc} {sign} {step}")
        tr.guard(f"abs({step}) > {2**62} or abs({moved}) > {2**62}", node, "a time too far away")
        return Moment(moved, moved, None)
    if sign in "+-" and isinstance(first, (Span, Const)) and isinstance(second, (Span, Const)):
        a, b = _span_number(tr, first, node), _span_number(tr, second, node)
        return Span(tr.fresh(f"{a} {sign} {b}"))
    raise tr.refusal(node, "this arithmetic with times is not supported in compiled code")


def _is_time(value: Value) -> bool:
    return isinstance(value, Moment) or (
        isinstance(value, Const) and isinstance(value.value, datetime.datetime)
    )
