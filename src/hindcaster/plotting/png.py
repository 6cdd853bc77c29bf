"""Pages as images, made by a headless browser of the user's."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
_PATIENCE = 120  # seconds until a browser is given up


def write_png(page: str, path: Path, width: int, height: int) -> None:
    """Let a headless browser draw a page that needs no network.

    Parameters
    ----------
    page : str
        HTML.
    path : Path
        File to write.
    width, height : int
        Size of the image in pixels.

    Raises
    ------
    RuntimeError
        There is no browser, or it wrote nothing.
    """
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        raise RuntimeError(
            f"filename={str(path)!r} asks for an image, which a browser has to draw: install "
            f"Chromium or Chrome (none of {', '.join(_BROWSERS)} is there), or write a page with "
            f"a name that ends in .html."
        )
    target = path.resolve()
    target.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        source = Path(folder, "page.html")
        source.write_text(page, encoding="utf-8")
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--hide-scrollbars",
            "--no-first-run",
            f"--user-data-dir={folder}/profile",
            f"--window-size={width},{height}",
            # Time of its own that the page gets to be drawn, however slow the machine is.
            "--virtual-time-budget=20000",
            f"--screenshot={target}",
            source.as_uri(),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # the sandbox refuses to run for root
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    if not target.exists():
        raise RuntimeError(f"{browser} drew no image: {done.stderr.strip()[-500:]}")
