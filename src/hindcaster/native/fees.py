"""Callable commissions as machine code, called by the engine instead of Python."""

from __future__ import annotations

import ast
import logging
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from numba.core import types as numba_types
from numba.core.errors import NumbaError

from hindcaster.errors import NotCompilable
from hindcaster.native import kinds, module, runtime
from hindcaster.native.calls import call_function
from hindcaster.native.emitter import rendered
from hindcaster.native.numbers import as_float
from hindcaster.native.own import real_function
from hindcaster.native.program import IMPORTS, MOST_PASSES
from hindcaster.native.scopes import Memory
from hindcaster.native.subject import Run, Subject, same
from hindcaster.native.translator import Translator
from hindcaster.native.values import Scalar

if TYPE_CHECKING:
    from hindcaster.engine.ledger.broker import LedgerBroker

logger = logging.getLogger("hindcaster.native")


class _FeeTranslator(Translator):
    """Translates a function that stands alone: what it cannot work gives NaN."""

    def leave(self, node: ast.AST, why: str) -> None:
        """Return NaN: the engine reports it, and the interpreter repeats the run."""
        self.emit("return nan")

    def leave_always(self, node: ast.AST, why: str) -> None:
        """Return NaN whenever this point is reached."""
        self.guard("size == size or whole == whole", node, why)


@dataclass(frozen=True)
class _Fee:
    address: int
    dependencies: list[tuple[Callable[[Any], Any], Any]]


_KNOWN: WeakKeyDictionary[Any, _Fee] = WeakKeyDictionary()


def compile_fee(broker: LedgerBroker, run: Run) -> None:
    """Have the engine call a commission function as machine code, if it can be compiled.

    A function that cannot is called in Python, with the same result.
    """
    function = broker.commission
    if not isinstance(function, types.FunctionType):
        return
    fee = _KNOWN.get(function)
    if fee is None or not all(same(path(run), value) for path, value in fee.dependencies):
        try:
            fee = _KNOWN[function] = _compiled(function, run)
        except (NotCompilable, NumbaError) as error:
            logger.info("the commission is called in Python: %s", error)
            return
    broker.use_fee_at(fee.address)


def _compiled(function: types.FunctionType, run: Run) -> _Fee:
    memory = Memory()
    for _ in range(MOST_PASSES):
        memory.changed = False
        tr = _FeeTranslator(Subject(run), memory)
        tr.fallback = function.__code__.co_filename
        size = Scalar(
            frozenset({kinds.INT, kinds.FLOAT}), "size", f"({kinds.FLOAT} - whole)", kinds.EXACT
        )
        price = Scalar(frozenset({kinds.NP_FLOAT}), "price")
        called = real_function(tr, function, None)
        node = called.node
        result = tr.plain(call_function(tr, called, [size, price], {}, node), node)
        if not memory.changed:
            break
    if tr.inputs.names or memory.written:
        raise NotCompilable("the commission uses more than its arguments and constants")
    tr.emit(f"return {as_float(result)}")
    lines = "\n".join(rendered(tr.block, 1))
    text = f"{IMPORTS}\n\ndef fee(size, price, whole):\n{lines}\n"
    kernel = module.load(text, "fee")
    real = numba_types.float64
    address = runtime.c_address(kernel, (real, real, numba_types.int64))
    return _Fee(address, tr.dependencies)
