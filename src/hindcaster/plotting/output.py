"""Where pictures go: files, browsers, notebooks."""

from __future__ import annotations

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
_LONGEST_NAME = 120  # characters; file systems take 255 bytes


def file_for(filename: str | Path | None, default: str) -> Path | None:
    """Choose the file to write: None in notebooks, unless one is asked for.

    Parameters
    ----------
    filename : str, Path or None
        What the user asked for; ``.html`` is added where it is missing.
    default : str
        Name of the file, in the working directory, if the user asked for none.
    """
    if not filename:
        if _compat.notebook_output():
            return None
        filename = default.translate(_NOT_IN_NAMES)[:_LONGEST_NAME]
    path = Path(filename)
    if not path.name.endswith(".html"):
        path = path.with_name(path.name + ".html")
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"filename={str(filename)!r}: there is no directory {str(path.parent)!r}. Create it "
            f"first."
        )
    return path


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
    if path is not None:
        path.write_text(_page(layout, path.name, theme, resources), encoding="utf-8")
    if _compat.notebook_output():
        import bokeh.io

        bokeh.io.output_notebook(hide_banner=True)
        bokeh.io.show(layout)
    elif path is not None and open_browser:
        import webbrowser

        webbrowser.open(path.resolve().as_uri())


def _page(layout: Any, title: str, theme: str, resources: str | None) -> str:
    from bokeh.embed import file_html
    from bokeh.resources import Resources

    template = _TEMPLATE.replace("PAGE", PALETTES[theme].page)
    # Without a mode, Bokeh's own setting decides (BOKEH_RESOURCES, CDN by default).
    files = Resources(mode=resources) if resources else Resources()
    page: str = file_html(layout, files, title=title, template=template)
    return page
