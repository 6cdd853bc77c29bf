"""Whether a run is compiled: what `Backtest(compiled=...)` decides, and why."""

from __future__ import annotations

import logging
import weakref
from dataclasses import dataclass, field
from typing import Final

from hindcaster import _jit
from hindcaster.errors import NotCompilable
from hindcaster.native import module
from hindcaster.native.program import Program, translated
from hindcaster.native.subject import Run

logger = logging.getLogger("hindcaster.native")

# A bar takes some microseconds in the interpreter, compiling takes about a second.
WORTH_BARS: Final = 400_000
# Translating takes some milliseconds, after which it is known whether machine code is on disk.
LOOK_BARS: Final = 20_000


@dataclass(frozen=True)
class Execution:
    """How a run was driven.

    Parameters
    ----------
    compiled : bool
        Whether the strategy's `next` ran as machine code.
    reason : str
        Why, in words.
    """

    compiled: bool
    reason: str


@dataclass
class _Known:
    """What is known of a strategy class."""

    programs: list[Program] = field(default_factory=list)
    bars: int = 0  # worked by the interpreter so far


_KNOWN: weakref.WeakKeyDictionary[type, _Known] = weakref.WeakKeyDictionary()
_READY: set[str] = set()  # stamps of programs with machine code in memory


def choose(run: Run, wanted: bool | None, n_bars: int) -> tuple[Program | None, str]:
    """Find or make the program of a run.

    Parameters
    ----------
    run : Run
        Strategy after `init`, and its data.
    wanted : bool or None
        ``compiled`` of the backtest: False never compiles, True always, None if it saves time.
    n_bars : int
        Bars to work.

    Returns
    -------
    tuple of (Program or None, str)
        None to interpret; and why.

    Raises
    ------
    NotCompilable
        The strategy cannot be compiled, and `wanted` is True.
    """
    if wanted is False:
        return None, "compiled=False"
    known = _KNOWN.setdefault(type(run.strategy), _Known())
    program = next((p for p in known.programs if p.fits(run)), None)
    if program is not None and module.stamp_of(program.text) in _READY:
        return program, "machine code of this strategy is in memory"
    total = known.bars + n_bars
    if wanted is None and program is None and total < LOOK_BARS:
        known.bars = total
        return None, f"{total} bars so far take less time than looking for machine code"
    if program is None:
        made = _translated(run, known, wanted)
        if isinstance(made, str):
            return None, made
        program = made
    try:
        function = module.load(program.text)
    except (SyntaxError, RecursionError):
        refusal = too_large(type(run.strategy).__name__)
        if wanted:
            raise refusal from None
        return None, f"not compilable: {refusal}"
    cached = _jit.is_cached(function)
    if wanted is None and not cached and total < WORTH_BARS:
        known.bars = total
        return None, f"{total} bars so far take less time than compiling"
    if not cached:
        logger.info(
            "compiling %s to machine code: about a second, once (the result is cached on disk)",
            type(run.strategy).__name__,
        )
    return program, _reason(wanted, cached, total)


def worth_looking(cls: type, wanted: bool | None, n_bars: int) -> bool:
    """Whether so many bars of a strategy are enough to look for its program."""
    if wanted is not None:
        return wanted
    known = _KNOWN.get(cls)
    worked = known.bars if known else 0
    return bool(known and known.programs) or worked + n_bars >= LOOK_BARS


def expect(cls: type, n_bars: int) -> None:
    """Note how many bars of a strategy are about to be worked, before the first of its runs."""
    known = _KNOWN.setdefault(cls, _Known())
    known.bars = max(known.bars, n_bars)


def is_refused(execution: Execution | None) -> bool:
    """Whether a strategy was interpreted because it has no counterpart in machine code."""
    return execution is not None and execution.reason.startswith("not compilable")


def _reason(wanted: bool | None, cached: bool, total: int) -> str:
    if wanted:
        return "compiled=True"
    if cached:
        return "machine code of this strategy is on disk"
    return f"{total} bars are worth compiling"


def _translated(run: Run, known: _Known, wanted: bool | None) -> Program | str:
    """Make the program; of a refusal the text, unless compiling is required."""
    try:
        program = translated(run)
    except RecursionError:
        error = too_large(type(run.strategy).__name__)
        if wanted:
            raise error from None
        return f"not compilable: {error}"
    except NotCompilable as error:
        if wanted:
            raise
        return f"not compilable: {error}"
    known.programs.append(program)
    return program


def too_large(name: str) -> NotCompilable:
    """Refusal of a strategy whose statements or expressions are nested too deeply."""
    return NotCompilable(
        f"the statements or expressions of {name}.next are nested too deeply, once the functions "
        f"it calls are put in place",
        instead="fewer branches in a row, or values computed in init()",
    )


def is_ready(program: Program) -> None:
    """Note that a program's machine code is in memory."""
    _READY.add(module.stamp_of(program.text))
