"""The one wrapper around Numba: every compile option of every kernel is decided here.

Kernels are compiled on first use, cached on disk, and release the GIL. ``error_model="numpy"``
makes a division by zero give inf or NaN, so a kernel checks for it where Python would raise.
``fastmath`` stays off: the numbers have to be the same on every machine.
"""

import hashlib
import logging
import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

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


class _NamedCache(_StampedCache):
    """Cache of a function that is made anew for each function it calls: told apart by a name."""

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        return sig, codegen.magic_tuple(), self._py_func.__qualname__


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


def jitable(function: F) -> F:
    """Let kernels call a function, which for Python stays as it is."""
    compiled: F = register_jitable(function)
    return compiled


def in_kernels(function: Callable[..., Any]) -> Callable[[F], F]:
    """Give what kernels use in place of a function of Python.

    Parameters
    ----------
    function : callable
        The function, which stays as it is for Python.

    Returns
    -------
    callable
        Decorator of a function that takes Numba's types of the arguments and gives the replacement.
    """
    decorator: Callable[[F], F] = overload(function, strict=False, prefer_literal=True)
    return decorator


def entry_point(
    function: Callable[..., Any], kinds: tuple[Any, ...], name: str = ""
) -> Callable[..., Any]:
    """Compile a function for arguments of given kinds alone; its calls check none of them.

    Finding out the kinds of arguments takes longer than a short kernel.

    Parameters
    ----------
    function : callable
        Plain Python over NumPy arrays and scalars.
    kinds : tuple of Numba types
        Kind of each argument.
    name : str, optional
        What tells apart functions that are made by the same lines of source.

    Returns
    -------
    callable
        Takes as many arguments, by position. Those of other kinds are undefined behaviour, except
        for numbers and for arrays that must not be written.
    """
    stamp = package_stamp(function.__module__.split(".")[1])
    if name:
        function.__qualname__ = name
    compiled: Any = _compile(function, stamp)
    if name and isinstance(compiled._cache, _StampedCache):
        compiled._cache = _NamedCache(function, stamp)
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
