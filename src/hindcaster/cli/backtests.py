"""What `run` and `optimize` have in common: the backtest that is asked for, and what it shows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hindcaster import errors
from hindcaster._version import __version__
from hindcaster.cli import output
from hindcaster.cli.options import BACKTEST_NAMES
from hindcaster.cli.session import Session
from hindcaster.cli.sources import Bars, load_bars

if TYPE_CHECKING:
    import pandas as pd

    from hindcaster.backtest import Backtest

_TABLES = {"trades": "_trades", "orders": "_orders", "equity": "_equity_curve"}
_SHOWN = {  # columns, of those that JSON has
    "trades": ("Size", "EntryTime", "EntryPrice", "ExitTime", "ExitPrice", "PnL", "ReturnPct"),
    "orders": ("PlacedTime", "Side", "Role", "Size", "Outcome", "Time", "FillPrice", "Reason"),
    "equity": ("Time", "Equity", "DrawdownPct"),
}


@contextmanager
def stdout_for_json(as_json: bool) -> Iterator[None]:
    """Keep stdout for the JSON: what a strategy prints goes to stderr."""
    if not as_json:
        yield
        return
    with redirect_stdout(sys.stderr):
        yield


def make_backtest(strategy: type[Any], options: dict[str, Any]) -> tuple[Backtest, Bars]:
    """Make the backtest that the options describe."""
    from hindcaster.backtest import Backtest

    if (options["plot"] or options["report"]) and not Path(options["folder"]).is_dir():
        raise errors.no_folder(options["folder"])
    where = {name: options[name] for name in ("start", "finish", "store", "tz")}
    bars = load_bars(options["data"], timeframe=options["timeframe"], **where)
    arguments = {name: options[name] for name in BACKTEST_NAMES}
    if options["intrabar"] is not None:
        arguments["intrabar"] = load_bars(options["intrabar"], timeframe=None, **where).frame
    return Backtest(bars.frame, strategy, **arguments), bars


def write_files(backtest: Backtest, stats: pd.Series[Any], options: dict[str, Any]) -> list[Path]:
    """Write picture and report, where they are asked for."""
    if not (options["plot"] or options["report"]):
        return []
    from hindcaster import _compat
    from hindcaster.plotting.output import file_name

    _compat.set_bokeh_output(notebook=False)
    opened = options["open_browser"]
    if opened is None:
        opened = sys.stdout.isatty() and not options["as_json"]
    path = Path(options["folder"]) / file_name(str(stats["_strategy"]))
    written = []
    if options["plot"]:
        page = path.with_name(f"{path.name}.html")
        backtest.plot(results=stats, filename=page, open_browser=opened)
        written.append(page)
    if options["report"]:
        page = path.with_name(f"{path.name}.report.html")
        backtest.report(page, results=stats, open_browser=opened)
        written.append(page)
    return written


def result_record(
    backtest: Backtest,
    bars: Bars,
    stats: pd.Series[Any],
    options: dict[str, Any],
    session: Session,
    files: list[Path],
) -> dict[str, Any]:
    """Put together what is printed as JSON."""
    from hindcaster.data.fingerprint import fingerprint
    from hindcaster.reporting import parameters_of

    strategy, execution = stats["_strategy"], stats.attrs.get("execution")
    record: dict[str, Any] = {
        "hindcaster": __version__,
        "strategy": type(strategy).__name__,
        "parameters": {name: value for name, (value, _) in parameters_of(strategy).items()},
        "settings": backtest._settings(),
        "data": {
            "source": bars.source,
            "bars": len(bars.frame),
            "start": bars.frame.index[0],
            "end": bars.frame.index[-1],
            "columns": list(bars.frame.columns),
            "digest": fingerprint(bars.frame),
        },
        "execution": {
            "compiled": None if execution is None else execution.compiled,
            "reason": None if execution is None else execution.reason,
        },
        "statistics": output.statistics(stats),
    }
    for name, row in _TABLES.items():
        if options[name]:
            record[name] = _rows_of(name, stats[row])
    record["files"] = files
    record["warnings"] = session.warned
    return record


def _rows_of(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename_axis("Time").reset_index() if name == "equity" else frame


def result_tables(
    bars: Bars, stats: pd.Series[Any], options: dict[str, Any], files: list[Path]
) -> list[Any]:
    """Make what is printed for people."""
    parts: list[Any] = [output.statistics_table(stats, f"{stats['_strategy']} on {bars.source}")]
    for name, row in _TABLES.items():
        if options[name]:
            frame = _rows_of(name, stats[row])
            parts += ["", output.frame_table(frame, name.capitalize(), _SHOWN[name])]
    parts += [f"Written: {path}" for path in files]
    return parts
