"""What a nightly run says of a turn: nothing where all was well, else what was found or had in hand."""

import sys

import pytest

from random_rulebooks.nightly import what_went_wrong

DRAW = "import os; from pathlib import Path; Path(os.environ['RULEBOOK_IN_HAND']).write_text('# Codes')\n"


def turn(then: str, *, minutes: float = 1) -> str:
    return what_went_wrong([sys.executable, "-c", DRAW + then], minutes=minutes)


def test_a_turn_that_finds_nothing_says_nothing() -> None:
    assert turn("print('2 passed')") == ""


def test_what_the_tests_found_is_shown() -> None:
    assert turn("print('V1: 1 line is 2'); raise SystemExit(1)") == "V1: 1 line is 2\n"


@pytest.mark.parametrize(
    ("then", "minutes", "ended"),
    [
        ("os.kill(os.getpid(), 9)", 1, "killed by signal 9"),
        ("os.abort()", 1, "killed by signal 6"),
        ("import time; time.sleep(600)", 0.1, "not done after 0.1 minutes"),
    ],
)
def test_a_turn_that_dies_or_does_not_end_names_its_rulebook(then: str, minutes: float, ended: str) -> None:
    assert turn(then, minutes=minutes).endswith(f"\n{ended}; the rulebook in hand:\n# Codes")
