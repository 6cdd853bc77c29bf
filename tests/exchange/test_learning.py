"""Machine learning: points that are gathered, training on them, files that hold no code."""

import copy
import io
import logging
import os
import pickle
import subprocess
import sys
import zipfile

import joblib
import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC

from hindcaster.research import (
    gather_ml_data,
    load_ml_data_csv,
    load_ml_model,
    save_ml_model,
    train_model,
)
from tests.exchange.support import START, flat, futures, pack, ramp, route
from tests.parity.learning.cases import points

SOURCE = """
from hindcaster.strategies import Strategy

class Ahead(Strategy):
    def before(self):
        if self.index > 0:
            self.record_label("rose", self.price > self.vars["last"])
        self.vars["last"] = self.price
        self.record_features({"price": self.price, "index": self.index})
        if self.index == 2:
            self.record_features({"once": 0.5})
    def should_long(self): return self.index == 1
    def go_long(self): self.buy = 1, self.price
"""


def strategy():
    scope = {}
    exec(SOURCE, scope)
    return scope["Ahead"]


def gathered(kind, **more):
    return gather_ml_data(futures(), [route(kind)], [], pack(ramp(5)), **more)


class TestGathering:
    def test_points_are_those_that_were_labelled(self, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        found = gathered(strategy(), verbose=False)
        assert [point["time"] for point in found["data_points"]] == [
            START // 1000 + 60 * i for i in range(4)
        ]
        assert found["data_points"][2] == {
            "time": START // 1000 + 120,
            "features": {"price": 103.0, "index": 2, "once": 0.5},
            "label": {"name": "rose", "value": True},
        }
        assert found["backtest_metrics"]["total"] == 1
        assert capsys.readouterr().out == ""
        assert list(tmp_path.iterdir()) == []  # a class has no folder

    def test_a_file_gives_the_points_back(self, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        folder = tmp_path / "strategies" / "Ahead"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(SOURCE)
        found = gathered("Ahead")["data_points"]
        assert "rose = True: 4 (100.0%)" in capsys.readouterr().out
        assert load_ml_data_csv("Ahead") == found
        assert gathered("Ahead", csv_path=tmp_path / "x" / "own.csv")["data_points"] == found
        assert load_ml_data_csv(tmp_path / "x" / "own.csv") == found

    def test_runs_do_not_get_the_points_of_others(self):
        with joblib.parallel_config("threading", n_jobs=3):
            counts = joblib.Parallel()(
                joblib.delayed(
                    lambda n: len(
                        gather_ml_data(
                            futures(), [route(strategy())], [], pack(flat(n)), verbose=False
                        )["data_points"]
                    )
                )(n)
                for n in (3, 6, 9)
            )
        assert counts == [2, 5, 8]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("time,b\n1,2\n", "no column 'label_name'"),
            ("time,label_name,label_value,b\nx,up,1,2\n", "line 2"),
            ("time,label_name,label_value,b\n1,up,1,y\n", "line 2"),
        ],
    )
    def test_other_files_are_refused(self, tmp_path, text, message):
        path = tmp_path / "points.csv"
        path.write_text(text)
        with pytest.raises(ValueError, match=message):
            load_ml_data_csv(path)
        with pytest.raises(FileNotFoundError, match=r"Nobody_data.csv"):
            load_ml_data_csv("Nobody")


def changed(**changes):
    data = copy.deepcopy(points(1, 100, "binary"))
    for place in range(3):
        data[place].update(changes)
    return data


def labelled(values):
    data = points(1, 100, "binary")
    for point, value in zip(data, values, strict=True):
        point["label"] = {"name": "up", "value": value}
    return data


class TestTraining:
    def test_labels_are_read_as_numbers(self):
        data = points(1, 100, "binary")
        signs = [point["label"]["value"] for point in data]
        plain = str(train_model(data, GaussianNB(), verbose=False))
        for values in (
            [bool(sign) for sign in signs],
            [str(bool(sign)) for sign in signs],
            [sign - 0.5 for sign in signs],
            [np.bool_(sign) for sign in signs],
        ):
            assert str(train_model(labelled(values), GaussianNB(), verbose=False)) == plain

    def test_the_estimator_passed_stays_as_it_is(self):
        model = RandomForestClassifier(5, random_state=1)
        trained = train_model(points(1, 100, "binary"), model, verbose=False)
        assert trained["model"] is not model
        assert not hasattr(model, "estimators_")

    def test_the_future_is_not_trained_on(self):
        data = sorted(points(1, 100, "regression"), key=lambda point: point["time"])
        later = copy.deepcopy(data)
        for point in later[80:]:
            point["features"] = dict.fromkeys(point["features"], 0.0)
            point["label"]["value"] = 99.0
        one, other = (train_model(d, Ridge(), "regression", verbose=False) for d in (data, later))
        assert one["feature_importance"] == other["feature_importance"]
        assert (one["model"].coef_ == other["model"].coef_).all()

    def test_features_that_some_points_lack_are_left_out(self, caplog):
        with caplog.at_level(logging.WARNING, "hindcaster"):
            data = changed(features={"alpha": 1.0, "beta": 1.0, "more": 2.0})
            trained = train_model(data, GaussianNB(), verbose=False)
        assert trained["feature_names"] == ["alpha", "beta"]
        assert "mid, more, zeta" in caplog.text

    @pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
    def test_report(self, task, capsys, tmp_path):
        model = Ridge() if task == "regression" else GaussianNB()
        train_model(points(1, 100, task), model, task, name="Mine", save_to=tmp_path)
        text = capsys.readouterr().out
        assert f"Mine [{task}]" in text
        assert "80     2021-01-01" in text
        assert "model.skops" in text

    @pytest.mark.parametrize(
        ("data", "changes", "error", "text"),
        [
            ([], {}, ValueError, "data is empty"),
            (changed(), {"task": "other"}, ValueError, "'binary', 'multiclass', 'regression'"),
            (changed(), {"test_ratio": 0}, ValueError, "test_ratio=0"),
            (changed(), {"test_ratio": 1.0}, ValueError, "test_ratio=1.0"),
            (changed(), {"test_ratio": 2}, ValueError, "test_ratio=2"),
            (changed()[:6], {}, ValueError, "At least 6 points"),
            (changed(features={"zeta": 1.0}), {}, ValueError, "found: zeta"),
            (changed(label=None), {}, ValueError, r"data\[0\] has no label value"),
            (["x"], {}, ValueError, r"data\[0\] is 'x'"),
            ([{"time": 1, "label": 2}], {}, ValueError, "no 'features'"),
            (labelled(["win"] * 100), {}, ValueError, r"data\[0\] is 'win'"),
            (labelled([np.nan] * 100), {}, ValueError, "finite numbers"),
            (labelled([0.5] * 100), {"task": "multiclass"}, ValueError, "whole numbers"),
            (labelled([-1] * 100), {}, ValueError, "All labels before the test set are 0"),
            (changed(), {"estimator": LinearSVC()}, TypeError, "LinearSVC has no predict_proba"),
        ],
    )  # fmt: skip
    def test_mistakes_are_named(self, data, changes, error, text):
        with pytest.raises(error, match=text):
            train_model(data, **{"estimator": GaussianNB(), "verbose": False, **changes})

    def test_features_have_to_be_finite(self):
        data = changed()
        data[4]["features"]["mid"] = np.nan
        with pytest.raises(ValueError, match="at some points: mid"):
            train_model(data, GaussianNB(), verbose=False)


class Planted:
    """Leaves a mark where it is made or unpickled."""

    def __reduce__(self):
        return os.mkdir, (self.path,)


class TestFiles:
    @pytest.mark.parametrize(
        ("model", "task"),
        [
            (LogisticRegression(), "binary"),
            (RandomForestClassifier(5, random_state=1), "multiclass"),
            (Ridge(), "regression"),
        ],
    )
    def test_a_loaded_model_predicts_as_the_trained_one(self, tmp_path, model, task):
        data = points(1, 100, task)
        trained = train_model(data, model, task, save_to=tmp_path / "new", verbose=False)
        loaded = load_ml_model(tmp_path / "new")
        names = trained["feature_names"]
        rows = np.array([[point["features"][name] for name in names] for point in data])
        for one, other in ((trained, loaded), (loaded, trained)):
            predicted = one["model"].predict(one["scaler"].transform(rows))
            assert (predicted == other["model"].predict(other["scaler"].transform(rows))).all()
        assert loaded["feature_importance"] == trained["feature_importance"]
        assert list(loaded) == ["model", "scaler", "feature_importance"]

    def test_a_strategy_predicts_with_the_model_saved_beside_it(self, tmp_path, monkeypatch):
        folder = tmp_path / "strategies" / "Seer"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(
            "from hindcaster.strategies import Strategy\n"
            "class Seer(Strategy):\n"
            "    def ml_features(self):\n"
            "        return {'zeta': 1.0, 'alpha': 2.0, 'mid': 3.0, 'beta': 4.0 + self.index}\n"
            "    def before(self):\n"
            "        self.record_features(self.ml_features())\n"
            "        self.record_label('seen', self.ml_predict())\n"
            "    def should_long(self): return self.ml_predict_proba()[1] > 2\n"
            "    def go_long(self): ...\n"
        )
        monkeypatch.chdir(tmp_path)
        trained = train_model(points(1, 100, "binary"), GaussianNB(), save_to=folder, verbose=False)
        found = gathered("Seer", verbose=False)["data_points"]
        rows = np.array([[2.0, 4.0 + i, 3.0, 1.0] for i in range(5)])
        expected = trained["model"].predict(trained["scaler"].transform(rows))
        assert [point["label"]["value"] for point in found] == expected.tolist()

    def test_pickles_are_not_read(self, tmp_path):
        planted = Planted()
        planted.path = str(tmp_path / "mark")
        for name in ("model.pkl", "scaler.pkl"):
            (tmp_path / name).write_bytes(pickle.dumps(planted))
        with pytest.raises(ValueError, match=r"model.pkl is a pickle.*save_ml_model"):
            load_ml_model(tmp_path)
        for name in ("model.skops", "scaler.skops"):
            (tmp_path / name).write_bytes(pickle.dumps(planted))
        with pytest.raises(ValueError, match=r"model.skops is no model file"):
            load_ml_model(tmp_path)
        assert not (tmp_path / "mark").exists()

    def test_unknown_types_are_named_and_not_made(self, tmp_path, caplog):
        model = GaussianNB().fit([[0.0], [1.0]], [0, 1])
        scaler = FunctionTransformer(os.mkdir)
        with caplog.at_level(logging.WARNING, "hindcaster"):
            save_ml_model(tmp_path, model, scaler)
        name = f"{os.mkdir.__module__}.mkdir"
        assert name in caplog.text
        with pytest.raises(ValueError, match=f"(?s)scaler.skops was not loaded.*{name}"):
            load_ml_model(tmp_path)
        loaded = load_ml_model(tmp_path, trusted=[name])
        assert loaded["scaler"].func is os.mkdir
        assert "feature_importance" not in loaded

    def test_a_type_by_another_name_is_not_made(self, tmp_path):
        """The schema of a file is changed so that it names a function to be called."""
        save_ml_model(tmp_path, GaussianNB().fit([[0.0], [1.0]], [0, 1]), None)
        path = tmp_path / "model.skops"
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        schema = parts["schema.json"].decode()
        parts["schema.json"] = (
            schema.replace("sklearn.naive_bayes", "os").replace("GaussianNB", "system").encode()
        )
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        path.write_bytes(buffer.getvalue())
        with pytest.raises(ValueError, match=r"os.system"):
            load_ml_model(tmp_path)

    def test_missing_files_are_named(self, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"model.skops"):
            load_ml_model(tmp_path)


@pytest.mark.parametrize(
    ("package", "call"),
    [
        ("sklearn", "research.train_model([], None)"),
        ("skops", "research.save_ml_model('.', None, None)"),
    ],
)
def test_a_missing_package_is_named(package, call):
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        f"from hindcaster import research\n"
        f"try: {call}\n"
        f"except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'hindcaster[ml]'" in done.stdout


def test_learning_is_imported_when_it_is_used():
    code = "import sys; import hindcaster.research; print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
