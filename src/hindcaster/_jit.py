"""The one wrapper around Numba: every compile option of every kernel is decided here.

Kernels are compiled on first use, cached on disk, and release the GIL. ``error_model="numpy"``
makes a division by zero give inf or NaN, so a kernel checks for it where Python would raise.
``fastmath`` stays off: the numbers have to be the same on every machine.
"""

import hashlib
import inspect
import logging
import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, TypeVar

import llvmlite.binding
import numba
from llvmlite import ir
from numba.core import cgutils, event, types
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.extending import intrinsic, overload, register_jitable

logger = logging.getLogger("hindcaster.engine")

_DIGEST_SIZE = 32
_USES = {"sweeps": ("stats", "native")}  # folders whose kernels are part of another one's

F = TypeVar("F", bound=Callable[..., Any])


@cache
def package_stamp(folder: str) -> str:
    """Digest of the sources in one folder of the package, those it uses, this file and the engine.

    Numba checks only the file that defines a kernel, but machine code contains the kernels it
    calls, from other files too: a change in any of them has to make the cached kernel stale.
    """
    root = Path(__file__).parent
    digest = hashlib.blake2b(Path(__file__).read_bytes(), digest_size=16)
    for part in sorted({folder, "engine", *_USES.get(folder, ())}):
        for path in sorted((root / part).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


class _CheckedFile(IndexDataCacheFile):  # type: ignore[misc]
    """Numba's cache files with a digest: damaged machine code would end the process, not raise."""

    def _digest(self, payload: bytes) -> bytes:
        stamp = str(self._source_stamp).encode()
        return hashlib.blake2b(stamp + payload, digest_size=_DIGEST_SIZE).digest()

    def _save_data(self, name: str, data: Any) -> None:
        payload = self._dump(data)
        with self._open_for_write(self._data_path(name)) as file:
            file.write(self._digest(payload) + payload)

    def _load_data(self, name: str) -> Any:
        content = Path(self._data_path(name)).read_bytes()
        payload = content[_DIGEST_SIZE:]
        if content[:_DIGEST_SIZE] != self._digest(payload):
            raise ValueError(f"{name} is damaged, or of other sources")
        return pickle.loads(payload)


class _StampedCache(FunctionCache):  # type: ignore[misc]
    """Numba's file cache, keyed by a stamp of our own, and never a reason to fail."""

    def __init__(self, py_func: Callable[..., Any], stamp: str) -> None:
        super().__init__(py_func)
        self._cache_file = _CheckedFile(self._cache_path, self._impl.filename_base, stamp)

    def holds_code(self) -> bool:
        """Whether there is an index on disk, which a damaged or foreign one is too."""
        return Path(self._cache_file._index_path).exists()

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except Exception as error:  # a damaged or foreign file only costs a compilation
            logger.debug("cached kernel %s not used: %r", self._name, error)
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            try:
                super().save_overload(sig, data)
            except Exception as error:
                if isinstance(error, OSError):
                    raise
                self.flush()  # the index is damaged: begin a new one
                super().save_overload(sig, data)
        except OSError as error:
            logger.debug("kernel %s not cached: %r", self._name, error)


class _AnnounceOnce(event.Listener):  # type: ignore[misc]
    """Says once per process that kernels are being compiled, and that it will not happen again."""

    def __init__(self) -> None:
        self._announced = False

    def on_start(self, event: Any) -> None:
        # Other packages' kernels pass here too, also kinds of dispatcher without a function.
        function = getattr(event.data["dispatcher"], "py_func", None)
        module = getattr(function, "__module__", None) or ""
        if not self._announced and module.startswith("hindcaster."):
            self._announced = True
            logger.info(
                "compiling the engine to machine code: some seconds, once per machine "
                "(the result is cached on disk)"
            )

    def on_end(self, event: Any) -> None:
        return None


event.register("numba:compile", _AnnounceOnce())


def _compile(function: F, stamp: str, **options: bool) -> F:
    compiled: F = numba.njit(nogil=True, error_model="numpy", **options)(function)
    try:
        compiled._cache = _StampedCache(function, stamp)  # type: ignore[attr-defined]
    except RuntimeError as error:  # no folder can be written: compile in every process
        logger.debug("kernel %s cannot be cached: %s", function.__qualname__, error)
    return compiled


def kernel(function: F) -> F:
    """Compile a bare loop over arrays to machine code.

    Parameters
    ----------
    function : callable
        Plain Python over NumPy arrays and scalars. The uncompiled original stays available as
        ``kernel.py_func``.

    Returns
    -------
    callable
        The compiled function, same signature.
    """
    return _compile(function, package_stamp(function.__module__.split(".")[1]))


def generated(stamp: str) -> Callable[[F], F]:
    """Compile a function of a generated module, cached under a stamp of its content.

    Parameters
    ----------
    stamp : str
        Digest of everything the machine code depends on.

    Returns
    -------
    callable
        Decorator like `kernel`.
    """
    return lambda function: _compile(function, stamp)


def is_cached(function: Callable[..., Any]) -> bool:
    """Whether machine code of a compiled function seems to be on disk."""
    cache = getattr(function, "_cache", None)
    return isinstance(cache, _StampedCache) and cache.holds_code()


def in_kernels(function: Callable[..., Any], *kernels: Callable[..., Any]) -> Callable[[F], F]:
    """Give what machine code uses in place of a function of Python.

    Parameters
    ----------
    function : callable
        The function, which stays as it is for Python.
    *kernels : callable
        Kernels that the replacement calls by name, see `by_name`.

    Returns
    -------
    callable
        Decorator of a function that takes Numba's types of the arguments and gives the replacement.
    """
    _replaced[function] = kernels
    decorator: Callable[[F], F] = overload(function, strict=False, prefer_literal=True)
    return decorator


_replaced: dict[Callable[..., Any], tuple[Callable[..., Any], ...]] = {}
_KINDS = {int: types.int64, float: types.float64, bool: types.boolean}
ROWS = types.Array(types.float64, 2, "C")
_SERIES = types.Array(types.float64, 1, "C")


def _kinds_of(function: Callable[..., Any]) -> tuple[Any, ...]:
    """Give the kinds of a kernel's arguments: arrays are series, those named candles are rows."""
    arguments = inspect.signature(function, eval_str=True).parameters.values()
    arrays = (ROWS if argument.name == "candles" else _SERIES for argument in arguments)
    return tuple(
        _KINDS.get(argument.annotation, array)
        for argument, array in zip(arguments, arrays, strict=True)
    )


@cache
def by_name(kernel: Callable[..., Any]) -> Any:
    """Make what calls a kernel from machine code that does not contain it.

    Numba optimises and writes out all that a function calls once more, which takes far longer than
    the function does. This call is left to the linker.

    Parameters
    ----------
    kernel : callable
        It is compiled for the kinds its annotations say, or read from disk.

    Returns
    -------
    intrinsic
        For kernels and entry points that are made while the process holds the kernel.
    """
    function = kernel.py_func  # type: ignore[attr-defined]
    kinds = _kinds_of(function)
    kernel.compile(kinds)  # type: ignore[attr-defined]
    code = kernel.overloads[kinds]  # type: ignore[attr-defined]
    symbol, returned = f"{function.__module__}.{function.__qualname__}", code.signature.return_type
    address = code.library.get_pointer_to_function(code.fndesc.llvm_func_name)
    llvmlite.binding.add_symbol(symbol, address)

    def codegen(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        convention = context.call_conv
        form = convention.get_function_type(returned, kinds)
        callee = cgutils.get_or_insert_function(builder.module, form, symbol)
        status, value = convention.call_function(builder, callee, returned, kinds, args)
        with cgutils.if_unlikely(builder, status.is_error):
            convention.return_status_propagate(builder, status)
        return value

    names = ", ".join(inspect.signature(function).parameters)
    made: dict[str, Any] = {"signature": returned(*kinds), "codegen": codegen}
    exec(f"def typed(_context, {names}): return signature, codegen", made)
    return intrinsic(made["typed"])


def calling_by_name(function: Callable[..., Any]) -> Callable[..., Any]:
    """Copy a function so that machine code of it calls kernels by name.

    Kernels that replacements of functions call are held too, see `in_kernels`. Other functions of
    the package that it calls are copied likewise.
    """
    names, found = function.__code__.co_names, dict(function.__globals__)
    for name in set(names) & set(found):
        value = found[name]
        if isinstance(value, ModuleType) and value.__name__.startswith("hindcaster."):
            found[name] = ModuleType(value.__name__)
            for attribute in names:
                if hasattr(value, attribute):
                    setattr(found[name], attribute, _by_name_if_ours(getattr(value, attribute)))
        else:
            found[name] = _by_name_if_ours(value)
    copied = FunctionType(
        function.__code__,
        found,
        function.__name__,
        function.__defaults__,
    )
    copied.__qualname__, copied.__module__ = function.__qualname__, function.__module__
    return copied


def _by_name_if_ours(value: Any) -> Any:
    if hasattr(value, "py_func") and value.py_func.__module__.startswith("hindcaster."):
        return by_name(value)
    if isinstance(value, FunctionType) and value in _replaced:
        for kernel in _replaced[value]:
            by_name(kernel)
        return value
    if isinstance(value, FunctionType) and value.__module__.startswith("hindcaster."):
        return _copied(value)
    return value


@cache
def _copied(function: Callable[..., Any]) -> Any:
    return jitable(calling_by_name(function))


def jitable(function: Callable[..., Any]) -> Any:
    """Let machine code call a function, which for Python stays as it is."""
    return register_jitable(function)


def entry_point(function: Callable[..., Any], kinds: tuple[Any, ...]) -> Callable[..., Any]:
    """Compile a function for arguments of given kinds alone; its calls check none of them.

    Finding out the kinds of arguments takes longer than a short kernel.

    Parameters
    ----------
    function : callable
        Plain Python over NumPy arrays and scalars.
    kinds : tuple of Numba types
        Kind of each argument.

    Returns
    -------
    callable
        Takes as many arguments, by position. Those of other kinds are undefined behaviour, except
        for numbers and for arrays that must not be written.
    """
    stamp = package_stamp(function.__module__.split(".")[1])
    compiled: Any = _compile(function, stamp, no_cfunc_wrapper=True)
    entry: Callable[..., Any] = compiled.compile(kinds)
    return entry


def subkernel(function: F) -> F:
    """Compile a function that only kernels call: no wrapper for Python, half the compile time."""
    stamp = package_stamp(function.__module__.split(".")[1])
    return _compile(function, stamp, no_cpython_wrapper=True, no_cfunc_wrapper=True)


@intrinsic  # type: ignore[untyped-decorator]
def address_as_pointer(_typingctx: Any, address: Any) -> Any:
    """Turn an integer address into the ``void*`` that ``numba.carray`` takes."""

    def codegen(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), codegen


@intrinsic  # type: ignore[untyped-decorator]
def call_fee_at(_typingctx: Any, address: Any, size: Any, price: Any, whole: Any) -> Any:
    """Call the C function ``double (double size, double price, int64 whole)`` at an address.

    The address is a run-time value, so one compiled engine serves every fee function: a Python
    callable wrapped by ctypes as well as a compiled one.
    """

    def codegen(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        double, integer = ir.DoubleType(), ir.IntType(64)
        pointer = ir.FunctionType(double, [double, double, integer]).as_pointer()
        function = builder.inttoptr(args[0], pointer)
        return builder.call(function, args[1:])

    signature = types.float64(types.int64, types.float64, types.float64, types.int64)
    return signature, codegen
