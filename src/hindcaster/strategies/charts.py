"""Lines that a strategy draws into its charts."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any

from hindcaster import errors

if TYPE_CHECKING:
    from hindcaster.exchange.run import Run

logger = logging.getLogger("hindcaster.strategies")


class Charts:
    """Methods of a strategy that store chart data. They have no effect on trading."""

    _run: Run
    _candle_lines: dict[str, list[dict[str, Any]]]
    _extra_lines: dict[str, dict[str, list[dict[str, Any]]]]
    _candle_levels: dict[str, dict[str, Any]]
    _extra_levels: dict[str, dict[str, dict[str, Any]]]
    _reported_lines: set[str]

    def _point(self, title: str, value: float, color: str | None) -> dict[str, Any] | None:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise errors.bad_chart_value(value)
        if not math.isfinite(value):
            if title not in self._reported_lines:
                self._reported_lines.add(title)
                logger.warning("chart line %r: value %r is left out", title, value)
            return None
        return {"time": self._run.clock / 1000, "value": value, "color": color}

    def add_line_to_candle_chart(self, title: str, value: float, color: str | None = None) -> None:
        """Add a point to a line of the chart of candles.

        Parameters
        ----------
        title : str
            Name of the line.
        value : int or float
            Height of the point; NaN and infinite values are left out.
        color : str, optional
            Colour of the line.

        Raises
        ------
        ValueError
            The value is not a number.
        """
        point = self._point(title, value, color)
        if point is not None:
            self._candle_lines.setdefault(title, []).append(point)

    def add_extra_line_chart(
        self, chart_name: str, title: str, value: float, color: str | None = None
    ) -> None:
        """Add a point to a line of a chart of its own.

        Parameters
        ----------
        chart_name, title : str
            Names of the chart and of the line.
        value : int or float
            Height of the point; NaN and infinite values are left out.
        color : str, optional
            Colour of the line.
        """
        point = self._point(title, value, color)
        if point is not None:
            self._extra_lines.setdefault(chart_name, {}).setdefault(title, []).append(point)

    def _level(
        self, title: str, value: float, color: str | None, width: float, style: str
    ) -> dict[str, Any] | None:
        if style not in ("solid", "dotted"):
            raise errors.bad_line_style(style)
        if self._point(title, value, color) is None:
            return None
        return {"value": value, "color": color, "line_width": width, "line_style": style}

    def add_horizontal_line_to_candle_chart(
        self,
        title: str,
        value: float,
        color: str | None = None,
        line_width: float = 1.5,
        line_style: str = "solid",
    ) -> None:
        """Draw a level into the chart of candles.

        Parameters
        ----------
        title : str
            Name of the level.
        value : int or float
            Its height.
        color : str, optional
            Its colour.
        line_width : float, default 1.5
            In points.
        line_style : {'solid', 'dotted'}
        """
        level = self._level(title, value, color, line_width, line_style)
        if level is not None:
            self._candle_levels[title] = level

    def add_horizontal_line_to_extra_chart(
        self,
        chart_name: str,
        title: str,
        value: float,
        color: str | None = None,
        line_width: float = 1.5,
        line_style: str = "solid",
    ) -> None:
        """Draw a level into a chart of its own.

        Parameters
        ----------
        chart_name, title : str
            Names of the chart and of the level.
        value : int or float
            Its height.
        color : str, optional
            Its colour.
        line_width : float, default 1.5
            In points.
        line_style : {'solid', 'dotted'}
        """
        level = self._level(title, value, color, line_width, line_style)
        if level is not None:
            self._extra_levels.setdefault(chart_name, {})[title] = level
