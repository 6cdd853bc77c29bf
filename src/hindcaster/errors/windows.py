"""What can be wrong with the windows of a walk-forward test, and what it warns of."""

from typing import Any

_FORMS = (
    "a whole number of bars (250), or a time: '365D', '12h', '30min', '6M' (calendar months), "
    "'2Y' (calendar years), a Timedelta or a DateOffset"
)

BANKRUPT_BEFORE = "the account was bankrupt before"
NOTHING_TO_TRAIN_ON = "there are no bars to train on"
NO_SCORE = "no parameters have a score in the training window, which takes trades"


def bad_window(name: str, value: Any) -> TypeError | ValueError:
    """A length of windows is neither a number of bars nor a time."""
    kind = ValueError if isinstance(value, str) else TypeError
    return kind(f"{name} must be {_FORMS}; got {value!r}.")


def window_not_positive(name: str, value: Any) -> ValueError:
    """A length of windows is nothing, or less."""
    return ValueError(f"{name} must be longer than nothing, got {value!r}.")


def mixed_windows(lengths: dict[str, Any]) -> TypeError:
    """Some lengths are bars, others time."""
    given = ", ".join(f"{name}={value!r}" for name, value in lengths.items())
    return TypeError(f"Give all lengths of windows in bars, or all as times; got {given}.")


def windows_need_dates(name: str, value: Any) -> TypeError:
    """Windows of time on numbered bars."""
    return TypeError(
        f"{name}={value!r} is a time, which needs data with a DatetimeIndex. Bars without dates "
        f"are counted: {name}=250."
    )


def windows_overlap(test: Any, step: Any) -> ValueError:
    """Test windows would share bars."""
    return ValueError(
        f"step={step!r} is shorter than test={test!r}: test windows would overlap, and a bar that "
        f"is tested twice has two results. Leave step out to move on by one test window."
    )


def no_windows(train: Any, n_bars: int) -> ValueError:
    """The training window takes all bars."""
    return ValueError(
        f"train={train!r} leaves none of the {n_bars:,} bars to test on. Train on less."
    )


def windows_between_bars(test: Any) -> ValueError:
    """Most test windows hold no bar."""
    return ValueError(f"test={test!r} is shorter than the bars: most windows hold none. Use more.")


def bad_anchored(value: Any) -> TypeError:
    """The argument `anchored` is no bool."""
    return TypeError(
        f"anchored must be True (train on all bars so far) or False (on the latest), got {value!r}."
    )


def in_window(number: int, first: Any, last: Any) -> str:
    """Name the window in which something was raised, as a note to the exception."""
    return f"raised in window {number} of walk_forward() ({first} to {last})"


def window_raised(kind: str, error: Exception) -> str:
    """Say what came instead of a window's parameters or result."""
    return f"{kind} raised {type(error).__name__}: {error}"


def windows_not_traded(count: int, total: int, number: int, reason: str) -> str:
    """Warn that the account stood still in some windows."""
    return (
        f"walk_forward() did not trade in {count} of {total} windows, first in window {number}: "
        f"{reason}. The column 'Not Traded' of its windows says why."
    )


def walk_interrupted(done: int, total: int) -> str:
    """Warn that later windows are missing."""
    return (
        f"walk_forward() was interrupted after {done} of {total} windows: the result is that of "
        f"these."
    )
