"""What is remembered across batches is bounded, and forgetting changes no result."""

from pathlib import Path

import pandas as pd
import pytest

from codesheet.coding import judging, projection
from codesheet.coding.coder import Coder
from codesheet.coding.remembering import Remembered
from codesheet.commands.loading import load_ruleset
from codesheet.exports.reader import read_export

ROOT = Path(__file__).parent.parent.parent
SAMPLE = next((ROOT / "workbooks" / "samples").glob("*.csv"))


def test_as_many_as_may_be_are_remembered_and_the_used_ones_stay() -> None:
    squares = Remembered[int, int](10)
    squares.keep(-1, 1)
    for number in range(100):
        squares.keep(number, number**2)
        assert squares.get(-1) == 1
        assert len(squares) <= 10
    assert squares.get(99) == 99**2
    assert squares.get(3) is None


def test_nothing_is_asked_for_twice_while_it_is_in_use() -> None:
    seen = Remembered[str, str](4)
    for text in ("a", "b", "c", "a", "d", "a", "e"):
        if seen.get(text) is None:
            seen.keep(text, text)
    assert (seen.get("a"), seen.get("e")) == ("a", "e")


def test_forgetting_changes_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    ruleset, _ = load_ruleset(ROOT / "rules", lambda _: None)
    assert ruleset is not None
    export, _ = read_export([SAMPLE], ruleset.rulebook)
    assert export is not None
    chunks = list(export.chunks(400))
    plenty = [Coder(ruleset).code(chunk) for chunk in chunks]
    for module, name in (
        (judging, "REMEMBERED"),
        (projection, "_WORDS_REMEMBERED"),
    ):
        monkeypatch.setattr(module, name, 8)
    coder = Coder(ruleset)
    little = [coder.code(chunk) for chunk in chunks]
    for one, other in zip(plenty, little, strict=True):
        for name in ("claim_lines", "visits", "rows", "review", "edits"):
            pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    for table in coder._tables.values():  # noqa: SLF001 - what it holds is the point
        judge = table.judge
        assert len(judge._matches) <= 8  # noqa: SLF001
        assert len(judge._alike) <= 8  # noqa: SLF001
        assert len(judge._decided) <= 8  # noqa: SLF001
        for projector in judge._projectors.values():  # noqa: SLF001
            assert len(projector._words) <= 8  # noqa: SLF001


def test_what_was_matched_is_not_matched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ruleset, _ = load_ruleset(ROOT / "rules", lambda _: None)
    assert ruleset is not None
    export, _ = read_export([SAMPLE], ruleset.rulebook)
    assert export is not None
    chunk = next(export.chunks(400))
    coder = Coder(ruleset)
    first = coder.code(chunk)
    monkeypatch.setattr("durable_rules_engine.assert_facts", None)
    pd.testing.assert_frame_equal(coder.code(chunk).claim_lines, first.claim_lines)
