"""Compiled rules on disk: canonical, readable, equal when read back, and never trusted when damaged."""

import json
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from small_rulebooks import at, decision, formula, lookup, read, rulebook_of, table_of_cells

from codesheet.compiling.compiler import compile_rulebook
from codesheet.compiling.rules_files import (
    INDEX,
    differences,
    read_rules,
    rules_bytes,
    with_digest,
    write_rules,
)
from codesheet.compiling.ruleset import Ruleset
from codesheet.language.formulas import Literal, Template
from codesheet.language.unary_tests import Equals, Interval, Wildcard
from codesheet.language.values import DateForm, FieldType
from codesheet.model import (
    Condition,
    Disposition,
    EditText,
    Examples,
    Member,
    Output,
    Period,
    Rulebook,
    ValueSet,
)
from codesheet.replacing import WriteError


def some_rulebook() -> Rulebook:
    long_minutes = Condition("Minutes", Interval(91.0, None), ">= 91", at("C", 9))
    payer = Condition("Payer", Equals("Acme"), "Payer = Acme", at("B", 4))
    roles = decision("Role: of a drug", ("Family", ("Minutes", Interval(16.0, 90.0))), ("Role",))
    extra = replace(roles.rules[0], id="7", conditions=(payer, long_minutes), period=Period(738886, None))
    any_text = Output("Because", Template(("it is ", Literal("x", FieldType.TEXT))), "it is x", at("D", 9))
    roles = replace(
        roles,
        rules=(*roles.rules, replace(extra, because=any_text, priority=1.5), replace(extra, conditions=())),
        only_when=(payer,),
        if_no_rule=EditText(Disposition.REVIEW, Template(("no role",)), "review: no role", at("B", 5)),
        scope=(("Payer", "Payer group"), ("Plan",)),
        per=("Visit",),
        otherwise=(any_text,),
        order=10.0,
    )
    drugs = ValueSet("Drugs", (Member(Wildcard("J9*"), "J9*", Period(None, 738886), at("B", 7)),), at("A", 7))
    return replace(
        rulebook_of(
            read("Family"),
            formula("Rank", "Role"),
            lookup("Standings", ("Family",), ("Standing",)),
            roles,
            decision("Role of a drug", (), ("X",)),
            decision("日本", ("Payer",), ("Y",)),
            decision("Con", ("Payer",), ("Z",)),
            sets=(drugs,),
            row_order="Item",
        ),
        shown=("Payer",),
        date_forms=frozenset({DateForm.US, DateForm.EXCEL_SERIAL}),
        columns_present="Columns",
        queues=("Charge", "Registration"),
        queue_otherwise="Charge",
    )


def compiled(book: Rulebook | None = None) -> Ruleset:
    ruleset, issues = compile_rulebook(book or some_rulebook())
    assert issues == []
    return with_digest(ruleset)


def digest(book: Rulebook | None = None) -> str:
    return compiled(book).digest


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    ruleset = compiled()
    write_rules(ruleset, tmp_path)
    again, issues = read_rules(tmp_path)
    assert issues == []
    assert again == ruleset
    assert again is not None
    assert rules_bytes(again) == rules_bytes(ruleset)  # addresses too, which equality leaves out
    assert differences(again, tmp_path) == []


def test_examples_are_left_out(tmp_path: Path) -> None:
    book = some_rulebook()
    with_examples = replace(book, examples=(Examples("E", (), at("A", 1)),))
    write_rules(compiled(with_examples), tmp_path)
    assert read_rules(tmp_path)[0] == compiled(book)


def test_a_file_a_table_with_a_plain_name() -> None:
    assert list(rules_bytes(compiled())) == [
        "rulebook.json",
        "sets/drugs.json",
        "lookups/standings.json",
        "decisions/role-of-a-drug.json",
        "decisions/role-of-a-drug-2.json",
        "decisions/table.json",
        "decisions/con-table.json",
    ]


def test_a_decision_file_reads_well() -> None:
    text = rules_bytes(compiled(rulebook_of(decision("Role", ("Family",), ("Role",)))))["decisions/role.json"]
    assert text.decode() == (
        "{\n"
        '"name": "Role",\n'
        '"result": "fields",\n'
        '"hit_policy": "First",\n'
        '"level": "row",\n'
        '"inputs": [\n  "Family"\n],\n'
        '"outputs": [\n  "Role"\n],\n'
        '"at": "core.xlsx!Role",\n'
        '"rules": [\n'
        '  {"at": "core.xlsx!T!2", "conditions": [["Family", "x", ["Equals", "x"], "B"]],'
        ' "outputs": [["Role", "y", ["Literal", "y", "text"], "C"]]}\n'
        "],\n"
        '"tests": [\n  ["Family x", "Family", ["Equals", "x"]]\n],\n'
        '"groups": [\n  [0]\n],\n'
        '"rule_groups": [0],\n'
        '"shards": [\n  [[0], [[0]], 0]\n],\n'
        '"ruleset 1": {\n'
        '  "0": {"all": [{"m": {"$and": [{"Family x": 1}]}}], "cap": 10000}\n'
        "}\n"
        "}\n"
    )


def test_the_same_rulebook_gives_the_same_bytes_and_another_does_not() -> None:
    assert rules_bytes(compiled()) == rules_bytes(compiled())
    assert digest() == digest() != ""
    assert digest(replace(some_rulebook(), row_order="")) != digest()
    edited = rulebook_of(decision("Role", ("Family",), ("Role",), row=3))
    assert digest(edited) != digest(rulebook_of(decision("Role", ("Family",), ("Role",))))


def test_files_of_tables_that_are_gone_are_deleted_and_no_others(tmp_path: Path) -> None:
    write_rules(compiled(), tmp_path)
    (tmp_path / "decisions" / "mine.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("kept")
    fewer = compiled(rulebook_of(decision("日本", ("Payer",), ("Y",))))
    assert "sets/drugs.json belongs to no table any more" in differences(fewer, tmp_path)
    write_rules(fewer, tmp_path)
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["decisions/mine.json", "decisions/table.json", "notes.txt", "rulebook.json"]
    assert differences(fewer, tmp_path) == []


def test_an_index_cannot_make_us_delete_what_is_not_ours(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text("{}")
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / INDEX).write_text(json.dumps({"files": {"../kept.json": "", str(kept): ""}}))
    write_rules(compiled(), folder)
    assert kept.exists()


def test_differences_say_where(tmp_path: Path) -> None:
    assert differences(compiled(), tmp_path)[0] == "rulebook.json is missing"
    write_rules(compiled(), tmp_path)
    path = tmp_path / "lookups" / "standings.json"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:2], " ", *lines[2:]]))
    (tmp_path / "decisions" / "con-table.json").unlink()
    assert differences(compiled(), tmp_path) == [
        "lookups/standings.json differs from line 3 on",
        "decisions/con-table.json is missing",
    ]


def test_a_file_that_was_changed_is_not_trusted(tmp_path: Path) -> None:
    write_rules(compiled(), tmp_path)
    path = tmp_path / "decisions" / "role-of-a-drug.json"
    path.write_text(path.read_text().replace("Family", "Class"))
    ruleset, (issue,) = read_rules(tmp_path)
    assert ruleset is None
    assert str(issue) == (
        "decisions/role-of-a-drug.json: error[G103] these compiled rules cannot be read: "
        "it was changed after it was compiled; compile the workbooks again"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        '"x"',
        '{"format": 1}',
        '{"format": 2}',
        '{"format": 1, "files": 3}',
        "\0",
        "[" * 99_999,
    ],
)
def test_a_damaged_index_is_an_issue(tmp_path: Path, text: str) -> None:
    (tmp_path / INDEX).write_text(text)
    ruleset, (issue,) = read_rules(tmp_path)
    assert (ruleset, issue.kind.code) == (None, "G103")


def test_an_index_cut_or_edited_anywhere_is_an_issue_or_still_good(tmp_path: Path) -> None:
    write_rules(compiled(), tmp_path)
    whole = (tmp_path / INDEX).read_text()
    random = Random(1)
    for _ in range(300):
        place = random.randrange(len(whole))
        cut = random.choice([whole[:place], whole[:place] + random.choice('{}[]",0a') + whole[place + 1 :]])
        (tmp_path / INDEX).write_text(cut)
        ruleset, issues = read_rules(tmp_path)
        assert (ruleset is None) == bool(issues)


def test_no_folder_is_an_issue(tmp_path: Path) -> None:
    ruleset, (issue,) = read_rules(tmp_path / "nowhere")
    assert ruleset is None
    assert "No such file" in issue.message


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_rules(compiled(), tmp_path)
    before = (tmp_path / INDEX).read_bytes()

    def fail(_self: Path, _target: Path) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(WriteError, match="disk full"):
        write_rules(compiled(replace(some_rulebook(), row_order="")), tmp_path)
    assert (tmp_path / INDEX).read_bytes() == before
    assert not list(tmp_path.rglob("*.partial"))


def test_a_rule_with_too_many_conditions_is_an_issue() -> None:
    table = table_of_cells([{f"F{n}": "x" for n in range(201)}])
    _, (issue,) = compile_rulebook(rulebook_of(table))
    assert str(issue).startswith("core.xlsx!T!9: error[G102] this rule has 201 conditions")


@pytest.mark.slow
def test_ten_thousand_rules(tmp_path: Path) -> None:
    random = Random(2)
    rows = [
        {"Drug": f"d{random.randrange(3000)}", "Payer": f"p{random.randrange(20)}", "Minutes": f">= {n % 90}"}
        for n in range(10_000)
    ]
    start = time.perf_counter()
    ruleset = compiled(rulebook_of(table_of_cells(rows)))
    compiling, start = time.perf_counter() - start, time.perf_counter()
    write_rules(ruleset, tmp_path)
    writing, start = time.perf_counter() - start, time.perf_counter()
    assert read_rules(tmp_path)[0] == ruleset
    reading = time.perf_counter() - start
    print(f"compiled in {compiling:.1f} s, written in {writing:.1f} s, read in {reading:.1f} s")
    assert compiling + writing + reading < 30
