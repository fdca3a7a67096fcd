"""Limits over months with a history file: what earlier runs used counts, and counts once."""

import random
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest

from codesheet.commands.batches import CodeOutcome, Past, code_visits
from codesheet.commands.loading import load_ruleset
from codesheet.exports.reader import read_export
from codesheet.history_files import HistoryFile, read_history
from codesheet.replacing import WriteError
from codesheet.results.tables import Results
from codesheet.side_by_side import Work, code_chunks
from grid import printed, wrapped, write_workbooks
from keyed_lines import CAPPED_HEAD, CAPPED_LINES, KEYED_LINES


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "book").mkdir()
    return write_workbooks(CAPPED_LINES, tmp_path / "book")


def run(book: Path, lines: str, past: Past | None) -> CodeOutcome:
    export = book.parent / "visits.csv"
    export.write_text("\n".join([CAPPED_HEAD, *lines.split()]), encoding="utf-8")
    return code_visits([export], book, book.parent / "coded", "csv", print, past=past, rows_to_verify=50)


def edits_of(outcome: CodeOutcome) -> list[tuple[str, str]]:
    assert printed(outcome.issues) == []
    visits = pd.read_csv(outcome.files[0].parent / "visits.csv", dtype=str, keep_default_na=False)
    return [
        (visit, edit.partition(": ")[2] or edit)
        for visit, edit in zip(visits["Visit ID"], visits["Edits"], strict=True)
        if edit
    ]


MAY = """
V1,2026-05-04,P1,Rolling,95165,10,
V2,2026-05-11,P1,Rolling,95165,8,
"""
JUNE = """
V3,2026-06-01,P1,Rolling,95165,2,
V4,2026-06-08,P1,Rolling,95165,3,
V5,2026-06-09,P2,Rolling,95165,20,
"""


def test_the_same_batch_twice_counts_once(book: Path, tmp_path: Path) -> None:
    past = Past(tmp_path / "lines.parquet", date(2025, 1, 1))
    assert edits_of(run(book, MAY, past)) == []
    first = past.path.read_bytes()
    assert edits_of(run(book, MAY, past)) == []
    assert past.path.read_bytes() == first
    expected = [("V4", "20 + 3 of 20")]
    assert edits_of(run(book, JUNE, past)) == expected
    assert edits_of(run(book, JUNE, past)) == expected
    kept = pd.read_parquet(past.path)
    assert list(zip(kept["Visit ID"], kept["Units"], kept["Disposition"], strict=True)) == [
        ("V1", 10, "bill"),
        ("V2", 8, "bill"),
        ("V3", 2, "bill"),
        ("V4", 3, "deny"),
        ("V5", 20, "bill"),
    ]
    # what was denied used nothing up, and what was coded again counts as it is now
    assert edits_of(run(book, "V6,2026-06-20,P1,Rolling,95165,1,", past)) == [("V6", "20 + 1 of 20")]
    assert edits_of(run(book, "V2,2026-05-11,P1,Rolling,95165,1,", past)) == []
    assert edits_of(run(book, "V6,2026-06-20,P1,Rolling,95165,1,", past)) == []


def test_without_history_units_are_asked_for_not_taken_as_none(book: Path, tmp_path: Path) -> None:
    asked = "Units before not recorded: ask for it; without it What follows cannot be decided"
    assert edits_of(run(book, "V1,2026-05-04,P1,Rolling,95165,10,", None)) == [("V1", asked)]
    past = Past(tmp_path / "lines.parquet")
    assert edits_of(run(book, "V1,2026-05-04,P1,Rolling,95165,10,", past)) == [("V1", asked)]
    # the file begins on 2026-05-04: a year later it is known what was used in the year
    assert edits_of(run(book, "V2,2027-05-02,P1,Rolling,95165,10,", past)) == [("V2", asked)]
    assert edits_of(run(book, "V3,2027-05-04,P1,Rolling,95165,11,", past)) == [("V3", "10 + 11 of 20")]
    # more than the limit is over it, whatever was used before
    assert edits_of(run(book, "V9,2026-05-04,P9,Rolling,95165,21,", None)) == [("V9", "0 + 21 of 20")]


@pytest.mark.parametrize(
    ("payer", "months", "earlier", "day", "before"),
    [
        ("Rolling", "", "2025-05-05", "2026-05-04", 15),
        ("Rolling", "", "2025-05-04", "2026-05-04", 0),
        ("Calendar", "", "2026-01-01", "2026-05-04", 15),
        ("Calendar", "", "2025-12-31", "2026-05-04", 0),
        ("Start", "14", "2026-02-05", "2026-05-04", 15),
        ("Start", "14", "2026-02-04", "2026-05-04", 0),
        ("Life", "30", "2023-10-05", "2026-05-04", 15),
        ("Life", "30", "2023-10-04", "2026-05-04", 0),
    ],
)
def test_what_each_span_counts(
    book: Path, tmp_path: Path, payer: str, months: str, earlier: str, day: str, before: int
) -> None:
    past = Past(tmp_path / "lines.parquet", date(2000, 1, 1))
    assert edits_of(run(book, f"V1,{earlier},P1,{payer},95165,15,0", past)) == []
    outcome = run(book, f"V2,{day},P1,{payer},95165,5,{months}", past)
    lines = pd.read_csv(outcome.files[0].parent / "claim_lines.csv")
    assert lines["Units before"].tolist() == [before]


def test_a_visit_that_cannot_be_read_now_keeps_its_lines(book: Path, tmp_path: Path) -> None:
    past = Past(tmp_path / "lines.parquet", date(2025, 1, 1))
    run(book, MAY, past)
    outcome = run(book, "V2,2026-05-11,P1,Rolling,95165,many,\nV3,2026-06-01,P1,Rolling,95165,3,", past)
    assert ("V3", "18 + 3 of 20") in edits_of(outcome)
    kept = pd.read_parquet(past.path)
    assert dict(zip(kept["Visit ID"], kept["Units"], strict=True)) == {"V1": 10, "V2": 8, "V3": 3}


def test_a_run_that_is_killed_counts_once_when_it_is_repeated(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    past = Past(tmp_path / "lines.parquet", date(2025, 1, 1))
    run(book, MAY, past)
    before = past.path.read_bytes()

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for place in (
        "codesheet.commands.batches.write_results",
        "codesheet.history_files.parquet.ParquetWriter",
    ):
        with monkeypatch.context() as patched:
            patched.setattr(place, killed)
            with pytest.raises(KeyboardInterrupt):
                run(book, JUNE, past)
        assert past.path.read_bytes() == before
        assert not list(tmp_path.glob("*.lock"))
    assert edits_of(run(book, JUNE, past)) == [("V4", "20 + 3 of 20")]
    assert pd.read_parquet(past.path)["Units"].sum() == 10 + 8 + 2 + 3 + 20


def many_visits(count: int) -> list[str]:
    """Invent visits of a few patients, spread over a year, in no order."""
    rng = random.Random(5)
    payers = ["Rolling", "Calendar", "Start", "Life"]
    rows = []
    for number in range(count):
        day = date(2026, 1, 1) + timedelta(days=rng.randrange(365))
        patient = rng.randrange(count // 12)
        payer = payers[patient % 4]
        rows.append(f"W{number},{day},P{patient},{payer},95165,{rng.randint(0, 6)},{rng.randint(0, 20)}")
    return rows


def coded(book: Path, rows: list[str], past: HistoryFile, size: int, jobs: int = 1) -> list[pd.DataFrame]:
    export = book.parent / "many.csv"
    export.write_text("\n".join([CAPPED_HEAD, *rows]), encoding="utf-8")
    ruleset, _ = load_ruleset(book, print)
    assert ruleset is not None
    read, issues = read_export([export], ruleset.rulebook)
    assert read is not None, issues
    results = Results()
    count = 0
    with TemporaryDirectory() as folder:
        work = Work(ruleset, read.layouts, read.row_count, Path(folder), past.history())
        for done in code_chunks(work, read.rows_by_chunk(size), jobs):
            results.take_in(done.results)
            count += 1
        assert (count > 3) == (size < len(rows))
        return tables_of(results)


def tables_of(results: Results) -> list[pd.DataFrame]:
    names = ("Claim lines", "Visits", "Review")
    tables = [pd.concat(results[name].frames(results[name].column_names)) for name in names]
    keys = ["Visit ID", "Line", "Message"]
    return [t.sort_values([k for k in keys if k in t.columns], ignore_index=True) for t in tables]


def test_limits_over_visits_do_not_turn_on_chunks_jobs_or_order(book: Path, tmp_path: Path) -> None:
    past = Past(tmp_path / "lines.parquet", date(2025, 1, 1))
    run(book, "\n".join(f"V{n},2025-12-{n + 1:02d},P{n},Rolling,95165,9," for n in range(30)), past)
    ruleset, _ = load_ruleset(book, print)
    assert ruleset is not None
    file, _ = read_history(past.path, ruleset.rulebook, None)
    assert file is not None
    rows = many_visits(360)
    whole = coded(book, rows, file, 10**9)
    assert whole[0]["Disposition"].eq("deny").sum() > 20
    shuffled = random.Random(1).sample(rows, len(rows))
    for other in (
        coded(book, rows, file, 40),
        coded(book, shuffled, file, 40),
        coded(book, rows, file, 60, jobs=2),
    ):
        for one, table in zip(whole, other, strict=True):
            drop = [name for name in ("Row",) if name in one.columns]
            pd.testing.assert_frame_equal(one.drop(columns=drop), table.drop(columns=drop), check_dtype=False)


def test_a_rulebook_without_limits_says_that_it_counts_nothing(tmp_path: Path) -> None:
    without = write_workbooks(KEYED_LINES, tmp_path / "without")
    outcome = run(without, MAY, Past(tmp_path / "lines.parquet"))
    assert outcome.notes[-1].startswith("there is no Unit limits sheet: ")
    assert not (tmp_path / "lines.parquet").exists()


def test_a_batch_in_use_and_a_file_that_is_none_are_said(book: Path, tmp_path: Path) -> None:
    path = tmp_path / "lines.parquet"
    lock = tmp_path / "lines.parquet.lock"
    lock.write_text("1")
    with pytest.raises(WriteError, match=r"lines\.parquet is in use by another run"):
        run(book, MAY, Past(path))
    lock.write_text("999999999")  # of a run that was killed
    run(book, MAY, Past(path))
    assert not lock.exists()
    path.write_text("no history")
    outcome = run(book, MAY, Past(path))
    assert printed(outcome.issues) == wrapped("""
        lines.parquet: error[R101] cannot be read: it is no history file of codesheet, or it is damaged; name
            the file of an earlier --history
    """)
    assert path.read_text() == "no history"
