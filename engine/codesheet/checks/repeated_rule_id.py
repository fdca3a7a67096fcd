"""Two rules of one workbook with the same RULE id: results could not say which one coded a line."""

from collections.abc import Iterator

from codesheet.checks.periods import overlap
from codesheet.issues import Issue, IssueCode
from codesheet.language.values import fold
from codesheet.model import DecisionTable, Rule, Rulebook


def repeated_rule_id(rulebook: Rulebook) -> Iterator[Issue]:
    """Ids may repeat where a Scope makes the rules rivals, and in rows that follow each other in time."""
    for table in rulebook.decisions.values():
        if not table.scope:
            yield from _of_table(table)


def _of_table(table: DecisionTable) -> Iterator[Issue]:
    seen: dict[tuple[str, str], list[Rule]] = {}
    for rule in table.rules:
        if not rule.id:
            continue
        earlier = seen.setdefault((rule.at.workbook, fold(rule.id)), [])
        clash = next((other for other in earlier if overlap(other.period, rule.period)), None)
        if clash is not None:
            yield IssueCode.REPEATED_RULE_ID.issue(rule.at, clash.at, id=rule.id)
        earlier.append(rule)
