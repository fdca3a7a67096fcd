"""The measuring scripts at small sizes: they run, and a contender that answers otherwise gets no time."""

import dataclasses
import os
import pickle
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import cast

import pyarrow as pa
import pytest

import check_speed
import end_to_end
import growth
import measuring
import peers
import targets
from bouts import CODESHEET, DUCKDB, PACKAGES, Bout, Figures, first_difference, installed, write_bout
from codesheet.checks import check
from codesheet.commands.rulebooks import check_rulebook
from codesheet.issues import IssueCode, has_errors
from codesheet.sheets.rulebook import read_rulebook
from contenders import codesheet_pair
from invented_rulebooks import Size, rule_rows, write_rulebook
from measuring import Spread, command, family_of, memory_of, write_between
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
def test_a_thousand_rules_that_meet_each_other_are_judged_within_the_bounds_of_work(
    hit_policy: str, tmp_path: Path
) -> None:
    rulebook, _ = read_rulebook(write_rulebook(tmp_path, Size(1_000, hit_policy=hit_policy)))
    assert rulebook is not None
    assert [issue for issue in check(rulebook) if issue.kind is IssueCode.NOT_JUDGED] == []


def test_rows_are_of_the_size_asked_for(tmp_path: Path) -> None:
    month = sample_rows(500)
    assert 450 < month.num_rows <= 500
    assert len(set(resampled(month, 1000, 30)["Payer"].to_pylist())) > 20
    coded = real_rows(WORKBOOKS, tmp_path, 200)
    assert coded.num_rows == 200
    assert {"chemo", "therapeutic"} <= set(coded["Family"].to_pylist())


def test_growth_measures_each_stage(tmp_path: Path) -> None:
    sizes = [growth.Point("rules", 300, 20, 5), growth.Point("narrow rules", 300, 20, 5)]
    found = growth.measure(sizes, 1, tmp_path)
    assert [one["failed"] for one in found] == ["", ""]
    assert set(found[0]["runs"][0]) == {*growth.STAGES, "memory", "combinations"}
    assert [row[0] for row in growth.table_rows(found)] == ["rules: 20", "narrow rules: 20"]
    assert all(len(row) == len(growth.HEADINGS) for row in growth.table_rows(found))


def test_growth_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    run = dict.fromkeys((*growth.STAGES, "memory", "combinations"), 1.0)
    point = {"panel": "rules", "rows": 1, "rules": 2, "payers": 3}
    growth.draw([{"point": point, "runs": [run], "failed": ""}], tmp_path / "growth.png")
    streamed = {"rows": 10, "runs": [{"seconds": 1.0, "peak": 2.0}], "failed": ""}
    end_to_end.draw([streamed], tmp_path / "whole.png")
    for name in ("growth", "whole"):
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_a_command_that_fails_is_shown_with_its_reason(tmp_path: Path) -> None:
    failed = command(["check", str(tmp_path / "missing")])["failed"]
    assert "missing" in failed
    lines = end_to_end.streamed_rows([{"rows": 5, "failed": failed, "runs": []}])
    assert next(iter(lines))[1] == f"failed: {failed}"


def test_a_familys_memory_is_added_up() -> None:
    inner = [sys.executable, "-c", "import time; block = b'x' * (1 << 27); print(flush=True); time.sleep(60)"]
    with subprocess.Popen(inner, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert process.pid in family_of(os.getpid())
        assert memory_of(process.pid) > 1 << 27
        process.kill()
    assert process.pid not in family_of(os.getpid())
    assert memory_of(process.pid) == 0


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (growth, "| payers: 5 |"),
        (peers, "| durable-rules, row by row |"),
        (end_to_end, "2,000 rows take "),
        (check_speed, "| invented, 200 rules | 1 | 200 |"),
    ],
)
def test_quick_runs_show_tables_and_keep_nothing(
    script: ModuleType, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(measuring, "RESULTS", Path("/nowhere"))
    only = ["--only", DURABLE] if script is peers else []
    monkeypatch.setattr(sys, "argv", ["script", "--quick", "--write", "/nowhere/page.md", *only])
    script.main()
    printed = capsys.readouterr().out
    assert said in printed
    assert "failed" not in printed
    assert "no time" not in printed


@pytest.mark.parametrize(
    ("visits", "place"),
    [("aabbbc", 5), ("abcdef", 3), ("aaaa", 4), ("ab", 1), ("a", 1), ("", 0), ("abbb", 4), ("aabb", 2)],
)
def test_two_processes_have_whole_visits(visits: str, place: int) -> None:
    assert codesheet_pair.middle(pa.chunked_array([list(visits)], pa.string())) == place


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


def target_line(
    monkeypatch: pytest.MonkeyPatch, place: int, script: str, kept: dict[str, object]
) -> list[str]:
    monkeypatch.setattr(targets, "kept", lambda name: kept if name == script else None)
    return list(list(targets.rows_of_targets())[place])


def test_targets_are_not_judged_on_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    def verdict(rows: int, seconds: float) -> list[str]:
        own = Figures(CODESHEET, rows, [1.0], [1.0])
        other = Figures(DUCKDB, rows, [seconds], [seconds])
        bouts = {"a table; a month's rows": [dataclasses.asdict(own), dataclasses.asdict(other)]}
        return target_line(monkeypatch, 0, "peers", {"bouts": bouts})[1:3]

    assert verdict(1_000_000, 3.0) == ["yes", "3× where 1× is wanted"]
    assert verdict(1_000_000, 0.5) == ["**no**", "0.5× where 1× is wanted"]
    assert verdict(100, 3.0) == ["too few rows to say", ""]


def test_memory_is_judged_between_the_most_rows_and_a_tenth(monkeypatch: pytest.MonkeyPatch) -> None:
    def verdict(*peaks: float) -> list[str]:
        sizes = (10_000, 1_000_000, 10_000_000)
        streamed = [
            {"rows": rows, "failed": "", "runs": [{"peak": peak}]}
            for rows, peak in zip(sizes, peaks, strict=True)
        ]
        return target_line(monkeypatch, 3, "end_to_end", {"found": [], "streamed": streamed})[1:3]

    assert verdict(1, 100, 120) == ["yes", "1.2× where 1.3× is allowed"]
    assert verdict(1, 100, 150) == ["**no**", "1.5× where 1.3× is allowed"]


def test_checks_are_judged_by_their_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    def verdict(*seconds: float) -> list[str]:
        runs = [{"seconds": one} for one in seconds]
        found = [{"name": "shipped", "rules": 353, "runs": runs}]
        return target_line(monkeypatch, 6, "check_speed", {"found": found})[1:3]

    assert verdict(1.5, 1.9, 2.5) == ["yes", "1.9 s where 2 s is allowed"]
    assert verdict(2.5) == ["**no**", "2.5 s where 2 s is allowed"]


def test_many_rules_are_judged_by_what_few_take(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(panel: str, rules: int, seconds: float, combinations: int) -> dict[str, object]:
        point = growth.Point(panel, 100_000, rules, 15)
        run = dict.fromkeys((*growth.STAGES, "memory"), seconds) | {"combinations": combinations}
        return {"point": dataclasses.asdict(point), "failed": "", "runs": [run]}

    wide = [
        found("rules", 300, 1.0, 1_000),
        found("rules", 1_000, 2.0, 1_000),
        found("rules", 10_000, 24.0, 3_000),
    ]
    narrow = [found("narrow rules", 300, 1.0, 1_000), found("narrow rules", 10_000, 1.5, 1_000)]
    kept: dict[str, object] = {"found": wide + narrow}
    assert target_line(monkeypatch, 4, "growth", kept)[1:3] == ["yes", "12× where 13× is allowed"]
    assert target_line(monkeypatch, 5, "growth", kept)[1:3] == ["**no**", "8× where 2× is allowed"]
    assert target_line(monkeypatch, 5, "growth", {"found": wide})[1] == ""


def test_spread_is_median_least_and_most() -> None:
    assert Spread.of([3, 1, 2]).show() == "2.00 (1.00–3.00)"
