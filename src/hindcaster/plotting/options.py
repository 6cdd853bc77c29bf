"""The arguments of `Backtest.plot` and `Backtest.report`, checked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

THEMES = ("light", "dark")
RESOURCES = (None, "cdn", "inline")


@dataclass(frozen=True, kw_only=True)
class Options:
    """What to draw and where to put it; `Backtest.plot` explains each."""

    filename: str | Path | None = None
    plot_width: int | None = None
    plot_equity: bool = True
    plot_return: bool = False
    plot_pl: bool = True
    plot_volume: bool = True
    plot_drawdown: bool = False
    plot_trades: bool = True
    smooth_equity: bool = False
    relative_equity: bool = True
    superimpose: bool | str = True
    resample: bool | str = True
    reverse_indicators: bool = False
    show_legend: bool = True
    open_browser: bool = True
    plot_orders: bool = False
    plot_buy_hold: bool = False
    theme: str = "light"
    resources: str | None = None

    def __post_init__(self) -> None:
        check_place(self.filename, self.plot_width, self.resources)
        check_theme(self.theme)
        for name in ("superimpose", "resample"):
            value = getattr(self, name)
            if not isinstance(value, (bool, str)):
                raise TypeError(
                    f"{name} must be True, False or a pandas frequency such as '4h', got {value!r}."
                )


@dataclass(frozen=True, kw_only=True)
class ReportOptions:
    """Where to put a report and how it looks; `Backtest.report` explains each."""

    filename: str | Path | None = None
    title: str | None = None
    theme: str = "light"
    open_browser: bool = True
    resources: str | None = "inline"

    def __post_init__(self) -> None:
        check_place(self.filename, None, self.resources)
        check_theme(self.theme)
        if self.title is not None and not isinstance(self.title, str):
            raise TypeError(f"title must be a text, or None for the strategy, got {self.title!r}.")
        if str(self.filename).endswith(".png"):
            raise ValueError(
                f"filename={str(self.filename)!r}: a report is a page, whose name ends in .html; "
                f"plot() makes images."
            )


def check_theme(theme: Any) -> None:
    """Check that there are colours of that name."""
    if theme not in THEMES:
        raise ValueError(f"theme must be 'light' or 'dark', got {theme!r}.")


def check_place(filename: Any, plot_width: Any, resources: Any) -> None:
    """Check the arguments that say where a picture goes."""
    if filename is not None and not isinstance(filename, (str, Path)):
        raise TypeError(f"filename must be a text or a Path, got {filename!r}.")
    if plot_width is not None and not (
        isinstance(plot_width, int) and not isinstance(plot_width, bool) and plot_width > 0
    ):
        raise ValueError(
            f"plot_width must be a number of pixels, or None for the width of the window, got "
            f"{plot_width!r}."
        )
    if resources not in RESOURCES:
        raise ValueError(
            f"resources must be 'cdn' (small files that load Bokeh from its server), 'inline' "
            f"(files that work offline) or None for Bokeh's own setting, got {resources!r}."
        )
