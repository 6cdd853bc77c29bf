"""A report as one HTML file."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hindcaster._types import FloatArray
from hindcaster.plotting import output
from hindcaster.plotting.options import ReportOptions
from hindcaster.plotting.report.figures import figures_of
from hindcaster.plotting.report.info import Months, Report, report_of
from hindcaster.plotting.report.provenance import Row
from hindcaster.plotting.style import PALETTES

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STRONGEST = 55.0  # percent of the colour behind large returns


def write_report(
    data: pd.DataFrame,
    results: Any,
    options: ReportOptions,
    *,
    parameters: list[Row],
    settings: list[Row],
    warmup: int,
) -> Path | None:
    """Write the report of a run, and show it.

    Parameters
    ----------
    data, results, parameters, settings, warmup
        As for `hindcaster.plotting.report.info.report_of`.
    options : ReportOptions
        The arguments of `Backtest.report`.

    Returns
    -------
    Path or None
        The file; None if it is shown in a notebook only.
    """
    report = report_of(
        data,
        results,
        title=options.title,
        parameters=parameters,
        settings=settings,
        warmup=warmup,
    )
    path = output.file_for(options.filename, str(results["_strategy"]), ".report")
    page = page_of(report, options.theme, options.resources)
    output.show_page(page, path, open_browser=options.open_browser)
    return path


def page_of(report: Report, theme: str, resources: str | None) -> str:
    """Put the page together; the template escapes all texts."""
    from bokeh.embed import file_html

    figures = figures_of(report, theme)
    colors = PALETTES[theme]
    page: str = file_html(
        list(figures.values()),
        output.files(resources),
        title=report.title,
        template=_read("page.html.jinja"),
        template_variables={
            "report": report,
            "figures": list(figures),
            "months": _table(report.months) if isinstance(report.months, Months) else None,
            "theme": theme,
            "colors": colors._asdict(),
            "css": _read("page.css"),
        },
    )
    return page


def _read(name: str) -> str:
    return files("hindcaster.plotting.report").joinpath(name).read_text(encoding="utf-8")


class Cell(NamedTuple):
    """A return; `tone` and `strength` (percent) are the colour behind it."""

    text: str
    tone: str
    strength: float
    total: bool


class Table(NamedTuple):
    """Returns by month and year, or by year in rows of decades."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, list[Cell]]]


def _table(months: Months) -> Table:
    if months.whole_years:
        return _decades(months)
    scale, total_scale = _scale(months.cells), _scale(months.totals)
    rows = []
    for year, values, total in zip(
        months.years, months.cells.tolist(), months.totals.tolist(), strict=True
    ):
        cells = [_cell(value, scale) for value in values]
        rows.append((year, [*cells, _cell(total, total_scale, total=True)]))
    return Table("Monthly returns", (*_MONTHS, "Year"), rows)


def _decades(months: Months) -> Table:
    scale = _scale(months.totals)
    first = int(months.years[0]) % 10
    padded = np.full(-(-(first + len(months.totals)) // 10) * 10, np.nan)
    padded[first : first + len(months.totals)] = months.totals
    decade = int(months.years[0]) - first
    rows = [
        (f"{decade + 10 * row}s", [_cell(value, scale) for value in values])
        for row, values in enumerate(padded.reshape(-1, 10).tolist())
    ]
    return Table("Yearly returns", tuple("0123456789"), rows)


def _scale(values: FloatArray) -> float:
    """Size of a return whose colour is strongest: few are larger."""
    sizes = np.abs(values[np.isfinite(values)])
    return float(np.quantile(sizes, 0.95)) if len(sizes) else 0.0


def _cell(value: float, scale: float, *, total: bool = False) -> Cell:
    if value != value:
        return Cell("", "", 0.0, total)
    share = min(abs(value) / scale, 1.0) if scale else float(value != 0)
    tone = "up" if value > 0 else "down" if value < 0 else ""
    return Cell(f"{100 * value + 0.0:.1f}", tone, round(_STRONGEST * share, 1), total)
