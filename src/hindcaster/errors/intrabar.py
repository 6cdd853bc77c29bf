"""What can be wrong with finer bars, and with the report on what they decide."""

from typing import Any

_HOW = "Make the bars of the finer ones: intrabar.resample('D').agg(hindcaster.lib.OHLCV_AGG)"


def intrabar_not_a_frame(value: Any) -> TypeError:
    """The argument `intrabar` is no DataFrame."""
    return TypeError(
        f"intrabar must be a pandas.DataFrame of finer bars, with columns Open, High, Low, Close "
        f"and a DatetimeIndex, got {type(value).__name__}."
    )


def intrabar_needs_dates(which: str) -> TypeError:
    """A frame has no dates to match finer bars by."""
    return TypeError(
        f"intrabar= matches finer bars to bars by their times, but {which} has no DatetimeIndex."
    )


def intrabar_time_zones(finer: Any, bars: Any) -> TypeError:
    """Only one of the frames has a time zone."""
    return TypeError(
        f"The time zone of intrabar is {finer or 'missing'}, that of data {bars or 'missing'}: "
        f"set both with tz_localize()."
    )


def intrabar_missing(bar: int, label: Any) -> ValueError:
    """A bar has no finer bars."""
    return ValueError(
        f"intrabar has no rows for bar {bar} ({label}). It has to cover all bars of data. Bars may "
        f"be labelled with their beginning or their end."
    )


def intrabar_differs(
    bar: int, label: Any, name: str, price: float, found: float, count: int
) -> ValueError:
    """A bar cannot be made of its finer bars."""
    if price == found:
        return ValueError(
            f"{name} of bar {bar} ({label}) is {price:g}, outside its Low and High. {_HOW}."
        )
    return ValueError(
        f"intrabar does not make up bar {bar} ({label}): {name} is {price:.12g} in data and "
        f"{found:.12g} in the {count} rows of intrabar that belong to it. {_HOW}."
    )


def intrabar_and_own_prices(name: str) -> ValueError:
    """The strategy replaced prices that finer bars were matched with."""
    return ValueError(
        f"init() changed the column {name} of self.data.df, and intrabar= belongs to the prices of "
        f"data. Change them before the Backtest is made."
    )


def no_records() -> ValueError:
    """A result without the records of one run."""
    return ValueError(
        "This result has no _ambiguity, because it is not that of one run with all its trades. "
        "Ask the result that Backtest.run() returned."
    )
