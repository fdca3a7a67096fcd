"""Rules that count from top to bottom, but stand in several workbooks: which is above is chance."""

from collections.abc import Iterator

from codesheet.issues import Issue, IssueCode
from codesheet.language.values import fold
from codesheet.model import HitPolicy, Rulebook

_TOP_TO_BOTTOM = (HitPolicy.FIRST, HitPolicy.FIRST_IN_GROUP)


def first_in_two_workbooks(rulebook: Rulebook) -> Iterator[Issue]:
    """Versions of one policy count as one workbook: they are never in force on the same day."""
    titles = {source.workbook: fold(source.title) for source in rulebook.sources}
    for table in rulebook.decisions.values():
        if table.hit_policy not in _TOP_TO_BOTTOM:
            continue
        workbooks = {rule.at.workbook: rule.at for rule in reversed(table.rules)}
        policies = {titles.get(workbook) or f"\n{workbook}" for workbook in workbooks}
        if len(policies) > 1:
            others = [at for workbook, at in sorted(workbooks.items()) if workbook != table.at.workbook]
            names = ", ".join(sorted(workbooks))
            facts = {"policy": table.hit_policy.value, "workbooks": names}
            yield IssueCode.FIRST_IN_TWO_WORKBOOKS.issue(table.at, *others, **facts)
