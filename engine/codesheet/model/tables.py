"""Tables that give something: value sets, lookups, decision tables, each part knowing its cell."""

import dataclasses
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from codesheet.language.formulas import Formula
from codesheet.language.unary_tests import UnaryTest
from codesheet.language.values import Scalar
from codesheet.location import CellRef
from codesheet.model.fields import Level


class Result(Enum):
    """What a matching rule of a decision table does."""

    FIELDS = "fields"
    CLAIM_LINES = "claim lines"
    LINE_CHANGES = "line changes"
    EDITS = "edits"


class HitPolicy(Enum):
    """Which of the matching rules count."""

    UNIQUE = "Unique"
    ANY = "Any"
    FIRST = "First"
    PRIORITY = "Priority"
    RULE_ORDER = "Rule order"
    COLLECT = "Collect"
    COLLECT_SUM = "Collect sum"
    COLLECT_MIN = "Collect min"
    COLLECT_MAX = "Collect max"
    COLLECT_COUNT = "Collect count"
    FIRST_IN_GROUP = "First in group"
    OVERRIDE = "Override"


class Disposition(Enum):
    """What an edit or a line change asks for, from the lightest to the weightiest."""

    BILL = "bill"
    INFORM = "inform"
    REVIEW = "review"
    DENY = "deny"
    DROP = "drop"


class Period(NamedTuple):
    """Days on which something is in force: ordinals, both ends included, None where open."""

    first: int | None = None
    last: int | None = None

    def holds_on(self, day: float) -> bool:
        """Say whether a day (an ordinal) lies within."""
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a value set: a value, a wildcard or a range, and when it belongs."""

    test: UnaryTest
    text: str
    period: Period
    at: CellRef = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ValueSet:
    """A named list. The order of members is the order a code list with this set keeps."""

    name: str
    members: tuple[Member, ...]
    at: CellRef = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Condition:
    """One IF cell (or one term of Only when or Applies to): a field and what is said of it."""

    field: str
    test: UnaryTest = dataclasses.field(hash=False)  # its text tells as much, and is hashed once
    text: str
    at: CellRef = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Output:
    """One THEN cell that is not blank."""

    field: str
    formula: Formula
    text: str
    at: CellRef = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class EditText:
    """`review for Charge: {key} is not in …`: what to raise; message None raises nothing (`nothing`)."""

    disposition: Disposition
    message: Formula | None
    text: str
    at: CellRef = dataclasses.field(compare=False, repr=False)
    queue: str = ""


@dataclass(frozen=True, slots=True)
class LookupRow:
    """One row of a code table. `keys` align with the table's keys; `values` with its values.

    `replaced_by` names the successors of an ended code, where the lookup lists the codes of fields. `columns`
    are the letters of the fields' columns, where the row was read from a sheet.
    """

    keys: tuple[UnaryTest, ...]
    key_texts: tuple[str, ...]
    values: tuple[Scalar | None, ...]
    conditions: tuple[Condition, ...]
    period: Period
    at: CellRef = dataclasses.field(compare=False, repr=False)
    replaced_by: str = dataclasses.field(default="", compare=False)
    columns: dict[str, str] = dataclasses.field(default_factory=dict, compare=False, repr=False)

    def cell(self, name: str) -> CellRef:
        """Give the address of a field's cell; of the row, where the column is not known."""
        return self.at.at(self.columns[name]) if name in self.columns else self.at


@dataclass(frozen=True, slots=True)
class LookupTable:
    """A code table: KEY fields give VALUE fields on the date of service.

    `if_not_found` None means the default review edit. `code_table_for` names the fields whose codes it knows;
    such a table may have no values, and is then never looked into.
    """

    name: str
    keys: tuple[str, ...]
    values: tuple[str, ...]
    rows: tuple[LookupRow, ...]
    if_not_found: EditText | None
    level: Level
    at: CellRef = dataclasses.field(compare=False, repr=False)
    code_table_for: tuple[str, ...] = dataclasses.field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a decision table; `at` has no column: it prints as workbook!sheet!row.

    `conditions` holds the IF cells that say something (never Anything) and the workbook's Applies to.
    `outputs` holds the THEN cells that are not blank, special columns included: `Add modifiers`,
    `Remove modifiers`, `Disposition`, `Queue`, `Message`, `Reason`. `because` and `priority` are apart.
    """

    id: str
    conditions: tuple[Condition, ...]
    outputs: tuple[Output, ...]
    because: Output | None
    priority: float | None
    period: Period
    at: CellRef = dataclasses.field(compare=False, repr=False)

    def output(self, name: str) -> Output | None:
        """Give the THEN cell of a field, None where it is blank."""
        return next((output for output in self.outputs if output.field == name), None)


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """All sheets of one Decision name, as one table. Rules stand in order of workbook, then row.

    `inputs` are the IF fields and `outputs` the THEN columns, in sheet order. `scope` holds chains of
    fields, narrow to wide (Override, and rivals in Collect). `per` and `otherwise` belong to First in group.
    """

    name: str
    result: Result
    hit_policy: HitPolicy
    level: Level
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rules: tuple[Rule, ...]
    only_when: tuple[Condition, ...] = ()
    if_no_rule: EditText | None = None
    scope: tuple[tuple[str, ...], ...] = ()
    per: tuple[str, ...] = ()
    otherwise: tuple[Output, ...] = ()
    order: float | None = None
    at: CellRef = dataclasses.field(default=CellRef(""), compare=False, repr=False)
