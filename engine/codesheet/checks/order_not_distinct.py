"""Tables of line changes whose order is open: each sees what those before it did."""

from collections.abc import Iterator

from codesheet.issues import Issue, IssueCode
from codesheet.language.values import show_number
from codesheet.model import DecisionTable, Result, Rulebook


def order_not_distinct(rulebook: Rulebook) -> Iterator[Issue]:
    """Where there are several such tables, each needs an Order of its own."""
    tables = [table for table in rulebook.decisions.values() if table.result is Result.LINE_CHANGES]
    seen: dict[float, DecisionTable] = {}
    for table in tables if len(tables) > 1 else ():
        if table.order is None:
            where = f"each of several tables with Result {Result.LINE_CHANGES.value}"
            yield IssueCode.LABEL_NEEDED.issue(table.at, label="the label Order", where=where)
        elif (first := seen.setdefault(table.order, table)) is not table:
            facts = {"first": first.name, "second": table.name, "order": show_number(table.order)}
            yield IssueCode.ORDER_NOT_DISTINCT.issue(table.at, first.at, **facts)
