"""Finds the syntax tree of a function, and makes sure that it is the code that would run."""

from __future__ import annotations

import ast
import inspect
import linecache
import threading
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, FunctionType

from hindcaster.errors import NotCompilable

# CPython 3.11 counts the depth of trees that threads make at the same time in one counter and
# then raises SystemError (python/cpython#106905).
_parsing = threading.Lock()


@dataclass(frozen=True)
class Source:
    """A function as text: its tree, with the line numbers of its file."""

    node: ast.FunctionDef | ast.Lambda
    file: str


@lru_cache(maxsize=64)
def _parsed(
    text: str, file: str
) -> tuple[tuple[ast.FunctionDef | ast.Lambda, ...], tuple[CodeType, ...]]:
    """Every function of a file, and every code object in it."""
    tree = ast.parse(text)
    functions = [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.Lambda))]
    found: list[CodeType] = []
    waiting = [compile(text, file, "exec", dont_inherit=True)]
    while waiting:
        code = waiting.pop()
        found.append(code)
        waiting.extend(part for part in code.co_consts if isinstance(part, CodeType))
    return tuple(functions), tuple(found)


def source_of(function: FunctionType) -> Source:
    """Read the source of a function.

    Raises
    ------
    NotCompilable
        There is no source, or it is not what the function was made from.
    """
    code = function.__code__
    name = function.__qualname__
    file = code.co_filename
    linecache.checkcache(file)
    try:
        lines, _ = inspect.findsource(function)
        with _parsing:
            functions, compiled = _parsed("".join(lines), file)
    except (OSError, TypeError, SyntaxError, SystemError) as error:
        raise NotCompilable(
            f"the source of {name} cannot be read ({error})",
            file,
            code.co_firstlineno,
            instead="define it in a file or in a notebook's cell",
        ) from None
    candidates = [
        node
        for node in functions
        if _first_line(node) == code.co_firstlineno
        and (node.name if isinstance(node, ast.FunctionDef) else "<lambda>") == code.co_name
    ]
    same = any(
        other.co_firstlineno == code.co_firstlineno and _alike(code, other) for other in compiled
    )
    if len(candidates) != 1 or not same:
        raise NotCompilable(
            f"the source of {name} cannot be told apart from its surroundings, or was changed "
            f"after it was imported",
            file,
            code.co_firstlineno,
            instead="define it on lines of its own and import it again after changes",
        )
    return Source(candidates[0], file)


def _first_line(node: ast.FunctionDef | ast.Lambda) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _alike(code: CodeType, other: CodeType) -> bool:
    """Whether two code objects do the same."""
    if (code.co_code, code.co_names, code.co_varnames, code.co_freevars) != (
        other.co_code,
        other.co_names,
        other.co_varnames,
        other.co_freevars,
    ):
        return False
    return len(code.co_consts) == len(other.co_consts) and all(
        _alike(first, second)
        if isinstance(first, CodeType) and isinstance(second, CodeType)
        else type(first) is type(second) and repr(first) == repr(second)
        for first, second in zip(code.co_consts, other.co_consts, strict=True)
    )


def owner_of(function: FunctionType, classes: tuple[type, ...]) -> type | None:
    """Class in whose body a method was defined."""
    for cls in classes:
        for member in vars(cls).values():
            plain = member.__func__ if isinstance(member, (staticmethod, classmethod)) else member
            plain = plain.fget if isinstance(plain, property) else plain
            if plain is function:
                return cls
    return None


def mangled(name: str, owner: type | None) -> str:
    """Name of a private attribute as the class body that uses it knows it."""
    if owner is None or not name.startswith("__") or name.endswith("__"):
        return name
    prefix = owner.__name__.lstrip("_")
    return f"_{prefix}{name}" if prefix else name
