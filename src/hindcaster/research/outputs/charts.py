"""`generate_charts`: images of a run, and an interactive page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hindcaster.exchange.journal import Fill
from hindcaster.exchange.run import Run
from hindcaster.research.outputs.pictures import image_data, page_data
from hindcaster.research.outputs.storage import Storage
from hindcaster.research.timeline import Timeline

_THEME = "light"


def write_charts(
    run: Run,
    timeline: Timeline,
    fills: Sequence[Fill],
    metrics: dict[str, Any],
    storage: Storage,
    *,
    benchmark: bool,
) -> dict[str, Any]:
    """Write the images and the page, and give their keys of the result.

    Without trades there is nothing to show: the paths are None, and the keys of the set of images
    are left out.
    """
    if not run.trades:
        return {"charts": None, "charts_page": None}
    from hindcaster.plotting.exchange.images import images, overview
    from hindcaster.plotting.exchange.page import page

    data = image_data(run, timeline, fills, benchmark)
    session = storage.session
    for name, content in images(data).items():
        storage.write("backtest-charts", f"{session}_{name}.png", content)
    html = page(page_data(run, timeline, fills, metrics, benchmark), _THEME, "inline")
    return {
        "charts_session_id": session,
        "charts_folder": str(storage.root / "backtest-charts"),
        "charts": storage.write("charts", f"{session}.png", overview(data)),
        "charts_page": storage.write("charts", f"{session}.html", html),
    }
