"""A server on this machine that plays an exchange: its answers, and its bad moments."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

import ccxt
import numpy as np

DAY = 86_400_000
PAGE = 100  # candles that it gives at once, whatever it is asked for


def _symbol(base: str, quote: str) -> dict[str, Any]:
    return {
        "symbol": f"{base}{quote}", "status": "TRADING", "baseAsset": base, "quoteAsset": quote,
        "isSpotTradingAllowed": True, "permissions": ["SPOT"], "filters": [], "orderTypes": [],
        "baseAssetPrecision": 8, "quotePrecision": 8,
    }  # fmt: skip


class Exchange:
    """What the server has and does.

    Parameters
    ----------
    rows : ndarray, shape (n, 6)
        Its candles of BTC-USDT.
    now : int
        Its clock, ms.
    """

    def __init__(self, rows: Any, now: int) -> None:
        self.rows = rows
        self.now = now
        self.asked: list[tuple[str, int]] = []  # timeframe and start of each question
        self.troubles: dict[int, tuple[int, dict[str, str]]] = {}  # by the number of the question
        self.windows = False  # whether it gives the minutes asked for only, not what follows
        self.latest_only = False  # whether it gives the latest candles, whatever it is asked
        self.address = ""

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, dict[str, str], Any]:
        """Give status, headers and content for a question."""
        if path.endswith("exchangeInfo"):
            return 200, {}, {"symbols": [_symbol("BTC", "USDT"), _symbol("ETH", "USDT")]}
        if not path.endswith("klines"):
            return 404, {}, {"code": -1, "msg": path}
        since, limit = int(query["startTime"][0]), int(query["limit"][0])
        self.asked.append((query["interval"][0], since))
        if len(self.asked) in self.troubles:
            status, headers = self.troubles[len(self.asked)]
            return status, headers, {"code": -1003, "msg": "try later"}
        rows = self.rows[self.rows[:, 0] < self.now]
        if query["interval"] == ["1d"]:
            rows = rows[np.unique(rows[:, 0] // DAY, return_index=True)[1]].copy()
            rows[:, 0] -= rows[:, 0] % DAY
        elif self.latest_only:
            return 200, {}, self._klines(rows[-PAGE:])
        rows = rows[rows[:, 0] >= since]
        if self.windows and query["interval"] == ["1m"]:
            rows = rows[rows[:, 0] < since + min(limit, PAGE) * 60_000]
        return 200, {}, self._klines(rows[: min(limit, PAGE)])

    def _klines(self, rows: Any) -> list[list[Any]]:
        return [
            [int(time), *(str(v) for v in (opening, high, low, close, volume)),
             int(time) + 59_999, "0", 1, "0", "0", "0"]
            for time, opening, close, high, low, volume in rows
        ]  # fmt: skip

    def client(self) -> Any:
        """Give a client of ccxt that talks to this server only."""
        client = ccxt.binance({"enableRateLimit": True, "rateLimit": 0, "maxRetriesOnFailure": 0})
        client.urls["api"] = dict.fromkeys(client.urls["api"], self.address)
        client.options["fetchMarkets"] = {"types": ["spot"]}
        client.options["fetchCurrencies"] = False
        client.features["spot"]["fetchOHLCV"]["limit"] = PAGE
        client.milliseconds = lambda: self.now
        return client


@contextmanager
def playing(exchange: Exchange) -> Iterator[Exchange]:
    """Serve an exchange on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlparse(self.path)
            status, headers, content = exchange.answer(parts.path, parse_qs(parts.query))
            body = json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    exchange.address = f"http://127.0.0.1:{server.server_port}/api/v3"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield exchange
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
