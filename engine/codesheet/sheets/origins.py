"""Where each field's values come from: one place each, for two could disagree."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from codesheet.issues import Issue, IssueCode
from codesheet.language.values import fold
from codesheet.location import CellRef
from codesheet.model import DecisionTable, Field, Level, Origin, Result
from codesheet.sheets.edit_fields import edit_setters
from codesheet.sheets.fields import BUILT_IN, Declared
from codesheet.sheets.outputs import SPECIAL
from codesheet.sheets.table import Table
from codesheet.sheets.title_block import Kind

_LINE_TABLES = "tables of claim lines"


@dataclass(frozen=True, slots=True)
class _Setter:
    """Something that gives a field its value, as messages call it, and the cell that says so."""

    origin: Origin
    what: str
    at: CellRef


def settle_origins(
    fields: Mapping[str, Field],
    declared: Mapping[str, Declared],
    decisions: Mapping[str, DecisionTable],
    givers: tuple[Iterable[Table], Mapping[Kind, CellRef]],
    issues: list[Issue],
) -> dict[str, Field]:
    """Give each field its origin; a second one is an issue naming both cells.

    `givers` are the tables with columns of fields, and a sheet of each kind of claim edits.
    """
    tables, claim_edits = givers
    setters: dict[str, list[_Setter]] = {name: [] for name in fields}
    for name in BUILT_IN:
        if fields[name].level is Level.LINE:
            setters[name].append(_Setter(Origin.LINE, _LINE_TABLES, fields[name].at))
    by_edits = [(n, _Setter(Origin.CLAIM_EDIT, what, at)) for n, what, at in edit_setters(claim_edits)]
    of_tables = _table_setters(fields, decisions, tables)
    for name, setter in (*by_edits, *_declared_setters(declared), *of_tables):
        if all(known.what != setter.what for known in setters[name]):
            setters[name].append(setter)
    for name, found in setters.items():
        for second in found[1:]:
            first = found[0]
            facts = {"field": name, "first": first.what, "second": second.what}
            related = (first.at,) if first.at.workbook else ()
            issues.append(IssueCode.TWO_ORIGINS.issue(second.at, *related, **facts))
    settled = {name: _with_origin(field, setters[name]) for name, field in fields.items()}
    issues += _never_set(settled, declared, decisions)
    return settled


def _with_origin(field: Field, setters: list[_Setter]) -> Field:
    origin = setters[0].origin if setters else field.origin
    return field if origin is field.origin else replace(field, origin=origin)


def _declared_setters(declared: Mapping[str, Declared]) -> Iterator[tuple[str, _Setter]]:
    for name, one in declared.items():
        if one.says_heading and one.field.level is Level.ROW:
            yield name, _Setter(Origin.READ, "read under its Headings", one.field.at)
        if one.formula is not None:
            yield name, _Setter(Origin.FORMULA, "its Formula", one.formula.at)


def _table_setters(
    fields: Mapping[str, Field], decisions: Mapping[str, DecisionTable], tables: Iterable[Table]
) -> Iterator[tuple[str, _Setter]]:
    by_folded = {fold(name): name for name in fields}
    by_table = {fold(name): decision for name, decision in decisions.items()}
    special = {fold(name) for name in SPECIAL}
    titles: dict[str, str] = {}
    for table in tables:
        title = titles.setdefault(fold(table.titled.name), table.titled.name)
        if table.titled.kind is Kind.LOOKUP:
            for column in table.with_role("VALUE"):
                what = f'lookup "{title}"'
                yield by_folded[fold(column.heading)], _Setter(Origin.LOOKUP, what, column.at)
            continue
        decision = by_table.get(fold(title))
        if decision is None or decision.result is Result.EDITS:
            continue
        for column in table.with_role("THEN"):
            name = by_folded.get(fold(column.heading))
            if name is None or fold(column.heading) in special:
                continue
            if decision.result is Result.FIELDS:
                yield name, _Setter(Origin.DECISION, f'decision "{decision.name}"', column.at)
            elif fields[name].level is Level.LINE:
                yield name, _Setter(Origin.LINE, _LINE_TABLES, column.at)


def _never_set(
    fields: Mapping[str, Field], declared: Mapping[str, Declared], decisions: Mapping[str, DecisionTable]
) -> Iterator[Issue]:
    set_by_tables = {name for table in decisions.values() for name in table.outputs}
    for name in declared:
        field = fields[name]
        unset = name not in BUILT_IN and name not in set_by_tables
        if unset and field.origin is Origin.LINE:
            yield IssueCode.FIELD_NEVER_SET.issue(field.at, field=name)
