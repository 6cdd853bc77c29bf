"""`hindcaster datasets`: the price tables of the package."""

from __future__ import annotations

import click

from hindcaster.cli import output
from hindcaster.cli.options import json_option
from hindcaster.cli.sections import SectionedCommand


@click.command("datasets", cls=SectionedCommand)
@json_option
def datasets(as_json: bool) -> None:
    """List the price tables of the package, for --data."""
    from hindcaster import datasets as tables

    rows = []
    for name in tables.__all__:
        table = getattr(tables, name)
        rows.append((name, len(table), table.index[0], table.index[-1], table.attrs["source"]))
    if as_json:
        keys = ("name", "bars", "first", "last", "source")
        output.show_json({"datasets": [dict(zip(keys, row, strict=True)) for row in rows]})
    else:
        output.show(output.rows_table(("Name", "Bars", "First", "Last", "Source"), rows))
