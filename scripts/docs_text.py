"""What documentation pages say, as text: code blocks, links, headings, tables of docstrings.

The site (`docs_site.py`) and the tests of the documentation read pages by these functions alone.
"""

from __future__ import annotations

import inspect
import pkgutil
import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import NamedTuple

_FENCE = re.compile(
    r"(?:^<!-- not run: (?P<reason>[^\n]*?) -->\n\s*)?"
    r"^(?P<indent> *)```(?P<language>[^\n`]*)\n(?P<code>.*?)^(?P=indent)```[ ]*$",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"(?<=\]\()(?P<target>[^()\s]+)(?=\))")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_RULE = re.compile(r" *={2,}(?: +={2,})+ *")


class Block(NamedTuple):
    """A fenced block of a page."""

    language: str
    code: str
    line: int  # of the fence, from 1
    not_run: str | None  # the reason that a comment above it gives
    follows: bool  # nothing but the comment stands between it and the block above

    @property
    def is_doctest(self) -> bool:
        """Whether it shows a session, which the doctests run."""
        return re.search(r"^ *>>> ", self.code, re.MULTILINE) is not None


def blocks(page: str) -> list[Block]:
    """Give the fenced blocks of a page in order."""
    found, end = [], 0
    for match in _FENCE.finditer(page):
        follows = bool(found) and not page[end : match.start()].strip()
        end = match.end()
        indent = match["indent"]
        code = (
            re.sub(rf"^{indent}", "", match["code"], flags=re.MULTILINE)
            if indent
            else match["code"]
        )
        line = page.count("\n", 0, match.start("indent")) + 1
        found.append(Block(match["language"].strip(), code, line, match["reason"], follows))
    return found


def outside_blocks(page: str, change: Callable[[str], str]) -> str:
    """Apply a change to what stands outside of fenced blocks."""
    parts, end = [], 0
    for match in _FENCE.finditer(page):
        parts += [change(page[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, change(page[end:])])


def links(page: str) -> Iterator[str]:
    """Give the targets of links and images that lead to files of the repository."""
    for target in _LINK.findall(_FENCE.sub("", page)):
        if not re.match(r"[a-z]+:", target):
            yield target


def with_links(page: str, moved: Callable[[str], str]) -> str:
    """Replace the targets that `links` gives."""

    def replaced(match: re.Match[str]) -> str:
        target = match["target"]
        return target if re.match(r"[a-z]+:", target) else moved(target)

    return outside_blocks(page, lambda text: _LINK.sub(replaced, text))


def file_of(target: str, page_path: str) -> tuple[str, str]:
    """Split a link on the page at a path into the path that it leads to, and the anchor."""
    path, _, anchor = target.partition("#")
    if not path:
        return page_path, anchor
    return posixpath.normpath(posixpath.join(posixpath.dirname(page_path), path)), anchor


def anchors(page: str) -> set[str]:
    """Give the anchors of a page's headings that repository browsers and the site agree on."""
    found = set()
    for heading in _HEADING.findall(_FENCE.sub("", page)):
        text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")
        browser = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        site = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())
        found |= {browser} & {site}
    return found


def with_sessions(page: str) -> str:
    """Name the language of doctests, so that prompts are shown as such."""

    def named(match: re.Match[str]) -> str:
        return match[0].replace("```python", "```pycon", 1) if ">>> " in match["code"] else match[0]

    return _FENCE.sub(named, page)


def referred_names(page: str) -> dict[str, str]:
    """Give the names that a page of the reference has to show, with where they are defined.

    That is what its modules offer; a name that a module shares with a submodule of its own is shown
    by where it is defined.
    """
    found = {}
    for directive in re.findall(r"^::: ([\w.]+)$", page, flags=re.MULTILINE):
        shown = pkgutil.resolve_name(directive)
        for name in public_names(shown) if inspect.ismodule(shown) else ():
            home = getattr(getattr(shown, name), "__module__", directive)
            found[f"{directive}.{name}"] = f"{home}.{name}"
    return found


def public_names(module: ModuleType) -> list[str]:
    """Give the names that a module offers: `__all__`, or what it has from its own submodules."""
    if hasattr(module, "__all__"):
        return [name for name in module.__all__ if not name.startswith("_")]
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not inspect.ismodule(value)
        and getattr(value, "__module__", "").startswith(module.__name__)
    ]


def as_markdown(docstring: str) -> str:
    """Write what Markdown does not know in a docstring: simple tables, and sessions in its text."""
    sections = re.search(r"^\w+\n-{3,}$", docstring, re.MULTILINE)
    end = sections.start() if sections else len(docstring)
    texts = []
    for paragraph in docstring[:end].strip("\n").split("\n\n"):
        if paragraph.startswith(">>> "):
            texts.append(f"```pycon\n{paragraph}\n```")
        else:
            texts.append(_table(paragraph.split("\n")) or paragraph)
    # A type that could be an expression of Python would be written as one.
    return "\n\n".join([*texts, docstring[end:].replace(", shape (", " of shape (")])


def _table(lines: list[str]) -> str:
    """Give the Markdown of a simple table; nothing if the lines are none."""
    rules = [number for number, line in enumerate(lines) if _RULE.fullmatch(line)]
    if rules[:1] != [0] or rules[-1] != len(lines) - 1 or len(rules) not in (2, 3):
        return ""
    starts = [column.start() for column in re.finditer("=+", lines[0])]
    ends = [*starts[1:], None]
    rows: list[list[str]] = []
    for number, line in enumerate(lines):
        if number in rules:
            continue
        cells = [_cell(line[start:end]) for start, end in zip(starts, ends, strict=True)]
        if cells[0]:
            rows.append(cells)
        else:  # the row above goes on
            rows[-1] = [" ".join(filter(None, pair)) for pair in zip(rows[-1], cells, strict=True)]
    head = [] if len(rules) == 3 else [[""] * len(starts)]
    head_and_rows = [*head, *rows]
    head_and_rows.insert(1, ["---"] * len(starts))
    return "\n".join(f"| {' | '.join(row)} |" for row in head_and_rows)


def _cell(text: str) -> str:
    """Give the text of a cell with what Markdown would take for markup escaped."""
    parts = re.split(r"(`+[^`]*`+)", text.strip())
    return "".join(
        part if part.startswith("`") else re.sub(r"([*|<])", r"\\\1", part) for part in parts
    )
