"""A First table that somebody has sorted: its numeric RULE ids no longer ascend."""

from collections.abc import Iterator
from itertools import groupby, pairwise

from codesheet.issues import Issue, IssueCode
from codesheet.model import HitPolicy, Rule, Rulebook


def rules_not_ascending(rulebook: Rulebook) -> Iterator[Issue]:
    """Compare each numbered rule with the numbered one above it on its sheet."""
    for table in rulebook.decisions.values():
        if table.hit_policy not in (HitPolicy.FIRST, HitPolicy.FIRST_IN_GROUP):
            continue
        numbered = [rule for rule in table.rules if _number(rule) is not None]
        for _, rules in groupby(numbered, key=lambda rule: (rule.at.workbook, rule.at.sheet)):
            for above, rule in pairwise(rules):
                if (_number(rule) or 0) < (_number(above) or 0):
                    facts = {"id": rule.id, "above": above.id}
                    yield IssueCode.RULES_NOT_ASCENDING.issue(rule.at, above.at, **facts)


def _number(rule: Rule) -> float | None:
    try:
        return float(rule.id)
    except ValueError:
        return None
