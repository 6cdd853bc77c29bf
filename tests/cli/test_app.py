"""The command itself: help, version, what goes on."""

import logging

import pytest


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_without_a_command(call, arguments):
    ended = call(*arguments)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Usage: hindcaster [OPTIONS] [COMMAND]")
    group = call("candles", *arguments)
    assert (group.code, group.err) == (0, "")
    assert "export" in group.out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("rum",), "No such command 'rum'."),
        (("candles", "imprt"), "No such command 'imprt'."),
        (("run",), "Missing argument 'FILE.py[:Class]'. See hindcaster run --help."),
        (("run", "x.py", "--datta", "GOOG"), "No such option"),
    ],
)
def test_usage_is_told_in_one_line(call, arguments, text):
    assert call(*arguments).error.startswith(text)


def test_options_are_listed_by_theme(call):
    lines = call("optimize", "--help").out.splitlines()
    sections = [line for line in lines if line.endswith(":") and not line.startswith(" ")]
    assert sections == ["Search:", "Data:", "Backtest:", "Output:", "Options:"]
    assert "  --constraint EXPRESSION" in "\n".join(lines)


def test_what_goes_on_is_told_on_stderr(call, dip):
    logger = logging.getLogger("hindcaster")
    before = (logger.level, list(logger.handlers))
    ended = call("-v", "run", dip, "--data", "GOOG", "--finalize-trades", "--json")
    assert ended.json["strategy"] == "Dip"
    assert ended.err.startswith("hindcaster.native: Dip is ")
    assert (logger.level, logger.handlers) == before
