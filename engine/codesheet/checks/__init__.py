"""What is wrong with a rulebook as a whole: small checks, each a generator in a file of its fault's name."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime

from codesheet.checks.codes_alike import codes_alike
from codesheet.checks.crossing_rules import crossing_rules
from codesheet.checks.cutting import TooManyPatterns
from codesheet.checks.dated_rows import dated_keys, dated_rules
from codesheet.checks.disagreeing_rules import disagreeing_rules
from codesheet.checks.first_in_two_workbooks import first_in_two_workbooks
from codesheet.checks.gaps import gaps
from codesheet.checks.geometry import Geometry
from codesheet.checks.joinable_rules import joinable_rules
from codesheet.checks.key_missing import key_missing
from codesheet.checks.order_not_distinct import order_not_distinct
from codesheet.checks.overlapping_edit_rows import overlapping_edit_rows
from codesheet.checks.overlapping_keys import overlapping_keys
from codesheet.checks.overlapping_rules import overlapping_rules
from codesheet.checks.overlay_without_base import overlay_without_base
from codesheet.checks.policy_not_for_result import policy_not_for_result
from codesheet.checks.repeated_rule_id import repeated_rule_id
from codesheet.checks.repeated_rules import repeated_rules
from codesheet.checks.roots import Roots, roots_of_fields
from codesheet.checks.rules_not_ascending import rules_not_ascending
from codesheet.checks.rules_that_never_fire import rules_that_never_fire
from codesheet.checks.scope import scope_not_connected, scope_not_tested, scope_without_id
from codesheet.checks.simpler_policy import simpler_policy
from codesheet.checks.unknown_codes import unknown_codes
from codesheet.checks.unused import unused
from codesheet.checks.value_never_given import value_never_given
from codesheet.checks.value_not_allowed import value_not_allowed
from codesheet.issues import Issue, IssueCode
from codesheet.model import DecisionTable, Rulebook

CHECKS: tuple[Callable[[Rulebook], Iterator[Issue]], ...] = (
    overlapping_keys,
    overlapping_edit_rows,
    policy_not_for_result,
    order_not_distinct,
    first_in_two_workbooks,
    rules_not_ascending,
    repeated_rule_id,
    scope_not_tested,
    scope_not_connected,
    scope_without_id,
    value_not_allowed,
    value_never_given,
    key_missing,
    unknown_codes,
    codes_alike,
    unused,
)

TABLE_CHECKS: tuple[Callable[[Geometry], Iterator[Issue]], ...] = (
    overlapping_rules,
    disagreeing_rules,
    crossing_rules,
    rules_that_never_fire,
    repeated_rules,
    joinable_rules,
    gaps,
    simpler_policy,
    overlay_without_base,
)


def check(rulebook: Rulebook, today: date | None = None) -> list[Issue]:
    """Run every check, and give each issue once; `today` tells what has ended and what is to come."""
    day = today or datetime.now(tz=UTC).date()
    issues = [issue for one in CHECKS for issue in one(rulebook)]
    roots = roots_of_fields(rulebook)
    for table in rulebook.decisions.values():
        issues += _of_table(table, rulebook, roots, day)
    for lookup in rulebook.lookups.values():
        issues += dated_keys(lookup, day)
    return _without_overlaps_of_dead_rules(dict.fromkeys(issues))


def _of_table(table: DecisionTable, rulebook: Rulebook, roots: Roots, day: date) -> Iterator[Issue]:
    try:
        geometry = Geometry(table, rulebook, roots)
    except TooManyPatterns as why:
        facts = {"what": "how the rules of this table go together", "why": str(why)}
        yield IssueCode.NOT_JUDGED.issue(table.at, **facts).as_warning
        return
    for one in TABLE_CHECKS:
        yield from one(geometry)
    yield from dated_rules(geometry, day)


def _without_overlaps_of_dead_rules(issues: Iterable[Issue]) -> list[Issue]:
    """Leave out overlapping dates of a rule that never fires anyway."""
    found = list(issues)
    silent = {issue.at.whole_row for issue in found if issue.kind == IssueCode.RULE_NEVER_FIRES}
    return [
        issue
        for issue in found
        if issue.kind != IssueCode.PERIODS_OVERLAP or silent.isdisjoint((issue.at, *issue.related))
    ]
