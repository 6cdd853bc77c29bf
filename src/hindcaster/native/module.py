"""Generated modules: written to a folder of the user's cache, compiled, found again.

A module's name is a digest of its text and of the versions of everything it is compiled with, so
a changed strategy, helper, constant or package never meets old machine code.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numba
import numpy as np

from hindcaster import _jit
from hindcaster._version import __version__

logger = logging.getLogger("hindcaster.native")

FOLDER_VARIABLE: Final = "HINDCASTER_CACHE_DIR"
PREFIX: Final = "hindcaster_strategy_"


def cache_folder() -> Path:
    """Folder for generated modules: ``HINDCASTER_CACHE_DIR``, or one in the user's cache."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA") or Path.home())
    elif sys.platform == "darwin":
        root = Path.home() / "Library" / "Caches"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "hindcaster"


@cache
def _versions() -> str:
    parts = (
        __version__,
        numba.__version__,
        np.__version__,
        platform.python_version(),
        _jit.package_stamp("native"),
    )
    return " ".join(parts)


@lru_cache(maxsize=64)
def stamp_of(text: str) -> str:
    """Digest of a module's text and of the versions it is compiled with."""
    return hashlib.blake2b(f"{_versions()}\n{text}".encode(), digest_size=16).hexdigest()


_LOADED: dict[str, Callable[..., Any]] = {}


def load(text: str, name: str = "drive") -> Callable[..., Any]:
    """Return a function of a generated module, not compiled yet."""
    stamp = stamp_of(text)
    found = _LOADED.get(stamp)
    if found is None:
        function = getattr(_module(text, stamp), name)
        found = _LOADED[stamp] = _jit.generated(stamp)(function)
    return found


def _module(text: str, stamp: str) -> ModuleType:
    """Import a module from its file, or from the text if no file can be written."""
    name = PREFIX + stamp
    try:
        path = _written(cache_folder(), f"{name}.py", text)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        exec(compile(text, str(path), "exec"), module.__dict__)
    except OSError as error:
        logger.debug("generated code is not kept on disk: %s", error)
        module = ModuleType(name)
        exec(compile(text, f"<{name}>", "exec"), module.__dict__)
    # Numba finds the module of a function by its name when it loads code from the cache.
    sys.modules[name] = module
    return module


def _written(folder: Path, name: str, text: str) -> Path:
    """Write a file unless it is there; other processes see all of it or nothing."""
    path = folder / name
    try:
        if path.read_text() == text:
            return path
    except (OSError, UnicodeDecodeError):
        pass
    folder.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=folder, suffix=".tmp")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        os.replace(draft, path)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise
    return path
