"""The `config` argument: checked, and made the terms of the simulated exchange."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hindcaster import errors
from hindcaster.exchange.position import FUTURES, SPOT
from hindcaster.exchange.run import Terms

_PERPETUAL: Final = "perpetual_futures"
_SYNONYMS: Final = {
    "type": {SPOT: SPOT, FUTURES: FUTURES},
    "market_type": {SPOT: SPOT, FUTURES: FUTURES},
    "simulation_model": {SPOT: SPOT, _PERPETUAL: FUTURES},
}
_YEARS: Final = (252, 365)


def terms_of(config: Mapping[str, Any]) -> Terms:
    """Read `config`.

    Parameters
    ----------
    config : mapping
        As given to `hindcaster.research.backtest`. Unknown keys are ignored.

    Returns
    -------
    Terms

    Raises
    ------
    KeyError
        A key is missing.
    InvalidConfig
        The kind of exchange or the annualization is not one of the choices.
    ValueError
        A number is none.
    """
    if not isinstance(config, Mapping):
        raise errors.not_a_mapping("config", config)
    kind = _exchange_type(config)
    leverage, mode = 1, SPOT
    if kind == FUTURES:
        leverage = _number(config, "futures_leverage", int)
        mode = _required(config, "futures_leverage_mode")
    return Terms(
        exchange=_required(config, "exchange"),
        exchange_type=kind,
        starting_balance=_number(config, "starting_balance", float),
        fee=_number(config, "fee", float),
        leverage=leverage,
        mode=mode,
        annualization=_annualization(config),
        warm_up_candles=_number(config, "warm_up_candles", int),
    )


def _required(config: Mapping[str, Any], key: str) -> Any:
    if key not in config:
        raise errors.missing_config_key(key)
    return config[key]


def _number(config: Mapping[str, Any], key: str, kind: type) -> Any:
    value = _required(config, key)
    try:
        number = kind(value)
    except (TypeError, ValueError, OverflowError):
        raise errors.bad_number_in_config(key, value) from None
    if number - number != 0 or (key == "futures_leverage" and number < 1):
        raise errors.bad_number_in_config(key, value)
    return number


def _exchange_type(config: Mapping[str, Any]) -> str:
    found = {}
    for key, choices in _SYNONYMS.items():
        if key not in config or (key != "type" and config[key] in (None, "")):
            continue
        try:
            found[key] = choices[config[key]]
        except (KeyError, TypeError):
            raise errors.bad_exchange_type(key, config[key], choices) from None
    if len(set(found.values())) > 1:
        raise errors.conflicting_exchange_types({key: config[key] for key in found})
    return next(iter(found.values()), FUTURES)


def _annualization(config: Mapping[str, Any]) -> int:
    value = config.get("annualization", 365)
    if isinstance(value, (int, str)) and not isinstance(value, bool):
        for year in _YEARS:
            if value in (year, str(year)):
                return year
    raise errors.bad_annualization(value)
