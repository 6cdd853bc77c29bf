"""The one wrapper around Numba: every compile option of every kernel is decided here.

Kernels are compiled on first use, cached on disk, and release the GIL. ``error_model="numpy"``
makes a division by zero give inf or NaN, so a kernel checks for it where Python would raise.
``fastmath`` stays off: the numbers have to be the same on every machine.
"""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import numba
from numba.core import event

logger = logging.getLogger("hindcaster.engine")

F = TypeVar("F", bound=Callable[..., Any])


class _AnnounceOnce(event.Listener):  # type: ignore[misc]
    """Says once per process that kernels are being compiled, and that it will not happen again."""

    def __init__(self) -> None:
        self._announced = False

    def on_start(self, event: Any) -> None:
        name = getattr(event.data["dispatcher"], "__module__", "")
        if not self._announced and name.startswith("hindcaster."):
            self._announced = True
            logger.info(
                "compiling the engine to machine code; this takes some seconds, once per machine "
                "(the result is cached on disk)"
            )

    def on_end(self, event: Any) -> None:
        return None


event.register("numba:compile", _AnnounceOnce())


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
    compiled: F = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return compiled
