"""Rulebooks for tests of exports: only fields matter here."""

from collections.abc import Iterable, Mapping

from codesheet.coding.batch import Encounters
from codesheet.coding.plain_values import values_of
from codesheet.language.values import DateForm, FieldType, Scalar
from codesheet.model import AllowedValues, Field, Level, Origin, Required, Rulebook, ValueSet


def field(
    name: str,
    kind: str = "text",
    *,
    required: str = "no",
    headings: tuple[str, ...] = (),
    allowed: AllowedValues | None = None,
) -> Field:
    return Field(name, FieldType(kind), Level.ROW, Origin.READ, Required(required), headings, allowed)


VISIT = field("Visit ID", required="yes")


def rulebook(
    fields: Iterable[Field], forms: Iterable[DateForm] = (), sets: Mapping[str, ValueSet] | None = None
) -> Rulebook:
    return Rulebook(
        fields={f.name: f for f in fields},
        sets=dict(sets or {}),
        lookups={},
        decisions={},
        examples=(),
        sources=(),
        visit_key="Visit ID",
        date_of_service="Date of service",
        row_order="Item",
        date_forms=frozenset(forms),
    )


def values(encounters: Encounters | None, name: str) -> list[Scalar | None]:
    assert encounters is not None
    return values_of(encounters.frame[name], encounters.frame.vocabulary)


def rejected(encounters: Encounters | None) -> list[tuple[object, ...]]:
    """Give the faults without the file."""
    assert encounters is not None
    columns = ["Row", "Visit ID", "Column", "Value", "Why"]
    return [tuple(row) for row in encounters.rejected[columns].itertuples(index=False)]
