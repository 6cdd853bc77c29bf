"""Parameter sets as rows of numbers and addresses that compiled code reads.

Only as many strategies are prepared as it takes to see every value of every attribute once; the
rows of the other sets are put together from theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from hindcaster.data.memo import same_value
from hindcaster.native.inputs import Block
from hindcaster.native.program import put_attribute, refuse_shared
from hindcaster.native.subject import Run, comparable, same
from hindcaster.sweeps import kernels
from hindcaster.sweeps.separable import Depends

if TYPE_CHECKING:
    from hindcaster._types import IntArray
    from hindcaster.native.program import Attribute, Program
    from hindcaster.sweeps.bench import Begun

Case = dict[str, Any]

_ATTRIBUTE_PLACES: Final = 4  # of an attribute that the program changes, in the block
_SAMPLES: Final = 2  # sets whose own `init` is compared with what was put together


class Grouping:
    """Parameter sets grouped by the values of some parameters."""

    def __init__(self, cases: list[Case]) -> None:
        self._codes: dict[str, IntArray] = {}
        for name in cases[0]:
            values = [case[name] for case in cases]
            # Cases mostly share the objects that were given as candidates.
            identities, first, codes = np.unique(
                np.fromiter(map(id, values), np.uint64, len(values)),
                return_index=True,
                return_inverse=True,
            )
            places: dict[Any, int] = {}
            number = np.empty(len(identities), np.int64)
            for k in np.argsort(first).tolist():
                value = values[first[k]]
                number[k] = places.setdefault((type(value), _exact(value)), len(places))
            self._codes[name] = number[codes]
        self.count = len(cases)
        self._known: dict[Depends, IntArray] = {}

    def different(self) -> tuple[IntArray, IntArray]:
        """Find the sets that differ from all before them, and for each set its equal among them."""
        group = self.of(frozenset(self._codes))
        _, first = np.unique(group, return_index=True)
        kept = np.sort(first)
        return kept, np.searchsorted(kept, first)[group]

    def of(self, depends: Depends) -> IntArray:
        """Group number of each set: equal where all these parameters are."""
        if depends not in self._known:
            group = np.zeros(self.count, np.int64)
            for name in sorted(depends):
                codes = self._codes[name]
                group = group * (codes.max() + 1) + codes
                if len(depends) > 1:
                    _, group = np.unique(group, return_inverse=True)
            self._known[depends] = group
        return self._known[depends]

    def cover(self, needed: Iterable[Depends]) -> IntArray:
        """Choose sets among which every group of all these dependencies occurs."""
        kinds = sorted({depends for depends in needed if depends}, key=len, reverse=True)
        groups = [self.of(depends) for depends in kinds]
        missing = [np.ones(group.max() + 1, bool) for group in groups]
        chosen: list[int] = []
        k, count = 0, self.count
        while groups and k < count:  # first, sets of which all is new
            fresh = np.ones(count - k, bool)
            for group, new in zip(groups, missing, strict=True):
                fresh &= new[group[k:]]
            ahead = int(fresh.argmax())
            if not fresh[ahead]:
                break
            k += ahead
            chosen.append(k)
            for group, new in zip(groups, missing, strict=True):
                new[group[k]] = False
            k += 1
        for group, new in zip(groups, missing, strict=True):
            new[group[chosen]] = False
            _, first = np.unique(group, return_index=True)
            chosen += first[new].tolist()
        return np.array(sorted(chosen) or [0], np.int64)

    def stand_ins(self, depends: Depends, chosen: IntArray) -> IntArray:
        """For each set, the place in `chosen` of one that agrees in these parameters."""
        group = self.of(depends)
        place = np.zeros(group.max() + 1, np.int64)
        place[group[chosen]] = np.arange(len(chosen))
        return place[group]


def _exact(value: Any) -> Any:
    return repr(value) if isinstance(value, float) else value  # NaN, and -0.0 beside 0.0


@dataclass(frozen=True)
class Part:
    """Places of a block, how they are filled, and on which parameters that depends."""

    places: list[int]
    depends: Depends


@dataclass(frozen=True)
class Table:
    """Parameter sets ready to be worked by one program.

    Parameters
    ----------
    address : int
        Machine code of the bar loop.
    sets : kernels.Sets
        The sets.
    places : list of int
        Where they stand in their segment.
    kept : list
        What the addresses in the sets point to.
    """

    address: int
    sets: kernels.Sets
    places: list[int]
    kept: list[Any]


def parts_of(program: Program, begun: Begun, depends: dict[str, Depends]) -> list[Part]:
    """Find out what each filler of a program reads and writes."""
    everything = frozenset().union(*depends.values())
    parts = []
    read: list[str] = []
    noting: Any = object.__new__(_noting(type(begun.strategy), read))
    object.__getattribute__(noting, "__dict__").update(vars(begun.strategy))
    run = Run(noting, begun.run.data, _NotedDict(begun.run.revealed, read))
    for fill in program.inputs.fillers:
        read.clear()
        block = _NotedBlock(program.inputs.size)
        fill(block, run)
        found = (depends.get(name, everything if name in _WHOLE else frozenset()) for name in read)
        parts.append(Part(block.written, frozenset().union(*found)))
    for attribute in program.attributes:
        places = list(range(attribute.place, attribute.place + _ATTRIBUTE_PLACES))
        parts.append(Part(places, depends.get(attribute.name, frozenset())))
    return parts


class _NotedBlock(Block):
    """A block that remembers which places were written."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.written: list[int] = []

    def put_array(self, place: int, array: Any) -> None:
        self.written += [place, place + 1]
        super().put_array(place, array)

    def put_number(self, place: int, value: Any) -> None:
        self.written.append(place)
        super().put_number(place, value)


class _NotedDict(dict[str, Any]):
    """Attributes by name, with a list of those asked for."""

    def __init__(self, content: dict[str, Any], read: list[str]) -> None:
        super().__init__(content)
        self._read = read

    def __getitem__(self, name: str) -> Any:
        self._read.append(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._read.append(name)
        return super().get(name, default)


_WHOLE: Final = ("_indicators", "_params")


def _noting(cls: type, read: list[str]) -> type:
    """Subclass whose instances note which of their attributes are read."""

    class Noting(cls):  # type: ignore[misc]
        def __getattribute__(self, name: str) -> Any:
            if name == "__dict__":
                return _NotedDict(super().__getattribute__(name), read)
            read.append(name)
            return super().__getattribute__(name)

    return Noting


def filled(program: Program, begun: Begun) -> Block:
    """Make the block of one strategy.

    Raises
    ------
    NotCompilable
        An array that the program changes shares its memory with another.
    """
    block = Block(program.inputs.size)
    for fill in program.inputs.fillers:
        fill(block, begun.run)
    for attribute in program.attributes:
        refuse_shared(attribute, block, begun.run)
        put_attribute(program, attribute, block, begun.run)
    return block


def new_table(
    program: Program,
    address: int,
    parts: list[Part],
    begun: list[Begun],
    chosen: IntArray,
    grouping: Grouping,
    depends: dict[str, Depends],
) -> Table:
    """Put the sets together from the strategies that were prepared for the chosen ones.

    Raises
    ------
    NotCompilable
        An array that the program changes shares its memory with another.
    """
    blocks = [filled(program, one) for one in begun]
    known = np.stack([block.integers for block in blocks])
    count = grouping.count
    rows = np.zeros((count, known.shape[1]), np.int64)
    for part in parts:
        places = np.array(part.places, np.int64)
        rows[:, places] = known[np.ix_(grouping.stand_ins(part.depends, chosen), places)]
    waits = np.zeros(count, np.int64)
    for name in {name for one in begun for name in one.waits}:
        own = np.array([one.waits.get(name, 0) for one in begun], np.int64)
        np.maximum(waits, own[grouping.stand_ins(depends[name], chosen)], out=waits)
    sets = kernels.Sets(
        rows,
        waits,
        np.zeros(count, np.int64),
        np.full(count, np.nan),
        np.zeros(count, np.int64),
    )
    return Table(address, sets, list(range(count)), [blocks, begun])


def samples(chosen: IntArray, count: int) -> list[int]:
    """Choose some sets, far from each other, that were not prepared themselves."""
    others = np.setdiff1d(np.arange(count), chosen)
    step = max(1, len(others) // (_SAMPLES + 1))
    return [int(k) for k in others[step::step][:_SAMPLES]]


def agrees(
    own: Begun, begun: list[Begun], stand_ins: dict[str, int], depends: dict[str, Depends]
) -> bool:
    """Whether a set's own attributes are those of its stand-ins."""
    for name, value in vars(own.strategy).items():
        if name in INTERNAL:
            continue
        if name not in depends:
            return False
        if not _alike(value, vars(begun[stand_ins[name]].strategy).get(name)):
            return False
    return True


def _alike(first: Any, second: Any) -> bool:
    if first is second:
        return True
    if isinstance(first, np.ndarray):
        both = isinstance(second, np.ndarray)
        return both and same_value(np.asarray(first), np.asarray(second))
    if isinstance(first, (tuple, list)):
        if type(first) is not type(second) or len(first) != len(second):
            return False
        return all(map(_alike, first, second))
    return same(first, second) if comparable(first) else type(first) is type(second)


INTERNAL: Final = ("_indicators", "_account", "_data", "_params")


def changes_arrays(attributes: list[Attribute]) -> bool:
    """Whether the program writes to arrays, of which every set needs its own."""
    return any(attribute.slot.what == "array" for attribute in attributes)
