"""Draw the pictures of docs/is-the-edge-real.md: run its examples, look at their pages.

Needs Chromium or Chrome and Playwright (an extra for development)::

    python scripts/edge_pictures.py
"""

from __future__ import annotations

import contextlib
import doctest
import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "is-the-edge-real.md"
PICTURES = {"walk": "edge-walk-forward", "chance": "edge-permuted", "permuted": "edge-significance"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def names_of(page: Path) -> dict[str, Any]:
    """Run the examples of a page; gives what they defined."""
    names: dict[str, Any] = {}
    for example in doctest.DocTestParser().get_examples(page.read_text(encoding="utf-8")):
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(example.source, str(page), "single"), names)
    return names


def main() -> None:
    from playwright.sync_api import sync_playwright

    sys.path.insert(0, str(ROOT))
    names = names_of(PAGE)
    browser = next(filter(None, map(shutil.which, BROWSERS)))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1000, "height": 360})
        for name, picture in PICTURES.items():
            path = Path(folder) / f"{name}.html"
            names[name].plot(
                filename=str(path), open_browser=False, plot_width=960, resources="inline"
            )
            page.goto(path.as_uri())
            page.wait_for_function(
                "window.Bokeh && Bokeh.documents.length && Bokeh.documents[0].is_idle"
            )
            page.screenshot(path=ROOT / "docs" / "images" / f"{picture}.png", full_page=True)
        chromium.close()


if __name__ == "__main__":
    main()
