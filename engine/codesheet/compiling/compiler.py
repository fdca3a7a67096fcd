"""Compiles a rulebook: orders its steps and gives each decision table its durable-rules rulesets."""

from collections.abc import Iterator

from codesheet.compiling.graph import order_steps
from codesheet.compiling.matching import MOST_TESTS, match_table
from codesheet.compiling.ruleset import Matching, Ruleset
from codesheet.issues import Issue, IssueCode
from codesheet.model import DecisionTable, Rulebook


def compile_rulebook(rulebook: Rulebook) -> tuple[Ruleset, list[Issue]]:
    """Give what runs, and what keeps it from running (circles, rules with too many conditions)."""
    row_steps, line_steps, issues = order_steps(rulebook)
    matchings = {name: match_table(table) for name, table in rulebook.decisions.items()}
    for name, table in rulebook.decisions.items():
        issues += _too_many_conditions(table, matchings[name])
    return Ruleset(rulebook, row_steps, line_steps, matchings), issues


def _too_many_conditions(table: DecisionTable, matching: Matching) -> Iterator[Issue]:
    for rule, group in zip(table.rules, matching.rule_groups, strict=True):
        count = len(matching.groups[group])
        if count > MOST_TESTS:
            yield IssueCode.TOO_MANY_CONDITIONS.issue(rule.at, count=count, most=MOST_TESTS)
