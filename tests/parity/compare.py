"""Compare the outcome of a case with the recorded one.

By hand, for further seeds: record them with the reference package (see `make_golden`) into a
temporary file, then run our package over the same seeds::

    peer/bin/python tests/parity/make_golden.py --first 50000 --cases 500 --out /tmp/fresh.npz
    python tests/parity/compare.py /tmp/fresh.npz
"""

from __future__ import annotations

import argparse
import importlib
import math
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

try:
    from .cases import build_case
    from .make_golden import drawdown, record
    from .storage import load
except ImportError:  # the directory itself is on the path when a script of it is run
    from cases import build_case
    from make_golden import drawdown, record
    from storage import load

RTOL = 1e-9  # also the absolute tolerance, times the scale of the quantity
# Positions of account values in log entries (bar, code, …); other numbers there are prices.
ACCOUNT_ITEMS = {"account": (2, 4), "values": (2, 4), "closed": (3, 5), "pl": (2,)}
MONEY_COLUMNS = (3, 4, 7, 8, 9)  # EntryPrice, ExitPrice, PnL, Commission, ReturnPct of `_trades`


def close(ours: float, theirs: float, scale: float = 1.0) -> bool:
    """Tell whether two numbers agree; NaN agrees with NaN, infinities must be the same."""
    if math.isnan(theirs) or math.isnan(ours):
        return math.isnan(theirs) and math.isnan(ours)
    if math.isinf(theirs) or math.isinf(ours):
        return ours == theirs
    return abs(ours - theirs) <= RTOL * max(abs(theirs), scale)


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """List the differences between two outcomes of one case, most basic first."""
    if ours["fingerprint"] != theirs["fingerprint"]:
        return ["the case itself was drawn differently: recorded with other cases or another NumPy"]
    ours, theirs = _normalised(ours), _normalised(theirs)
    scales = _scales(theirs)
    order = ["raised", "warnings", "log", "trades", "equity", "left", "stats"]
    fields = [*order, *sorted((set(ours) | set(theirs)) - set(order))]
    if ours.get("raised") != theirs.get("raised"):
        fields = order[:3]  # only one of them has a result
    found: list[str] = []
    for field in fields:
        found.extend(_walk(field, ours.get(field), theirs.get(field), scales))
    return found


def _normalised(outcome: dict[str, Any]) -> dict[str, Any]:
    """Fill in what was left out, and make money float64.

    The reference passes integers (of an integer price column, or from a commission function)
    through to columns, rows and texts; hindcaster's money is always float64.
    """
    outcome = dict(outcome, log=[_float_prices(entry) for entry in outcome["log"]])
    if "raised" in outcome:
        return outcome
    equity, trades = dict(outcome["equity"]), dict(outcome["trades"])
    if equity["DrawdownPct"] is None:
        equity["DrawdownPct"] = drawdown(equity["Equity"])
    if len(trades["Size"]):
        trades["kinds"] = "".join(
            "f" if i in MONEY_COLUMNS and kind == "i" else kind
            for i, kind in enumerate(trades["kinds"])
        )
    stats = [
        [label, "float", float(value)] if (label, kind) == ("Commissions [$]", "int") else row
        for label, kind, value, row in ((*row, row) for row in outcome["stats"])
    ]
    left = _float_prices(outcome["left"])
    return {**outcome, "equity": equity, "trades": trades, "stats": stats, "left": left}


def _float_prices(entry: list[Any]) -> list[Any]:
    """Write whole prices without decimals in the texts of trades: `price=20.0-20` and the like."""
    return [
        re.sub(r"(?<=price=)\S+", lambda found: re.sub(r"\.0(?=-|$)", "", found[0]), item)
        if isinstance(item, str)
        else item
        for item in entry
    ]


def _scales(theirs: dict[str, Any]) -> dict[str, float]:
    """Sizes of prices and of account values, for absolute tolerances."""
    if "raised" in theirs:
        return {"price": 1.0, "account": 1.0}
    trades = theirs["trades"]
    prices = np.concatenate([trades["EntryPrice"], trades["ExitPrice"], [1e-6]])
    account = np.abs(theirs["equity"]["Equity"]).max()
    return {"price": float(np.abs(prices).max()), "account": float(max(account, 1e-6))}


def _scale_of(field: str, scales: dict[str, float]) -> float:
    name = field.split(".", 2)[1] if "." in field else field
    name, _, item = name.partition("[")
    if field.startswith("log"):
        account = int(item[:-1]) in ACCOUNT_ITEMS.get(name, ())
        return scales["account" if account else "price"]
    if field.startswith(("equity.Equity", "left")) or name in ("PnL", "Commission"):
        return scales["account"]
    if name in ("EntryPrice", "ExitPrice", "SL", "TP", "indicators"):
        return scales["price"]
    return 1.0


def _walk(field: str, ours: Any, theirs: Any, scales: dict[str, float]) -> Iterator[str]:
    if isinstance(theirs, np.ndarray):
        theirs = theirs.tolist()
    if isinstance(ours, np.ndarray):
        ours = ours.tolist()
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in sorted(set(ours) | set(theirs)):
            yield from _walk(f"{field}.{key}", ours.get(key), theirs.get(key), scales)
    elif isinstance(theirs, list) and isinstance(ours, list):
        yield from _walk_lists(field, ours, theirs, scales)
    elif isinstance(theirs, float) and isinstance(ours, (int, float)):
        if not close(ours, theirs, _scale_of(field, scales)):
            yield f"{field}: ours {ours!r}, theirs {theirs!r}"
    elif ours != theirs:
        yield f"{field}: ours {_shorten(ours)}, theirs {_shorten(theirs)}"


def _shorten(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 200 else f"{text[:200]}…"


def _walk_lists(
    field: str, ours: list[Any], theirs: list[Any], scales: dict[str, float]
) -> Iterator[str]:
    if field == "stats":  # labelled rows: order and presence first, then row by row
        yield from _walk("stats.labels", [x[0] for x in ours], [x[0] for x in theirs], scales)
        rows = {row[0]: row[1:] for row in ours}
        for label, *value in theirs:
            if label in rows:
                yield from _walk(f"stats.{label}", rows[label], value, scales)
        return
    for i, (mine, other) in enumerate(zip(ours, theirs, strict=False)):
        path = f"{field}[{i}].{other[1]}" if field == "log" else f"{field}[{i}]"
        yield from _walk(path, mine, other, scales)
    if len(ours) != len(theirs):
        longer = ours if len(ours) > len(theirs) else theirs
        extra = longer[min(len(ours), len(theirs))]
        yield f"{field}: ours has {len(ours)} items, theirs {len(theirs)}; first extra {extra!r}"


def replay(theirs: dict[str, Any], package: Any) -> list[str]:
    """Run the case of a recorded outcome with a package and list the differences."""
    return differences(record(build_case(theirs["seed"]), package), theirs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("golden", type=Path)
    parser.add_argument("--package", default="hindcaster")
    parser.add_argument("--seed", type=int, help="replay this seed only, all differences shown")
    parser.add_argument("--shown", type=int, default=4, help="differences shown per seed")
    arguments = parser.parse_args()
    os.environ["TQDM_DISABLE"] = "1"
    package = importlib.import_module(arguments.package)
    outcomes = load(arguments.golden)
    if arguments.seed is not None:
        outcomes = [outcome for outcome in outcomes if outcome["seed"] == arguments.seed]
        arguments.shown = 10**6
    failed = 0
    for theirs in outcomes:
        found = replay(theirs, package)
        failed += bool(found)
        for text in found[: arguments.shown]:
            print(f"seed {theirs['seed']}: {text}")
    print(f"{len(outcomes)} cases, {failed} differ")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
