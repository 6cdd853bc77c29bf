"""The run, the process and the machine; files; output that a script asks for."""

from __future__ import annotations

import gzip
import json
import logging
import os
import platform
import pprint
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from hindcaster import _candles, _run_state
from hindcaster.helpers.texts import color

__all__ = [
    "clear_file",
    "clear_output",
    "computer_name",
    "convert_to_env_name",
    "cpu_cores_count",
    "dd",
    "debug",
    "dump",
    "error",
    "file_exists",
    "get_config",
    "get_os",
    "get_pid",
    "get_session_id",
    "gzip_compress",
    "has_live_trade_plugin",
    "is_backtesting",
    "is_debuggable",
    "is_debugging",
    "is_docker",
    "is_importing_candles",
    "is_jesse_project",
    "is_live",
    "is_livetrading",
    "is_notebook",
    "is_optimizing",
    "is_paper_trading",
    "is_significance_testing",
    "is_unit_testing",
    "make_directory",
    "python_version",
    "relative_to_absolute",
    "should_execute_silently",
    "terminal_debug",
    "terminate_app",
]

logger = logging.getLogger("hindcaster")

_session_id = str(uuid.uuid4())


# ------------------------------------------------------------------------------- the run


def is_backtesting() -> bool:
    """Whether this is called in a backtest."""
    return _run_state.current().kind == "backtest"


def is_optimizing() -> bool:
    """Whether this is called in a run of a search for hyperparameters."""
    return _run_state.current().kind == "optimize"


def is_significance_testing() -> bool:
    """Whether this is called in a significance test that a dashboard runs.

    False in `hindcaster.research.rule_significance_test`, where `is_backtesting` is True.
    """
    return _run_state.current().kind == "significance test"


def is_live() -> bool:
    """Whether real or paper orders are sent: never, this package only simulates."""
    return False


def is_livetrading() -> bool:
    """Whether real orders are sent: never, this package only simulates."""
    return False


def is_paper_trading() -> bool:
    """Whether orders are simulated on a live market: never."""
    return False


def is_importing_candles() -> bool:
    """Whether candles are being downloaded: never, candles are arguments."""
    return False


def is_unit_testing() -> bool:
    """Whether pytest runs this."""
    return "PYTEST_CURRENT_TEST" in os.environ


def is_debugging() -> bool:
    """Whether the run logs the strategy's steps."""
    return _run_state.current().debug


def is_debuggable(debug_item: str) -> bool:
    """Whether the run logs steps of a kind, such as 'order_submission'."""
    return is_debugging() and bool(get_config(f"env.logging.{debug_item}", False))


def should_execute_silently() -> bool:
    """Whether the run writes no log."""
    return is_optimizing() or is_unit_testing()


def has_live_trade_plugin() -> bool:
    """Whether live trading is installed: never."""
    return False


def get_config(keys: str, default: Any = None) -> Any:
    """Look a setting of the run up.

    Parameters
    ----------
    keys : str
        Names joined by dots, such as 'env.data.warmup_candles_num'. An environment variable of the
        name in upper case, with underscores for dots, comes first.
    default : optional
        What is given if there is no such setting.

    Examples
    --------
    >>> get_config("env.data.warmup_candles_num"), get_config("app.unknown", 5)
    (240, 5)
    """
    variable = convert_to_env_name(keys.replace(".", "_"))
    if variable in os.environ:
        return os.environ[variable]
    value: Any = _run_state.current().config or {
        "env": {"data": {"warmup_candles_num": _candles.warm_up_count()}}
    }
    for name in keys.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return default
        value = value[name]
    return value


def convert_to_env_name(name: str) -> str:
    """Write a name in upper case, with underscores for spaces.

    Examples
    --------
    >>> convert_to_env_name("trading mode")
    'TRADING_MODE'
    """
    return name.replace(" ", "_").upper()


# -------------------------------------------------------------- the process and the machine


def is_notebook() -> bool:
    """Whether this runs in a Jupyter notebook."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"


def is_docker() -> bool:
    """Whether this runs in a Docker container."""
    return Path("/.dockerenv").exists()


def is_jesse_project() -> bool:
    """Whether the working folder holds folders `strategies` and `storage`."""
    return Path("strategies").is_dir() and Path("storage").is_dir()


def get_session_id() -> str:
    """Give an identifier that stays the same in this process."""
    return _session_id


def get_pid() -> int:
    """Give the number of this process."""
    return os.getpid()


def get_os() -> str:
    """Name of the operating system: 'linux', 'mac' or 'windows'."""
    return {"Darwin": "mac"}.get(platform.system(), platform.system().lower())


def cpu_cores_count() -> int:
    """Count the processor's cores."""
    return os.cpu_count() or 1


def computer_name() -> str:
    """Name of this machine in the network."""
    return platform.node()


def python_version() -> tuple[int, int]:
    """Give Python's version, as (3, 11)."""
    return sys.version_info[:2]


# --------------------------------------------------------------------------------- files


def file_exists(path: str) -> bool:
    """Whether there is a file of that name.

    Examples
    --------
    >>> file_exists("no/such/file")
    False
    """
    return os.path.isfile(path)


def make_directory(path: str) -> None:
    """Make a folder, and those above it, if they are missing."""
    os.makedirs(path, exist_ok=True)


def clear_file(path: str) -> None:
    """Make a file empty, or make an empty file."""
    with open(path, "w"):
        pass


def relative_to_absolute(path: str) -> str:
    """Give the full name of a file named from the working folder."""
    return os.path.abspath(path)


def gzip_compress(data: Any) -> bytes:
    """Compress what can be written as JSON.

    Examples
    --------
    >>> import gzip
    >>> gzip.decompress(gzip_compress({"a": 1}))
    b'{"a": 1}'
    """
    return gzip.compress(json.dumps(data).encode())


# -------------------------------------------------------------------------------- output


def clear_output() -> None:
    """Clear the output of a notebook's cell, or the terminal."""
    if is_notebook():
        from IPython.display import clear_output as clear

        clear(wait=True)
    elif sys.stdout.isatty():
        sys.stdout.write("\x1b[2J\x1b[H")


def dump(*item: Any) -> None:
    """Print values so that they are easy to find in the output."""
    bar = "=" * 36
    print(color("\n========= DEBUGGING VALUE ==========", "yellow"))
    pprint.pprint(item[0] if len(item) == 1 else item)
    print(color(f"{bar}\n", "yellow"))


def debug(*item: Any) -> None:
    """Print values on one line, as `dump` does."""
    dump(f"==> {', '.join(map(str, item))}")


def terminal_debug(*item: Any) -> None:
    """Print values on one line with the real time, as `dump` does."""
    stamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    dump(f"[{stamp}] ==> {', '.join(map(str, item))}")


def error(msg: str, force_print: bool = False) -> None:
    """Log an error, and print it if wanted.

    Parameters
    ----------
    msg : str
        What is wrong.
    force_print : bool, default False
        Print it too.
    """
    logger.error(msg)
    if force_print:
        print(color(f"{'=' * 10} CRITICAL ERROR {'=' * 10}\n{msg}\n{'=' * 36}", "red"))


def terminate_app() -> NoReturn:
    """End the process with code 1, by `SystemExit`."""
    raise SystemExit(1)


def dd(item: Any) -> NoReturn:
    """Print a value as `dump` does and end the process with code 1."""
    dump(item)
    terminate_app()
