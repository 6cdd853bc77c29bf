"""Compiler types for state that lies in memory of others: nothing is counted, nothing copied.

Numba's arrays and struct references carry reference counts, which kernels would adjust at every
step; measured, that was most of the engine's time. A `Memory` is an address and an element type.
"""

import operator
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.datamodel import models
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, register_model


class MemoryType(types.Type):
    """Elements of one type in memory that somebody else owns."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        super().__init__(name=f"Memory({dtype})")


@register_model(MemoryType)
class _MemoryModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: MemoryType) -> None:
        super().__init__(manager, kind, ir.IntType(8).as_pointer())


@infer_global(operator.getitem)
class _ReadElement(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, _kws: Any) -> Any:
        if isinstance(args[0], MemoryType) and isinstance(args[1], types.Integer):
            return signature(args[0].dtype, args[0], types.int64)
        return None


@infer_global(operator.setitem)
class _WriteElement(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, _kws: Any) -> Any:
        if isinstance(args[0], MemoryType) and isinstance(args[1], types.Integer):
            return signature(types.none, args[0], types.int64, args[0].dtype)
        return None


def _element(context: Any, builder: Any, kind: MemoryType, memory: Any, index: Any) -> Any:
    """Address of an element."""
    data = context.get_data_type(kind.dtype)
    size = getattr(kind.dtype, "size", None) or context.get_abi_sizeof(data)
    offset = builder.mul(index, ir.Constant(ir.IntType(64), size))
    return builder.bitcast(builder.gep(memory, [offset]), data.as_pointer())


@lower_builtin(operator.getitem, MemoryType, types.Integer)  # type: ignore[untyped-decorator]
def _read(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    pointer = _element(context, builder, sig.args[0], *args)
    return context.unpack_value(builder, sig.return_type, pointer)


@lower_builtin(operator.setitem, MemoryType, types.Integer, types.Any)  # type: ignore[untyped-decorator]
def _write(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    pointer = _element(context, builder, sig.args[0], *args[:2])
    context.pack_value(builder, sig.args[0].dtype, args[2], pointer)
    return context.get_dummy_value()
