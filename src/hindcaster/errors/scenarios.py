"""What can be wrong with random scenarios of a backtest, and what they warn of."""

from typing import Any


def unknown_kind(kind: Any, kinds: tuple[str, ...]) -> ValueError:
    """The kind of scenario does not exist."""
    names = ", ".join(map(repr, kinds))
    return ValueError(f"kind must be one of {names}, got {kind!r}.")


def bad_block_length(value: Any, most: int) -> TypeError | ValueError:
    """Blocks are longer than the data, or hold no bar."""
    kind = ValueError if isinstance(value, int) else TypeError
    return kind(
        f"block_length must be a whole number of bars from 1 to {most} (the data have one more), "
        f"got {value!r}."
    )


def blocks_without_bootstrap(kind: str) -> ValueError:
    """A length of blocks was given for scenarios that have none."""
    return ValueError(f"block_length goes with kind='block_bootstrap', not with kind={kind!r}.")


def too_few_bars_to_mix(count: int) -> ValueError:
    """There is nothing to bring into another order."""
    return ValueError(f"Other orders of the bars need at least 3 bars, the data have {count}.")


def price_has_no_moves(name: str, label: Any, price: float) -> ValueError:
    """Relative moves of a price are not defined."""
    return ValueError(
        f"Scenarios are made of relative moves, which need positive, finite prices: {name} is "
        f"{price!r} at {label}. Leave such bars out of the data."
    )


def no_trades_to_mix() -> ValueError:
    """There is nothing to shuffle."""
    return ValueError(
        "The run closed no trade, so there is no order of trades to change. "
        "Backtest(..., finalize_trades=True) closes a trade that is open at the end."
    )


def scenarios_failed(failed: int, count: int, first: int, error: BaseException) -> str:
    """Text of the warning that some scenarios raised."""
    return (
        f"{failed} of {count} scenarios raised an error and are NaN, the first is scenario "
        f"{first}: {type(error).__name__}: {error}. The attribute 'failures' lists them."
    )


def scenarios_interrupted(done: int, count: int) -> str:
    """Text of the warning that the work was interrupted."""
    return f"Interrupted after {done} of {count} scenarios: the result is that of these."


def scenarios_left_out(failed: int, count: int, first: int, error: BaseException) -> str:
    """Text of the warning that some scenarios raised and are missing."""
    return (
        f"{failed} of {count} scenarios raised an error and are left out, the first is scenario "
        f"{first}: {type(error).__name__}: {error}"
    )


def no_trades_to_shuffle() -> ValueError:
    """The backtest of an exchange strategy has no trades."""
    return ValueError(
        "The backtest has no trades, so there is no order of trades to change. Give it more "
        "candles, or a strategy that trades on these."
    )


def no_such_results(name: str, part: str) -> ValueError:
    """What is to be shown did not come from the function."""
    return ValueError(f"results must be what {name}() returned: {part!r} is missing.")
