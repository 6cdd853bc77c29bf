"""Record what a package makes of the drawn cases and store it as a golden file.

Run by hand, with the Python of an environment that holds the pinned reference package; no test
imports that package::

    python -m venv peer
    peer/bin/pip install backtesting==0.6.6 pandas==3.1.1 numpy==2.4.6
    TQDM_DISABLE=1 peer/bin/python tests/parity/make_golden.py --package backtesting \
        --first 0 --cases 2404 --out tests/parity/golden/backtesting_0.6.6.npz

The same seeds give the same file contents every time.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

try:
    from .cases import Case, build_case
    from .storage import save
    from .streams import plain
except ImportError:  # the directory itself is on the path when a script of it is run
    from cases import Case, build_case
    from storage import save
    from streams import plain

PINNED = {"backtesting": "0.6.6", "pandas": "3.1.1", "numpy": "2.4.6"}
WARNING_PATTERNS = {
    "insufficient margin": r"insufficient margin",
    "still open": r"finalize_trades",
    "not datetime": r"index is not datetime",
    "unsorted": r"[Ss]ort",
    "price above cash": r"fractional",
    "contingent": r"^\(.*\)",
}
TRADE_COLUMNS = ["EntryPrice", "ExitPrice", "SL", "TP", "PnL", "Commission", "ReturnPct"]
FIRST_COLUMNS = 14  # the columns of `_trades` before the indicator columns


# ------------------------------------------------------------------------------ recording


def record(case: Case, package: Any) -> dict[str, Any]:
    """Run a case with a package and describe what happened in plain Python values."""
    outcome: dict[str, Any] = {"seed": case.seed, "fingerprint": case.fingerprint()}
    made: list[Any] = []
    strategy = case.make_strategy(package.Strategy)

    class Kept(strategy):  # keeps the instance, whose log matters when the run raises
        def init(self) -> None:
            made.append(self)
            super().init()

    Kept.__name__ = strategy.__name__
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            stats = package.Backtest(case.market.data, Kept, **case.options).run(**case.parameters)
        except Exception as error:  # any type: the type is what is compared
            outcome["raised"] = type(error).__name__
        else:
            outcome.update(_describe(stats, case))
    outcome["warnings"] = _count_warnings(caught)
    outcome["log"] = list(getattr(made[0], "log", [])) if made else []
    return outcome


def _count_warnings(caught: list[warnings.WarningMessage]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for message in caught:
        if not issubclass(message.category, UserWarning):  # numerical, deprecation
            continue
        text = str(message.message)
        kinds = (name for name, pattern in WARNING_PATTERNS.items() if re.search(pattern, text))
        counts[next(kinds, text)] += 1
    return dict(sorted(counts.items()))


def _describe(stats: pd.Series, case: Case) -> dict[str, Any]:
    strategy = stats["_strategy"]
    account = [strategy.equity, strategy.position.size, strategy.position.pl]
    return {
        "stats": [
            [label, *_typed(value)] for label, value in stats.items() if not label.startswith("_")
        ],
        "private": [x for x in ("_strategy", "_equity_curve", "_trades") if x in stats.index],
        "name": str(strategy),
        "trades": _describe_trades(stats["_trades"], strategy, stats["_equity_curve"].index),
        "equity": _describe_equity(stats["_equity_curve"], case),
        "left": [
            *map(plain, account),
            *(repr(x) for x in (strategy.position, *strategy.trades, *strategy.orders)),
            len(strategy.closed_trades),
        ],
    }


def _typed(value: Any) -> tuple[str, Any]:
    if value is pd.NaT:
        return "NaT", None
    if isinstance(value, pd.Timedelta):
        return "microseconds", int(value // pd.Timedelta(1, "us"))
    if isinstance(value, pd.Timestamp):
        return "timestamp", str(value)
    if isinstance(value, (int, np.integer)):
        return "int", int(value)
    return "float", float(value)


def _describe_trades(trades: pd.DataFrame, strategy: Any, index: pd.Index) -> dict[str, Any]:
    columns = list(trades.columns)
    found: dict[str, Any] = {
        "columns": columns,
        "kinds": "".join(trades.dtypes.iloc[i].kind for i in range(len(columns))),
    }
    for name in ("Size", "EntryBar", "ExitBar"):
        found[name] = [
            int(value) if value == int(value) else float(value) for value in trades[name]
        ]
    for name in TRADE_COLUMNS:
        found[name] = trades[name].to_numpy(dtype="float64", na_value=np.nan)
    found["Tag"] = [None if _is_missing(tag) else repr(plain(tag)) for tag in trades["Tag"]]
    if len(trades) == 0:
        return found
    found["times"] = [
        bool((trades["EntryTime"].array == index[trades["EntryBar"]]).all()),
        bool((trades["ExitTime"].array == index[trades["ExitBar"]]).all()),
        bool((trades["Duration"] == trades["ExitTime"] - trades["EntryTime"]).all()),
    ]
    found["indicators"] = trades.iloc[:, FIRST_COLUMNS:].to_numpy(dtype="float64")
    found["indicators"] = found["indicators"].ravel()
    return found


def _is_missing(tag: Any) -> bool:
    return tag is None or (isinstance(tag, float) and tag != tag)


def drawdown(equity: np.ndarray) -> np.ndarray:
    """Return the drawdown as a positive fraction of the running maximum."""
    with np.errstate(invalid="ignore", divide="ignore"):  # an account that starts at zero
        return 1 - equity / np.maximum.accumulate(equity)


def _describe_equity(curve: pd.DataFrame, case: Case) -> dict[str, Any]:
    equity = curve["Equity"].to_numpy(dtype="float64")
    percent = curve["DrawdownPct"].to_numpy(dtype="float64")
    durations = curve["DrawdownDuration"]
    bars = np.flatnonzero(durations.notna().to_numpy())
    ends = durations.iloc[bars]
    if ends.dtype.kind == "m":
        values = [int(value) for value in ends.dt.as_unit("us").astype("int64")]
    else:
        values = [float(value) for value in ends]
    derived = np.array_equal(percent, drawdown(equity), equal_nan=True)
    return {
        "columns": list(curve.columns),
        "kinds": "".join(curve.dtypes.iloc[i].kind for i in range(len(curve.columns))),
        "index": bool(curve.index.equals(case.market.data.index.sort_values())),
        "Equity": equity,
        # Left out when exactly derivable from Equity, to halve the file.
        "DrawdownPct": None if derived else percent,
        "duration_bars": bars.tolist(),
        "durations": values,
    }


# ------------------------------------------------------------------------------- reporting


def summarise(cases: list[Case], outcomes: list[dict[str, Any]]) -> Counter[str]:
    """Count how often each feature occurs."""
    counts: Counter[str] = Counter()
    for case, outcome in zip(cases, outcomes, strict=True):
        counts["cases"] += 1
        counts[f"index {case.market.index_kind}"] += 1
        counts[f"prices {case.market.price_kind}"] += 1
        counts[f"strategy {case.kind}"] += 1
        for name, value in case.options.items():
            counts[f"option {name}"] += value is True
        commission = case.options["commission"]
        counts[
            f"commission {'callable' if callable(commission) else type(commission).__name__}"
        ] += 1
        for name, number in outcome["warnings"].items():
            counts[f"warnings {name}"] += number
        counts["log entries"] += len(outcome["log"])
        for entry in outcome["log"]:
            if isinstance(entry[-1], str) and re.fullmatch(r"[A-Za-z]+Error", entry[-1]):
                counts[f"refused {entry[1]} {entry[-1]}"] += 1
        if "raised" in outcome:
            counts["raised"] += 1
            counts[f"raised {outcome['raised']}"] += 1
            continue
        counts.update(_summarise_run(outcome))
    return counts


def _summarise_run(outcome: dict[str, Any]) -> Counter[str]:
    counts: Counter[str] = Counter()
    trades, equity = outcome["trades"], outcome["equity"]["Equity"]
    size = np.array(trades["Size"])
    counts["bars"] += len(equity)
    counts["trades"] += len(size)
    counts["bankrupt"] += bool(equity[-1] == 0)
    counts["no trades"] += len(size) == 0
    counts["drawdown stored"] += outcome["equity"]["DrawdownPct"] is not None
    counts["indicator values"] += len(trades.get("indicators", ()))
    if len(size) == 0:
        return counts
    counts["partial close() cases"] += trades["kinds"][0] == "f"
    side, price = np.sign(size), trades["ExitPrice"]
    counts["stopped out"] += int(np.sum(side * (price - trades["SL"]) <= 0))
    counts["target reached"] += int(np.sum(side * (price - trades["TP"]) >= 0))
    entries = Counter(zip(trades["EntryBar"], trades["EntryPrice"].tolist(), strict=True))
    pieces = sum(number - 1 for number in entries.values())
    counts["pieces by netting" if trades["kinds"][0] == "i" else "pieces by close()"] += pieces
    counts["same-bar exits"] += int(np.sum(np.equal(trades["EntryBar"], trades["ExitBar"])))
    counts["short trades"] += int(np.sum(size < 0))
    counts["tagged"] += sum(tag is not None for tag in trades["Tag"])
    return counts


def exclusion(case: Case, outcome: dict[str, Any]) -> str | None:
    """Tell why an outcome is not stored: it holds a fault that hindcaster does not copy."""
    if "raised" in outcome:
        negative = case.market.price_kind == "negative"
        return "the reference fails on negative prices" if negative else None
    if 0.0 in outcome["trades"]["ExitPrice"]:
        return "exit at price zero, which the reference takes for a missing exit price"
    return None


def _check_versions(package: str) -> None:
    if package != "backtesting":
        return
    found = {name: importlib.import_module(name).__version__ for name in PINNED}
    if found != PINNED:
        raise SystemExit(f"golden files need {PINNED}, found {found}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--package", default="backtesting")
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--cases", type=int, default=2400, help="number of seeds")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    os.environ["TQDM_DISABLE"] = "1"
    _check_versions(arguments.package)
    package = importlib.import_module(arguments.package)
    cases, outcomes = [], []
    for seed in range(arguments.first, arguments.first + arguments.cases):
        case = build_case(seed)
        outcome = record(case, package)
        reason = exclusion(case, outcome)
        if reason is not None:
            print(f"seed {seed} left out: {reason}")
            continue
        cases.append(case)
        outcomes.append(outcome)
    save(arguments.out, outcomes)
    for name, number in sorted(summarise(cases, outcomes).items()):
        print(f"{name:45} {number:8}")
    print(f"{arguments.out}: {arguments.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
