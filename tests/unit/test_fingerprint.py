"""The digest of a frame: the same for the same data, another for any other."""

import re

import numpy as np
import pandas as pd
import pytest

from hindcaster.data.fingerprint import fingerprint
from tests.unit.helpers import frame

BARS = frame([10, 11, 12, 13])


def test_is_32_hexadecimal_digits():
    assert re.fullmatch("[0-9a-f]{32}", fingerprint(BARS))


def test_depends_on_content_only():
    other = pd.concat([BARS.iloc[:2], BARS.iloc[2:]])
    assert fingerprint(other) == fingerprint(BARS)
    for unit in ("s", "ms", "us", "ns"):
        assert fingerprint(BARS.set_axis(BARS.index.as_unit(unit))) == fingerprint(BARS)


def changed_cell():
    other = BARS.copy()
    other.iloc[2, 1] = np.nextafter(12.0, 13)
    return other


@pytest.mark.parametrize(
    "other",
    [
        changed_cell(),
        BARS.iloc[::-1],
        BARS.iloc[:3],
        BARS.rename(columns={"Open": "Close", "Close": "Open"}),
        BARS[["High", "Open", "Low", "Close"]],
        BARS.assign(Volume=1.0),
        BARS.set_axis(BARS.index + pd.Timedelta("1ns")),
        BARS.tz_localize("UTC"),
        BARS.reset_index(drop=True),
    ],
)
def test_changes_with_values_labels_and_columns(other):
    assert fingerprint(other) != fingerprint(BARS)


def test_times_outside_nanoseconds_and_columns_of_anything():
    years = pd.DatetimeIndex(np.array(["1600-01-01", "2600-01-01"], "M8[s]"))
    odd = pd.DataFrame({"a": [[1], {2: 3}], ("b", 1): ["x", None]}, years)
    assert fingerprint(odd) == fingerprint(odd.copy())
    assert fingerprint(odd) != fingerprint(odd.assign(a=[[1], {2: 4}]))
