"""Names of exchanges and symbols as names of folders, from which nothing can break out."""

from __future__ import annotations

from urllib.parse import quote, unquote

from hindcaster import errors

_LONGEST = 100
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))]
)


def folder_of(argument: str, name: str) -> str:
    """Write a name as a single, harmless part of a path on any system.

    Parameters
    ----------
    argument : str
        What error messages call it.
    name : str
        Name of an exchange or a symbol.

    Returns
    -------
    str
        Letters, digits, ``-``, ``_`` and blanks within stay; all else is ``%`` and two digits.

    Raises
    ------
    TypeError, ValueError
        No text, an empty one, one of more than 100 letters, or one that is no Unicode.

    Examples
    --------
    >>> folder_of("symbol", "BTC-USDT"), folder_of("symbol", "../BTC/USDT")
    ('BTC-USDT', '%2E%2E%2FBTC%2FUSDT')
    """
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST:
        raise errors.bad_store_name(argument, name)
    try:
        folder = quote(name, safe=" ").replace(".", "%2E").replace("~", "%7E")
    except UnicodeEncodeError:
        raise errors.bad_store_name(argument, name) from None
    if len(folder) > 2 * _LONGEST:
        raise errors.bad_store_name(argument, name)
    if folder[0] == " " or name.lower() in _RESERVED:
        folder = f"%{ord(folder[0]):02X}{folder[1:]}"
    if folder[-1] == " ":
        folder = f"{folder[:-1]}%20"
    return folder


def name_of(folder: str) -> str:
    """Read a name back from its folder.

    Examples
    --------
    >>> name_of(folder_of("symbol", "S&P 500 / €"))
    'S&P 500 / €'
    """
    return unquote(folder)
