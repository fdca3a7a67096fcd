"""What is wrong with a rulebook as a whole: small checks, each a generator in a file of its fault's name."""

from collections.abc import Callable, Iterator

from codesheet.checks.crossing_rules import crossing_rules
from codesheet.checks.disagreeing_rules import disagreeing_rules
from codesheet.checks.first_in_two_workbooks import first_in_two_workbooks
from codesheet.checks.gaps import gaps
from codesheet.checks.geometry import Geometry
from codesheet.checks.joinable_rules import joinable_rules
from codesheet.checks.order_not_distinct import order_not_distinct
from codesheet.checks.overlapping_keys import overlapping_keys
from codesheet.checks.overlapping_rules import overlapping_rules
from codesheet.checks.policy_not_for_result import policy_not_for_result
from codesheet.checks.repeated_rule_id import repeated_rule_id
from codesheet.checks.repeated_rules import repeated_rules
from codesheet.checks.roots import roots_of_fields
from codesheet.checks.rules_not_ascending import rules_not_ascending
from codesheet.checks.rules_that_never_fire import rules_that_never_fire
from codesheet.checks.scope import scope_not_connected, scope_not_tested, scope_without_id
from codesheet.checks.simpler_policy import simpler_policy
from codesheet.checks.value_not_allowed import value_not_allowed
from codesheet.issues import Issue
from codesheet.model import Rulebook

CHECKS: tuple[Callable[[Rulebook], Iterator[Issue]], ...] = (
    overlapping_keys,
    policy_not_for_result,
    order_not_distinct,
    first_in_two_workbooks,
    rules_not_ascending,
    repeated_rule_id,
    scope_not_tested,
    scope_not_connected,
    scope_without_id,
    value_not_allowed,
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
)


def check(rulebook: Rulebook) -> list[Issue]:
    """Run every check, and give each issue once."""
    issues = [issue for one in CHECKS for issue in one(rulebook)]
    roots = roots_of_fields(rulebook)
    for table in rulebook.decisions.values():
        geometry = Geometry(table, rulebook, roots)
        issues += (issue for one in TABLE_CHECKS for issue in one(geometry))
    return list(dict.fromkeys(issues))
