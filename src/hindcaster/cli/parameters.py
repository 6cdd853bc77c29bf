"""Values of a strategy's parameters, and their candidates, from texts."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any, Final

from hindcaster import errors

_WORDS: Final = {"true": True, "false": False, "none": None}
_PLAIN: Final = (int, float, str, bool, type(None))
_MOST: Final = 1_000_000  # candidates of a range


def read_values(assignments: Iterable[str], strategy: type[Any]) -> dict[str, Any]:
    """Read ``NAME=VALUE`` of single values."""
    values = {name: read_value(text) for name, text in _split(assignments, strategy)}
    for name, value in values.items():
        _check_number(strategy, name, value)
    return values


def read_candidates(assignments: Iterable[str], strategy: type[Any]) -> dict[str, list[Any]]:
    """Read ``NAME=START:STOP:STEP`` or ``NAME=A,B,C``."""
    found = {name: candidates_of(text) for name, text in _split(assignments, strategy)}
    for name, values in found.items():
        for value in values:
            _check_number(strategy, name, value)
    return found


def read_value(text: str) -> Any:
    """Read a number, a truth value, None or a text, which may be in quotes.

    Examples
    --------
    >>> [read_value(text) for text in ("12", "0.5", "1e3", "true", "None", "sma", "'7'")]
    [12, 0.5, 1000.0, True, None, 'sma', '7']
    """
    text = text.strip()
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    value = _literal(text)
    return value if isinstance(value, _PLAIN) and value is not None else text


def candidates_of(text: str) -> list[Any]:
    """Read a range or a list of candidates.

    Examples
    --------
    >>> candidates_of("5:30:5"), candidates_of("0.1:0.4:0.1"), candidates_of("a,b")
    ([5, 10, 15, 20, 25], [0.1, 0.2, 0.3], ['a', 'b'])
    >>> candidates_of("'09:30','10:00'"), candidates_of("7")
    (['09:30', '10:00'], [7])
    """
    listed = _literal(f"[{text}]")
    if isinstance(listed, list) and listed and all(isinstance(value, _PLAIN) for value in listed):
        return listed
    bounds = _numbers(text.split(":"))
    if bounds and ":" in text:
        return _range(text, bounds)
    return [read_value(part) for part in text.split(",")]


def _split(assignments: Iterable[str], strategy: type[Any]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    names = parameter_names(strategy)
    for text in assignments:
        name, sign, value = text.partition("=")
        name = name.strip()
        if not sign or not name or not value.strip():
            raise errors.bad_assignment(text)
        if name in found:
            raise errors.parameter_twice(name)
        if name not in names:
            raise errors.no_such_parameter(strategy.__name__, name, names)
        found[name] = value
    return list(found.items())


def parameter_names(strategy: type[Any]) -> list[str]:
    """Names of the parameters of a bar strategy."""
    from hindcaster.reporting import parameters_of

    blank = object.__new__(strategy)
    blank._params = {}
    return list(parameters_of(blank))


def _check_number(strategy: type[Any], name: str, value: Any) -> None:
    """Refuse a text for a number: a slip of the pen would be compared with numbers."""
    default = getattr(strategy, name)
    if isinstance(default, (int, float)) and isinstance(value, str):
        raise errors.parameter_not_number(name, default, value)


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _numbers(parts: list[str]) -> list[Decimal]:
    try:
        return [Decimal(part.strip()) for part in parts]
    except InvalidOperation:
        return []


def _range(text: str, bounds: list[Decimal]) -> list[Any]:
    """Count from the start on, in decimals, so that 0.1:0.4:0.1 has no 0.30000000000000004."""
    if len(bounds) > 3:
        raise errors.bad_range(text, "it has more than three parts")
    if not all(bound.is_finite() for bound in bounds):
        raise errors.bad_range(text, "its parts must be finite")
    start, stop = bounds[:2]
    step = bounds[2] if len(bounds) == 3 else Decimal(1)
    if not step:
        raise errors.bad_range(text, "the step is 0")
    if (stop - start) * step <= 0:
        raise errors.bad_range(text, "it holds no candidate")
    count = int(((stop - start) / step).to_integral_value(ROUND_CEILING))
    if count > _MOST:
        raise errors.bad_range(text, f"it holds more than {_MOST:,} candidates")
    values = [start + step * place for place in range(count)]
    whole = all(bound == bound.to_integral_value() for bound in (start, step))
    return [int(value) if whole else float(value) for value in values]
