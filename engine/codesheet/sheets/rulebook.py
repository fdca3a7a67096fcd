"""From a folder of workbooks to one rulebook, with every issue of every workbook in one run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from codesheet.issues import Issue, IssueCode
from codesheet.language.names import Names, nearest
from codesheet.language.values import FieldType
from codesheet.location import CellRef
from codesheet.model import (
    AddOnCodes,
    AllowedValues,
    CodePairs,
    Field,
    Level,
    Origin,
    Rulebook,
    Source,
    UnitLimits,
)
from codesheet.sheets.about import About, read_abouts
from codesheet.sheets.add_on_codes import read_add_on_codes
from codesheet.sheets.applies_to import AppliesTo
from codesheet.sheets.cells import CellReader
from codesheet.sheets.code_pairs import read_code_pairs
from codesheet.sheets.damage import (
    changed_codes,
    deceptive_characters,
    hidden_about,
    hidden_parts,
    near_twins,
    sorted_rows,
)
from codesheet.sheets.decisions import read_decisions
from codesheet.sheets.eaten_zeros import eaten_zeros
from codesheet.sheets.edit_fields import edit_field_types, edit_fields
from codesheet.sheets.examples import read_examples
from codesheet.sheets.fields import (
    Declared,
    built_in_fields,
    complete,
    read_declared,
    require,
    untyped_fields,
)
from codesheet.sheets.levels import Levelled, settle_levels
from codesheet.sheets.likely_types import MOST, likely_types
from codesheet.sheets.lookups import read_lookups
from codesheet.sheets.origins import settle_origins
from codesheet.sheets.queues import read_queues, unknown_queues
from codesheet.sheets.reference_files import read_references
from codesheet.sheets.settings import Settings, read_settings
from codesheet.sheets.table import Table, read_table
from codesheet.sheets.title_block import CLAIM_EDITS, Kind, TitledSheet, read_title_blocks
from codesheet.sheets.undeclared import undeclared_fields
from codesheet.sheets.unit_limits import read_unit_limits
from codesheet.sheets.value_sets import read_value_sets, set_names
from codesheet.sheets.workbook import Sheet, read_workbooks

_VERY_LIKE = 0.8
"""How alike a new name must be to that of a field to be taken for a slip: new fields are often called so."""

Tables: TypeAlias = dict[Kind, list[Table]]


def read_rulebook(path: Path) -> tuple[Rulebook | None, list[Issue]]:
    """Read all workbooks of a folder (or one workbook) as one rulebook.

    With errors among the issues a rulebook lacks the rows they concern: it may be checked further, but
    nothing may be coded with it. None where not even that can be built.
    """
    sheets, sources, problems = read_workbooks(path)
    if not sheets and problems:
        return None, problems
    references, more_sources, more_problems = read_references(path, sheets)
    sheets, sources, problems = sheets + references, sources + more_sources, problems + more_problems
    rulebook, issues = parse_sheets(sheets, sources)
    return rulebook, [*problems, *issues]


def parse_sheets(sheets: Iterable[Sheet], sources: Iterable[Source]) -> tuple[Rulebook | None, list[Issue]]:
    """Make one rulebook of the sheets of its workbooks, which stand in order of their names."""
    issues: list[Issue] = []
    sources = list(sources)
    titled = read_title_blocks(list(sheets), issues)
    abouts = read_abouts(titled, sources, issues)
    tables = _tables(titled, issues)
    if not tables[Kind.FIELDS]:
        first = titled[0].sheet.workbook if titled else next((one.workbook for one in sources), "")
        return None, [*issues, IssueCode.NO_FIELDS.issue(CellRef(first))]
    if any(table.heading(name) is None for table in tables[Kind.FIELDS] for name in ("Field", "Type")):
        return None, in_sheet_order(issues)  # of cells whose fields or types are not known nothing is known

    def read(types: Mapping[str, FieldType]) -> tuple[Rulebook | None, list[Issue]]:
        return _read_tables(tables, abouts, sources, types)

    untyped = untyped_fields(tables[Kind.FIELDS])
    if len(untyped) > MOST:
        read_declared(tables[Kind.FIELDS], frozenset(), {}, issues)
        return None, in_sheet_order(issues)
    rulebook, more = read(likely_types(untyped, lambda types: read(types)[1]))
    return rulebook, in_sheet_order([*issues, *more])


def _read_tables(
    tables: Tables, abouts: dict[str, About], sources: Iterable[Source], types: Mapping[str, FieldType]
) -> tuple[Rulebook | None, list[Issue]]:
    """Make a rulebook of its tables; `types` are those of fields whose own cannot be read."""
    issues: list[Issue] = []
    dictionary = _dictionary(tables, types, issues)
    reader = CellReader(dictionary.names, issues)
    value_sets = read_value_sets(tables[Kind.VALUE_SETS], abouts, reader)
    applies_to = AppliesTo(abouts, reader)
    levelled = _givers(tables, abouts, applies_to, dictionary, reader)
    edits = _claim_edits(tables, abouts, applies_to, reader)
    settings = dictionary.settings
    examples = read_examples(tables[Kind.EXAMPLES], levelled.fields, settings.visit_key, reader)
    queues = read_queues(tables[Kind.FIELDS], issues)
    issues += unknown_queues(queues, dictionary.declared.values(), levelled.lookups, levelled.decisions)
    if not settings.visit_key or not settings.date_of_service:
        return None, issues
    rulebook = Rulebook(
        fields=levelled.fields | _columns_present(settings.columns_present, levelled.fields),
        sets=value_sets,
        lookups=levelled.lookups,
        decisions=levelled.decisions,
        examples=examples,
        sources=tuple(_described(source, abouts) for source in sources),
        visit_key=settings.visit_key,
        date_of_service=settings.date_of_service,
        row_order=settings.row_order,
        shown=settings.shown,
        date_forms=settings.date_forms,
        columns_present=settings.columns_present,
        queues=queues.listed,
        queue_otherwise=queues.otherwise,
        code_pairs=edits.code_pairs,
        unit_limits=edits.unit_limits,
        add_on_codes=edits.add_on_codes,
    )
    return rulebook, issues


@dataclass(frozen=True, slots=True)
class _Dictionary:
    """Every field by name, before formulas are read: declared, of claim lines, and given undeclared."""

    declared: dict[str, Declared]
    undeclared: dict[str, Field]
    fields: dict[str, Field]
    set_by_edits: dict[str, Field]
    settings: Settings
    names: Names


@dataclass(frozen=True, slots=True)
class _ClaimEdits:
    """The claim-edit tables, each None where no sheet is of its kind."""

    code_pairs: CodePairs | None
    unit_limits: UnitLimits | None
    add_on_codes: AddOnCodes | None


def _dictionary(tables: Tables, types: Mapping[str, FieldType], issues: list[Issue]) -> _Dictionary:
    sets = set_names(tables[Kind.VALUE_SETS])
    declared = read_declared(tables[Kind.FIELDS], sets, types, issues)
    settings = read_settings(tables[Kind.FIELDS], declared, issues)
    require(settings.visit_key, declared)
    kinds = {kind: tables[kind][0].titled.sheet.at for kind in CLAIM_EDITS if tables[kind]}
    by_edits = edit_fields(kinds, declared)
    known = {name: one.field.type for name, one in declared.items()} | edit_field_types(kinds)
    undeclared = undeclared_fields([*tables[Kind.LOOKUP], *tables[Kind.DECISION]], known, sets)
    fields = {name: one.field for name, one in declared.items()} | built_in_fields(declared) | by_edits
    fields |= undeclared
    names = Names({name: field.type for name, field in fields.items()}, sets)
    return _Dictionary(declared, undeclared, fields, by_edits, settings, names)


def _claim_edits(
    tables: Tables, abouts: dict[str, About], applies_to: AppliesTo, reader: CellReader
) -> _ClaimEdits:
    return _ClaimEdits(
        read_code_pairs(tables[Kind.CODE_PAIRS], abouts, applies_to, reader),
        read_unit_limits(tables[Kind.UNIT_LIMITS], abouts, applies_to, reader),
        read_add_on_codes(tables[Kind.ADD_ON_CODES], abouts, applies_to, reader),
    )


def _givers(
    tables: Tables,
    abouts: dict[str, About],
    applies_to: AppliesTo,
    dictionary: _Dictionary,
    reader: CellReader,
) -> Levelled:
    """Read all that gives fields their values (formulas, lookups, decisions), and settle whose is whose."""
    issues = reader.issues
    formulas = {name: complete(one, reader) for name, one in dictionary.declared.items()}
    lookups = read_lookups(tables[Kind.LOOKUP], abouts, applies_to, reader)
    decisions = read_decisions(tables[Kind.DECISION], abouts, applies_to, reader)
    fields = dictionary.fields | formulas | dictionary.set_by_edits
    levelled = settle_levels(fields, dictionary.undeclared, lookups, decisions, issues)
    givers = [*tables[Kind.LOOKUP], *tables[Kind.DECISION]]
    kinds = {kind: tables[kind][0].titled.sheet.at for kind in CLAIM_EDITS if tables[kind]}
    settled = settle_origins(
        levelled.fields, dictionary.declared, levelled.decisions, (givers, kinds), issues
    )
    known = settled.keys() - dictionary.undeclared
    issues += _undeclared((settled[name] for name in dictionary.undeclared), known)
    issues += eaten_zeros(givers, reader.names)
    issues += _damage([*givers, *tables[Kind.VALUE_SETS], *tables[Kind.EXAMPLES]], reader.names)
    return replace(levelled, fields=settled)


def _tables(titled: Iterable[TitledSheet], issues: list[Issue]) -> Tables:
    tables: Tables = {kind: [] for kind in Kind}
    for sheet in titled:
        if sheet.table_row:
            table = read_table(sheet, issues)
            tables[sheet.kind].append(table)
            issues += hidden_parts(table)
            issues += sorted_rows(table)
        else:
            issues += hidden_about(sheet)
    return tables


def _damage(tables: list[Table], names: Names) -> Iterable[Issue]:
    for table in tables:
        yield from changed_codes(table, names)
        yield from deceptive_characters(table, names)
    yield from near_twins(tables, names)


def _columns_present(name: str, fields: dict[str, Field]) -> dict[str, Field]:
    """Let the field of Columns present hold the names of fields that are read, and no others."""
    if not name:
        return {}
    read = (f.name for f in fields.values() if f.origin is Origin.READ and f.level is Level.ROW)
    return {name: replace(fields[name], allowed=AllowedValues(tuple(one for one in read if one != name)))}


def _undeclared(fields: Iterable[Field], known: Iterable[str]) -> Iterable[Issue]:
    names = sorted(known)
    for field in fields:
        facts = {"field": field.name, "type": field.type.value, "level": field.level.value}
        meant = nearest(field.name, names, cutoff=_VERY_LIKE)
        yield IssueCode.UNDECLARED_FIELD.issue(field.at, **facts, did_you_mean=meant)


def _described(source: Source, abouts: dict[str, About]) -> Source:
    about = abouts[source.workbook]
    return replace(source, title=about.title, owner=about.owner, source=about.source, period=about.period)


def in_sheet_order(issues: Iterable[Issue]) -> list[Issue]:
    """Sort issues as a reader goes through the workbooks, and drop repeats of the same one."""
    distinct = dict.fromkeys(issues)
    return sorted(distinct, key=lambda issue: (*_place(issue.at), issue.kind.code))


def _place(at: CellRef) -> tuple[str, str, int, int, str]:
    return at.workbook, at.sheet, at.row, len(at.column), at.column
