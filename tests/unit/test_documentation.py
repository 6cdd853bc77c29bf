"""Pages of the documentation: code runs and prints what they show, links lead somewhere.

Sessions with prompts are run by the doctests of all pages.
"""

import contextlib
import io
import pkgutil
import warnings
from pathlib import Path

import pytest
import yaml
from scripts import docs_text

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    str(page.relative_to(ROOT)) for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
)
PUBLIC_MODULES = {
    "hindcaster",
    "hindcaster.backtesting",
    "hindcaster.candle_pipelines",
    "hindcaster.costs",
    "hindcaster.data",
    "hindcaster.datasets",
    "hindcaster.exceptions",
    "hindcaster.helpers",
    "hindcaster.indicators",
    "hindcaster.lib",
    "hindcaster.research",
    "hindcaster.store",
    "hindcaster.strategies",
    "hindcaster.utils",
}


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def scripts_of(path: str) -> list[tuple[docs_text.Block, str | None]]:
    """Blocks of Python that are not doctests, each with the output that is shown below it."""
    found = docs_text.blocks(text_of(path))
    below = [*found[1:], None][: len(found)]
    return [
        (block, after.code if after and after.language == "text" and after.follows else None)
        for block, after in zip(found, below, strict=True)
        if block.language == "python" and not block.is_doctest and block.not_run is None
    ]


def without_trailing_spaces(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.rstrip().split("\n"))


@pytest.mark.parametrize("path", [path for path in PAGES if scripts_of(path)])
def test_code_runs_and_prints_what_is_shown(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TQDM_DISABLE", "1")
    script = tmp_path / f"{Path(path).stem}.py"  # compiled strategies are read from it
    lines = [""] * len(text_of(path).split("\n"))
    for block, _ in scripts_of(path):
        code = block.code.split("\n")
        lines[block.line : block.line + len(code)] = code
    script.write_text("\n".join(lines), encoding="utf-8")
    names = {"__name__": "__main__"}
    with warnings.catch_warnings():
        for block, shown in scripts_of(path):
            printed = io.StringIO()
            code = compile("\n" * block.line + block.code, script, "exec")
            with contextlib.redirect_stdout(printed):
                exec(code, names)
            if shown is not None:
                assert without_trailing_spaces(printed.getvalue()) == without_trailing_spaces(shown)


@pytest.mark.parametrize("path", PAGES)
def test_blocks_say_their_language_and_why_they_are_not_run(path):
    for block in docs_text.blocks(text_of(path)):
        where = f"{path}, line {block.line}"
        assert block.language, f"{where}: name the block's language ('text' if it has none)"
        assert block.language not in ("py", "python3", "pycon"), f"{where}: call it python"
        if block.is_doctest:
            assert block.language == "python", f"{where}: sessions are python"
            assert block.not_run is None, f"{where}: the doctests run it"
        assert block.not_run is None or len(block.not_run) > 10, f"{where}: give a reason"


@pytest.mark.parametrize("path", PAGES)
def test_links_lead_to_files_and_headings(path):
    for target in docs_text.links(text_of(path)):
        end, anchor = docs_text.file_of(target, path)
        assert (ROOT / end).is_file(), f"{path} links to {target}, but there is no {end}"
        if anchor:
            known = docs_text.anchors(text_of(end)) | set(docs_text.referred_names(text_of(end)))
            assert anchor in known, f"{path} links to {target}, but {end} has no such heading"


def pages_in_nav() -> list[str]:
    settings = yaml.safe_load(text_of("mkdocs.yml"))
    return [page for part in settings["nav"] for pages in part.values() for page in leaves(pages)]


def leaves(pages: list[dict[str, str]]) -> list[str]:
    return [path for page in pages for path in page.values()]


def test_every_page_is_in_the_navigation_once():
    shown = {"README.md": "index.md"}
    expected = {shown.get(path, path.removeprefix("docs/")) for path in PAGES}
    listed = pages_in_nav()
    assert len(listed) == len(set(listed))
    others = {path for path in listed if (ROOT / path).is_file()}  # shown from outside of docs/
    missing = expected - set(listed)
    assert not missing, f"give {missing} a line under nav in mkdocs.yml"
    assert set(listed) - others == expected


def test_reference_holds_all_public_modules():
    reference = "\n".join(text_of(path) for path in PAGES if "/reference/" in path)
    held = {name.rpartition(".")[0] for name in docs_text.referred_names(reference)}
    assert held >= PUBLIC_MODULES


def test_names_of_the_reference_are_those_of_the_modules():
    names = docs_text.referred_names("::: hindcaster.research\n")
    assert names["hindcaster.research.backtest"] == "hindcaster.research.backtest.backtest"
    names = docs_text.referred_names(text_of("docs/reference/indicators.md"))
    assert len(names) > 174
    assert all(pkgutil.resolve_name(name.replace("indicators.", "indicators:")) for name in names)


PAGE = """# First `heading` & [more](a.md)

See [b](b.md#part), [site](https://example.org), [here](#first) and ![c](images/c.png).

```python
[not](a-link.md)
```

<!-- not run: needs a network -->

```python
x = 1
```

- item

  ```python
  >>> 1 + 1
  2
  ```
"""


def test_blocks_of_a_page():
    first, second, third = docs_text.blocks(PAGE)
    assert (first.code, first.line, first.not_run) == ("[not](a-link.md)\n", 5, None)
    assert (second.code, second.not_run) == ("x = 1\n", "needs a network")
    assert (third.code, third.is_doctest) == (">>> 1 + 1\n2\n", True)


def test_links_and_anchors_of_a_page():
    assert list(docs_text.links(PAGE)) == ["a.md", "b.md#part", "#first", "images/c.png"]
    assert docs_text.file_of("../b.md#part", "docs/reference/a.md") == ("docs/b.md", "part")
    assert docs_text.file_of("#part", "docs/a.md") == ("docs/a.md", "part")
    moved = docs_text.with_links(PAGE, lambda target: f"x/{target}")
    assert list(docs_text.links(moved)) == ["x/a.md", "x/b.md#part", "x/#first", "x/images/c.png"]
    assert "[not](a-link.md)" in moved
    # Repository browsers keep two hyphens where "&" was, the site keeps one.
    assert docs_text.anchors(PAGE) == set()
    assert docs_text.anchors("## What's `stats._orders`?\n") == {"whats-stats_orders"}


def test_docstrings_become_markdown():
    given = "\n".join(
        (
            "What it is.",
            "",
            ">>> import this",
            "",
            "====  ======",
            "Name  Value",
            "====  ======",
            "a     x**2",
            "      or `y*`",
            "====  ======",
            "",
            "====  ===",
            "b     1",
            "====  ===",
            "",
            "Returns",
            "-------",
            "ndarray, shape (n,)",
        )
    )
    assert docs_text.as_markdown(given).split("\n") == [
        "What it is.",
        "",
        "```pycon",
        ">>> import this",
        "```",
        "",
        "| Name | Value |",
        "| --- | --- |",
        "| a | x\\*\\*2 or `y*` |",
        "",
        "|  |  |",
        "| --- | --- |",
        "| b | 1 |",
        "",
        "Returns",
        "-------",
        "ndarray of shape (n,)",
    ]
