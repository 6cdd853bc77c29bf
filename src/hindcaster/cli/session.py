"""One call of the command line: warnings in one line each, and errors put into one."""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from contextlib import ExitStack
from typing import Any

import click


class Session:
    """What lasts while a command runs.

    Attributes
    ----------
    wants_traceback : bool
        Whether errors are shown with the code they come from.
    warned : list of str
        Texts of the warnings shown so far.
    sources : dict of str to str
        Files of the user's code, which errors are located in: by their full path, what the user
        calls them.
    resources : ExitStack
        Closed at the end of the command.
    """

    def __init__(self) -> None:
        self.wants_traceback = False
        self.warned: list[str] = []
        self.sources: dict[str, str] = {}
        self.resources = ExitStack()

    def __enter__(self) -> Session:
        self.resources.enter_context(warnings.catch_warnings())
        warnings.simplefilter("default", UserWarning)
        warnings.showwarning = self._show  # type: ignore[assignment]
        return self

    def __exit__(self, *exception: object) -> None:
        self.resources.close()

    def tell_what_goes_on(self) -> None:
        """Show the log of the package on stderr."""
        logger = logging.getLogger("hindcaster")
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
        self.resources.callback(logger.setLevel, logger.level)
        self.resources.callback(logger.removeHandler, handler)
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)

    def _show(self, message: Warning | str, *_where: Any) -> None:
        text = _one_line(str(message))
        if text not in self.warned:
            self.warned.append(text)
            click.echo(f"Warning: {text}", err=True)

    def told(self, error: BaseException) -> str:
        """Put an error into one line; if the user's code raised it, with its place."""
        if isinstance(error, click.ClickException):
            return _usage(error)
        text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
        kind = type(error).__name__
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename in self.sources
        ]
        if isinstance(error, SyntaxError) and error.filename in self.sources:
            file = self.sources[error.filename]
            return _one_line(f"{file}, line {error.lineno}: {kind}: {error.msg}")
        notes = "".join(
            f" ({note})" for note in getattr(error, "__notes__", ()) if "\n" not in note
        )
        if frames:
            last = frames[-1]
            place = f"{self.sources[last.filename]}, line {last.lineno}, in {last.name}"
            return _one_line(f"{place}: {kind}: {text}{notes}")
        is_sentence = " " in text.strip()
        return _one_line(f"{text}{notes}" if is_sentence else f"{kind}: {text}{notes}")


def _usage(error: click.ClickException) -> str:
    """Say what is wrong with the options, and where they are explained."""
    text = _one_line(error.format_message())
    context = getattr(error, "ctx", None)
    return f"{text} See {context.command_path} --help." if context is not None else text


def _one_line(text: str) -> str:
    return " ".join(text.split())
