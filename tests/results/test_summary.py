"""The summary's numbers are those of the other sheets; a batch that does not add up is never written."""

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from invented import invented_batch, invented_ruleset, invented_run, results_of
from workbooks import header, opened, rows
from written import Written, write_sample

from codesheet.coding.batch import CodedBatch
from codesheet.results.tables import RowsUnaccountedError
from codesheet.results.writer import write_results


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write_sample(tmp_path_factory.mktemp("results"))


def sheet(path: Path, name: str) -> pd.DataFrame:
    found = opened(path)[name]
    return pd.DataFrame(rows(found), columns=header(found))


def sections(path: Path) -> dict[str, dict[str, tuple[Any, ...]]]:
    """Give the tables of the Summary sheet as a reader sees them: heading, then names with their numbers."""
    found: dict[str, dict[str, tuple[Any, ...]]] = {}
    for _, label, *numbers in opened(path)["Summary"].iter_rows(min_row=8, max_col=6, values_only=True):
        if str(label or "").endswith("\u2007"):
            title = str(label).strip("\u2007")
            found[title] = {"": tuple(str(n).strip("\u2007") for n in numbers)}
        elif label is not None:
            found[title][str(label)] = tuple(numbers)
    return found


def test_totals_are_those_of_the_other_sheets(written: Written) -> None:
    found = sections(written.workbook)
    lines, review = sheet(written.workbook, "Claim lines"), sheet(written.workbook, "Review")
    shown = {"Payer", "Claim type", "Place of service"}
    by_line = {f"Claim lines by {name}": name for name in shown}
    by_line |= {"Claim lines by code": "Code", "Claim lines by disposition": "Disposition"}
    for title, name in by_line.items():
        heading = found[title].pop("")
        assert heading[:3] == (
            f"{lines['Visit ID'].nunique():,} visits",
            f"{len(lines):,} lines",
            f"{lines['Units'].sum():,.10g} units",
        )
        groups = lines.assign(key=lines[name].fillna("(blank)")).groupby("key")
        expected = {
            str(key): (group["Visit ID"].nunique(), len(group), group["Units"].sum(), len(group) / len(lines))
            for key, group in groups
        }
        assert found[title].keys() == expected.keys()
        for key, numbers in expected.items():
            assert found[title][key] == pytest.approx(numbers)
    queues = review.assign(key=review["Queue"].fillna("(no queue)")).groupby("key")
    assert found["Review by queue"].pop("")[:2] == (
        f"{review['Visit ID'].nunique():,} visits",
        f"{len(review):,} edits",
    )
    assert {key: numbers[:2] for key, numbers in found["Review by queue"].items()} == {
        key: (group["Visit ID"].nunique(), len(group)) for key, group in queues
    }
    asked = found["What review asks most"]
    assert sum(numbers[1] for key, numbers in asked.items() if key) == len(review)


def test_statuses_and_rows_are_those_of_the_other_sheets(written: Written) -> None:
    found = sections(written.workbook)
    visits, table = sheet(written.workbook, "Visits"), sheet(written.workbook, "Rows")
    rejected = sheet(written.workbook, "Rejected")
    statuses = {name: numbers[0] for name, numbers in found["Visits by status"].items() if name}
    counted = visits["Status"].value_counts().to_dict()
    assert statuses == {name: counted.get(name, 0) for name in ("coded", "review", "no lines", "rejected")}
    assert len(visits) == visits["Visit ID"].nunique() == sum(statuses.values())
    went = {name: numbers[0] for name, numbers in found["Where every input row went"].items() if name}
    in_review = int((table["Status"] == "review").sum())
    lost = len(rejected[["File", "Row"]].drop_duplicates())
    assert went == {"coded": len(table) - in_review, "review": in_review, "rejected": lost}
    assert sum(went.values()) == written.batch.rows_in
    words = opened(written.workbook)["Summary"]["A5"].value
    assert [int(n.replace(",", "")) for n in re.findall(r"[\d,]+", str(words))] == [
        written.batch.rows_in,
        *went.values(),
    ]
    used = sheet(written.workbook, "Rules used")
    never = int((used["Count"] == 0).sum())
    rules = {name: numbers[0] for name, numbers in found["Rules (each is in Rules used)"].items() if name}
    assert rules == {"fired": len(used) - never, "did not fire": never}


def test_every_visit_and_row_is_somewhere(written: Written) -> None:
    visits = set(sheet(written.workbook, "Visits")["Visit ID"])
    lines = sheet(written.workbook, "Claim lines")
    assert set(lines["Visit ID"]) <= visits
    assert set(sheet(written.workbook, "Review")["Visit ID"]) <= visits
    places = [
        sheet(written.workbook, "Rows")["Row"],
        sheet(written.workbook, "Rejected")["Row"].drop_duplicates(),
    ]
    assert sorted(pd.concat(places).tolist()) == list(range(2, written.batch.rows_in + 2))
    held = set(sheet(written.workbook, "Visits").query("Status == 'review'")["Visit ID"])
    assert not set(lines[lines["Disposition"].isin(["bill", "inform"])]["Visit ID"]) & held


def test_the_worklist_is_in_order_of_queues_then_visits(written: Written) -> None:
    review = sheet(written.workbook, "Review")
    queues = review["Queue"].fillna("\U0010ffff")
    assert queues.tolist() == sorted(queues, key=str.casefold)
    visits = sheet(written.workbook, "Visits")["Visit ID"].tolist()
    for _, part in review.groupby(queues):
        places = [visits.index(visit) for visit in part["Visit ID"]]
        assert places == sorted(places)


def test_values_beyond_the_longest_list_are_one_last_item(tmp_path: Path) -> None:
    batch = invented_batch(500)
    batch.claim_lines["Code"] = [f"{n % 400:05}" for n in range(len(batch.claim_lines))]
    write_results(results_of(batch), invented_ruleset(), invented_run(), tmp_path / "coded.xlsx")
    codes = sections(tmp_path / "coded.xlsx")["Claim lines by code"]
    *_, last = codes
    assert (last, len(codes)) == ("100 others", 302)
    del codes[""]
    assert sum(numbers[1] for numbers in codes.values()) == len(batch.claim_lines)
    assert sum(numbers[3] for numbers in codes.values()) == pytest.approx(1)


def lost_row(batch: CodedBatch) -> CodedBatch:
    return dataclasses.replace(batch, rows_in=batch.rows_in + 1)


def row_missing_in_table(batch: CodedBatch) -> CodedBatch:
    return dataclasses.replace(batch, rows=batch.rows.iloc[:-1])


def status_miscounted(batch: CodedBatch) -> CodedBatch:
    return dataclasses.replace(batch, rows_review=batch.rows_review + 1, rows_coded=batch.rows_coded - 1)


@pytest.mark.parametrize("form", ["xlsx", "csv", "parquet"])
@pytest.mark.parametrize("spoil", [lost_row, row_missing_in_table, status_miscounted])
def test_a_batch_that_does_not_add_up_is_not_written(
    tmp_path: Path, form: str, spoil: Callable[[CodedBatch], CodedBatch]
) -> None:
    batch = spoil(invented_batch(20))
    with pytest.raises(RowsUnaccountedError, match="rows"):
        write_results(results_of(batch), invented_ruleset(), invented_run(), tmp_path / "coded", form)
    assert list(tmp_path.iterdir()) == []
