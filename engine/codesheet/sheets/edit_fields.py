"""The line fields that claim-edit sheets set, where a rulebook has such sheets."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from codesheet.language.values import FieldType
from codesheet.location import CellRef
from codesheet.model import Field, Level, Origin, Required
from codesheet.sheets.fields import Declared
from codesheet.sheets.title_block import CLAIM_EDITS, Kind

UNITS_BEFORE = "Units before"

EDIT_FIELDS: Mapping[Kind, Mapping[str, FieldType]] = {
    Kind.CODE_PAIRS: {
        "Pair with": FieldType.CODE_LIST,
        "Pair indicator": FieldType.CODE,
        "Pair row": FieldType.TEXT,
    },
    Kind.UNIT_LIMITS: {
        "Unit limit": FieldType.WHOLE,
        "Limit per": FieldType.TEXT,
        "Limit adjudication": FieldType.TEXT,
        "Limit action": FieldType.TEXT,
        UNITS_BEFORE: FieldType.WHOLE,
        "Units over limit": FieldType.WHOLE,
        "Limit row": FieldType.TEXT,
    },
    Kind.ADD_ON_CODES: {
        "Primary present": FieldType.YES_NO,
        "Primary codes": FieldType.CODE_LIST,
        "Add-on type": FieldType.CODE,
        "Add-on row": FieldType.TEXT,
    },
}


def edit_field_types(kinds: Iterable[Kind]) -> dict[str, FieldType]:
    """Give the types of the fields that these kinds of sheets set."""
    return {name: kind for one in kinds for name, kind in EDIT_FIELDS[one].items()}


def edit_fields(tables: Mapping[Kind, CellRef], declared: Mapping[str, Declared]) -> dict[str, Field]:
    """Give the fields that claim-edit sheets set; a declaration adds its description and allowed values.

    How many units were used before is asked for where it is not known: never taken as none.
    """
    fields = {}
    for kind, at in tables.items():
        for name, field_type in EDIT_FIELDS[kind].items():
            field = Field(name, field_type, Level.LINE, Origin.CLAIM_EDIT, headings=(name,), at=at)
            if name in declared:
                own = declared[name].field
                field = replace(field, allowed=own.allowed, description=own.description, at=own.at)
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
