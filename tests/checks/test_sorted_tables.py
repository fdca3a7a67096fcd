"""No shipped table in which order decides can be sorted in silence."""

from dataclasses import replace
from pathlib import Path

import pytest

from codesheet.checks import check
from codesheet.compiling.compiler import compile_rulebook
from codesheet.examples import run_examples
from codesheet.issues import Issue, IssueCode, Severity
from codesheet.model import DecisionTable, HitPolicy, Rulebook
from codesheet.sheets.rulebook import read_rulebook

SHIPPED = Path(__file__).parents[2] / "workbooks"


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    rulebook, _ = read_rulebook(SHIPPED)
    assert rulebook is not None
    return rulebook


def turned_over(table: DecisionTable, rulebook: Rulebook) -> list[Issue]:
    """Give the errors and warnings of the rulebook with the rules of a table from bottom to top."""
    table = replace(table, rules=tuple(reversed(table.rules)))
    changed = replace(rulebook, decisions=rulebook.decisions | {table.name: table})
    ruleset, _ = compile_rulebook(changed)
    found = [*check(changed), *run_examples(ruleset)]
    return [issue for issue in found if issue.severity is not Severity.NOTE]


def test_turning_a_shipped_table_over_is_noticed(rulebook: Rulebook) -> None:
    """By the numbers of its rules, by a check, or by a worked visit; or it makes no difference."""
    no_difference = {i.at for i in check(rulebook) if i.kind == IssueCode.POLICY_COULD_BE_SIMPLER}
    silent = [
        table.name
        for table in rulebook.decisions.values()
        if table.hit_policy in (HitPolicy.FIRST, HitPolicy.FIRST_IN_GROUP)
        and table.at not in no_difference
        and not all(rule.id.isdecimal() for rule in table.rules)
        and not turned_over(table, rulebook)
    ]
    assert silent == []
