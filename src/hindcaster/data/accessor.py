"""`Strategy.data`: the frame's columns as arrays that end at the current bar."""

from typing import Any, cast

import numpy as np
import pandas as pd

from hindcaster.data.memo import Memo
from hindcaster.data.series import _Array

_OWN = ("_frame", "_frame_is_own", "_columns", "_index", "_length", "_shown", "_pip", "_memo")


class _Data:
    """Columns by attribute or item, cut to the bars seen so far.

    ``data.Close[-1]`` is the current bar, ``len(data)`` the number of bars seen, ``data['My Col']``
    a column whose name is no identifier. In `Strategy.init` everything has its full length.

    A column's view is made when it is first asked for on a bar, and kept for that bar.
    """

    def __init__(
        self, frame: pd.DataFrame, columns: dict[Any, _Array], memo: Memo | None = None
    ) -> None:
        self._frame = frame
        self._frame_is_own = False
        self._index = frame.index
        self._length = len(frame)
        self._shown: list[str] = []
        self._pip: float | None = None
        self._columns = columns
        self._memo = memo

    def _take_changes(self) -> bool:
        """Take columns that `init` added to `df`, or replaced; says if it may have done so."""
        if self._frame_is_own:
            self._forget()
            self._columns = columns_of(self._frame)
        return self._frame_is_own

    def _set_length(self, length: int) -> None:
        self._length = length
        if self._shown:
            self._forget()

    def _forget(self) -> None:
        attributes = self.__dict__
        for name in self._shown:
            del attributes[name]
        self._shown.clear()

    def __getattr__(self, name: str) -> _Array:
        if name in _OWN or name.startswith("__"):  # not unpickled yet
            raise AttributeError(name)
        try:
            full = self._columns[name]
        except KeyError:
            raise AttributeError(f"The data has no column {name!r}.") from None
        view = cast("_Array", full[: self._length])
        self.__dict__[name] = view
        self._shown.append(name)
        return view

    def __getitem__(self, name: Any) -> _Array:
        if isinstance(name, str) and name in self._columns and name not in _RESERVED:
            return getattr(self, name)  # type: ignore[no-any-return]
        try:
            return cast("_Array", self._columns[name][: self._length])
        except KeyError:
            raise KeyError(
                f"The data has no column {name!r}. Columns: {list(self._columns)}."
            ) from None

    def __len__(self) -> int:
        return self._length

    def __repr__(self) -> str:
        i = self._length - 1
        if i < 0:
            return "<Data i=-1>"
        last = ", ".join(f"{name}={value}" for name, value in self._frame.iloc[i].items())
        return f"<Data i={i} ({self._index[i]}) {last}>"

    def __getstate__(self) -> dict[str, Any]:
        return {name: self.__dict__[name] for name in _OWN} | {"_shown": [], "_memo": None}

    @property
    def index(self) -> pd.Index:
        """Labels of the bars seen so far."""
        if self._length == len(self._index):
            return self._index.view()
        return self._index[: self._length]

    @property
    def df(self) -> pd.DataFrame:
        """The bars seen so far; in `init` the whole frame, to which columns can be added."""
        if not self._frame_is_own:
            self._frame = self._frame.copy(deep=False)
            self._frame_is_own = True
        if self._length == len(self._frame):
            return self._frame
        return self._frame.iloc[: self._length]

    @property
    def pip(self) -> float:
        """Smallest unit of price change: 10 to the minus median number of decimals of `Close`."""
        if self._pip is None:
            closes = np.asarray(self._columns["Close"])
            decimals = [len(str(price).partition(".")[2]) for price in closes]
            self._pip = float(10 ** -np.median(decimals))
        return self._pip


_RESERVED = frozenset(dir(_Data)) | frozenset(_OWN)


def columns_of(frame: pd.DataFrame) -> dict[Any, _Array]:
    """Take the columns of a frame as read-only arrays by name."""
    return {name: _column(column, name, frame.index) for name, column in frame.items()}


def _column(column: pd.Series, name: Any, index: pd.Index) -> _Array:
    values = column.to_numpy()
    if values.flags.writeable:
        values = values.view()
        values.flags.writeable = False
    return _Array(values, name=name if isinstance(name, str) and name else str(name), index=index)
