"""Strategy classes, loaded from files by their path."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from hindcaster import errors
from hindcaster.cli.session import Session

_WAYS = {
    "bars": ("hindcaster.Strategy", "run it with `hindcaster run`."),
    "exchange": ("hindcaster.strategies.Strategy", "run it with `hindcaster exchange-backtest`."),
}
_OTHER = {"bars": "exchange", "exchange": "bars"}


def load_strategy(text: str, kind: str, session: Session) -> type[Any]:
    """Load a strategy class.

    The file is run as a module of its own name, so that it hides no other module, and a block
    below ``if __name__ == '__main__'`` is left out. It can import what lies beside it.

    Parameters
    ----------
    text : str
        ``FILE.py`` or ``FILE.py:Class``.
    kind : {'bars', 'exchange'}
        Which of the two kinds of strategies is wanted.
    session : Session
        Keeps the module until the command ends.

    Raises
    ------
    FileNotFoundError, ValueError
        There is no such file; it defines no strategy, or several and none is named.
    """
    path, name = split_strategy(text)
    file = Path(path)
    if not file.is_file():
        raise errors.strategy_file_missing(path)
    if file.suffix != ".py":
        raise errors.strategy_file_not_python(path)
    module = session.resources.enter_context(_loaded(file, session))
    return _chosen(path, name, kind, module)


def split_strategy(text: str) -> tuple[str, str]:
    r"""Split ``FILE.py:Class``; a drive's colon belongs to the file.

    Examples
    --------
    >>> split_strategy("cross.py:Fast"), split_strategy("C:\\cross.py")
    (('cross.py', 'Fast'), ('C:\\cross.py', ''))
    """
    path, colon, name = text.rpartition(":")
    return (path, name) if colon and name.isidentifier() and len(path) > 1 else (text, "")


@contextmanager
def _loaded(file: Path, session: Session) -> Iterator[ModuleType]:
    absolute = file.resolve()
    session.sources[str(absolute)] = str(file)
    digest = hashlib.blake2b(str(absolute).encode(), digest_size=4).hexdigest()
    stem = "".join(letter if letter.isalnum() else "_" for letter in absolute.stem)
    name = f"hindcaster_file_{stem}_{digest}"
    spec = importlib.util.spec_from_file_location(name, absolute)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    folder = str(absolute.parent)
    sys.path.insert(0, folder)
    sys.modules[name] = module
    try:
        try:
            spec.loader.exec_module(module)
        except SystemExit:
            raise errors.strategy_file_exits(str(file)) from None
        yield module
    finally:
        sys.modules.pop(name, None)
        if folder in sys.path:
            sys.path.remove(folder)


def _bases() -> dict[str, type[Any]]:
    from hindcaster.strategies import Strategy as ExchangeStrategy
    from hindcaster.strategy import Strategy

    return {"bars": Strategy, "exchange": ExchangeStrategy}


def _chosen(path: str, name: str, kind: str, module: ModuleType) -> type[Any]:
    """Choose the class that is named, or the only one."""
    bases = _bases()
    base = bases[kind]
    own = _defined(module, base)
    if name:
        found = getattr(module, name, None)
        if not isinstance(found, type) or inspect.isabstract(found):
            raise errors.no_such_strategy(path, name, list(own))
        if issubclass(found, base):
            return found
        if not issubclass(found, bases[_OTHER[kind]]):
            raise errors.no_such_strategy(path, name, list(own))
        raise _none_of_kind(path, kind, [name])
    if not own:
        raise _none_of_kind(path, kind, list(_defined(module, bases[_OTHER[kind]])))
    if len(own) > 1:
        raise errors.several_strategies(path, list(own))
    return next(iter(own.values()))


def _none_of_kind(path: str, kind: str, others: list[str]) -> ValueError:
    return errors.no_strategy_in_file(path, _WAYS[kind][0], others, _WAYS[_OTHER[kind]][1])


def _defined(module: ModuleType, base: type[Any]) -> dict[str, type[Any]]:
    """Strategies that a module defines and that can be used, by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, base)
        and value.__module__ == module.__name__
        and not name.startswith("_")
        and not inspect.isabstract(value)
    }


def send_by_value(strategy: type[Any]) -> None:
    """Let worker processes get the strategy's module itself: they could not find it by name."""
    import cloudpickle

    module = sys.modules.get(strategy.__module__)
    if module is not None:
        cloudpickle.register_pickle_by_value(module)
