"""What is wrong with a rulebook as a whole: small checks, each a generator in a file of its fault's name."""

from collections.abc import Callable, Iterator

from codesheet.checks.first_in_two_workbooks import first_in_two_workbooks
from codesheet.checks.order_not_distinct import order_not_distinct
from codesheet.checks.overlapping_edit_rows import overlapping_edit_rows
from codesheet.checks.overlapping_keys import overlapping_keys
from codesheet.checks.policy_not_for_result import policy_not_for_result
from codesheet.checks.repeated_rule_id import repeated_rule_id
from codesheet.checks.rules_not_ascending import rules_not_ascending
from codesheet.checks.scope import scope_not_connected, scope_not_tested, scope_without_id
from codesheet.checks.value_not_allowed import value_not_allowed
from codesheet.issues import Issue
from codesheet.model import Rulebook

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
)


def check(rulebook: Rulebook) -> list[Issue]:
    """Run every check, and give each issue once."""
    return list(dict.fromkeys(issue for one in CHECKS for issue in one(rulebook)))
