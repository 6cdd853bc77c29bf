"""Mistakes on the command line."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any


def _close(name: str, names: Iterable[str]) -> str:
    """Name what may have been meant."""
    found = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f" Did you mean {found[0]!r}?" if found else ""


def strategy_file_missing(path: str) -> FileNotFoundError:
    """The strategy's file is not there."""
    return FileNotFoundError(f"There is no file {path!r} to load a strategy from.")


def strategy_file_not_python(path: str) -> ValueError:
    """The strategy's file has another ending."""
    return ValueError(f"{path!r} is no Python file: name a .py file that defines a strategy.")


def strategy_file_exits(path: str) -> ValueError:
    """Loading the file ends the program."""
    return ValueError(
        f"{path!r} ends the program when it is loaded. Put what it does as a script below "
        f"if __name__ == '__main__':."
    )


def no_strategy_in_file(path: str, base: str, others: Sequence[str], way_out: str) -> ValueError:
    """No class of the file is a strategy of the right kind."""
    hint = f" {', '.join(others)} derives from the other kind: {way_out}" if others else ""
    return ValueError(f"{path!r} defines no class that derives from {base}.{hint}")


def several_strategies(path: str, names: Sequence[str]) -> ValueError:
    """The file has several strategies, and none is named."""
    return ValueError(
        f"{path!r} defines several strategies: {', '.join(names)}. Name one: {path}:{names[0]}"
    )


def no_such_strategy(path: str, name: str, names: Sequence[str]) -> ValueError:
    """The named class is not a strategy of the file."""
    there = ", ".join(names) or "none"
    return ValueError(
        f"{path!r} defines no strategy {name!r}; it has: {there}.{_close(name, names)}"
    )


def unknown_data(text: str, datasets: Sequence[str]) -> ValueError:
    """What is to be tested on is no file, dataset or symbol."""
    return ValueError(
        f"--data {text!r} is no file, no dataset ({', '.join(datasets)}) and not written "
        f"EXCHANGE:SYMBOL.{_close(text, datasets)}"
    )


def data_file_missing(path: str) -> FileNotFoundError:
    """A file of bars is not there."""
    return FileNotFoundError(f"There is no file {path!r} to read bars from.")


def no_bars_between(text: str, start: Any, finish: Any) -> ValueError:
    """No bar lies between the dates."""
    since = f" from {start}" if start is not None else ""
    until = f" until {finish}" if finish is not None else ""
    return ValueError(f"{text!r} has no bars{since}{until}.")


def dates_need_dates(text: str) -> ValueError:
    """Numbered bars cannot be cut or put together by time."""
    return ValueError(f"{text!r} has numbered bars: --from, --to and --timeframe need dates.")


def bad_date(text: str) -> ValueError:
    """A text is no date."""
    return ValueError(f"{text!r} is no date: write 2024-01-31 or 2024-01-31T16:00.")


def bad_market(text: str) -> ValueError:
    """A text does not name a symbol of an exchange."""
    return ValueError(f"{text!r} must be written EXCHANGE:SYMBOL, such as Binance:BTC-USDT.")


def bad_assignment(text: str) -> ValueError:
    """A parameter is given in another form."""
    return ValueError(f"{text!r} must be written NAME=VALUE.")


def parameter_twice(name: str) -> ValueError:
    """A parameter is given twice."""
    return ValueError(f"Parameter {name!r} is given twice.")


def no_such_parameter(strategy: str, name: str, names: Sequence[str]) -> ValueError:
    """The strategy has no such class variable."""
    there = ", ".join(names) or "none"
    return ValueError(
        f"{strategy} has no parameter {name!r}; it has: {there}.{_close(name, names)}"
    )


def parameter_not_number(name: str, default: Any, value: Any) -> ValueError:
    """A parameter that is a number or a truth value is given as text."""
    return ValueError(f"Parameter {name!r} is {default!r} by default; {value!r} is no number.")


def bad_range(text: str, why: str) -> ValueError:
    """A range of candidates cannot be counted."""
    return ValueError(
        f"{text!r}: {why}. A range is START:STOP or START:STOP:STEP, without STOP itself, as in "
        f"5:30:5, which is 5, 10, 15, 20, 25."
    )


def bad_fee(text: str) -> ValueError:
    """A commission is neither a rate nor two numbers."""
    return ValueError(f"--commission {text!r}: write RATE (0.002 is 0.2 %) or FIXED,RATE.")


def bad_expression(text: str, what: str, names: Sequence[str]) -> ValueError:
    """A constraint has a part that is not allowed in it."""
    return ValueError(
        f"--constraint {text!r}: {what}. It is made of the parameters ({', '.join(names)}), "
        f"numbers, texts, + - * / // %, comparisons, and, or, not, in."
    )


def bad_toml(path: str, why: Any) -> ValueError:
    """A configuration is not TOML."""
    return ValueError(f"{path!r} is not valid TOML: {why}")


def config_file_missing(path: str) -> FileNotFoundError:
    """The configuration is not there."""
    return FileNotFoundError(f"There is no file {path!r} to read a configuration from.")


def unknown_table(path: str, where: str, name: str, names: Sequence[str]) -> ValueError:
    """A configuration has a key that means nothing."""
    return ValueError(
        f"{path!r}: {where} has the unknown key {name!r}; known are {', '.join(names)}."
        f"{_close(name, names)}"
    )


def bad_table(path: str, name: str, form: str) -> ValueError:
    """A part of a configuration is missing or has another form."""
    return ValueError(f"{path!r}: {name} must be {form}.")


def no_folder(path: str) -> FileNotFoundError:
    """The folder to write in is not there."""
    return FileNotFoundError(f"There is no folder {path!r} to write in. Create it first.")


def import_needs_source() -> ValueError:
    """It is not said where candles come from."""
    return ValueError(
        "Say where the candles come from: --file FILE, or --from DATE to fetch them from the "
        "exchange."
    )


def import_two_sources(options: Sequence[str]) -> ValueError:
    """Options of both sources are given."""
    return ValueError(f"--file reads a file: leave out {', '.join(options)}.")


def parameter_is_option(name: str) -> ValueError:
    """A parameter cannot be told from an argument of the search."""
    return ValueError(f"Parameter {name!r} has the name of an argument of optimize(): rename it.")


def import_tz_without_file() -> ValueError:
    """A time zone is given for what an exchange sends."""
    return ValueError("--tz belongs to --file: exchanges send times in UTC.")
