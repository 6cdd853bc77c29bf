"""`hindcaster doctor` and `hindcaster datasets`."""

from importlib import metadata

import numpy as np
import pytest

from hindcaster import datasets
from hindcaster.cli import doctor


def test_doctor_tells_what_is_there(call, tmp_path, monkeypatch):
    monkeypatch.setenv("HINDCASTER_STORE", str(tmp_path / "kept"))
    found = call("doctor", "--json").json
    assert found["packages"]["numpy"] == np.__version__
    assert found["machine_code"]["works"]
    assert found["machine_code"]["kept_on_disk"]
    assert found["machine_code"]["files"] > 0
    assert found["store"] == str(tmp_path / "kept")
    readable = call("doctor").out
    assert "kept on disk" in readable
    assert str(tmp_path / "kept") in readable.replace("\n", "")


def test_extras_are_those_of_the_package(call, monkeypatch):
    requirements = [
        "numpy>=2.0",
        "optuna>=4.0; extra == 'optuna'",
        "sambo>=1.25; extra == 'sambo'",
        'nothing-of-that-name>=1; python_version >= "3.11" and extra == "sambo"',
        "ruff>=0.8; extra == 'dev'",
    ]
    monkeypatch.setattr(metadata, "requires", lambda name: requirements)
    found = call("doctor", "--json").json
    assert list(found["packages"]) == ["numpy"]
    assert list(found["extras"]) == ["optuna", "sambo"]
    assert found["extras"]["sambo"]["nothing-of-that-name"] is None
    assert "not there (nothing-of-that-name" in call("doctor").out.replace("\n", " ")


def test_without_a_cache_machine_code_is_not_kept(call, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HINDCASTER_CACHE_DIR", str(tmp_path / "file" / "folder"))
    monkeypatch.setattr(doctor, "_PROBE", doctor._PROBE.replace("total = 0.0", "total = 1.0 - 1"))
    found = call("doctor", "--json").json["machine_code"]
    assert found == {
        "works": True,
        "kept_on_disk": False,
        "folder": str(tmp_path / "file" / "folder"),
        "files": 0,
        "bytes": 0,
    }
    assert "NOT kept on disk" in call("doctor").out


@pytest.mark.parametrize("as_json", [True, False])
def test_datasets_are_listed(call, as_json):
    ended = call("datasets", *["--json"] * as_json)
    assert ended.code == 0
    if as_json:
        rows = {row["name"]: row for row in ended.json["datasets"]}
        assert sorted(rows) == sorted(datasets.__all__)
        assert rows["GOOG"]["bars"] == len(datasets.GOOG)
        assert rows["EURUSD"]["first"] == datasets.EURUSD.index[0].isoformat()
    else:
        assert "synthetic" in ended.out
        assert all(name in ended.out for name in datasets.__all__)
