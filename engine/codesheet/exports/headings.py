"""Which column of an export holds which field: headings as people write them, matched to the Fields sheet."""

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from codesheet.exports.table import RawTable
from codesheet.issues import Issue, IssueCode
from codesheet.language.values import fold, tidy
from codesheet.location import CellRef
from codesheet.model import Field, Level, Origin, Required, Rulebook

ROWS_SEARCHED = 20
"""How many rows are looked at for the headings."""

_EXAMPLES = 4
_NEAR = 0.6


@dataclass(frozen=True, slots=True)
class HeadingMap:
    """The column of each read field by its place in the file; `absent` fields have none.

    `expected` are those of the absent whose column an export should have: they are not optional.
    """

    columns: dict[str, int]
    absent: tuple[str, ...]
    expected: tuple[str, ...]


def heading_key(heading: str) -> str:
    """Give the form in which headings are compared: without case, space or punctuation."""
    return "".join(filter(str.isalnum, heading.casefold())) or fold(heading)


def best_headings(rows: Sequence[Sequence[str]], known: frozenset[str]) -> int | None:
    """Give the place of the row of headings among a file's first rows: titles can stand above it.

    It is the row with the most known headings, the first of several; None where every row is blank.
    """
    filled = [place for place, row in enumerate(rows) if any(cell.strip() for cell in row)]
    counts = {place: sum(heading_key(cell) in known for cell in rows[place]) for place in filled}
    return max(filled, key=counts.__getitem__, default=None)


def titles_note(file: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Tell that rows above the headings were not read."""
    if any(cell.strip() for row in rows for cell in row):
        yield f"{file}: what stands above the headings in row {len(rows) + 1} was not read"


def read_fields(rulebook: Rulebook) -> list[Field]:
    """Give the fields an export is to hold, in order of declaration."""
    return [field for field in row_fields(rulebook) if field.name != rulebook.columns_present]


def row_fields(rulebook: Rulebook) -> list[Field]:
    """Give the fields that encounter rows begin with: those of the export, and which of them it has."""
    return [f for f in rulebook.fields.values() if f.origin is Origin.READ and f.level is Level.ROW]


def known_headings(rulebook: Rulebook) -> frozenset[str]:
    """Give the key of every heading that some field goes by."""
    return frozenset(key for f in read_fields(rulebook) for key in _keys_of(f))


def is_required(field: Field, rulebook: Rulebook) -> bool:
    """Say whether rows need this field; the visit key always, since a row of no visit cannot be coded."""
    return field.required is Required.YES or field.name == rulebook.visit_key


def map_headings(table: RawTable, rulebook: Rulebook) -> tuple[HeadingMap | None, list[Issue]]:
    """Find each read field's column; None, with the issues, when the file cannot be trusted to say."""
    keys = [heading_key(h) if h.strip() else "" for h in table.headings]
    at = CellRef(table.file, "", table.header_row)
    if not _are_headings(keys, rulebook):
        # What stands there may be a patient's data, so the message must not show it.
        examples = ", ".join(f'"{_names_of(f)[0]}"' for f in read_fields(rulebook)[:_EXAMPLES])
        return None, [IssueCode.NO_HEADINGS.issue(at, row=table.header_row, examples=examples)]
    issues = _duplicates(table.headings, at)
    columns: dict[str, int] = {}
    absent: list[Field] = []
    for field in read_fields(rulebook):
        wanted = _keys_of(field)
        places = [place for place, key in enumerate(keys) if key in wanted]
        if len({fold(table.headings[place]) for place in places}) > 1:
            issues.append(_two_headings(field, [table.headings[place] for place in places], at))
        elif places:
            columns[field.name] = places[0]
        elif is_required(field, rulebook):
            issues.append(_missing_heading(field, table.headings, at))
        else:
            absent.append(field)
    expected = tuple(field.name for field in absent if field.required is not Required.OPTIONAL)
    found = HeadingMap(columns, tuple(field.name for field in absent), expected)
    return (None if issues else found), issues


def _are_headings(keys: list[str], rulebook: Rulebook) -> bool:
    """Say whether a row holds headings: one that is known could be a visit's data by chance, two hardly."""
    return len(known_headings(rulebook).intersection(keys)) >= min(2, max(1, sum(map(bool, keys))))


def _names_of(field: Field) -> tuple[str, ...]:
    return field.headings or (field.name,)


def _keys_of(field: Field) -> frozenset[str]:
    return frozenset(heading_key(name) for name in _names_of(field) if name.strip())


def _duplicates(headings: tuple[str, ...], at: CellRef) -> list[Issue]:
    count = Counter(fold(heading) for heading in headings if heading.strip())
    first = {fold(heading): tidy(heading) for heading in reversed(headings)}
    return [IssueCode.DUPLICATE_HEADING.issue(at, heading=first[key]) for key, n in count.items() if n > 1]


def _two_headings(field: Field, headings: list[str], at: CellRef) -> Issue:
    return IssueCode.TWO_HEADINGS.issue(at, field=field.name, headings=_listed(headings))


def _missing_heading(field: Field, headings: tuple[str, ...], at: CellRef) -> Issue:
    found = {h.casefold(): tidy(h) for h in headings if h.strip()}
    near = {
        found[match]: None
        for name in _names_of(field)
        for match in difflib.get_close_matches(name.casefold(), found, cutoff=_NEAR)
    }
    nearest = f"; nearest: {_listed(near)}" if near else ""
    return IssueCode.MISSING_HEADING.issue(
        at, field=field.name, wanted=_listed(_names_of(field)), nearest=nearest, found=_listed(found.values())
    )


def _listed(headings: Iterable[str]) -> str:
    return ", ".join(f'"{tidy(heading)}"' for heading in headings)
