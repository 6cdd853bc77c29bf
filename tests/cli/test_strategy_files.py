"""Strategy classes from files: which one is meant, and what the file may do."""

import sys

from tests.cli.conftest import STRATEGIES

ASKED = ("--data", "GOOG", "--finalize-trades", "--json")
TWO = STRATEGIES + "\n\nclass Deep(Dip):\n    days = 20\n"
EXCHANGE = """
from hindcaster.strategies import Strategy


class Turn(Strategy):
    def should_long(self):
        return False

    def go_long(self):
        pass
"""


def test_one_of_several_has_to_be_named(call, written):
    file = written("two.py", TWO)
    assert call("run", file, *ASKED).error == (
        "'two.py' defines several strategies: Dip, Deep. Name one: two.py:Dip"
    )
    assert call("run", "two.py:Deep", *ASKED).json["parameters"]["days"] == 20


def test_imported_and_private_classes_are_not_meant_unless_named(call, written):
    written("two.py", TWO)
    own = "from two import *\n\n\nclass _Base(Dip):\n    pass\n\n\nclass Own(_Base):\n    pass\n"
    written("own.py", own)
    assert call("run", "own.py", *ASKED).json["strategy"] == "Own"
    assert call("run", "own.py:Deep", *ASKED).json["strategy"] == "Deep"


def test_abstract_classes_are_not_meant(call, written):
    written(
        "half.py", STRATEGIES + "\n\nclass Half(Strategy):\n    def init(self):\n        pass\n"
    )
    assert call("run", "half.py", *ASKED).json["strategy"] == "Dip"
    assert "no strategy 'Half'; it has: Dip" in call("run", "half.py:Half", *ASKED).error


def test_a_file_named_like_a_module_hides_none(call, written):
    written("random.py", STRATEGIES)
    before = sys.modules["random"]
    assert call("run", "random.py", *ASKED).json["strategy"] == "Dip"
    assert sys.modules["random"] is before


def test_main_block_is_left_out(call, written):
    written("script.py", STRATEGIES + "\nif __name__ == '__main__':\n    raise SystemExit(3)\n")
    assert call("run", "script.py", *ASKED).code == 0


def test_a_file_that_exits_is_refused(call, written):
    written("exits.py", STRATEGIES + "\nraise SystemExit(0)\n")
    assert "'exits.py' ends the program" in call("run", "exits.py", *ASKED).error


def test_syntax_errors_are_located(call, written):
    written("odd.py", "import sys\nclass Dip(:\n")
    assert call("run", "odd.py", *ASKED).error.startswith("odd.py, line 2: SyntaxError: ")


def test_errors_on_loading_are_located(call, written):
    written("lacking.py", "import nothing_of_that_name\n")
    assert call("run", "lacking.py", *ASKED).error == (
        "lacking.py, line 1, in <module>: ModuleNotFoundError: No module named "
        "'nothing_of_that_name'"
    )


def test_files_without_a_strategy(call, written):
    written("empty.py", "")
    assert "defines no class that derives from hindcaster.Strategy." in (
        call("run", "empty.py", *ASKED).error
    )
    written("turn.py", EXCHANGE)
    for name in ("turn.py", "turn.py:Turn"):
        assert call("run", name, *ASKED).error.endswith(
            "Turn derives from the other kind: run it with `hindcaster exchange-backtest`."
        )
    written("bars.csv", "")
    assert "no Python file" in call("run", "bars.csv", *ASKED).error
