"""Texts of the user's in files that have rules of their own."""

from __future__ import annotations

import unicodedata
from typing import Final

from hindcaster.exchange.run import Run

_LONGEST_NAME: Final = 110
# Control and format characters, halves of characters, separators of lines and paragraphs.
_NOT_SHOWN: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")


def one_line(text: str) -> str:
    r"""Give a text without control characters and line breaks, which end comments and strings.

    Examples
    --------
    >>> one_line("a\nb\u2028c")
    'a b c'
    """
    return "".join(" " if unicodedata.category(letter) in _NOT_SHOWN else letter for letter in text)


def run_name(run: Run) -> str:
    """Name strategies and symbols, for headings."""
    names = dict.fromkeys(type(lane.strategy).__name__ for lane in run.lanes)
    text = f"{', '.join(names)} on {', '.join(lane.symbol for lane in run.lanes)}"
    text = one_line(text)
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"
