"""Collects the statements of the generated code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

Block: TypeAlias = "list[str | tuple[str, Block]]"


class Emitter:
    """Statements in nested blocks, and names for intermediate values."""

    def __init__(self) -> None:
        self.block: Block = []
        self.temporaries = 0
        self.exits: list[tuple[str, int, str, str]] = []
        self.statements = 0

    def emit(self, line: str) -> None:
        """Add a statement."""
        self.block.append(line)
        self.statements += 1

    def fresh(self, text: str, prefix: str = "t") -> str:
        """Assign a text to a new name and return the name."""
        self.temporaries += 1
        name = f"{prefix}{self.temporaries}"
        self.emit(f"{name} = {text}")
        return name

    def new_name(self, prefix: str = "t") -> str:
        """Return a name that nothing else has."""
        self.temporaries += 1
        return f"{prefix}{self.temporaries}"

    @contextmanager
    def captured(self) -> Iterator[Block]:
        """Collect the statements made inside instead of adding them."""
        outer, self.block = self.block, []
        try:
            yield self.block
        finally:
            self.block = outer

    @contextmanager
    def nested(self, header: str) -> Iterator[None]:
        """Add the statements made inside as the body of a compound statement."""
        with self.captured() as body:
            yield
        self.block.append((header, body))
        self.statements += 1

    def extend(self, block: Block) -> None:
        """Add captured statements."""
        self.block.extend(block)


def rendered(block: Block, depth: int = 0) -> list[str]:
    """Lines of a block; an empty body becomes ``pass``."""
    lines: list[str] = []
    indent = "    " * depth
    for part in block:
        if isinstance(part, str):
            lines.append(indent + part)
        else:
            header, body = part
            lines.append(indent + header)
            lines.extend(rendered(body or ["pass"], depth + 1))
    return lines
