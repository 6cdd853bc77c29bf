"""Preparing parameter sets for machine code, in segments that fit into memory."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numba.core import types as numba_types
from numba.core.errors import NumbaError

from hindcaster.data.memo import LIMIT
from hindcaster.errors import NotCompilable
from hindcaster.native import module
from hindcaster.native.choice import choose, is_ready
from hindcaster.native.runtime import c_address
from hindcaster.optimize.scoring import Failure
from hindcaster.sweeps.bench import Begun, Bench, OutOfPlace
from hindcaster.sweeps.separable import Depends, dependencies_of
from hindcaster.sweeps.table import (
    INTERNAL,
    Case,
    Grouping,
    Table,
    agrees,
    changes_arrays,
    new_table,
    parts_of,
    samples,
)

if TYPE_CHECKING:
    from hindcaster.native.program import Program

logger = logging.getLogger("hindcaster.native")

_FEWEST: Final = 16  # sets in a segment, whatever memory they take
_TRIED: Final = 8  # sets whose `init` may raise before machine code is out of the question
_MOST_APART: Final = 256  # sets in a segment in which each has an `init` of its own


class _Entangled(Exception):  # noqa: N818  (an answer, not an error)
    """Sets cannot be put together from the attributes of others."""


class Tables:
    """Segments of parameter sets, with tables for those that machine code works.

    Parameters
    ----------
    bench : Bench
        The backtest.
    cases : list of dict
        Different parameter sets.
    grouping : Grouping
        The same, grouped.

    Attributes
    ----------
    ready : bool
        Whether there is a program. If not, there is nothing to iterate over.
    example : Begun
        A strategy that the program was made for.
    """

    def __init__(self, bench: Bench, cases: list[Case], grouping: Grouping) -> None:
        self._bench = bench
        self._cases = cases
        self._broker = bench.new_broker()
        self._memo = bench.memo
        self._total = len(cases) * len(bench.bars)
        self._addresses: dict[int, int] = {}
        self._depends = dependencies_of(bench.strategy, cases[0])
        self._groupings = {(0, len(cases)): grouping}
        self.ready = False
        for case in cases[:: max(1, len(cases) // _TRIED)]:
            try:
                self.example = self._begin(case)
                program = self._program(self.example)
            except (OutOfPlace, NotCompilable) as error:
                if isinstance(error, NotCompilable) and bench.compiled:
                    raise
                return
            except Exception as error:
                logger.debug("the parameter set %r raised %r", case, error)
                continue
            self.ready = program is not None
            if program is not None and changes_arrays(program.attributes):
                self._depends = None
            return

    def __iter__(self) -> Iterator[tuple[list[Case], list[Table], dict[int, Failure]]]:
        """Give segments: parameter sets, tables of some of them, and what others raised."""
        first = 0
        while first < len(self._cases):
            count = self._room(first)
            segment = self._cases[first : first + count]
            if self._depends is not None:
                grouping = self._grouped(first, count)
                try:
                    yield segment, [self._together(segment, grouping, self._depends)], {}
                    first += count
                except _Entangled:
                    self._depends = None
                continue
            yield segment, *self._apart(segment)
            first += count

    def _begin(self, case: Case) -> Begun:
        """Prepare a strategy; without the memo if it wants to write to what that keeps."""
        if self._memo is None:
            return self._bench.begin(self._broker, case, None)
        try:
            return self._bench.begin(self._broker, case, self._memo)
        except OutOfPlace:
            raise
        except Exception:
            begun = self._bench.begin(self._bench.new_broker(), case, None)
            self._memo = None
            return begun

    def _program(self, begun: Begun) -> Program | None:
        program, reason = choose(begun.run, self._bench.compiled, self._total)
        name = type(begun.strategy).__name__
        if program is None or program.tags_place or id(program) in self._addresses:
            known = program is not None and id(program) in self._addresses
            if not known:
                logger.info("%s is not swept in machine code: %s", name, reason)
            return program if known else None
        try:
            drive = module.load(program.text)
            address = c_address(drive, (numba_types.int64,) * 4)
        except (NumbaError, RecursionError, SyntaxError) as error:
            logger.info("%s is not swept in machine code: %r", name, error)
            return None
        is_ready(program)
        self._addresses[id(program)] = address
        return program

    def _grouped(self, first: int, count: int) -> Grouping:
        if (first, count) not in self._groupings:
            self._groupings.clear()
            self._groupings[first, count] = Grouping(self._cases[first : first + count])
        return self._groupings[first, count]

    def _room(self, first: int) -> int:
        """How many sets, from a first on, can be prepared at once."""
        sizes = {
            name: value.nbytes
            for name, value in vars(self.example.strategy).items()
            if isinstance(value, np.ndarray)
        }
        if self._depends is None:
            each = max(1, sum(sizes.values()))
            left = len(self._cases) - first
            return min(left, _MOST_APART, max(_FEWEST, LIMIT // each))
        count = len(self._cases) - first
        while count > _FEWEST:
            grouping = self._grouped(first, count)
            needed = 0
            for name, size in sizes.items():
                needed += size * (1 + int(grouping.of(self._depends.get(name, frozenset())).max()))
            if needed <= LIMIT:
                break
            count = (count + 1) // 2
        return count

    def _together(
        self, cases: list[Case], grouping: Grouping, depends: dict[str, Depends]
    ) -> Table:
        """Prepare as few strategies as there are different attributes."""
        try:
            program = self._program(self._begin(cases[0]))
            if program is None:
                raise _Entangled
            parts = parts_of(program, self.example, depends)
            needed = {*depends.values(), *(part.depends for part in parts)}
            chosen = grouping.cover(needed)
            begun = [self._begin(cases[k]) for k in chosen]
            if not all(program.fits(one.run) for one in begun):
                raise _Entangled
            self._check(cases, grouping, chosen, begun, depends)
            return new_table(
                program, self._addresses[id(program)], parts, begun, chosen, grouping, depends
            )
        except (_Entangled, OutOfPlace):
            raise
        except Exception as error:
            logger.debug("parameter sets are prepared one by one: %r", error)
            raise _Entangled from error

    def _check(
        self,
        cases: list[Case],
        grouping: Grouping,
        chosen: Any,
        begun: list[Begun],
        depends: dict[str, Depends],
    ) -> None:
        """Compare sets that were prepared, and some that were put together, with what they get."""
        for one in begun:
            if not set(vars(one.strategy)) - set(INTERNAL) <= set(depends):
                raise _Entangled
        own = dict(zip(chosen.tolist(), begun, strict=True))
        own |= {k: self._begin(cases[k]) for k in samples(chosen, len(cases))}
        places = {name: grouping.stand_ins(parts, chosen) for name, parts in depends.items()}
        for k, one in own.items():
            stand_ins = {name: int(place[k]) for name, place in places.items()}
            if not agrees(one, begun, stand_ins, depends):
                raise _Entangled

    def _apart(self, cases: list[Case]) -> tuple[list[Table], dict[int, Failure]]:
        """Prepare every strategy; those with the same program share a table."""
        failed: dict[int, Failure] = {}
        groups: dict[int, tuple[Program, list[int], list[Begun]]] = {}
        for place, case in enumerate(cases):
            try:
                begun = self._begin(case)
                program = self._program(begun)
            except (NotCompilable, OutOfPlace):
                raise
            except Exception as error:
                failed[place] = Failure(error)
                continue
            if program is not None:
                _, places, prepared = groups.setdefault(id(program), (program, [], []))
                places.append(place)
                prepared.append(begun)
        tables = []
        for program, places, prepared in groups.values():
            own = [cases[k] for k in places]
            everything = frozenset(cases[0])
            depends = dict.fromkeys(
                {name for one in prepared for name in vars(one.strategy)}, everything
            )
            table = new_table(
                program,
                self._addresses[id(program)],
                parts_of(program, prepared[0], depends),
                prepared,
                np.arange(len(own)),
                Grouping(own),
                depends,
            )
            table.places[:] = places
            tables.append(table)
        return tables, failed
