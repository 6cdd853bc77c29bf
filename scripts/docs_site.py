"""What MkDocs and mkdocstrings do for the site beyond their settings in mkdocs.yml.

The front page is the README. Files outside of docs/ that pages lead to become pages, so that links
work on the site as they do in the repository. A page that loads something from another server, and
a public name that the reference leaves out, are warnings, which end a strict build.
"""

from __future__ import annotations

import inspect
import logging
import pkgutil
import posixpath
import re
from pathlib import Path
from typing import Any

import griffe
from docs_text import (
    as_markdown,
    file_of,
    links,
    referred_names,
    with_links,
    with_sessions,
)
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocstrings import Inventory

ROOT = Path(__file__).parents[1]
_LOG = logging.getLogger("mkdocs.hooks.docs_site")
_LOADED = re.compile(
    r"<(?:script|img|iframe|source|link)\b[^>]*?\s(?:src|href)=[\"']?((?:https?:)?//[^\s\"'>]*)"
)
_EMPTY = re.compile(r"–\s*<div class=\"doc-md-description\">\s*</div>")
_MENTION = re.compile(r"\bdocs/([\w-]+)\.md\b")


class Docstrings(griffe.Extension):
    """Docstrings as the site shows them: whole, in Markdown, with pages that they name as links."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Change the docstring of an object that was read."""
        if obj.docstring is None:
            return
        of_module = obj.path == f"{obj.module.path}.{obj.name}"
        if of_module and obj.is_function and obj.path.startswith("hindcaster.indicators."):
            # Parameters that indicators share are written when they are imported.
            whole = inspect.getdoc(pkgutil.resolve_name(f"{obj.module.path}:{obj.name}"))
            obj.docstring.value = whole or obj.docstring.value
        obj.docstring.value = _MENTION.sub(r"[\1](../\1.md)", as_markdown(obj.docstring.value))
        for section in obj.docstring.parsed:
            for entry in section.value if isinstance(section.value, list) else ():
                _correct(entry, getattr(obj, "parameters", ()))

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Change the docstring of the package, which `on_object` leaves out."""
        self.on_object(obj=pkg)


def _correct(entry: Any, parameters: griffe.Parameters | tuple[()]) -> None:
    """Correct what griffe reads of a documented parameter or value.

    Of parameters that share an entry each has the type and default of the first. Types in words
    that have commas are taken for tuples.
    """
    if isinstance(entry, griffe.DocstringParameter) and entry.name in parameters:
        own = parameters[entry.name]
        entry.value = None if own.default is None else str(own.default)
        if any(entry.annotation is other.annotation for other in parameters):
            entry.annotation = own.annotation
    if isinstance(getattr(entry, "annotation", None), griffe.ExprTuple):
        entry.annotation = str(entry.annotation).strip("()")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add pages for the README, the list of changes and files that pages lead to."""
    known = {f"docs/{file.src_uri}" for file in files.documentation_pages()}
    waiting = sorted({"README.md", "CHANGELOG.md"} | known)
    while waiting:
        path = waiting.pop()
        text = (ROOT / path).read_text(encoding="utf-8")
        if not path.startswith("docs/"):
            files.append(_generated(path, text, config))
        if path.endswith(".md"):
            ends = {file_of(target, path)[0] for target in links(text)} - known
            new = [end for end in sorted(ends) if end.endswith((".md", ".py")) and _exists(end)]
            known.update(new)
            waiting += new
    return files


def _exists(path: str) -> bool:
    return (ROOT / path).is_file() and path != "README.md"


def _generated(path: str, text: str, config: MkDocsConfig) -> File:
    """Make the page that shows a file from outside of docs/."""
    if path.endswith(".py"):
        text = f"# {path}\n\n```python\n{text}```\n"
    page = File.generated(config, _page_of(path), content=text, inclusion=InclusionLevel.NOT_IN_NAV)
    page.shown = path  # type: ignore[attr-defined]
    return page


def _page_of(path: str) -> str:
    """Name the page that shows a file of the repository."""
    if path == "README.md":
        return "index.md"
    return re.sub(r"\.py$", ".md", path.removeprefix("docs/"))


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Let links lead to pages, and show sessions as such."""
    here = getattr(page.file, "shown", f"docs/{page.file.src_uri}")

    def moved(target: str) -> str:
        path, anchor = file_of(target, here)
        end = posixpath.relpath(_page_of(path), posixpath.dirname(page.file.src_uri))
        return f"{end}#{anchor}" if anchor else end

    return with_sessions(with_links(markdown, moved))


def on_page_content(html: str, **_: Any) -> str:
    """Take away dashes that no description follows."""
    return _EMPTY.sub("", html)


def on_post_page(output: str, page: Page, **_: Any) -> None:
    """Warn of what a page would load from elsewhere."""
    for address in _LOADED.findall(output):
        _LOG.warning("%s loads %s, but the site works offline", page.file.src_uri, address)


def on_post_build(config: MkDocsConfig) -> None:
    """Warn of public names that the reference does not show."""
    with (Path(config.site_dir) / "objects.inv").open("rb") as file:
        shown = set(Inventory.parse_sphinx(file))
    for page in sorted((ROOT / "docs" / "reference").glob("*.md")):
        for name, home in referred_names(page.read_text(encoding="utf-8")).items():
            if not shown & {name, home}:
                _LOG.warning("%s does not show %s", page.name, name)
