"""Errors of the files that a run writes."""

from pathlib import Path
from typing import Any


def missing_extra(flags: str, package: str, extra: str) -> ImportError:
    """An output needs a package that is not installed."""
    return ImportError(
        f"{flags} needs {package}, which is not installed: pip install 'hindcaster[{extra}]'."
    )


def bad_output_folder(folder: Any) -> TypeError:
    """The folder for outputs is not a path."""
    return TypeError(f"output_folder must be a text or a Path, got {folder!r}.")


def unusable_output_folder(folder: Any) -> ValueError:
    """The folder for outputs has no name that a folder can have."""
    return ValueError(f"output_folder={folder!r} cannot be the name of a folder.")


def output_folder_is_a_file(folder: Any, found: Path) -> NotADirectoryError:
    """Where a folder should be, there is a file."""
    return NotADirectoryError(
        f"output_folder={str(folder)!r}: {found} is not a folder. Choose another one."
    )


def output_folder_not_writable(folder: Any, found: Path) -> PermissionError:
    """Nothing can be written where outputs should go."""
    return PermissionError(
        f"output_folder={str(folder)!r}: {found} cannot be written to. Choose another one."
    )


def output_exists(path: Path) -> FileExistsError:
    """A file of another run has the name of one that is to be written."""
    return FileExistsError(f"{path} exists already; files of other runs are not overwritten.")
