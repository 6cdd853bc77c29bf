"""Names on the package itself that scripts moved from elsewhere use.

Sweeps run in joblib's workers, not in a `Pool`. Whether plots go to a notebook or a file is kept
here, free of Bokeh, because it can be set before anything is drawn.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import multiprocessing.pool

_notebook_output = "JPY_PARENT_PID" in os.environ or "inline" in os.environ.get("MPLBACKEND", "")


def set_bokeh_output(notebook: bool = False) -> None:
    """Choose where plots are shown.

    Parameters
    ----------
    notebook : bool, default False
        In the notebook that runs this, instead of a file. At first this is so if a notebook is
        recognised by the environment variables JPY_PARENT_PID or MPLBACKEND.

    Examples
    --------
    >>> import hindcaster
    >>> hindcaster.set_bokeh_output(notebook=False)
    """
    global _notebook_output
    _notebook_output = bool(notebook)


def notebook_output() -> bool:
    """Whether plots are shown in a notebook."""
    return _notebook_output


def Pool(  # noqa: N802  (the name that scripts replace)
    processes: int | None = None,
    initializer: Callable[..., object] | None = None,
    initargs: Iterable[Any] = (),
) -> multiprocessing.pool.Pool:
    """Make a pool of worker processes, for scripts that share out work of their own.

    `Backtest.optimize` does not use it: it runs in the workers of joblib, which
    ``joblib.parallel_config`` chooses.

    Parameters
    ----------
    processes : int, optional
        Number of workers, one per core if absent.
    initializer, initargs : callable and its arguments, optional
        Called in every worker when it starts.

    Returns
    -------
    multiprocessing.pool.Pool
        A context manager. Its workers are threads where new processes are spawned.

    Warns
    -----
    RuntimeWarning
        New processes are spawned.

    Notes
    -----
    To share out a function of one argument::

        with hindcaster.Pool() as pool:
            results = list(pool.imap(function, arguments))
    """
    import multiprocessing

    method = multiprocessing.get_start_method(allow_none=True)
    if method is None:
        method = "fork" if sys.platform == "linux" else multiprocessing.get_start_method()
    if method == "spawn":
        warnings.warn(
            "New processes are spawned here, so this pool has threads instead, which share one "
            "core. For multi-process work replace it (hindcaster.Pool = multiprocessing.Pool) and "
            "guard the script with `if __name__ == '__main__':`.",
            RuntimeWarning,
            stacklevel=2,
        )
        from multiprocessing.pool import ThreadPool

        return ThreadPool(processes, initializer, initargs)
    return multiprocessing.get_context(method).Pool(processes, initializer, initargs)


def try_(
    function: Callable[[], Any],
    default: Any = None,
    exception: type[BaseException] | tuple[type[BaseException], ...] = Exception,
) -> Any:
    """Give what a function returns, or a default if it raises.

    Parameters
    ----------
    function : callable
        Called without arguments.
    default : object, optional
        Returned instead if it raises.
    exception : exception class or tuple of them, default Exception
        What may be raised.

    Returns
    -------
    object

    Examples
    --------
    >>> try_(lambda: 1 / 0, default="infinite")
    'infinite'
    """
    try:
        return function()
    except exception:
        return default
