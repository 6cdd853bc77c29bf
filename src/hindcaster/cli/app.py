"""The command with its subcommands, and how it ends: errors in one line, exit codes."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

import click

from hindcaster._version import __version__
from hindcaster.cli import candles, datasets, doctor, exchange, optimize, run
from hindcaster.cli.sections import show_help_alone
from hindcaster.cli.session import Session

MISTAKE = 2  # exit code of everything that went wrong
INTERRUPTED = 130  # exit code after Ctrl-C, as shells give it


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("--traceback", is_flag=True, help="Show where in the code an error arose.")
@click.option("-v", "--verbose", is_flag=True, help="Tell on stderr what goes on.")
@click.pass_obj
def hindcaster(session: Session, /, traceback: bool, verbose: bool) -> None:
    """Test trading strategies on historical prices.

    Every command has --help. Results go to stdout, as tables or with --json as JSON; warnings,
    errors and progress go to stderr. Exit codes: 0 fine, 1 `candles check` found something,
    2 error, 130 interrupted.
    """
    session.wants_traceback = traceback
    if verbose:
        session.tell_what_goes_on()
    show_help_alone()


for command in (
    run.run,
    optimize.optimize,
    exchange.exchange_backtest,
    candles.candles,
    datasets.datasets,
    doctor.doctor,
):
    hindcaster.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        What stands behind the command's name; those of the process if absent.

    Returns
    -------
    int
        Exit code: 0 fine, 1 `candles check` found something, 2 error, 130 interrupted.

    Examples
    --------
    >>> from hindcaster.cli import main
    >>> main(["--version"])
    hindcaster ...
    0
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # what a terminal cannot show is no reason to fail
            stream.reconfigure(errors="replace")
    session = Session()
    try:
        with session:
            ended = hindcaster.main(
                args=None if arguments is None else list(arguments),
                prog_name="hindcaster",
                standalone_mode=False,
                obj=session,
            )
        return ended if isinstance(ended, int) else 0
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except Exception as error:
        if session.wants_traceback:
            traceback.print_exception(error)
        click.echo(f"Error: {session.told(error)}", err=True)
        return MISTAKE
