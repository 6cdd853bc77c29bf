"""Where pictures go: files, browsers, notebooks."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from hindcaster import _compat
from hindcaster.plotting.style import PALETTES

_TEMPLATE = """
{% block postamble %}
<style>html, body { background: PAGE; }</style>
{% endblock %}
"""
_NOT_IN_NAMES = str.maketrans(dict.fromkeys('/\\:*?"<>|\x00\n\r\t', "_"))
_FRAME = "width:100%;height:1000px;border:none"
_LONGEST_NAME = 120  # characters; file systems take 255 bytes


def file_for(filename: str | Path | None, default: str, suffix: str = "") -> Path | None:
    """Choose the file to write: None in notebooks, unless one is asked for.

    Parameters
    ----------
    filename : str, Path or None
        What the user asked for; ``.html`` is added unless that or ``.png`` is there.
    default : str
        Name of the file, in the working directory, if the user asked for none.
    suffix : str, default ''
        What that name ends in, before ``.html``.
    """
    if not filename:
        if _compat.notebook_output():
            return None
        filename = file_name(default) + suffix
    path = Path(filename)
    if not path.name.endswith((".html", ".png")):
        path = path.with_name(path.name + ".html")
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"filename={str(filename)!r}: there is no directory {str(path.parent)!r}. Create it "
            f"first."
        )
    return path


def file_name(text: str) -> str:
    """Make a name of a file, without an ending, out of any text."""
    return text.translate(_NOT_IN_NAMES)[:_LONGEST_NAME]


def show(
    layout: Any, path: Path | None, *, theme: str, resources: str | None, open_browser: bool
) -> None:
    """Write the page, and show it.

    Parameters
    ----------
    layout : bokeh model
        What to show.
    path : Path or None
        File to write, if any.
    theme : str
        Whose colour the page has.
    resources : str or None
        ``'cdn'``, ``'inline'`` or None for Bokeh's own setting.
    open_browser : bool
        Whether to open the file in a browser.
    """
    if path is not None and path.suffix == ".png":
        from hindcaster.plotting.png import write_png

        write_png(page_of(layout, path.name, theme, "inline"), path, *_size(layout))
    elif path is not None:
        path.write_text(page_of(layout, path.name, theme, resources), encoding="utf-8")
    if _compat.notebook_output():
        import bokeh.io

        bokeh.io.output_notebook(files(resources), hide_banner=True)
        bokeh.io.show(layout)
    elif path is not None and open_browser:
        _open(path)


def show_page(page: str, path: Path | None, *, open_browser: bool) -> None:
    """Write a page that is more than its pictures, and show it.

    Parameters
    ----------
    page : str
        HTML.
    path : Path or None
        File to write, if any.
    open_browser : bool
        Whether to open the file in a browser.
    """
    if path is not None:
        path.write_text(page, encoding="utf-8")
    if _compat.notebook_output():
        from IPython.display import HTML, display

        # A frame keeps the style sheet of the page and that of the notebook apart.
        frame = f'<iframe srcdoc="{escape(page)}" style="{_FRAME}"></iframe>'
        display(HTML(frame))
    elif path is not None and open_browser:
        _open(path)


def _open(path: Path) -> None:
    import webbrowser

    webbrowser.open(path.resolve().as_uri())


def page_of(layout: Any, title: str, theme: str, resources: str | None) -> str:
    """Put a layout into a page of its own, as HTML; the title is escaped."""
    from bokeh.embed import file_html

    template = _TEMPLATE.replace("PAGE", PALETTES[theme].page)
    page: str = file_html(layout, files(resources), title=title, template=template)
    return page


def files(resources: str | None) -> Any:
    """Where Bokeh's scripts come from; without a word of the user, its own setting decides."""
    from bokeh.resources import Resources

    return Resources(mode=resources) if resources else Resources()  # type: ignore[arg-type, unused-ignore]


_TOOLBAR = 40  # pixels


def _size(layout: Any) -> tuple[int, int]:
    """Width and height of the figures of a grid together."""
    widths: dict[int, int] = {}
    heights: dict[int, int] = {}
    for figure, row, column in layout.children:
        widths[column] = max(widths.get(column, 0), figure.width)
        heights[row] = max(heights.get(row, 0), figure.height)
    beside = layout.toolbar_location in ("left", "right")
    width, height = sum(widths.values()), sum(heights.values())
    return width + _TOOLBAR * beside, height + _TOOLBAR * (not beside)
