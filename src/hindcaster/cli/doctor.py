"""`hindcaster doctor`: what is installed, and whether machine code is kept on disk."""

from __future__ import annotations

import os
import platform
import re
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import click

from hindcaster._version import __version__
from hindcaster.cli import output
from hindcaster.cli.options import json_option
from hindcaster.cli.sections import SectionedCommand

_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA: Final = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")
_TOOLS: Final = "dev"  # the extra of those who work on the package
_PROBE: Final = """\
def drive(values):
    total = 0.0
    for value in values:
        total += value
    return total
"""


@click.command("doctor", cls=SectionedCommand)
@json_option
def doctor(as_json: bool) -> None:
    """Tell versions, extras and folders.

    Compiles a small function too, and looks whether its machine code is kept on disk.
    """
    record = {
        "hindcaster": __version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "packages": {name: _version(name) for name in _needed("")},
        "extras": {extra: {name: _version(name) for name in _needed(extra)} for extra in _extras()},
        "machine_code": _machine_code(),
        "store": _store(),
    }
    if as_json:
        output.show_json(record)
    else:
        output.show(*_tables(record))


def _requirements() -> list[str]:
    try:
        return metadata.requires("hindcaster") or []
    except metadata.PackageNotFoundError:  # run from a folder, not installed
        return []


def _extras() -> list[str]:
    found = dict.fromkeys(name for text in _requirements() for name in _EXTRA.findall(text))
    return [name for name in found if name != _TOOLS]


def _needed(extra: str) -> list[str]:
    """Names of the packages that an extra needs; without one, those that are always needed."""
    names = []
    for text in _requirements():
        if _EXTRA.findall(text) == ([extra] if extra else []):
            found = _NAME.match(text)
            assert found is not None
            names.append(found.group())
    return names


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _machine_code() -> dict[str, Any]:
    """Compile a small function twice: the second time it has to come from disk."""
    import numpy as np

    from hindcaster import _jit
    from hindcaster.native import module

    folder = module.cache_folder()
    values = np.ones(3)
    stamp = module.stamp_of(_PROBE)
    first = module.load(_PROBE)
    works = bool(first(values) == 3.0)
    second: Any = _jit.generated(stamp)(first.py_func)  # type: ignore[attr-defined]
    works &= bool(second(values) == 3.0)
    sizes = _sizes(folder)
    return {
        "works": works,
        "kept_on_disk": bool(second.stats.cache_hits),
        "folder": str(folder),
        "files": len(sizes),
        "bytes": sum(sizes),
    }


def _sizes(folder: Path) -> list[int]:
    if not folder.is_dir():
        return []
    return [path.stat().st_size for path in folder.rglob("*") if path.is_file()]


def _store() -> str:
    from hindcaster.store import default_path

    return default_path()


def _tables(record: dict[str, Any]) -> list[Any]:
    """Make what is printed for people."""
    code = record["machine_code"]
    kept = "kept on disk" if code["kept_on_disk"] else "NOT kept on disk: compiled in each process"
    table = output.new_table(["", ""], header=False)
    table.add_row("hindcaster", record["hindcaster"])
    table.add_row("Python", f"{record['python']}, {record['platform']}")
    for name, version in record["packages"].items():
        table.add_row(name, version or "MISSING: pip install hindcaster")
    for extra, packages in record["extras"].items():
        table.add_row(f"[{extra}]", _extra_text(extra, packages))
    table.add_row("Machine code", kept if code["works"] else "DOES NOT WORK")
    size = f"{code['files']:,} files, {code['bytes'] / 1e6:,.1f} MB"
    table.add_row("Cache folder", f"{code['folder']} ({size})")
    table.add_row("Candle store", record["store"])
    return [table]


def _extra_text(extra: str, packages: dict[str, str | None]) -> str:
    missing = [name for name, version in packages.items() if version is None]
    if missing:
        return f"not there ({', '.join(missing)}): pip install hindcaster[{extra}]"
    return ", ".join(f"{name} {version}" for name, version in packages.items())
