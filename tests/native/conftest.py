"""Machine code goes to a folder of the session, so that no test depends on the user's cache."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from hindcaster.native import module


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    before = os.environ.get(module.FOLDER_VARIABLE)
    folder = os.environ[module.FOLDER_VARIABLE] = str(tmp_path_factory.mktemp("machine_code"))
    yield folder
    if before is None:
        del os.environ[module.FOLDER_VARIABLE]
    else:
        os.environ[module.FOLDER_VARIABLE] = before
