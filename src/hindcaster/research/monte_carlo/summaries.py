"""Monte Carlo results as tables of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hindcaster.research.monte_carlo.charts import check_results

_COLUMNS: Final = ("Metric", "Original", "Worst 5%", "Median", "Best 5%")

# How metrics are called and printed; shares count in percent.
_TEXTS: Final = {
    "net_profit_percentage": ("Net Profit Percentage", "{:.1f}%", 1),
    "max_drawdown": ("Max Drawdown (%)", "{:.1f}%", 1),
    "sharpe_ratio": ("Sharpe Ratio", "{:.2f}", 1),
    "win_rate": ("Win Rate (%)", "{:.1f}%", 100),
    "total": ("Total", "{:.1f}", 1),
    "annual_return": ("Annual Return", "{:.1f}%", 1),
    "calmar_ratio": ("Calmar Ratio", "{:.2f}", 1),
}


def print_monte_carlo_trades_summary(results: Mapping[str, Any]) -> None:
    """Print where the backtest lies among its trades in other orders.

    Parameters
    ----------
    results : mapping
        What `monte_carlo_trades` returned.

    Raises
    ------
    ValueError
        These are no such results.

    Examples
    --------
    >>> from hindcaster.research.monte_carlo import print_monte_carlo_trades_summary
    >>> print_monte_carlo_trades_summary({})
    Traceback (most recent call last):
        ...
    ValueError: results must be what monte_carlo_trades() returned: ... is missing.
    """
    check_results(results, "monte_carlo_trades", ("confidence_analysis", "scenarios"))
    print("MONTE CARLO TRADES (trade-order shuffle test)")
    print(f"   Simulations: {len(results['scenarios'])}")
    _print_table(results["confidence_analysis"])
    print("\n   This tests how the same trades would have gone in other orders.")


def print_monte_carlo_candles_summary(results: Mapping[str, Any]) -> None:
    """Print where the backtest lies among its runs on changed candles.

    Parameters
    ----------
    results : mapping
        What `monte_carlo_candles` returned.

    Raises
    ------
    ValueError
        These are no such results.

    Examples
    --------
    >>> from hindcaster.research.monte_carlo import print_monte_carlo_candles_summary
    >>> print_monte_carlo_candles_summary({})
    Traceback (most recent call last):
        ...
    ValueError: results must be what monte_carlo_candles() returned: ... is missing.
    """
    check_results(results, "monte_carlo_candles", ("confidence_analysis", "scenarios"))
    print("MONTE CARLO CANDLES (market-path robustness test)")
    print(f"   Valid scenarios: {len(results['scenarios'])}")
    _print_table(results["confidence_analysis"])
    print("\n   This tests how the strategy does on other candles of the same kind.")


def _print_table(analysis: Mapping[str, Any]) -> None:
    """Print a row per metric: its value, and the 5th, 50th and 95th percentile of scenarios."""
    if "metrics" not in analysis:
        print(f"   {analysis['error']}")
        return
    rows: list[tuple[str, ...]] = [_COLUMNS]
    for name, metric in analysis["metrics"].items():
        if name not in _TEXTS:
            continue
        label, form, factor = _TEXTS[name]
        shares = metric["percentiles"]
        values = (metric["original"], shares["5th"], shares["50th"], shares["95th"])
        rows.append((label, *(form.format(factor * value) for value in values)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        print("   " + " | ".join(cells))
        if number == 0:
            print("   " + "-+-".join("-" * width for width in widths))
