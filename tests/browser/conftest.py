"""A browser for all tests of a module; without one the tests say why they skip, or fail on CI."""

import os
import shutil
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def missing(why: str) -> None:
    text = f"no browser to look at pictures with: {why} (`make browser` installs one)"
    if "CI" in os.environ:
        pytest.fail(text)
    pytest.skip(text)


def complaint(line: Any) -> list[str]:
    """An error or warning of the page; counting pixels, as tests do, makes browsers complain."""
    ours = "willReadFrequently" in line.text
    return [line.text] if line.type in ("error", "warning") and not ours else []


@pytest.fixture(scope="module")
def browser():
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        missing(str(error))
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        missing(f"none of {', '.join(NAMES)} is installed")
    with sync_playwright() as driver:
        try:
            chromium = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except Error as error:
            missing(f"{path} does not start: {error}")
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser):
    """Open a file, wait until it is drawn, and check at the end that nothing went wrong."""
    troubles: list[str] = []
    pages: list[Any] = []

    def open_page(path):
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        pages.append(page)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda line: troubles.extend(complaint(line)))
        page.on("requestfailed", lambda request: troubles.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_function(
            "window.Bokeh && Bokeh.documents.length && Bokeh.documents[0].is_idle"
        )
        return page

    yield open_page
    for page in pages:
        page.close()
    assert troubles == []
