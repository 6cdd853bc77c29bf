"""Texts: prices, amounts, durations and colours as people read them; hashes and identifiers."""

from __future__ import annotations

import hashlib
import math
import random
import string
import uuid
from decimal import ROUND_DOWN, Decimal, localcontext
from typing import Any

from hindcaster import errors

__all__ = [
    "color",
    "format_currency",
    "format_price",
    "generate_short_unique_id",
    "generate_unique_id",
    "insecure_hash",
    "is_valid_uuid",
    "random_str",
    "readable_duration",
    "secure_hash",
    "string_after_character",
    "style",
]

_COLORS = {
    "black": 30, "red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36,
    "white": 37, "gray": 37,
}  # fmt: skip
_STYLES = {"bold": 1, "b": 1, "underline": 4, "u": 4}
_SECONDS = (
    ("weeks", 604800),
    ("days", 86400),
    ("hours", 3600),
    ("minutes", 60),
    ("seconds", 1),
)
_SHORT_ID_LENGTH = 22
_SIGNIFICANT = 5
_MOST_PLACES = 20


def format_price(price: float | None) -> str:
    """Write a price, cut (not rounded) to 2 decimals, or to 5 significant digits below 1.

    Parameters
    ----------
    price : float or None
        NaN and infinite prices are written 'N/A', None as an empty text.

    Examples
    --------
    >>> format_price(12.349), format_price(0.00001234567), format_price(None)
    ('12.34', '0.000012345', '')
    """
    if price is None:
        return ""
    if not math.isfinite(price):
        return "N/A"
    digits = Decimal(f"{price:.{_MOST_PLACES}f}")
    places = 2
    if 0 < abs(digits) < 1:
        places = min(_SIGNIFICANT - 1 - digits.adjusted(), _MOST_PLACES)
    with localcontext() as context:
        context.prec = 400  # the largest float has 309 digits before the point
        return f"{digits.quantize(Decimal(1).scaleb(-places), ROUND_DOWN):f}"


def format_currency(num: float) -> str:
    """Write a number with commas between thousands.

    Examples
    --------
    >>> format_currency(1234567.5)
    '1,234,567.5'
    """
    return f"{num:,}"


def readable_duration(seconds: float, granularity: int = 2) -> str:
    """Write a duration in words.

    Parameters
    ----------
    seconds : float
        The duration; fractions are left out.
    granularity : int, default 2
        How many units are named, the largest first.

    Examples
    --------
    >>> readable_duration(694861), readable_duration(694861, 5)
    ('1 week, 1 day', '1 week, 1 day, 1 hour, 1 minute, 1 second')
    """
    parts = []
    left = int(seconds)
    for name, length in _SECONDS:
        count, left = divmod(left, length)
        if count:
            parts.append(f"{count} {name.removesuffix('s') if count == 1 else name}")
    return ", ".join(parts[:granularity])


def color(msg_text: str, msg_color: str) -> str:
    r"""Colour a text for a terminal.

    Raises
    ------
    ValueError
        The colour is none of black, red, green, yellow, blue, magenta, cyan, white and gray.

    Examples
    --------
    >>> color("loss", "red")
    '\x1b[31mloss\x1b[0m'
    """
    if msg_color not in _COLORS:
        raise errors.not_among("msg_color", msg_color, _COLORS)
    return f"\x1b[{_COLORS[msg_color]}m{msg_text}\x1b[0m"


def style(msg_text: str, msg_style: str | None) -> str:
    r"""Write a text bold or underlined for a terminal; None changes nothing.

    Raises
    ------
    ValueError
        The style is none of bold, b, underline and u.

    Examples
    --------
    >>> style("profit", "bold")
    '\x1b[1mprofit\x1b[0m'
    """
    if msg_style is None:
        return msg_text
    if msg_style.lower() not in _STYLES:
        raise errors.not_among("msg_style", msg_style, _STYLES)
    return f"\x1b[{_STYLES[msg_style.lower()]}m{msg_text}\x1b[0m"


def string_after_character(s: str, character: str) -> str | None:
    """Give what follows the first of a character; None if it does not occur.

    Examples
    --------
    >>> string_after_character("BTC-USDT", "-")
    'USDT'
    """
    parts = s.split(character, 1)
    return parts[1] if len(parts) > 1 else None


def random_str(num_characters: int = 8) -> str:
    """Draw letters.

    Examples
    --------
    >>> len(random_str(5))
    5
    """
    return "".join(random.choices(string.ascii_letters, k=num_characters))


def generate_unique_id() -> str:
    """Draw a UUID of version 4.

    Examples
    --------
    >>> len(generate_unique_id())
    36
    """
    return str(uuid.uuid4())


def generate_short_unique_id() -> str:
    """Draw the first 22 characters of a UUID.

    Examples
    --------
    >>> len(generate_short_unique_id())
    22
    """
    return generate_unique_id()[:_SHORT_ID_LENGTH]


def is_valid_uuid(uuid_to_test: str, version: int = 4) -> bool:
    """Whether a text is a UUID of a version, written in lower case.

    Examples
    --------
    >>> is_valid_uuid("123e4567-e89b-42d3-a456-426614174000"), is_valid_uuid("x")
    (True, False)
    """
    try:
        found = uuid.UUID(uuid_to_test, version=version)
    except ValueError:
        return False
    return str(found) == uuid_to_test


def insecure_hash(msg: str) -> str:
    """MD5 of a text, in hexadecimal digits.

    Examples
    --------
    >>> insecure_hash("abc")
    '900150983cd24fb0d6963f7d28e17f72'
    """
    return hashlib.md5(msg.encode(), usedforsecurity=False).hexdigest()


def secure_hash(msg: str) -> str:
    """SHA-256 of a text, in hexadecimal digits.

    Examples
    --------
    >>> secure_hash("abc")[:16]
    'ba7816bf8f01cfea'
    """
    return hashlib.sha256(msg.encode()).hexdigest()


def text_or_none(item: Any, encoding: str) -> str | None:
    """Give a value as text: bytes decoded, None as it is."""
    if item is None:
        return None
    return item.decode(encoding) if isinstance(item, bytes) else str(item)
