"""Sheets of one kind and name, in whatever workbooks, are one table: which belong together, do they agree."""

from collections.abc import Iterable

from codesheet.issues import Issue, IssueCode
from codesheet.language.values import fold
from codesheet.sheets.cells import Cell, CellReader
from codesheet.sheets.table import Column, Table


def group_tables(tables: Iterable[Table], issues: list[Issue]) -> dict[str, list[Table]]:
    """Group tables by name, each in order of workbook, then sheet."""
    groups: dict[str, list[Table]] = {}
    names: dict[str, str] = {}
    for table in tables:
        name = names.setdefault(fold(table.titled.name), table.titled.name)
        groups.setdefault(name, []).append(table)
    for group in groups.values():
        issues += _repeated(group)
    return groups


def _repeated(group: list[Table]) -> Iterable[Issue]:
    """Find a copy of a sheet left in a workbook: its rules would count twice."""
    seen: dict[tuple[str, str], Table] = {}
    for table in group:
        titled = table.titled
        applies_to = titled.label("Applies to")
        key = (titled.sheet.workbook, fold(applies_to.text) if applies_to else "")
        if key in seen:
            facts = {"kind": titled.kind.value, "name": titled.name}
            yield IssueCode.REPEATED_TABLE.issue(titled.sheet.at, seen[key].titled.sheet.at, **facts)
        seen.setdefault(key, table)


def agreed_label(tables: Iterable[Table], label: str, issues: list[Issue]) -> Cell | None:
    """Give what the sheets of a table say under a label; a sheet may leave it out, but not disagree."""
    said = [cell for table in tables if (cell := table.titled.label(label))]
    for cell in said[1:]:
        if fold(cell.text) != fold(said[0].text):
            facts = {"label": label, "text": cell.text, "other": said[0].text}
            issues.append(IssueCode.LABELS_DISAGREE.issue(cell.at, said[0].at, **facts))
    return said[0] if said else None


def column_fields(table: Table, role: str, reader: CellReader) -> dict[str, Column]:
    """Give a table's columns of a role by the declared name of their field; unknown ones are issues."""
    found = {}
    for column in table.with_role(role):
        name = reader.field(column.heading, column.at)
        if name is not None:
            found[name] = column
    return found
