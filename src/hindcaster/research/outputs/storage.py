"""Where the files of a run go: places, names, and writes that happen as a whole or not at all."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Any

from hindcaster import errors


class Storage:
    """The folder of a run's files, which are all named after one identifier.

    Names of strategies, symbols and exchanges are no part of a path. A folder is made when the
    first file goes there.

    Parameters
    ----------
    folder : str or Path
        Where to write, from the working directory of this moment on.

    Attributes
    ----------
    session : str
        Identifier of the run, which no other run has: files are never overwritten.

    Raises
    ------
    TypeError, ValueError
        It is not a path.
    NotADirectoryError, PermissionError
        Nothing can be written there.
    """

    def __init__(self, folder: Any) -> None:
        self._shown = _folder(folder)
        self.root = self._shown.absolute()
        self.session = str(uuid.uuid4())
        _check_writable(self._shown, self.root)

    def path(self, place: str, name: str) -> Path:
        """Give the absolute path of a file in one of the folders of this one."""
        return self.root / place / name

    def write(self, place: str, name: str, content: str | bytes) -> str:
        """Write a file, and give its path as the user would write it.

        It appears when it is complete: whatever stops the write, no part of it stays behind.

        Parameters
        ----------
        place : str
            Folder in the folder of the run's files.
        name : str
            Name of the file.
        content : str or bytes
            Text is written as UTF-8.

        Raises
        ------
        FileExistsError
            There is such a file.
        OSError
            It could not be written; a note names it.
        """
        target = self.path(place, name)
        data = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
        part = target.with_name(f".{name}.{uuid.uuid4().hex[:8]}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                raise errors.output_exists(target)
            try:
                with part.open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(target)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        except OSError as error:
            error.add_note(f"This was while writing {target}, an output of a run.")
            raise
        return (self._shown / place / name).as_posix()


def _folder(folder: Any) -> Path:
    if not isinstance(folder, (str, os.PathLike)):
        raise errors.bad_output_folder(folder)
    text = os.fspath(folder)
    if not isinstance(text, str):
        raise errors.bad_output_folder(folder)
    if not text.strip() or "\x00" in text:
        raise errors.unusable_output_folder(text)
    return Path(text)


def _check_writable(shown: Path, root: Path) -> None:
    """Refuse a place that cannot be written to before the run, not after it."""
    for found in (root, *root.parents):
        try:
            if not found.exists():
                continue
        except OSError:
            raise errors.unusable_output_folder(str(shown)) from None
        if not found.is_dir():
            raise errors.output_folder_is_a_file(shown, found)
        if not os.access(found, os.W_OK | os.X_OK):
            raise errors.output_folder_not_writable(shown, found)
        return
