"""What compiled code reads from a run: a block of numbers and addresses, filled before it starts.

The block is seen as integers (`ci`) and as doubles (`cf`). Its first places are the wake-up bar and
the bar on which the loop was left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from hindcaster.native import kinds

WAKE: Final = 0
BAR: Final = 1
FIRST_FREE: Final = 2

# Filler: puts a run's value into the block; keeps alive what it points to.
Filler = Callable[["Block", Any], None]


class Block:
    """Memory that compiled code and Python share during one run."""

    def __init__(self, size: int) -> None:
        self.integers = np.zeros(size, np.int64)
        self.doubles = self.integers.view(np.float64)
        self.kept: list[Any] = []
        self.address = int(self.integers.ctypes.data)

    def put_array(self, place: int, array: np.ndarray[Any, Any]) -> None:
        """Store the address and the length of a contiguous array."""
        self.kept.append(array)
        self.integers[place] = array.ctypes.data
        self.integers[place + 1] = array.size

    def put_number(self, place: int, value: Any) -> None:
        """Store a number in its own representation."""
        value = value.item() if isinstance(value, np.ndarray) else value
        if isinstance(value, (float, np.floating)):
            self.doubles[place] = value
        else:
            self.integers[place] = int(value)


@dataclass
class Inputs:
    """Places of a program's block, with the statements that load them."""

    size: int = FIRST_FREE
    prologue: list[str] = field(default_factory=list)
    fillers: list[Filler] = field(default_factory=list)
    names: dict[Any, str] = field(default_factory=dict)

    def reserve(self, count: int) -> int:
        """Return the first of some new places."""
        place = self.size
        self.size += count
        return place

    def array(self, key: Any, base: int, get: Callable[[Any], Any]) -> str:
        """Name of an array that `get` takes from a run."""
        if key not in self.names:
            name = self.names[key] = f"s{len(self.names)}"
            place = self.reserve(2)
            dtype = ("bool_", "int64", "float64")[base]
            self.prologue.append(
                f"{name} = carray(address_as_pointer(ci[{place}]), (ci[{place + 1}],), {dtype})"
            )
            self.fillers.append(
                lambda block, run: block.put_array(place, np.ascontiguousarray(get(run)))
            )
        return self.names[key]

    def number(self, key: Any, base: int, get: Callable[[Any], Any]) -> str:
        """Name of a number that `get` takes from a run."""
        if key not in self.names:
            name = self.names[key] = f"n{len(self.names)}"
            place = self.reserve(1)
            source = f"cf[{place}]" if base == kinds.FLOAT else f"ci[{place}]"
            self.prologue.append(f"{name} = {source}" + " != 0" * (base == kinds.BOOL))
            self.fillers.append(lambda block, run: block.put_number(place, get(run)))
        return self.names[key]
