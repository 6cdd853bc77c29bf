"""Running a program on an account: in stretches of bars, growing what has to grow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from hindcaster._progress import Progress
from hindcaster.engine import codes
from hindcaster.errors import NotCompilable, left_compiled_code
from hindcaster.native import module
from hindcaster.native.account import NAMED_TAG, NUMBER_TAG
from hindcaster.native.fees import compile_fee
from hindcaster.native.inputs import BAR, WAKE, Block
from hindcaster.native.program import (
    SPARE_ROOM,
    Program,
    number_object,
    put_attribute,
    refuse_shared,
    take_attribute,
)
from hindcaster.native.subject import Run
from hindcaster.native.translator import FIRST_EXIT

if TYPE_CHECKING:
    from hindcaster.engine.ledger.broker import LedgerBroker

STRETCH: Final = 1 << 16  # bars between two looks at the clock and at Ctrl-C
AGAIN: Final = codes.NEED_ROOM - 100  # a bar was half done when room ran out


@dataclass(frozen=True)
class Left:
    """Why a compiled loop was left before its end: the interpreter has to do the run."""

    bar: int
    file: str
    line: int
    expression: str
    why: str

    def error(self, index: Any) -> NotCompilable:
        """Error for a run that has to be compiled."""
        return left_compiled_code(
            self.file, self.line, self.expression, self.why, self.bar, index[self.bar]
        )


def run_program(
    program: Program, run: Run, broker: LedgerBroker, start: int
) -> tuple[bool, int] | Left:
    """Work the bars from `start` on.

    Returns
    -------
    tuple of (bool, int), or Left
        Whether the account is solvent, and the last bar that the strategy saw. After `Left` the
        account is as it was before.
    """
    before = broker.snapshot()
    compile_fee(broker, run)
    while True:
        outcome = _attempt(program, run, broker, start)
        if outcome is not None and not isinstance(outcome, Left):
            return outcome
        room = len(broker.orders)
        broker.restore(before)
        if isinstance(outcome, Left):
            return outcome
        broker.reserve(4 * room)


def _attempt(
    program: Program, run: Run, broker: LedgerBroker, start: int
) -> tuple[bool, int] | Left | None:
    """Work all bars; None if a single bar places more orders than there is room for."""
    drive = module.load(program.text)
    block = Block(program.inputs.size)
    for fill in program.inputs.fillers:
        fill(block, run)
    for attribute in program.attributes:
        refuse_shared(attribute, block, run)
        put_attribute(program, attribute, block, run)
    block.integers[WAKE] = start
    n_bars = len(broker.bars)
    bar = start
    with Progress(n_bars - start, "Backtest.run", "bar") as progress:
        while bar < n_bars:
            _make_room_for_tags(program, block, broker)
            until = min(bar + STRETCH, n_bars)
            result = int(drive(broker.handle, block.address, bar, until))
            reached = int(block.integers[BAR])
            progress.update(reached - bar)
            if result == codes.NEED_ROOM:
                broker.reserve(_projected(broker, reached - start, n_bars - start))
            elif result == AGAIN:
                return None
            elif result == codes.BANKRUPT:
                broker.bankrupt = True
                _finish(program, block, run, broker)
                return False, reached
            elif result < 0:
                return _left(program, result, reached)
            bar = reached
    _finish(program, block, run, broker)
    return True, n_bars - 1


def _projected(broker: LedgerBroker, done: int, total: int) -> int:
    """Estimate the records to make room for: what the rest of the run needs at this rate.

    At most eight times what there is, because a run may only have begun busily.
    """
    account = broker.account
    records = int(max(account["n_orders"][0], account["n_trades"][0]))
    rest = records * (total - done) // max(done, 1)
    return min(rest + rest // 8, 8 * records) + 2 * SPARE_ROOM


def _left(program: Program, result: int, bar: int) -> Left:
    if result > -FIRST_EXIT:  # the engine's own errors: its texts are made when they happen again
        return Left(bar, "", 0, "", "an order could not be worked")
    file, line, expression, why = program.exits[-result - FIRST_EXIT]
    return Left(bar, file, line, expression, why)


def _make_room_for_tags(program: Program, block: Block, broker: LedgerBroker) -> None:
    """Give the tags that are made at run time as many places as there are orders."""
    place = program.tags_place
    if not place:
        return
    count, room = int(block.integers[place + 4]), len(broker.orders)
    for offset, dtype in ((0, np.float64), (2, np.int64)):
        array: Any = np.zeros(room, dtype)
        if block.integers[place + offset]:
            old = _kept(block, place + offset)
            array[:count] = old[:count]
        block.put_array(place + offset, array)


def _kept(block: Block, place: int) -> Any:
    address = block.integers[place]
    return next(array for array in block.kept if array.ctypes.data == address)


def _finish(program: Program, block: Block, run: Run, broker: LedgerBroker) -> None:
    """Hand over what the program left: attributes, tags, notices."""
    for attribute in program.attributes:
        take_attribute(program, attribute, block, run)
    _name_tags(program, block, run, broker)
    broker.take_over()


def _name_tags(program: Program, block: Block, run: Run, broker: LedgerBroker) -> None:
    """Replace tag numbers of the program by places in the account's list of tags."""
    orders = broker.orders[: broker.account["n_orders"][0]]["tag"]
    trades = broker.trades[: broker.account["n_trades"][0]]["tag"]
    if max(orders.max(initial=0), trades.max(initial=0)) < NUMBER_TAG:
        return
    made = np.unique(np.concatenate([orders, trades]))
    made = made[made >= NUMBER_TAG]
    for number in made.tolist():
        if number >= NAMED_TAG:
            tag = program.constants[number - NAMED_TAG]
        else:
            value = _kept(block, program.tags_place)[number - NUMBER_TAG]
            kind = int(_kept(block, program.tags_place + 2)[number - NUMBER_TAG])
            tag = number_object(run, kind, value)
        broker.tags.append(tag)
    places = len(broker.tags) - len(made) + np.arange(len(made))
    for column in (orders, trades):
        late = column >= NUMBER_TAG
        column[late] = places[np.searchsorted(made, column[late])]
