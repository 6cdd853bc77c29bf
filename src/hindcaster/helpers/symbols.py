"""Symbols such as BTC-USDT, and the keys made of them."""

from __future__ import annotations

from hindcaster import errors

__all__ = [
    "base_asset",
    "dashless_symbol",
    "dashy_symbol",
    "dashy_to_underline",
    "get_base_asset",
    "get_quote_asset",
    "key",
    "quote_asset",
    "underline_to_dashy_symbol",
]

# Quote assets by which a symbol without dash is taken apart, the first that fits.
_QUOTES = (
    "EUR", "GBP", "JPY", "MIM", "TRY", "UST",
    "FDUSD", "USDT", "USDC", "USDD", "USDE", "USDP", "USDS", "USD1", "USD",
)  # fmt: skip
_BASE_LETTERS = 3  # where the quote asset is unknown


def key(exchange: str, symbol: str, timeframe: str | None = None) -> str:
    """Name of the candles of a symbol, as dicts of candles are keyed.

    Examples
    --------
    >>> key("Binance", "BTC-USDT"), key("Binance", "BTC-USDT", "4h")
    ('Binance-BTC-USDT', 'Binance-BTC-USDT-4h')
    """
    return f"{exchange}-{symbol}" if timeframe is None else f"{exchange}-{symbol}-{timeframe}"


def base_asset(symbol: str) -> str:
    """Give the part before the first dash.

    Examples
    --------
    >>> base_asset("BTC-USDT")
    'BTC'
    """
    return symbol.split("-")[0]


def quote_asset(symbol: str) -> str:
    """Give the part after the first dash.

    Raises
    ------
    InvalidRoutes
        There is no dash.

    Examples
    --------
    >>> quote_asset("BTC-USDT")
    'USDT'
    """
    parts = symbol.split("-")
    if len(parts) < 2:
        raise errors.InvalidRoutes(errors.symbol_has_no_dash(symbol))
    return parts[1]


def get_base_asset(symbol: str) -> str:
    """Give the part before the first dash, as `base_asset`.

    Examples
    --------
    >>> get_base_asset("ETH-BTC")
    'ETH'
    """
    return base_asset(symbol)


def get_quote_asset(symbol: str) -> str:
    """Give the part after the first dash.

    Raises
    ------
    IndexError
        There is no dash.

    Examples
    --------
    >>> get_quote_asset("ETH-BTC")
    'BTC'
    """
    parts = symbol.split("-")
    if len(parts) < 2:
        raise IndexError(errors.symbol_has_no_dash(symbol))
    return parts[1]


def dashless_symbol(symbol: str) -> str:
    """Take the dashes out.

    Examples
    --------
    >>> dashless_symbol("BTC-USDT")
    'BTCUSDT'
    """
    return symbol.replace("-", "")


def dashy_symbol(symbol: str) -> str:
    """Put a dash before the quote asset: a known one, or else what follows three letters.

    Examples
    --------
    >>> dashy_symbol("LINKUSDT"), dashy_symbol("ETHBTC"), dashy_symbol("BTC-USDT")
    ('LINK-USDT', 'ETH-BTC', 'BTC-USDT')
    """
    if "-" in symbol:
        return symbol
    for quote in _QUOTES:
        if symbol.endswith(quote):
            return f"{symbol[: -len(quote)]}-{quote}"
    return f"{symbol[:_BASE_LETTERS]}-{symbol[_BASE_LETTERS:]}"


def underline_to_dashy_symbol(symbol: str) -> str:
    """Write dashes for underscores.

    Examples
    --------
    >>> underline_to_dashy_symbol("BTC_USDT")
    'BTC-USDT'
    """
    return symbol.replace("_", "-")


def dashy_to_underline(symbol: str) -> str:
    """Write underscores for dashes.

    Examples
    --------
    >>> dashy_to_underline("BTC-USDT")
    'BTC_USDT'
    """
    return symbol.replace("-", "_")
