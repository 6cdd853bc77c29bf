"""Mistakes in orders, and in what is asked of orders and trades."""

from typing import Any


def price_text(value: float) -> str:
    """Text of a price in a message."""
    return f"{value:.10g}"


def prices_not_ordered(
    size: float, limit: float, stop: float, sl: float, tp: float, close: float, spread: float
) -> ValueError:
    """Stop-loss and take-profit are not on their sides of the order's price."""
    long = size > 0
    if limit == limit and limit != 0:
        reference, name = limit, "limit"
    elif stop == stop and stop != 0:
        reference, name = stop, "stop"
    else:
        reference = close * (1 + (spread if long else -spread))
        name = "last close" + (" with spread" if spread else "")
    prices = {"sl": sl, "tp": tp, name: reference}
    order = ("sl", name, "tp") if long else ("tp", name, "sl")
    shown = " < ".join(
        f"{key} ({price_text(prices[key])})"
        for key in order
        if key == name or (prices[key] == prices[key] and prices[key] != 0)
    )
    return ValueError(
        f"{'Long' if long else 'Short'} orders need {shown}. Move sl/tp to their side of the "
        f"price, or leave them out."
    )


def price_is_nan(argument: str) -> ValueError:
    """A price argument is NaN."""
    return ValueError(
        f"{argument} is NaN. Pass a price, or None to leave it out; an indicator that is still "
        f"warming up is a usual cause."
    )


def bad_order_size(size: Any) -> AssertionError:
    """The size is neither a fraction nor a whole number of units."""
    return AssertionError(
        f"size must be a positive fraction of equity (0 < size < 1) or a positive whole number "
        f"of units, got {size!r}."
    )


def bad_portion(portion: Any) -> AssertionError:
    """The portion of a trade to close is out of range."""
    return AssertionError(
        f"portion must be a fraction of the trade, 0 < portion <= 1, got {portion!r}."
    )


def bad_bracket_price(argument: str, price: Any) -> AssertionError:
    """The price of a trade's stop-loss or take-profit is out of range."""
    return AssertionError(
        f"{argument} must be a price with 0 < {argument} < inf, or None to remove it, "
        f"got {price!r}."
    )


def bracket_out_of_range() -> AssertionError:
    """An order with a stop-loss or take-profit that no trade can have was filled."""
    return AssertionError(
        "An order was filled whose sl or tp is not a price with 0 < price < inf. Place the order "
        "with positive, finite sl and tp, or leave them out."
    )


def bracket_of_closed_trade() -> ValueError:
    """The stop-loss or take-profit of a closed trade was set."""
    return ValueError("This trade is closed: its sl and tp can no longer be changed.")


def order_not_queued(outcome: str) -> ValueError:
    """An order that is no longer waiting was cancelled."""
    return ValueError(f"This order cannot be cancelled, it is no longer waiting: {outcome}.")


def trail_too_wide() -> ValueError:
    """A trailing stop would start at or below zero."""
    return ValueError(
        "An order was filled whose trailing stop would lie at a price of zero or below. `trail` is "
        "a distance from the price: make it smaller than the price, or use a share such as "
        "trail='5%'."
    )


def slipped_too_far() -> ValueError:
    """Slippage took a price to zero or below."""
    return ValueError(
        "Slippage took the price of a fill to zero or below. Check `slippage` against the prices "
        "of the data: it is counted in price, or as a share of it."
    )


def bad_units(units: Any, unit: float) -> ValueError:
    """A number of units is not positive, or below the smallest amount."""
    least = "a whole number of units" if unit == 1 else f"at least {unit:g}, the smallest amount"
    more = " Fractions need Backtest(..., fractional=True)." if unit == 1 else ""
    return ValueError(f"units must be {least}, got {units!r}.{more}")


def size_and_units() -> TypeError:
    """Both ways to say how much were used."""
    return TypeError("Pass size= or units=, not both.")


def bad_good_for(value: Any) -> ValueError:
    """The number of bars is none."""
    return ValueError(
        f"good_for is for how many bars after this one an order may be filled: a whole number "
        f"from 1 on, got {value!r}. Leave it out for an order that waits until it is cancelled."
    )


def bad_oco(value: Any) -> TypeError:
    """What should be an order is none."""
    return TypeError(
        f"oco takes a waiting order, as buy() and sell() return it, got {value!r}: "
        f"first = self.buy(stop=...); self.sell(stop=..., oco=first)."
    )


def oco_not_waiting(outcome: str) -> ValueError:
    """The other order is not waiting any more."""
    return ValueError(f"oco takes an order that is waiting, this one is not: {outcome}.")


def oco_with_exclusive() -> ValueError:
    """Groups of orders make no sense if each order cancels the others."""
    return ValueError(
        "oco cannot be used with exclusive_orders=True: each order cancels the waiting ones."
    )


def bad_trail(value: Any) -> ValueError:
    """The distance of a trailing stop is none."""
    return ValueError(
        f"trail must be a distance in price above 0, or a share of the price such as '5%' between "
        f"0% and 100%, got {value!r}."
    )


def bad_on_close(value: Any) -> TypeError:
    """The flag is none."""
    return TypeError(f"on_close must be True, False or None (as the backtest says), got {value!r}.")


def on_close_with_price() -> ValueError:
    """An order at the close has no price of its own."""
    return ValueError("on_close=True is for market orders: leave out limit and stop.")


def units_not_finite() -> OverflowError:
    """A relative order met a price of zero."""
    return OverflowError(
        "A relative-sized order met a bar where one unit costs nothing: price, spread and "
        "commission add up to 0. Check the data for prices of zero, or pass a size in units."
    )


def fee_is_nan(size: float, price: float) -> ValueError:
    """The commission function returned NaN."""
    return ValueError(
        f"commission(size={size!r}, price={price!r}) returned NaN. It must return an amount of "
        f"cash."
    )
