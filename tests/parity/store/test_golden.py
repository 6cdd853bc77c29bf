"""Questions about kept candles get the answers that the reference package gave."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from hindcaster import research
from hindcaster.store import CandleStore

from .cases import EXCHANGE, ask, kept, questions

GOLDEN = Path(__file__).parents[1] / "golden" / "stored_candles_jesse_3.5.3.json"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = CandleStore(tmp_path_factory.mktemp("candles"))
    for symbol, rows in kept():
        store.store(rows, EXCHANGE, symbol)
    return store


@pytest.fixture(scope="module")
def recorded():
    return json.loads(GOLDEN.read_text())


@pytest.mark.parametrize(("caching", "every"), [(False, 1), (True, 4)])
def test_answers_are_those_recorded(store, recorded, caching, every):
    get_candles = partial(research.get_candles, caching=caching, store=store)
    pairs = list(zip(questions(), recorded, strict=True))[::every]
    different = [
        (question, answer, known)
        for question, known in pairs
        if (answer := ask(get_candles, question)) != known
    ]
    assert different == []


def test_the_cases_cover_rows_bars_and_refusals(recorded):
    kinds = Counter(answer[0] if len(answer) == 1 else "rows" for answer in recorded)
    assert kinds["rows"] > 200
    assert kinds["InvalidDateRange"] > 20
    assert kinds["CandleNotFoundInDatabase"] > 20
    assert sum(answer[0] not in ("None", "0") for answer in recorded if len(answer) == 2) > 80
