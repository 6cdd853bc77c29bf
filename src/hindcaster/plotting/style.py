"""Colours and measures of pictures."""

from typing import NamedTuple

UP, DOWN = "1", "0"


class Palette(NamedTuple):
    """Colours of a theme."""

    page: str
    paper: str
    ink: str
    faint: str
    grid: str
    wick: str
    up: str
    down: str
    behind_up: str
    behind_down: str
    won: str
    lost: str
    dent: str
    curve: str
    peak: str
    final: str
    worst: str
    hold: str


PALETTES = {
    "light": Palette(
        page="#ffffff",
        paper="#ffffff",
        ink="#26323d",
        faint="#8a949e",
        grid="#e8ebee",
        wick="#37474f",
        up="#26a69a",
        down="#ef5350",
        behind_up="#d9efec",
        behind_down="#fbe3e2",
        won="green",
        lost="red",
        dent="#ffe3c2",
        curve="#1f6fb2",
        peak="cyan",
        final="blue",
        worst="red",
        hold="#8a949e",
    ),
    "dark": Palette(
        page="#14181d",
        paper="#1a1f26",
        ink="#d5dbe1",
        faint="#7f8a95",
        grid="#2a313a",
        wick="#aab4be",
        up="#2bb5a8",
        down="#f0625f",
        behind_up="#1d3a3a",
        behind_down="#402528",
        won="#3ddc84",
        lost="#ff6b68",
        dent="#4a3524",
        curve="#61aeee",
        peak="cyan",
        final="#7aa2ff",
        worst="#ff5252",
        hold="#7f8a95",
    ),
}

CANDLE_WIDTH = 0.9  # of a bar: between candles there is no tooltip
HEIGHT_PRICES = 400
HEIGHT_CURVE = 100
HEIGHT_SMALL = 80
HEIGHT_VOLUME = 70
HEIGHT_INDICATOR = 50
