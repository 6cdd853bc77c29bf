"""Options in sections: long lists of options are read by theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Decorator(Protocol):
    """What adds options to a function."""

    def __call__(self, function: Decorated, /) -> Decorated:
        """Give the function with the options."""


class SectionedOption(click.Option):
    """An option that names its section of the help."""

    def __init__(self, *args: Any, section: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.section = section


class SectionedCommand(click.Command):
    """A command whose help lists options by section, those without one at the end."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                section = getattr(parameter, "section", "") or "Options"
                sections.setdefault(section, []).append(record)
        for section in sorted(sections, key=lambda name: name == "Options"):
            with formatter.section(section):
                formatter.write_dl(sections[section])


def show_help_alone() -> None:
    """Show the help of a group that is called without a command."""
    context = click.get_current_context()
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def option(*names: str, section: str = "", **settings: Any) -> Decorator:
    """Declare an option of a `SectionedCommand`."""
    return click.option(*names, cls=SectionedOption, section=section, **settings)
