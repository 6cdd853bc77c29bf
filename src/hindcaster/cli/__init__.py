"""The command line ``hindcaster``: reads options, calls the library, shows what comes out.

Modules of commands import Click and the standard library only; what a command needs is loaded
when it runs, so that help appears at once.
"""

from hindcaster.cli.app import main

__all__ = ["main"]
