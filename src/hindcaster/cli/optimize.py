"""`hindcaster optimize`: many backtests, and the best of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from hindcaster import errors
from hindcaster.cli import backtests, output
from hindcaster.cli.options import backtest_options, data_options, output_options
from hindcaster.cli.sections import SectionedCommand, option
from hindcaster.cli.session import Session

if TYPE_CHECKING:
    import pandas as pd

INTERRUPTED: Final = 130
_LISTED: Final = 10  # of the best combinations
_SECTION: Final = "Search"

_EXAMPLES = """\b
Examples:
  hindcaster optimize cross.py --data GOOG --param fast=5:30:5 --param slow=10:70:10 \\
      --constraint "fast < slow" --maximize "Sharpe Ratio"
  hindcaster optimize cross.py --data GOOG --param fast=5,10,20 --param slow=50:200 \\
      --method optuna --max-tries 100 --seed 1 --json
"""


@click.command("optimize", cls=SectionedCommand, epilog=_EXAMPLES)
@click.argument("strategy", metavar="FILE.py[:Class]")
@option(
    "--param",
    "candidates",
    multiple=True,
    required=True,
    metavar="NAME=START:STOP:STEP|NAME=A,B,C",
    section=_SECTION,
    help="Candidates of a parameter; repeat. STOP itself is left out, as in Python's range.",
)
@option(
    "--maximize",
    default="SQN",
    show_default=True,
    metavar="ROW",
    section=_SECTION,
    help="Row of the statistics that decides.",
)
@option(
    "--method",
    type=click.Choice(["grid", "sambo", "optuna"]),
    default="grid",
    show_default=True,
    section=_SECTION,
    help="All combinations, or a search with few runs.",
)
@option(
    "--max-tries",
    type=float,
    section=_SECTION,
    help="Number of runs, or up to 1 the share of the combinations.  [default: all; 200]",
)
@option(
    "--constraint",
    metavar="EXPRESSION",
    section=_SECTION,
    help="Which combinations to try, such as 'fast < slow'.",
)
@option("--seed", type=int, section=_SECTION, help="Seed of all draws.")
@option(
    "--deflated",
    is_flag=True,
    section=_SECTION,
    help="Tell how much of the best Sharpe ratio is luck (slower).",
)
@data_options
@backtest_options
@output_options
@click.pass_obj
def optimize(session: Session, /, strategy: str, **options: Any) -> int:
    """Find the best parameters of a strategy.

    Ctrl-C shows the best so far; the exit code is 130 then.
    """
    from hindcaster.cli.strategies import load_strategy, send_by_value

    with backtests.stdout_for_json(options["as_json"]):
        cls = load_strategy(strategy, "bars", session)
        send_by_value(cls)
        search = _search_of(options, cls)
        backtest, bars = backtests.make_backtest(cls, options)
        stats, heatmap = backtest.optimize(**search)[:2]
        files = backtests.write_files(backtest, stats, options)
    interrupted = "evaluated" in heatmap.attrs
    if options["as_json"]:
        record = backtests.result_record(backtest, bars, stats, options, session, files)
        output.show_json(record | _search_record(options, stats, heatmap, interrupted))
    else:
        parts = [_best_table(options["maximize"], heatmap), ""]
        if options["deflated"]:
            share = stats["_deflated_sharpe_ratio"]
            parts += [f"Deflated Sharpe ratio, the probability of no luck: {share:.2f}", ""]
        output.show(*parts, *backtests.result_tables(bars, stats, options, files))
    return INTERRUPTED if interrupted else 0


def _search_of(options: dict[str, Any], cls: type[Any]) -> dict[str, Any]:
    """Bring the options of the search to the arguments of `Backtest.optimize`."""
    from hindcaster.cli.expressions import constraint_of
    from hindcaster.cli.parameters import read_candidates

    candidates = read_candidates(options["candidates"], cls)
    for name in _ARGUMENTS & set(candidates):
        raise errors.parameter_is_option(name)
    text = options["constraint"]
    return {
        **candidates,
        "maximize": options["maximize"],
        "method": options["method"],
        "max_tries": options["max_tries"],
        "constraint": constraint_of(text, list(candidates)) if text else None,
        "random_state": options["seed"],
        "return_heatmap": True,
        "return_trials": options["deflated"],
    }


_ARGUMENTS: Final = {
    "maximize",
    "method",
    "max_tries",
    "constraint",
    "random_state",
    "return_heatmap",
    "return_optimization",
    "return_trials",
}


def _search_record(
    options: dict[str, Any], stats: pd.Series[Any], heatmap: pd.Series[Any], interrupted: bool
) -> dict[str, Any]:
    record: dict[str, Any] = {
        "search": {
            "maximize": options["maximize"],
            "method": options["method"],
            "combinations": len(heatmap),
            "interrupted": interrupted,
        },
        "best": _parameters(heatmap, stats),
        "scores": [
            {"parameters": dict(zip(heatmap.index.names, _key(key), strict=True)), "score": score}
            for key, score in heatmap.items()
        ],
        "failures": [
            {"parameters": given, "error": error}
            for given, error in heatmap.attrs.get("failures", [])
        ],
    }
    if options["deflated"]:
        record["deflated_sharpe_ratio"] = stats["_deflated_sharpe_ratio"]
    return record


def _parameters(heatmap: pd.Series[Any], stats: pd.Series[Any]) -> dict[str, Any]:
    strategy = stats["_strategy"]
    return {str(name): getattr(strategy, str(name)) for name in heatmap.index.names}


def _key(key: Any) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)


def _best_table(maximize: str, heatmap: pd.Series[Any]) -> Any:
    """List the highest scores."""
    best = heatmap.dropna().sort_values(ascending=False, kind="stable").head(_LISTED)
    names = [*map(str, heatmap.index.names), maximize]
    rows = [(*_key(key), score) for key, score in best.items()]
    title = f"The best {len(best)} of {len(heatmap):,} combinations"
    return output.rows_table(names, rows, title)
