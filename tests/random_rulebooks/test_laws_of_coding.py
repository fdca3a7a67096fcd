"""What holds of coding whatever the rulebook says: nothing lost, nothing left to chance or order."""

import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import assume, given, note, settings
from hypothesis import strategies as st

from codesheet.coding.batch import CodedBatch
from codesheet.coding.coder import Coder
from codesheet.compiling.matching import match_table
from codesheet.compiling.rules_files import (
    differences,
    read_rules,
    rules_bytes,
    with_digest,
    write_rules,
)
from facts import FactMatcher, included
from random_rulebooks import Case, cases, compiled
from random_rulebooks.export_rows import Row
from random_rulebooks.independent_draws import INDEPENDENT

EXAMPLES = max(10, settings().max_examples // 4)
"""A rulebook costs a third of a second, and durable-rules keeps 130 kB of each ruleset that is deleted."""

laws = settings(max_examples=EXAMPLES, backend=INDEPENDENT)

TABLES = ("claim_lines", "visits", "rows", "review", "edits", "rejected")


def code(case: Case, rows: list[Row] | None = None) -> CodedBatch:
    return Coder(case.ruleset).code(case.encounters(rows))


def tables(batch: CodedBatch) -> dict[str, list[dict[str, str]]]:
    """Give every result table as it is shown, its columns without dtypes."""
    return {name: shown(getattr(batch, name)) for name in TABLES}


def shown(table: pd.DataFrame) -> list[dict[str, str]]:
    return [
        {name: "" if pd.isna(cell) else str(cell) for name, cell in zip(table.columns, row, strict=True)}
        for row in table.itertuples(index=False, name=None)
    ]


def by_visit(batch: CodedBatch) -> dict[str, list[object]]:
    """Give what was decided for each visit, but not where its rows stood in the file."""
    decided: dict[str, list[object]] = {}
    for name in ("claim_lines", "visits", "review", "edits"):
        for row in shown(getattr(batch, name)):
            row.pop("Row", None)
            decided.setdefault(row["Visit ID"], []).append((name, row))
    return decided


def assert_alike(one: dict[str, list[object]], other: dict[str, list[object]]) -> None:
    """Fail with what differs, and nothing else."""
    assert set(one) == set(other)
    for visit, decided in one.items():
        only_here = [entry for entry in decided if entry not in other[visit]]
        only_there = [entry for entry in other[visit] if entry not in decided]
        assert (visit, only_here) == (visit, only_there)
        assert decided == other[visit]


# --- nothing is lost -------------------------------------------------------------------------------------


@laws
@given(cases())
def test_rows_in_are_rows_coded_in_review_and_rejected(case: Case) -> None:
    batch = code(case)
    assert batch.rows_in == len(case.book.rows)
    assert batch.rows_in == batch.rows_coded + batch.rows_review + batch.rows_rejected
    assert len(batch.rows) == batch.rows_coded + batch.rows_review
    assert batch.rejected["Row"].nunique() == batch.rows_rejected
    visits = {row["Visit ID"].strip() for row in case.book.rows} - {""}
    assert set(batch.visits["Visit ID"]) == visits
    assert not batch.visits["Visit ID"].duplicated().any()


@laws
@given(cases())
def test_what_is_billed_has_a_code_and_units_and_its_visit_no_review(case: Case) -> None:
    batch = code(case)
    held = set(batch.review["Visit ID"])
    status = dict(zip(batch.visits["Visit ID"], batch.visits["Status"], strict=True))
    assert {visit for visit, one in status.items() if one == "review"} == held
    for line in batch.claim_lines.to_dict("records"):
        assert line["Why"]
        assert "!" in line["Rule"]
        if line["Visit ID"] in held:
            assert line["Disposition"] in ("review", "deny")
        else:
            assert line["Disposition"] in ("bill", "inform", "deny")
            assert line["Code"]
            assert float(line["Units"]).is_integer()


# --- nothing is left to chance or order ------------------------------------------------------------------


@laws
@given(cases())
def test_one_coder_and_a_fresh_one_code_alike_again_and_again(case: Case) -> None:
    coder = Coder(case.ruleset)
    first, second = coder.code(case.encounters()), coder.code(case.encounters())
    assert tables(first) == tables(second) == tables(code(case))
    assert second.rule_counts == first.rule_counts, "counts are of one batch"


@laws
@given(cases(), st.data())
def test_a_coder_that_coded_other_rows_first_codes_as_a_fresh_one(case: Case, data: st.DataObject) -> None:
    coder = Coder(case.ruleset)
    rows = data.draw(st.lists(st.sampled_from(case.book.rows), min_size=1, max_size=3, unique_by=id))
    coder.code(case.encounters(rows))
    assert tables(coder.code(case.encounters())) == tables(code(case))


@laws
@given(cases(), st.data())
def test_the_order_of_visits_changes_no_visit(case: Case, data: st.DataObject) -> None:
    assume(not _groups_span_visits(case))
    visits = data.draw(st.permutations(list(_rows_by_visit(case.book.rows).values())))
    reordered = [row for rows in visits for row in rows]
    note(f"reordered: {reordered}")
    assert_alike(by_visit(code(case, reordered)), by_visit(code(case)))


@laws
@given(cases(), st.data())
def test_visits_coded_without_the_others_are_coded_alike(case: Case, data: st.DataObject) -> None:
    assume(not _groups_span_visits(case))
    visits = _rows_by_visit(case.book.rows)
    chosen = data.draw(st.lists(st.sampled_from(sorted(visits)), min_size=1, unique=True))
    kept = [row for row in case.book.rows if row["Visit ID"].strip() in chosen]
    note(f"only: {chosen}")
    whole = by_visit(code(case))
    assert_alike(by_visit(code(case, kept)), {visit: whole[visit] for visit in chosen if visit})


def _rows_by_visit(rows: list[Row]) -> dict[str, list[Row]]:
    visits: dict[str, list[Row]] = {}
    for row in rows:
        visits.setdefault(row["Visit ID"].strip(), []).append(row)
    return visits


def _groups_span_visits(case: Case) -> bool:
    """Say whether some aggregate or First in group looks beyond the visit."""
    groups = [field.per for field in case.rulebook.fields.values() if field.per]
    groups += [table.per for table in case.rulebook.decisions.values() if table.per]
    return any(case.rulebook.visit_key not in per for per in groups)


# --- compiled rules --------------------------------------------------------------------------------------


@laws
@given(cases())
def test_compiled_rules_code_as_the_workbooks_do(case: Case) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_rules(case.ruleset, Path(folder))
        read, issues = read_rules(Path(folder))
        assert read is not None, issues
        assert differences(read, Path(folder)) == []
    assert read.digest == with_digest(case.ruleset).digest
    assert tables(code(Case(case.book, read))) == tables(code(case))


@laws
@given(cases())
def test_the_same_workbooks_give_the_same_bytes(case: Case) -> None:
    again, _ = compiled(case.book)
    assert again is not None
    assert again == case.ruleset
    assert rules_bytes(again) == rules_bytes(case.ruleset)


@laws
@given(cases(), st.data())
def test_durable_rules_finds_the_rules_whose_tests_all_hold(case: Case, data: st.DataObject) -> None:
    for table in case.rulebook.decisions.values():
        matching = match_table(table)
        facts = st.frozensets(st.integers(0, max(0, len(matching.tests) - 1)))
        drawn = data.draw(st.lists(facts, max_size=8)) if matching.tests else [frozenset[int]()]
        assert FactMatcher(matching).match(drawn) == [included(matching, fact) for fact in drawn]
