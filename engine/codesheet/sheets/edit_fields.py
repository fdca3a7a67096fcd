"""The line fields that claim-edit sheets set, where a rulebook has such sheets: types and meanings."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from codesheet.language.values import FieldType
from codesheet.location import CellRef
from codesheet.model import Field, Level, Origin, Required
from codesheet.sheets.fields import Declared
from codesheet.sheets.title_block import CLAIM_EDITS, Kind

UNITS_BEFORE = "Units before"

EDIT_FIELDS: Mapping[Kind, Mapping[str, tuple[FieldType, str]]] = {
    Kind.CODE_PAIRS: {
        "Pair with": (FieldType.CODE_LIST, "The codes of the claim that this code is column 2 of."),
        "Pair indicator": (
            FieldType.CODE,
            "Whether a modifier can part them: 0 never, 1 with a reason. Of several, the strictest.",
        ),
        "Pair row": (FieldType.TEXT, "The rows of the code pairs, with their release."),
    },
    Kind.UNIT_LIMITS: {
        "Unit limit": (FieldType.WHOLE, "The units allowed. Of several limits, the one that counts."),
        "Limit per": (FieldType.TEXT, "What the limit is counted over: a line, a day, a visit, a year, …"),
        "Limit adjudication": (FieldType.TEXT, "How the payer applies the limit, as the table says."),
        "Limit action": (FieldType.TEXT, "What the table says becomes of units over the limit."),
        UNITS_BEFORE: (
            FieldType.WHOLE,
            "Units used up before this line, within what the limit is counted over.",
        ),
        "Units over limit": (FieldType.WHOLE, "Units over the limit; negative: as many are left."),
        "Limit row": (FieldType.TEXT, "The row of the limit, with its release."),
    },
    Kind.ADD_ON_CODES: {
        "Primary present": (FieldType.YES_NO, "Whether a primary code of this add-on code is on the claim."),
        "Primary codes": (FieldType.CODE_LIST, "The primary codes that this add-on code may stand beside."),
        "Add-on type": (FieldType.CODE, "The type of the add-on code in the table."),
        "Add-on row": (FieldType.TEXT, "The row of the add-on code, with its release."),
    },
}


def edit_field_types(kinds: Iterable[Kind]) -> dict[str, FieldType]:
    """Give the types of the fields that these kinds of sheets set."""
    return {name: kind for one in kinds for name, (kind, _) in EDIT_FIELDS[one].items()}


def edit_fields(tables: Mapping[Kind, CellRef], declared: Mapping[str, Declared]) -> dict[str, Field]:
    """Give the fields that claim-edit sheets set; a declaration adds its description and allowed values.

    How many units were used before is asked for where it is not known: never taken as none.
    """
    fields = {}
    for kind, at in tables.items():
        for name, (field_type, words) in EDIT_FIELDS[kind].items():
            field = Field(
                name, field_type, Level.LINE, Origin.CLAIM_EDIT, headings=(name,), description=words, at=at
            )
            if name in declared:
                own = declared[name].field
                field = replace(field, allowed=own.allowed, description=own.description or words, at=own.at)
            if name == UNITS_BEFORE:
                field = replace(field, required=Required.WHEN_USED)
            fields[name] = field
    return fields


def edit_row_fields(read: Iterable[str], fields: Mapping[str, Field]) -> list[str]:
    """Name the fields that hold the claim-edit rows behind the fields a table reads."""
    known = {name for name in read if name in fields and fields[name].origin is Origin.CLAIM_EDIT}
    return [list(names)[-1] for names in EDIT_FIELDS.values() if known & names.keys()]


def edit_setters(tables: Mapping[Kind, CellRef]) -> Iterator[tuple[str, str, CellRef]]:
    """Give each such field, what sets it as messages call it, and a sheet of that kind."""
    for kind in CLAIM_EDITS:
        if kind in tables:
            for name in EDIT_FIELDS[kind]:
                yield name, f"{kind.value} sheets", tables[kind]
