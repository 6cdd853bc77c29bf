"""What `Backtest.run` calls: choose a way, take the compiled one if it is chosen."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numba.core.errors import NumbaError

from hindcaster.errors import NotCompilable
from hindcaster.native.choice import choose, is_ready
from hindcaster.native.execution import Left, run_program
from hindcaster.native.subject import Run

if TYPE_CHECKING:
    from hindcaster.data.series import _Array
    from hindcaster.engine.ledger.broker import LedgerBroker

logger = logging.getLogger("hindcaster.native")

_COLOUR = re.compile(r"\x1b\[\d*m")  # what Numba puts around its texts where colorama is installed


@dataclass(frozen=True)
class Interpret:
    """Why the interpreter has to work the bars."""

    reason: str
    left: Left | None = None


def run_compiled(
    wanted: bool | None,
    strategy: Any,
    broker: LedgerBroker,
    data: Any,
    revealed: list[tuple[str, _Array]],
    start: int,
) -> tuple[bool, int, str] | Interpret:
    """Work the bars in machine code if that is wanted and possible.

    Returns
    -------
    tuple of (bool, int, str), or Interpret
        Whether the account is solvent, the last bar that the strategy saw, and why it was
        compiled; or why it was not. Then nothing was done yet.

    Raises
    ------
    NotCompilable
        The strategy cannot be compiled, and `wanted` is True.
    """
    if wanted is False:
        return Interpret("compiled=False")
    run = Run(strategy, data, dict(revealed))
    name = type(strategy).__name__
    program, reason = choose(run, wanted, len(broker.bars) - start)
    if program is None:
        logger.info("%s is interpreted: %s", name, reason)
        return Interpret(reason)
    try:
        outcome = run_program(program, run, broker, start)
    except NotCompilable as error:
        if wanted:
            raise
        logger.info("%s is interpreted: %s", name, error)
        return Interpret(f"not compilable: {error}")
    except (NumbaError, RecursionError) as error:
        logger.debug("generated code:\n%s", program.text)
        reason = f"Numba does not compile the code that was made of it ({_first_line(error)})"
        if wanted:
            raise NotCompilable(reason, instead="please report the strategy") from error
        logger.info("%s is interpreted: %s", name, reason)
        return Interpret(reason)
    is_ready(program)
    if isinstance(outcome, Left):
        reason = f"compiled code was left on bar {outcome.bar}: {outcome.why}"
        logger.info("%s is interpreted: %s", name, reason)
        return Interpret(reason, outcome)
    logger.info("%s is compiled: %s", name, reason)
    return (*outcome, reason)


def _first_line(error: Exception) -> str:
    text = _COLOUR.sub("", str(error))
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
