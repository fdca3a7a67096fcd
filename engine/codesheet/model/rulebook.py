"""All workbooks of one folder together, with their examples and where they come from."""

import dataclasses
from dataclasses import dataclass
from functools import cached_property

from codesheet.language.values import DateForm
from codesheet.location import CellRef
from codesheet.model.claim_edits import AddOnCodes, CodePairs, UnitLimits
from codesheet.model.fields import Field, Required
from codesheet.model.tables import DecisionTable, LookupTable, Period, ValueSet


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """One row of an Examples sheet: raw cells by field for GIVEN, by field or `Edit`/`Status` for EXPECT.

    A blank EXPECT cell is None; the value is the cell as read, not yet typed.
    """

    visit: str
    given: dict[str, object]
    expect: dict[str, object]
    at: CellRef = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Examples:
    """One Examples sheet."""

    name: str
    rows: tuple[ExampleRow, ...]
    at: CellRef = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Source:
    """One workbook of the rulebook, and what its About sheet says."""

    workbook: str
    sha256: str
    title: str = ""
    owner: str = ""
    source: str = ""
    period: Period = dataclasses.field(default_factory=Period)


@dataclass(frozen=True)
class Rulebook:
    """All workbooks of one folder, read together.

    `fields` holds every field, built-in line fields too, in order of declaration. `shown` are row fields that
    results carry on each claim line, after the date of service. `columns_present` is the field that lists the
    fields for which a row's export has a column. `queues` are those there are (none: any may be named), and
    `queue_otherwise` is for questions that name none.
    """

    fields: dict[str, Field]
    sets: dict[str, ValueSet]
    lookups: dict[str, LookupTable]
    decisions: dict[str, DecisionTable]
    examples: tuple[Examples, ...]
    sources: tuple[Source, ...]
    visit_key: str
    date_of_service: str
    row_order: str
    shown: tuple[str, ...] = ()
    date_forms: frozenset[DateForm] = frozenset()
    code_pairs: CodePairs | None = None
    unit_limits: UnitLimits | None = None
    add_on_codes: AddOnCodes | None = None
    columns_present: str = ""
    queues: tuple[str, ...] = ()
    queue_otherwise: str = ""

    @cached_property
    def when_used_fields(self) -> frozenset[str]:
        """Name the fields that are read and whose absence may not be taken for an answer."""
        return frozenset(name for name, field in self.fields.items() if field.required is Required.WHEN_USED)

    def queue_for(self, facts: frozenset[str]) -> str:
        """Name who finds facts out: the queue of the first of them, as declared, that has one."""
        asked = (field.queue for name, field in self.fields.items() if name in facts and field.queue)
        return next(asked, self.queue_otherwise)
