"""The rulebook's settings: what the title blocks of the Fields sheets say of the whole export."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from codesheet.issues import Issue, IssueCode
from codesheet.language.names import Names
from codesheet.language.values import DateForm, FieldType, fold
from codesheet.model import Level
from codesheet.sheets.cells import Cell, find_field, find_word, split_list
from codesheet.sheets.fields import Declared
from codesheet.sheets.table import Table

_SHOWN_BY_DEFAULT = "Payer"
_NEEDED_SETTINGS = ("Visit key", "Date of service")


@dataclass(frozen=True, slots=True)
class Settings:
    """The fields and forms that labels name."""

    visit_key: str = ""
    date_of_service: str = ""
    row_order: str = ""
    shown: tuple[str, ...] = ()
    columns_present: str = ""
    date_forms: frozenset[DateForm] = field(default_factory=frozenset)


def read_settings(tables: list[Table], declared: Mapping[str, Declared], issues: list[Issue]) -> Settings:
    """Read the labels above the Fields tables: what makes a visit, how the export writes dates."""
    names = Names({name: one.field.type for name, one in declared.items()})

    def one_field(label: str, *, required: bool = True, kind: FieldType | None = None) -> str:
        cell = _setting(tables, label, issues)
        if cell is not None:
            name = _row_field(label, cell, names, declared, issues)
            _expect_type(kind, label, name, cell, declared, issues)
            return name
        if required:
            remedy = f"write {label} and, beside it, the field that holds it"
            says_more = (table for table in tables if any(map(table.titled.label, _NEEDED_SETTINGS)))
            sheet = next(says_more, tables[0]).titled.sheet
            issues.append(IssueCode.MISSING_LABEL.issue(sheet.at, label=label, remedy=remedy))
        return ""

    visit_key, date_of_service = _NEEDED_SETTINGS
    return Settings(
        visit_key=one_field(visit_key),
        date_of_service=one_field(date_of_service, kind=FieldType.DATE),
        row_order=one_field("Row order", required=False),
        shown=_shown(_setting(tables, "On claim lines", issues), names, declared, issues),
        columns_present=one_field("Columns present", required=False, kind=FieldType.CODE_LIST),
        date_forms=_date_forms(_setting(tables, "Date forms", issues), issues),
    )


def _setting(tables: Iterable[Table], label: str, issues: list[Issue]) -> Cell | None:
    """Find what the Fields sheets say under a label; two that differ are an issue."""
    said = [cell for table in tables if (cell := table.titled.label(label))]
    for cell in said[1:]:
        if fold(cell.text) != fold(said[0].text):
            facts = {"label": label, "text": cell.text, "other": said[0].text}
            issues.append(IssueCode.LABELS_DISAGREE.issue(cell.at, said[0].at, **facts))
    return said[0] if said else None


def _row_field(
    label: str, cell: Cell, names: Names, declared: Mapping[str, Declared], issues: list[Issue]
) -> str:
    name = find_field(names, cell.text, cell.at, issues)
    if name is None:
        return ""
    if declared[name].field.level is Level.LINE or (declared[name].formula and label != "On claim lines"):
        remedy = "it must be a field that is read from the export"
        issues.append(IssueCode.BAD_SETTING.issue(cell.at, label=label, text=cell.text, remedy=remedy))
    return name


def _expect_type(
    kind: FieldType | None,
    label: str,
    name: str,
    cell: Cell,
    declared: Mapping[str, Declared],
    issues: list[Issue],
) -> None:
    if name and kind is not None and declared[name].field.type is not kind:
        facts = {"label": label, "text": name, "remedy": f"its type must be {kind.value}"}
        issues.append(IssueCode.BAD_SETTING.issue(cell.at, declared[name].field.at, **facts))


def _shown(
    cell: Cell | None, names: Names, declared: Mapping[str, Declared], issues: list[Issue]
) -> tuple[str, ...]:
    if cell is None:
        payer = names.find_field(_SHOWN_BY_DEFAULT)
        return (payer,) if payer and declared[payer].field.level is Level.ROW else ()
    parts = [cell._replace(value=part) for part in split_list(cell.text)]
    found = [_row_field("On claim lines", part, names, declared, issues) for part in parts]
    return tuple(name for name in found if name)


def _date_forms(cell: Cell | None, issues: list[Issue]) -> frozenset[DateForm]:
    parts = [cell._replace(value=part) for part in split_list(cell.text)] if cell else []
    words = [find_word([form.value for form in DateForm], part, "form of dates", issues) for part in parts]
    return frozenset(DateForm(word) for word in words if word)
