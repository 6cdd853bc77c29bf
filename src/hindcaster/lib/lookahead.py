"""`check_lookahead`: whether a strategy uses data before they are known."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from hindcaster import errors
from hindcaster._counts import checked_count, checked_seed
from hindcaster._progress import Progress
from hindcaster.backtest import Backtest
from hindcaster.engine import codes
from hindcaster.lib._differences import ERROR, ORDER, STATE, Difference, differences
from hindcaster.lib._futures import CHANGED, ENDS, Future, other_future
from hindcaster.lib._held import Reader, Slot, held_by, replaced
from hindcaster.lib._observing import ATTRIBUTE, Seen, alone, observe
from hindcaster.lib.strategies import TrailingStrategy
from hindcaster.strategy import Strategy

_COLUMNS: Final = (
    "Kind",
    "Name",
    "Bar",
    "Time",
    "Known Until",
    "Future",
    "Expected",
    "Found",
    "Through",
)
_FEWEST: Final = 20  # bars of data that end: with fewer a strategy may not make sense
_DECISIONS: Final = (ORDER, ERROR)


class Finding(NamedTuple):
    """Something that depends on the future.

    Attributes
    ----------
    kind : str
        ``'order'``, ``'indicator'``, ``'attribute'``, ``'column'`` (that `init` added to the
        data) or ``'error'`` (that `next` raised).
    name : str
        Name of the indicator or attribute; role of the order.
    bar : int
        First bar on which it was found to differ.
    time : Any
        Label of that bar.
    known_until : int
        Last bar that was the same in both runs.
    future : str
        What came after it in the other run.
    expected, found : Any
        What it is with the data, and with the other future.
    through : str
        Name of the data, outside of ``self.data``, through which it sees the future.
    """

    kind: str
    name: str
    bar: int
    time: Any
    known_until: int
    future: str
    expected: Any
    found: Any
    through: str = ""


class LookaheadCheck:
    """What `check_lookahead` found; true if the strategy looks ahead.

    Attributes
    ----------
    findings : tuple of Finding
        What depends on the future, each where it does so first, in order of bars.
    notes : tuple of str
        What else there is to know: what could not be compared, and what depends on the length of
        the data only.
    cuts : tuple of int
        Bars after which the future was changed.
    runs : int
        Runs that were made.
    """

    def __init__(
        self,
        strategy: str,
        findings: Iterable[Finding],
        notes: Iterable[str],
        cuts: Iterable[int],
        runs: int,
    ) -> None:
        self.strategy = strategy
        self.findings = tuple(sorted(findings, key=lambda finding: finding.bar))
        self.notes = tuple(notes)
        self.cuts = tuple(cuts)
        self.runs = runs

    def __bool__(self) -> bool:
        return bool(self.findings)

    @property
    def first_bar(self) -> int | None:
        """First bar on which something depends on the future; None if nothing does."""
        return self.findings[0].bar if self.findings else None

    @property
    def first_order(self) -> Finding | None:
        """First order that depends on the future; None if none does."""
        orders = (finding for finding in self.findings if finding.kind == ORDER)
        return next(orders, None)

    def to_frame(self) -> pd.DataFrame:
        """Give the findings as a table, a row for each."""
        return pd.DataFrame(
            {
                name: pd.Series([finding[place] for finding in self.findings], dtype=object)
                for place, name in enumerate(_COLUMNS)
            }
        ).infer_objects()

    def __repr__(self) -> str:
        return f"<LookaheadCheck {self._text()}>"

    def _repr_html_(self) -> str:
        from html import escape

        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        table = self._table().to_html(index=False) if self.findings else ""
        return f"<p>{escape(self._title())}</p>{table}{notes}"

    def _title(self) -> str:
        count = len(self.findings)
        cuts = len(self.cuts)
        made = f"{cuts} cut{'s' * (cuts != 1)}, {self.runs} runs"
        if not count:
            return f"{self.strategy}: no look-ahead found ({made})"
        return f"{self.strategy}: looks ahead, first on bar {self.first_bar} ({made})"

    def _table(self) -> pd.DataFrame:
        table = self.to_frame()
        shown = table.assign(
            Expected=table["Expected"].map(_shown), Found=table["Found"].map(_shown)
        )
        return shown if (table["Through"] != "").any() else shown.drop(columns="Through")

    def _text(self) -> str:
        parts = [self._title()]
        if self.findings:
            with pd.option_context("display.max_columns", None, "display.width", 200):
                parts.append(self._table().to_string(index=False, max_colwidth=44))
        parts += [f"Note: {note}" for note in self.notes]
        return "\n".join(parts)

    def raise_if_found(self) -> None:
        """Raise what was found, for tests.

        Raises
        ------
        LookAheadFound
            The strategy looks ahead. (An AssertionError.)
        """
        if self.findings:
            raise errors.look_ahead_found(self._text())


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return str(value)


def check_lookahead(
    test: Backtest | type[Strategy],
    data: pd.DataFrame | None = None,
    *,
    cuts: int = 12,
    random_state: int | None = 0,
    known: Collection[str] = (),
    **params: Any,
) -> LookaheadCheck:
    """Find out whether a strategy uses data before they are known.

    The strategy is run on data that are the same up to a bar and differ from there on: they end
    there, or prices jump and go another way. Whatever it was shown or has done up to that bar has
    to be the same. If it is not, the search goes on for the first bar on which it is not.

    Parameters
    ----------
    test : Backtest or type
        A backtest, or a strategy class.
    data : DataFrame, optional
        Bars, if a strategy class is passed. It then trades without costs, with cash for 1,000
        units at the highest price.
    cuts : int, default 12
        Number of bars after which the future is changed. The first bar on which `next` is called
        is one, half of the others are bars on which orders are placed, the rest is spread over
        the data. (Where something is found, more are tried.)
    random_state : int or None, default 0
        Seed for the bars and what is drawn for the changed data.
    known : collection of str, optional
        Names of tables outside of the data, such as a calendar, of which the strategy may read
        later rows.
    **params
        Values for the strategy's class variables.

    Returns
    -------
    LookaheadCheck
        True if something was found. It names the first bar, order, indicator and attribute of
        `init` that differ.

    Raises
    ------
    TypeError
        Neither a backtest nor a strategy and its data are passed.
    ValueError
        A number is out of range, or the strategy is first called on the last bar.
    Exception
        What the strategy raises on the data themselves.

    Notes
    -----
    - Indicators, arrays on attributes that `init` made of prices, and columns it added to the data
      are compared by bar. Any other attribute may hold the future, as long as no order depends on
      it: such an attribute is reported beside the orders that differ, else in a note.
    - Tables that the strategy's code reaches by global names, closures, defaults and class
      attributes are changed as well while it runs, and put back afterwards. What code reads from
      files is not.
    - Numbers are the same up to 1e-9 of their size: sums are rounded elsewhere in data of
      another length.
    - What was made before the backtest is taken as known on its bar: of a column of the data that
      holds tomorrow's price the check cannot know.
    - Code that draws from `random` or ``numpy.random`` draws the same in each run.

    Examples
    --------
    >>> from hindcaster import Strategy
    >>> from hindcaster.lib import check_lookahead
    >>> from hindcaster.test import GOOG
    >>> class Smooth(Strategy):
    ...     def init(self):
    ...         self.mean = self.I(lambda: self.data.Close.s.rolling(11, center=True).mean())
    ...
    ...     def next(self):
    ...         if not self.position and self.data.Close > self.mean:
    ...             self.buy()
    ...         elif self.data.Close < self.mean:
    ...             self.position.close()
    >>> check = check_lookahead(Smooth, GOOG)
    >>> bool(check), check.first_bar
    (True, 5)
    >>> [(finding.kind, finding.name) for finding in check.findings][0]
    ('indicator', 'λ (self.mean)')
    """
    subject = subject_of(test, data)
    checked_count("cuts", cuts)
    seed = checked_seed("random_state", random_state)
    with alone():
        return _Search(subject, dict(params), seed, known).search(cuts)


def subject_of(test: Any, data: Any) -> Backtest:
    """Take a backtest, or make one of a strategy and its data."""
    if isinstance(test, Backtest):
        if data is not None:
            raise errors.data_twice()
        return test
    if not (isinstance(test, type) and issubclass(test, Strategy)):
        raise errors.not_checkable(test)
    if data is None:
        raise errors.data_needed(test.__name__)
    highest = 10.0
    if isinstance(data, pd.DataFrame) and "Close" in data:
        closes = pd.to_numeric(data["Close"], errors="coerce").to_numpy(np.float64)
        highest = max(highest, np.max(closes[np.isfinite(closes)], initial=0.0))
    return Backtest(data, test, cash=1000 * highest)


class _Case(NamedTuple):
    """A cut, and what comes after it."""

    cut: int
    future: Future


class _Search:
    """One check: runs, compares, and narrows down."""

    def __init__(
        self, test: Backtest, params: dict[str, Any], seed: int, known: Collection[str]
    ) -> None:
        self._test = test
        self._data = test._data
        self._params = params
        self._seed = seed
        self._known = known
        self._slots: list[Slot] = []
        self._reader = Reader(self._data.index)
        self._runs = 0
        self._unsteady: set[str] = set()
        self._met: dict[str, tuple[Difference, _Case]] = {}  # the first of each key
        self._ends: dict[str, tuple[Difference, _Case]] = {}  # the same where the data end
        self._notes: dict[str, None] = {}

    def search(self, cuts: int) -> LookaheadCheck:
        """Try cuts, then narrow down what was found."""
        last = len(self._data) - 1
        base = self._run(self._data, last)
        if base.error is not None:
            raise base.error
        if base.start >= last:
            raise errors.nothing_to_cut(base.start, last + 1)
        self._find_unsteady(base, last)
        # After a run, so that what the code loads when it is needed is there.
        self._slots = held_by(self._test._strategy, self._params, self._data.index, self._known)
        chosen = self._cuts(base, cuts)
        with Progress(len(chosen), "check_lookahead", "cut") as progress:
            for cut in chosen:
                self._try(cut, (*CHANGED, ENDS) if cut >= _FEWEST else CHANGED)
                progress.update(1)
        for decisions in (False, True):
            self._narrow(base.start, decisions)
        findings = self._findings()
        self._note_rest(base, findings)
        return LookaheadCheck(
            self._test._strategy.__name__, findings, self._notes, chosen, self._runs
        )

    def _run(self, data: pd.DataFrame, last: int) -> Seen:
        self._runs += 1
        return observe(self._test, data, last, dict(self._params))

    def _find_unsteady(self, base: Seen, last: int) -> None:
        """Run again: what differs now differs for other reasons than its data."""
        again = self._run(self._data, last)
        for difference in differences(base, again, last):
            self._unsteady.add(difference.key)
            text = f"{difference.kind} {difference.name}"
            self._notes[errors.ORDERS_VARY if difference.kind == ORDER else errors.varies(text)] = (
                None
            )

    def _cuts(self, base: Seen, count: int) -> list[int]:
        """Choose bars: the first one, bars with orders, and others spread over the data."""
        first, end = base.start, len(self._data) - 1
        random = np.random.default_rng(self._seed)
        orders = base.orders[
            (base.orders["placed_bar"] >= first) & (base.orders["placed_bar"] < end)
        ]
        entries = np.isin(orders["role"], (codes.ENTRY, codes.CLOSE))
        cancelled = orders["done_bar"][orders["reason"] == codes.CANCEL_BY_STRATEGY]
        placed = np.unique(orders["placed_bar"][entries])
        others = np.unique(np.append(orders["placed_bar"][~entries], cancelled[cancelled < end]))
        chosen = {first, *placed[:1].tolist()}
        for bars, most in ((placed[1:], (count - 1) // 2), (others, count // 4)):
            size = min(most, len(bars), max(count - len(chosen), 0))
            chosen.update(random.choice(bars, size, replace=False).tolist() if size else ())
        edges = np.linspace(first, end, max(count - len(chosen), 0) + 1)
        for begin, stop in pairwise(edges):
            chosen.add(min(int(random.uniform(begin, stop)), end - 1))
        return sorted(chosen)[: max(count, 1)] if count < len(chosen) else sorted(chosen)

    def _try(self, cut: int, futures: Iterable[Future]) -> None:
        """Change the future after a bar and keep what differs."""
        base = self._run(self._data, cut)
        for future in futures:
            self._compare(base, _Case(cut, future))

    def _compare(self, base: Seen, case: _Case) -> list[Difference]:
        """Compare a run with one that has another future, and keep what differs."""
        other = self._other(case, self._slots)
        if other.error is not None and other.raised_on is None:
            self._note_failure(case, other.error)
            return []
        found = differences(base, other, case.cut)
        found = [difference for difference in found if difference.key not in self._unsteady]
        for difference in found:
            self._keep(difference, case)
        return found

    def _differs(self, cut: int, decisions: bool) -> bool:
        """Whether orders, or values, differ with any other future after a bar."""
        base = self._run(self._data, cut)
        return any(
            (difference.kind in _DECISIONS) == decisions
            for future in CHANGED
            for difference in self._compare(base, _Case(cut, future))
        )

    def _other(self, case: _Case, slots: list[Slot]) -> Seen:
        """Run with another future after a cut, in the data and in some of what is held."""
        count, seed = case.cut + 1, self._seed + 1_000_003 * case.cut
        data = other_future(self._data, count, case.future, seed)
        values = [self._reader.changed(slot.value, count, case.future, seed) for slot in slots]
        with replaced(slots, values):
            return self._run(data, case.cut)

    def _keep(self, difference: Difference, case: _Case) -> None:
        kept = self._ends if case.future.ends else self._met
        before = kept.get(difference.key)
        if before is None or difference.bar < before[0].bar:
            kept[difference.key] = (difference, case)

    def _note_failure(self, case: _Case, error: Exception) -> None:
        if case.future.ends:
            self._notes[errors.not_run_on_part(case.cut + 1, error)] = None
        else:
            self._notes[errors.not_run_on_change(case.cut, error)] = None

    def _narrow(self, start: int, decisions: bool) -> None:
        """Halve the bars before the first cut with a difference, of orders or of values."""
        met = [
            case.cut
            for difference, case in self._met.values()
            if (difference.kind in _DECISIONS) == decisions
        ]
        low, high = start, min(met, default=start)
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self._differs(middle, decisions) else (middle + 1, high)

    # -- what it all means ------------------------------------------------------------------

    def _findings(self) -> list[Finding]:
        """Tell what is look-ahead from what may be in order."""
        met = dict(self._met)
        if ERROR in self._ends and ERROR not in met:  # it reads beyond the last bar
            met[ERROR] = self._ends[ERROR]
        used = any(_is_use(difference) for difference, _ in met.values())
        found = []
        for difference, case in met.values():
            if used or not difference.key.startswith("prepared "):
                found.append(self._finding(difference, case))
            else:
                self._notes[errors.not_used(difference.name)] = None
        return found

    def _finding(self, difference: Difference, case: _Case) -> Finding:
        return Finding(
            difference.kind if difference.kind != STATE else ATTRIBUTE,
            difference.name,
            difference.bar,
            self._data.index[difference.bar],
            case.cut,
            case.future.name,
            difference.expected,
            difference.found,
            self._through(difference.key, case),
        )

    def _through(self, key: str, case: _Case) -> str:
        """Name the held data without whose change there is no difference."""
        if not self._slots:
            return ""
        base = self._run(self._data, case.cut)

        def differs(slots: list[Slot]) -> bool:
            other = self._other(case, slots)
            return any(found.key == key for found in differences(base, other, case.cut))

        if differs([]):
            return ""
        return ", ".join(slot.name for slot in self._slots if differs([slot]))

    def _note_rest(self, base: Seen, findings: list[Finding]) -> None:
        """Say what is no finding, and what is known of a finding."""
        if not len(base.orders):
            self._notes[errors.NO_ORDERS] = None
        for key, (difference, _) in self._ends.items():
            if key not in self._met and not key.startswith(("prepared ", "state ", ERROR)):
                name, bar = difference.name, difference.bar
                self._notes[errors.depends_on_end(difference.kind, name, bar)] = None
        names = " ".join(finding.name for finding in findings)
        if issubclass(self._test._strategy, TrailingStrategy) and "_TrailingStrategy__" in names:
            self._notes[errors.TRAILING] = None


def _is_use(difference: Difference) -> bool:
    """Whether `next` has done something else, or made something else of an attribute."""
    return difference.kind in (*_DECISIONS, STATE)
