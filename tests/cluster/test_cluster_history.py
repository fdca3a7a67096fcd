"""A history file on a cluster: what earlier runs used up counts, and the file holds the same lines."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from distributed import LocalCluster

from codesheet.cluster import coding
from codesheet.commands.batches import CodeOutcome, Past, code_on_cluster, code_visits
from grid import write_workbooks
from keyed_lines import CAPPED_HEAD, CAPPED_LINES

MAY = [f"M{number},2026-05-04,P{number},Rolling,95165,{number % 20 + 1}," for number in range(90)]
JUNE = [f"J{number},2026-06-04,P{number},Rolling,95165,{number % 7 + 1}," for number in range(90)]
MAY_AGAIN = [MAY[3], "M4,2026-05-04,P4,Rolling,95165,20,", "M5,no day,P5,Rolling,95165,1,"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as running:
        yield running.scheduler_address


def runs(folder: Path, scheduler: str | None) -> tuple[list[CodeOutcome], Past]:
    """Code May, June, and of May some visits anew, of which one cannot be coded."""
    (folder / "book").mkdir(parents=True)
    book, past = (
        write_workbooks(CAPPED_LINES, folder / "book"),
        Past(folder / "lines.parquet", date(2025, 1, 1)),
    )
    outcomes = []
    for name, lines in (("may", MAY), ("june", JUNE), ("again", [*MAY_AGAIN, *JUNE[:20]])):
        visits = folder / f"{name}.csv"
        visits.write_text("\n".join([CAPPED_HEAD, *lines]), encoding="utf-8")
        target = folder / name
        if scheduler is None:
            outcome = code_visits([visits], book, target, "parquet", print, rows_to_verify=500, past=past)
        else:
            words = ([visits], book, target, scheduler, print)
            outcome = code_on_cluster(*words, rows_to_verify=500, past=past)
        assert outcome.results is not None
        assert past.path in outcome.files
        outcomes.append(outcome)
    return outcomes, past


def test_a_cluster_counts_and_keeps_what_one_machine_does(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coding, "ROWS_AT_ONCE", 20)
    expected, kept = runs(tmp_path / "alone", None)
    found, lines = runs(tmp_path / "cluster", address)
    pd.testing.assert_frame_equal(pd.read_parquet(lines.path), pd.read_parquet(kept.path))
    for name in ("may", "june", "again"):
        for table in ("claim_lines", "visits", "rejected"):
            one, other = (
                pd.read_parquet(tmp_path / where / name / f"{table}.parquet")
                for where in ("cluster", "alone")
            )
            pd.testing.assert_frame_equal(one, other)
    june = pd.read_parquet(tmp_path / "cluster" / "june" / "visits.parquet")
    assert june["Edits"].str.contains(" of 20").sum() > 10  # what was used in May counts
    assert [one.verification for one in found] == [one.verification for one in expected]
    assert len(list((tmp_path / "cluster" / "may" / "claim_lines.parquet").iterdir())) > 1
    assert not lines.path.with_name("lines.parquet.lock").exists()
