"""Each cause once: issues that only follow from another issue are left out."""

from collections.abc import Iterable, Iterator

from codesheet.issues import Issue, IssueCode
from codesheet.location import CellRef
from codesheet.model import Rulebook

_Sheet = tuple[str, str]
"""A sheet: its workbook's name and its own."""

_DAMAGE = frozenset(
    {
        IssueCode.EATEN_ZERO,
        IssueCode.CODE_BECAME_DATE,
        IssueCode.POWER_OF_TEN,
        IssueCode.CODE_WITH_DECIMALS,
        IssueCode.ZERO_ONLY_SHOWN,
        IssueCode.DECEPTIVE_CHARACTER,
    }
)
"""Say what happened to a cell: what its value then lacks is no news."""

_FAULTY = frozenset({IssueCode.ERROR_VALUE, IssueCode.FORMULA_NOT_CALCULATED, IssueCode.RESULT_OUT_OF_DATE})
"""Say that what a cell shows is not what it says: what is wrong with that is no news."""

_WRONG_VALUE = frozenset(
    {IssueCode.VALUE_NOT_ALLOWED, IssueCode.VALUE_NEVER_GIVEN, IssueCode.CODE_NEVER_COMES}
)
"""Say that a cell waits for what never comes: that its rule never fires follows."""

_OF_WHAT_IS_MISSING = frozenset(
    {
        IssueCode.GAP,
        IssueCode.HOLE_IN_TIME,
        IssueCode.BASE_ENDED,
        IssueCode.ROWS_ENDED,
        IssueCode.POLICY_COULD_BE_SIMPLER,
        IssueCode.FIELD_NEVER_SET,
        IssueCode.FIELD_NOT_USED,
        IssueCode.RESULT_NOT_READ,
        IssueCode.SET_NOT_USED,
        IssueCode.LOOKUP_NOT_USED,
        IssueCode.SCOPE_NOT_CONNECTED,
        IssueCode.SCOPE_NOT_TESTED,
    }
)
"""Rows that could not be read are missing from the rulebook, so nothing can be said of what is not there."""

_OF_WHAT_A_LOOKUP_LACKS = frozenset(
    {IssueCode.KEY_MISSING, IssueCode.UNKNOWN_CODE, IssueCode.CODE_NEVER_COMES}
)
"""Say that a lookup, named beside the cell, has no such row: perhaps it stands in one that cannot be read."""

_OF_SEVERAL_ROWS = "TDLCK"
"""Chapters of issues that say how rows go together."""

_ABOUT_THE_TABLE = frozenset(
    {
        IssueCode.UNKNOWN_LABEL,
        IssueCode.REPEATED_LABEL,
        IssueCode.LABELS_DISAGREE,
        IssueCode.UNKNOWN_WORD,
        IssueCode.MISSING_LABEL,
        IssueCode.UNKNOWN_ROLE,
        IssueCode.COLUMN_WITHOUT_ROLE,
        IssueCode.REPEATED_TABLE,
        IssueCode.MERGED_CELLS,
        IssueCode.COLUMN_WITHOUT_HEADING,
        IssueCode.REPEATED_COLUMN,
        IssueCode.FIRST_IN_TWO_WORKBOOKS,
    }
)
"""Leave open what a whole table does, so that nothing can be said of how its rules go together."""


def each_cause_once(
    issues: Iterable[Issue], unread: Iterable[Issue], rulebook: Rulebook | None
) -> list[Issue]:
    """Leave out what follows from damaged cells, and from rows that could not be read (`unread`).

    `rulebook` is what could be read.
    """
    found = list(dict.fromkeys(issues))
    unsure = {_sheet(issue.at) for issue in unread if issue.is_error}
    if unsure:
        unknown = rulebook is None or not unsure <= _sheets_of_rows(rulebook)
        found = [issue for issue in found if not _may_be_untrue(issue, unsure, unknown=unknown)]
    for copy in [_workbooks(issue) for issue in found if issue.kind == IssueCode.SAME_VERSION]:
        found = [issue for issue in found if not _is_of_a_copy(issue, copy)]
    doubtful = {sheet for issue in found for sheet in _doubtful_sheets(issue)}
    found = [issue for issue in found if not (_is_of_logic(issue) and _sheet(issue.at) in doubtful)]
    faulty = {issue.at for issue in found if issue.kind in _FAULTY}
    damaged = {issue.at for issue in found if issue.kind in _DAMAGE}
    damaged_rows = {at.whole_row for at in damaged}
    wrong_value = {issue.at for issue in found if issue.kind in _WRONG_VALUE}
    return [
        issue
        for issue in found
        if (issue.kind in _DAMAGE or issue.at not in damaged)
        and (issue.kind in _FAULTY or issue.at not in faulty)
        and not (issue.kind == IssueCode.NEAR_TWIN and damaged.intersection(issue.related))
        and not (issue.kind in _OF_WHAT_A_LOOKUP_LACKS and issue.at in damaged_rows)
        and (issue.kind != IssueCode.RULE_NEVER_FIRES or issue.at not in wrong_value)
    ]


def _may_be_untrue(issue: Issue, unsure: set[_Sheet], *, unknown: bool) -> bool:
    """Say whether rows that could not be read, of these sheets, may be what an issue misses.

    `unknown`: nobody can say of which table some of these sheets are.
    """
    if issue.kind in _OF_WHAT_A_LOOKUP_LACKS:
        return not unsure.isdisjoint(map(_sheet, issue.related))
    if issue.kind == IssueCode.VALUE_NEVER_GIVEN:  # it names all sheets of what could give the value
        return unknown or not unsure.isdisjoint(map(_sheet, issue.related))
    return issue.kind in _OF_WHAT_IS_MISSING


def _is_of_a_copy(issue: Issue, copy: set[str]) -> bool:
    """Say whether an issue only shows that two workbooks, of which one is a copy, say the same things."""
    if issue.kind == IssueCode.SAME_VERSION:
        return False
    return copy <= _workbooks(issue) or (issue.kind.code[0] in _OF_SEVERAL_ROWS and issue.at.workbook in copy)


def _workbooks(issue: Issue) -> set[str]:
    return {issue.at.workbook, *(at.workbook for at in issue.related)}


def _is_of_logic(issue: Issue) -> bool:
    return issue.kind.code[0] in "TD" and issue.kind not in _ABOUT_THE_TABLE


def _doubtful_sheets(issue: Issue) -> Iterator[_Sheet]:
    if issue.kind in _ABOUT_THE_TABLE:
        yield _sheet(issue.at)
    if issue.kind == IssueCode.FIRST_IN_TWO_WORKBOOKS:  # which of them is above is not known
        yield from map(_sheet, issue.related)


def _sheets_of_rows(rulebook: Rulebook) -> set[_Sheet]:
    """Give the sheets of which some row could be read: what they are is known."""
    rows: list[CellRef] = [field.at for field in rulebook.fields.values()]
    rows += (member.at for named in rulebook.sets.values() for member in named.members)
    rows += (row.at for lookup in rulebook.lookups.values() for row in lookup.rows)
    rows += (rule.at for table in rulebook.decisions.values() for rule in table.rules)
    return set(map(_sheet, rows))


def _sheet(at: CellRef) -> _Sheet:
    return at.workbook, at.sheet
