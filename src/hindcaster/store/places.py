"""Where files are: a folder of this machine, or an address that fsspec reaches.

A local file is written beside its place, forced to disk and moved there, so that there is always
either the old one or the new one, whole, whenever the process or the machine stops. Other
addresses get whole objects, which stores such as S3 put in place at once.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from hindcaster import errors

_TEMPORARY = ".tmp-"
_CHUNK = 1 << 20
VARIABLE = "HINDCASTER_STORE"


def default_path() -> str:
    """Give the store's folder or address if none is named.

    Returns
    -------
    str
        The environment variable HINDCASTER_STORE, or else the folder ``candles`` in the place
        where this system keeps the data of users' programs.

    Examples
    --------
    >>> default_path().endswith("candles") or VARIABLE in os.environ
    True
    """
    given = os.environ.get(VARIABLE)
    if given:
        return given
    import platformdirs

    return str(Path(platformdirs.user_data_dir("hindcaster", appauthor=False)) / "candles")


class Place(Protocol):
    """A tree of files; paths within it are relative, with slashes."""

    def address(self, path: str) -> str:
        """Write the whole path of a file, for messages."""

    def names(self, folder: str) -> list[str]:
        """List the names in a folder, sorted; none if it does not exist."""

    def source(self, path: str) -> Any:
        """Give what Arrow opens to read a file: a path, or its bytes."""

    def stamp(self, path: str) -> tuple[Any, ...] | None:
        """Give what changes when the file does; None if it does not exist."""

    def write(self, path: str, content: Any) -> None:
        """Put a file in its place, whole."""

    def remove(self, path: str) -> None:
        """Remove a file."""

    def lock(self, folder: str, patience: float) -> contextlib.AbstractContextManager[None]:
        """Keep other writers out of a folder."""


def place_at(path: str) -> Place:
    """Give the tree at a path or an address."""
    if path.startswith("file://"):
        path = path.removeprefix("file://")
    if "://" in path:
        return RemotePlace(path)
    return LocalPlace(Path(path).expanduser())


class LocalPlace:
    """A folder of this machine."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def address(self, path: str) -> str:
        """Write the whole path of a file."""
        return str(self._root / path)

    def names(self, folder: str) -> list[str]:
        """List the names in a folder that are not hidden."""
        try:
            found = os.listdir(self._root / folder)
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(name for name in found if not name.startswith("."))

    def source(self, path: str) -> Any:
        """Give the path."""
        return self.address(path)

    def stamp(self, path: str) -> tuple[Any, ...] | None:
        """Give inode, size and time of the file."""
        try:
            status = os.stat(self._root / path)
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns

    def write(self, path: str, content: Any) -> None:
        """Write a file beside its place, force it to disk, and move it there."""
        target = self._root / path
        temporary = target.parent / f"{_TEMPORARY}{target.name}-{secrets.token_hex(4)}"
        try:
            try:
                _write_durably(temporary, content)
                os.replace(temporary, target)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)
                raise
            _sync_folder(target.parent)
        except OSError as error:
            raise errors.store_not_written(str(target), error) from error

    def remove(self, path: str) -> None:
        """Remove a file."""
        try:
            os.unlink(self._root / path)
            _sync_folder((self._root / path).parent)
        except OSError as error:
            raise errors.store_not_written(self.address(path), error) from error

    @contextmanager
    def lock(self, folder: str, patience: float) -> Iterator[None]:
        """Keep other writers out; the system lets go of it when a process is killed."""
        import filelock

        whole = self._root / folder
        try:
            _make_folders(whole)
            lock = filelock.FileLock(whole / ".lock", timeout=patience)
            lock.acquire()
        except filelock.Timeout:
            raise errors.store_busy(str(whole), patience) from None
        except OSError as error:
            raise errors.store_not_written(str(whole), error) from error
        try:
            for name in os.listdir(whole):
                if name.startswith(_TEMPORARY):  # of a writer that was killed
                    with contextlib.suppress(OSError):
                        os.unlink(whole / name)
            yield
        finally:
            lock.release()


def _write_durably(path: Path, content: Any) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        rest = memoryview(content)
        while len(rest):
            rest = rest[os.write(handle, rest[:_CHUNK]) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    """Force a folder's list of names to disk, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _make_folders(folder: Path) -> None:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(exist_ok=True)
        _sync_folder(new.parent)


class RemotePlace:
    """An address such as s3://bucket/candles.

    There are no locks: one process at a time may write a symbol, any number may read.
    """

    def __init__(self, address: str) -> None:
        import fsspec

        self._scheme = address.split("://", 1)[0]
        self._files, root = fsspec.core.url_to_fs(address)
        self._root = root.rstrip("/")

    def _whole(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root

    def address(self, path: str) -> str:
        """Write the whole address of a file."""
        return f"{self._scheme}://{self._whole(path).lstrip('/')}"

    def names(self, folder: str) -> list[str]:
        """List the names in a folder that are not hidden."""
        try:
            found = self._files.ls(self._whole(folder), detail=False, refresh=True)
        except (FileNotFoundError, NotADirectoryError):
            return []
        names = (entry.rstrip("/").rsplit("/", 1)[-1] for entry in found)
        return sorted(name for name in names if not name.startswith("."))

    def source(self, path: str) -> Any:
        """Give the bytes of the file."""
        return io.BytesIO(self._files.cat_file(self._whole(path)))

    def stamp(self, path: str) -> tuple[Any, ...] | None:
        """Give what the server says of the file."""
        try:
            facts = self._files.info(self._whole(path), refresh=True)
        except FileNotFoundError:
            return None
        known = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "created", "size")
        return tuple(str(facts.get(name)) for name in known)

    def write(self, path: str, content: Any) -> None:
        """Put the file as one object."""
        self._files.makedirs(self._whole(path).rsplit("/", 1)[0], exist_ok=True)
        self._files.pipe_file(self._whole(path), bytes(content))

    def remove(self, path: str) -> None:
        """Remove a file."""
        self._files.rm_file(self._whole(path))

    @contextmanager
    def lock(self, folder: str, patience: float) -> Iterator[None]:
        """Do nothing: other writers are not kept out."""
        yield
