"""The measuring scripts at small sizes: they run, and a contender that answers otherwise gets no time."""

import dataclasses
import pickle
from pathlib import Path
from time import process_time
from typing import cast

import pytest

import end_to_end
import growth
import targets
from bouts import CODESHEET, DUCKDB, PACKAGES, Bout, Figures, first_difference, installed, write_bout
from codesheet.checks import check
from codesheet.commands import check_rulebook, has_errors
from codesheet.sheets.rulebook import read_rulebook
from invented_rulebooks import Size, rule_rows, write_rulebook
from measuring import Spread, write_between
from peers import table_rows
from tasks import Task, generated_task, real_rows, real_task, uniform_real_rows
from visit_rows import resampled, sample_rows, uniform_rows

ROWS = 60
DURABLE = "durable-rules, row by row"
WORKBOOKS = Path(__file__).parents[2] / "workbooks"


def bout_of(task: Task, folder: Path, *names: str) -> Bout:
    return write_bout("a bout", task, uniform_rows(ROWS), [CODESHEET, *names], folder / "bout")


def problems(bout: Bout) -> dict[str, str]:
    """Let all contenders that are installed decide; say what is wrong with those that answer otherwise."""
    names = list(
        installed([CODESHEET, *(name for name in PACKAGES if name not in (CODESHEET, "pyDMNrules"))])
    )
    found = bout.run(names, 1)
    assert {DURABLE, CODESHEET} <= {one.name for one in found}
    assert all(len(one.seconds) == 1 for one in found if not one.problem)
    return {one.name: one.problem for one in found if one.problem}


def contenders() -> list[str]:
    return list(installed([name for name in PACKAGES if name not in (CODESHEET, "pyDMNrules")]))


def test_contenders_answer_as_codesheet_does(tmp_path: Path) -> None:
    assert (
        problems(bout_of(generated_task("Collect", tmp_path / "workbook", 40), tmp_path, *contenders())) == {}
    )


def test_contenders_compute_units_of_the_shipped_table(tmp_path: Path) -> None:
    task = real_task(WORKBOOKS, tmp_path / "rules")
    names = [CODESHEET, *contenders()]
    assert problems(write_bout("a bout", task, uniform_real_rows(task, 300), names, tmp_path / "bout")) == {}


def test_a_planted_difference_is_shown_and_takes_the_time_away(tmp_path: Path) -> None:
    task = generated_task("Collect", tmp_path / "workbook", 40)
    bout = bout_of(task, tmp_path, DURABLE)
    rules = Path((bout.folder / f"{DURABLE}.path").read_text(encoding="utf-8"))
    kept = cast("Task", pickle.loads(rules.read_bytes()))  # noqa: S301 - written by this test
    wrong = tuple(dataclasses.replace(rule, code=rule.code.replace("C", "D")) for rule in kept.rules)
    rules.write_bytes(pickle.dumps(dataclasses.replace(kept, rules=wrong)))
    found = bout.run([CODESHEET, DURABLE], 1)
    assert found[1].seconds == []
    assert found[1].problem.startswith("row ")
    assert "no time: row " in list(table_rows(found))[1][2]


def test_a_contender_that_fails_is_shown_with_its_reason(tmp_path: Path) -> None:
    bout = bout_of(generated_task("First", tmp_path / "workbook", rules=10), tmp_path, DURABLE)
    Path((bout.folder / f"{DURABLE}.path").read_text(encoding="utf-8")).write_bytes(b"no pickle")
    assert "UnpicklingError" in bout.run([CODESHEET, DURABLE], 1)[1].problem


def test_first_difference_names_the_row_and_both_answers() -> None:
    assert first_difference(["a", "", "b"], ["a", "", "b"]) == ""
    assert first_difference(["a", "b"], ["a", ""]) == "row 2: nothing; codesheet: b"
    assert first_difference(["a"], []) == "0 answers for 1 rows"


@pytest.mark.parametrize("hit_policy", ["First", "Collect"])
def test_invented_rulebooks_have_no_issues_and_are_the_same_for_a_seed(
    hit_policy: str, tmp_path: Path
) -> None:
    size = Size(100, 40, hit_policy)
    issues = check_rulebook(write_rulebook(tmp_path, size), lambda _: None)
    assert not has_errors(issues)
    assert list(rule_rows(size)) == list(rule_rows(size))
    assert list(rule_rows(size)) != list(rule_rows(dataclasses.replace(size, seed=2)))


@pytest.mark.parametrize("hit_policy", ["First", "Collect"])
def test_a_thousand_rules_that_meet_each_other_are_checked_in_seconds(
    hit_policy: str, tmp_path: Path
) -> None:
    rulebook, _ = read_rulebook(write_rulebook(tmp_path, Size(1_000, hit_policy=hit_policy)))
    assert rulebook is not None
    start = process_time()
    check(rulebook)
    assert process_time() - start < 15


def test_rows_are_of_the_size_asked_for(tmp_path: Path) -> None:
    month = sample_rows(500)
    assert 450 < month.num_rows <= 500
    assert len(set(resampled(month, 1000, 30)["Payer"].to_pylist())) > 20
    coded = real_rows(WORKBOOKS, tmp_path, 200)
    assert {"chemo", "therapeutic"} <= set(coded["Family"].to_pylist())


def test_growth_measures_each_stage(tmp_path: Path) -> None:
    sizes = [growth.Point("rules", 300, 20, 5)]
    found = growth.measure(sizes, 1, tmp_path)
    assert found[0]["failed"] == ""
    assert set(found[0]["runs"][0]) == {*growth.STAGES, "memory"}
    assert next(iter(growth.table_rows(found)))[0] == "rules: 20"


def test_growth_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    run = dict.fromkeys((*growth.STAGES, "memory"), 1.0)
    point = {"panel": "rules", "rows": 1, "rules": 2, "payers": 3}
    growth.draw([{"point": point, "runs": [run], "failed": ""}], tmp_path / "growth.png")
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")


def test_the_whole_command_is_set_against_reading_and_writing_alone(tmp_path: Path) -> None:
    found = end_to_end.measure(200, 1, tmp_path)
    assert found["failed"] == ""
    assert (tmp_path / "bare.xlsx").stat().st_size > 10_000
    (line,) = end_to_end.table_rows([found])
    assert line[0] == "200"
    more = {**found, "rows": 2000}
    assert end_to_end.growth_of_memory([found, more]).startswith("10× the rows take 1.00× the peak memory")


def test_tables_are_written_between_their_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "before\n<!-- peers: written by benchmarks/peers.py -->\nold\n<!-- peers: end -->\nafter\n"
    )
    write_between(page, "peers", "new")
    write_between(page, "peers", "newer")
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "newer" in text
    assert "old" not in text
    with pytest.raises(SystemExit, match="growth"):
        write_between(page, "growth", "new")


def test_targets_are_not_judged_on_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    def peers(rows: int, seconds: float) -> dict[str, object]:
        own = Figures(CODESHEET, rows, [1.0], [1.0])
        other = Figures(DUCKDB, rows, [seconds], [seconds])
        return {"bouts": {"a table; a month's rows": [dataclasses.asdict(own), dataclasses.asdict(other)]}}

    def verdict(kept: dict[str, object]) -> str:
        monkeypatch.setattr(targets, "kept", lambda name: kept if name == "peers" else None)
        return next(iter(targets.rows_of_targets()))[1]

    assert verdict(peers(1_000_000, 3.0)) == "yes"
    assert verdict(peers(1_000_000, 0.5)) == "**no**"
    assert verdict(peers(100, 3.0)) == "too few rows to say"


def test_spread_is_median_least_and_most() -> None:
    assert Spread.of([3, 1, 2]).show() == "2.00 (1.00–3.00)"
