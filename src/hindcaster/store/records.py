"""What the store reports: what was stored, what is held, what is missing, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from hindcaster.exchange.timeframes import MINUTE_MS


def minute_text(time: float) -> str:
    """Write a time in ms as date and minute, UTC.

    Examples
    --------
    >>> minute_text(1609459200000)
    '2021-01-01 00:00'
    """
    return datetime.fromtimestamp(time / 1000, UTC).strftime("%Y-%m-%d %H:%M")


@dataclass(frozen=True)
class Gap:
    """Minutes without a candle, between candles.

    Attributes
    ----------
    start, finish : int
        First missing minute, and the first that is there again; ms, UTC.
    """

    start: int
    finish: int

    @property
    def minutes(self) -> int:
        """Number of missing minutes."""
        return (self.finish - self.start) // MINUTE_MS

    def __str__(self) -> str:
        return f"{self.minutes} minutes from {minute_text(self.start)}"


@dataclass(frozen=True)
class Stored:
    """What storing candles did.

    Attributes
    ----------
    exchange, symbol : str
        Where they belong.
    added : int
        Minutes that were not there before.
    changed : int
        Minutes that were there with other numbers, which the new ones replaced.
    unchanged : int
        Minutes that were there just so.
    gaps : tuple of Gap
        What is missing between the first and the last of the candles just stored, together with
        what the store had.
    """

    exchange: str
    symbol: str
    added: int
    changed: int
    unchanged: int
    gaps: tuple[Gap, ...] = ()

    def __str__(self) -> str:
        missing = sum(gap.minutes for gap in self.gaps)
        first = f", the first {self.gaps[0]}" if self.gaps else ""
        return (
            f"{self.symbol} on {self.exchange}: {self.added} candles added, {self.changed} "
            f"changed, {self.unchanged} unchanged, {missing} missing in between{first}"
        )


@dataclass(frozen=True)
class Holding:
    """What the store has of a symbol.

    Attributes
    ----------
    exchange, symbol : str
        Their names.
    first, last : int
        Opening times of the first and the last candle; ms, UTC.
    rows : int
        Number of candles.
    """

    exchange: str
    symbol: str
    first: int
    last: int
    rows: int

    @property
    def missing(self) -> int:
        """Number of minutes between the first and the last that have no candle."""
        return (self.last - self.first) // MINUTE_MS + 1 - self.rows

    def __str__(self) -> str:
        return (
            f"{self.symbol} on {self.exchange}: {self.rows} candles, {minute_text(self.first)} to "
            f"{minute_text(self.last)}, {self.missing} missing"
        )


@dataclass(frozen=True)
class Problem:
    """A file of the store that is not what it should be.

    Attributes
    ----------
    path : str
        The file.
    exchange, symbol : str
        Where it belongs.
    what : str
        What is wrong, in words.
    """

    path: str
    exchange: str
    symbol: str
    what: str

    def __str__(self) -> str:
        return self.what
