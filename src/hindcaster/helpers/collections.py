"""Lists, dicts and values of unknown type."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hindcaster.helpers.texts import text_or_none

__all__ = [
    "binary_search",
    "class_iter",
    "clean_infinite_values",
    "clean_nan_values",
    "float_or_none",
    "get_class_name",
    "insert_list",
    "merge_dicts",
    "normalize_bool",
    "str_or_none",
    "unique_list",
]


def binary_search(arr: Sequence[Any], item: Any) -> int:
    """Find the first place of an item in a sorted sequence; -1 if it is not there.

    Examples
    --------
    >>> binary_search([1, 3, 5], 3), binary_search([1, 3, 5], 4)
    (1, -1)
    """
    place = bisect.bisect_left(arr, item)
    return place if place != len(arr) and arr[place] == item else -1


def insert_list(index: int, item: Any, arr: list[Any]) -> list[Any]:
    """Copy a list with one more item before a place; -1 puts it at the end.

    Examples
    --------
    >>> insert_list(1, "x", [1, 2]), insert_list(-1, "x", [1, 2])
    ([1, 'x', 2], [1, 2, 'x'])
    """
    return [*arr, item] if index == -1 else [*arr[:index], item, *arr[index:]]


def unique_list(arr: Iterable[Any]) -> list[Any]:
    """List the different items of something, each where it occurs first.

    Examples
    --------
    >>> unique_list([3, 1, 3, 2])
    [3, 1, 2]
    """
    return list(dict.fromkeys(arr))


def merge_dicts(d1: dict[Any, Any], d2: dict[Any, Any]) -> dict[Any, Any]:
    """Merge two dicts into a new one; the second wins, dicts inside are merged.

    Examples
    --------
    >>> merge_dicts({"a": 1, "b": {"c": 1, "d": 2}}, {"b": {"c": 5}})
    {'a': 1, 'b': {'c': 5, 'd': 2}}
    """
    merged = dict(d1)
    for name in d2.keys():  # noqa: SIM118  (what is no dict is refused here)
        both = isinstance(merged.get(name), dict) and isinstance(d2[name], dict)
        merged[name] = merge_dicts(merged[name], d2[name]) if both else d2[name]
    return merged


def _cleaned(obj: Any, unwanted: Any) -> Any:
    if isinstance(obj, dict):
        return {name: _cleaned(value, unwanted) for name, value in obj.items()}
    if isinstance(obj, list):
        return [_cleaned(value, unwanted) for value in obj]
    return None if isinstance(obj, float) and unwanted(obj) else obj


def clean_nan_values(obj: Any) -> Any:
    """Replace NaN by None in a value, and in dicts and lists at any depth.

    Examples
    --------
    >>> clean_nan_values({"a": [1.0, float("nan")]})
    {'a': [1.0, None]}
    """
    return _cleaned(obj, math.isnan)


def clean_infinite_values(obj: Any) -> Any:
    """Replace infinite numbers by None in a value, and in dicts and lists at any depth.

    Examples
    --------
    >>> clean_infinite_values([1.0, float("inf")])
    [1.0, None]
    """
    return _cleaned(obj, math.isinf)


def float_or_none(item: Any) -> float | None:
    """Read a number; None and empty texts are None.

    Raises
    ------
    ValueError
        The text is no number.

    Examples
    --------
    >>> float_or_none("1.5"), float_or_none("")
    (1.5, None)
    """
    return None if item is None or item == "" else float(item)


def str_or_none(item: Any, encoding: str = "utf-8") -> str | None:
    """Write a value as text; bytes are decoded, None stays None.

    Examples
    --------
    >>> str_or_none(3), str_or_none(b"abc"), str_or_none(None)
    ('3', 'abc', None)
    """
    return text_or_none(item, encoding)


def normalize_bool(v: Any) -> bool:
    """Read a flag: of numbers 1 is true, of texts all but '', '0' and 'false'.

    Examples
    --------
    >>> normalize_bool("True"), normalize_bool("0"), normalize_bool(None)
    (True, False, False)
    """
    if isinstance(v, str):
        return v.lower() not in ("", "0", "false")
    return bool(v == 1) if isinstance(v, int | float) else bool(v)


def get_class_name(cls: Any) -> str:
    """Name of a class; a text is a name already.

    Examples
    --------
    >>> get_class_name(dict)
    'dict'
    """
    return cls if isinstance(cls, str) else str(cls.__name__)


def class_iter(Class: Any) -> Iterator[Any]:  # noqa: N803  (the name that scripts pass)
    """Give the values of a class's constants, one by one; functions and classes are left out.

    Examples
    --------
    >>> class Sides:
    ...     BUY = "buy"
    ...     SELL = "sell"
    ...
    ...     def opposite(self): ...
    >>> list(class_iter(Sides))
    ['buy', 'sell']
    """
    return (
        value
        for name, value in vars(Class).items()
        if not name.startswith("__") and not callable(getattr(Class, name))
    )
