"""A rulebook: every workbook of one folder as typed tables, each part knowing its cell.

Periods are (first, last) date ordinals, inclusive, None where open. ``at`` never counts in equality.
"""

import dataclasses
from dataclasses import dataclass
from enum import Enum

from codesheet.language.formulas import Formula
from codesheet.language.unary_tests import UnaryTest
from codesheet.language.values import DateForm, FieldType, Scalar
from codesheet.location import CellRef


class Level(Enum):
    """What a field belongs to: an encounter row, or a claim line."""

    ROW = "row"
    LINE = "line"


class Required(Enum):
    """What a missing value of a read field means (DESIGN §4); an optional one's whole column may lack."""

    YES = "yes"
    NO = "no"
    WHEN_USED = "when used"
    OPTIONAL = "optional"


class Origin(Enum):
    """Where a field's values come from; each field has exactly one origin."""

    READ = "read"
    FORMULA = "formula"
    LOOKUP = "lookup"
    DECISION = "decision"
    LINE = "claim line"
    CLAIM_EDIT = "claim edit"


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


@dataclass(frozen=True, slots=True)
class Period:
    """Days on which something is in force: ordinals, both ends included, None where open."""

    first: int | None = None
    last: int | None = None

    def holds_on(self, day: float) -> bool:
        """Say whether a day (an ordinal) lies within."""
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class AllowedValues:
    """A list written in the Fields sheet, or a value set; `at_most` bounds a code list's length."""

    values: tuple[str, ...] = ()
    set_name: str | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One entry of the data dictionary. `per` names the fields whose equal values make a group.

    `queue` is where it is asked for, where it is missing.
    """

    name: str
    type: FieldType
    level: Level
    origin: Origin
    required: Required = Required.NO
    headings: tuple[str, ...] = ()
    allowed: AllowedValues | None = None
    formula: Formula | None = None
    formula_text: str = ""
    per: tuple[str, ...] = ()
    description: str = ""
    queue: str = ""
    at: CellRef = dataclasses.field(default=CellRef(""), compare=False, repr=False)


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
    test: UnaryTest
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

    `replaced_by` names the successors of an ended code, where the lookup lists the codes of fields.
    """

    keys: tuple[UnaryTest, ...]
    key_texts: tuple[str, ...]
    values: tuple[Scalar | None, ...]
    conditions: tuple[Condition, ...]
    period: Period
    at: CellRef = dataclasses.field(compare=False, repr=False)
    replaced_by: str = dataclasses.field(default="", compare=False)


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


class LimitSpan(Enum):
    """Over what a unit limit counts."""

    LINE = "line"
    VISIT = "visit"
    DAY = "day"
    ROLLING = "rolling"
    CALENDAR_YEAR = "calendar year"
    SINCE_START = "since start"
    LIFETIME = "lifetime"


@dataclass(frozen=True, slots=True)
class LimitPer:
    """Over what a unit limit counts, as written; `months` or `days` give the length of some spans."""

    span: LimitSpan
    text: str = dataclasses.field(compare=False)
    months: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class CodePair:
    """Two codes of which column 2 is paid only as the indicator says (0 never, 1 with a modifier, 9 always).

    `version` is the published table it stands in; `conditions` are its Setting and such, and Applies to.
    """

    column_1: str
    column_2: str
    indicator: str
    rationale: str
    version: str
    conditions: tuple[Condition, ...]
    period: Period
    at: CellRef = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class UnitLimit:
    """How many units of a code are paid, over what; `limit` None says that there is none."""

    code: str
    limit: float | None
    per: LimitPer
    adjudication: str
    action: str
    rationale: str
    version: str
    conditions: tuple[Condition, ...]
    period: Period
    at: CellRef = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AddOnCode:
    """An add-on code and one of its primaries; `primary` blank: the payer defines them."""

    primary: str
    add_on: str
    type: str
    version: str
    conditions: tuple[Condition, ...]
    period: Period
    at: CellRef = dataclasses.field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CodePairs:
    """All Code pairs sheets. `per` names the fields whose equal values make one claim (blank: the visit).

    `left_out` are codes of reference files that no workbook names: their rows were not kept.
    """

    rows: tuple[CodePair, ...]
    per: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    at: CellRef = dataclasses.field(default=CellRef(""), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class UnitLimits:
    """All Unit limits sheets. `per` names the fields whose equal values say whose units are counted.

    `units_before` and `months_since_start` are fields that exports may know: the units of the last twelve
    months without this visit, and the full months since the therapy began.
    """

    rows: tuple[UnitLimit, ...]
    per: tuple[str, ...]
    units_before: str = ""
    months_since_start: str = ""
    left_out: tuple[str, ...] = ()
    at: CellRef = dataclasses.field(default=CellRef(""), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AddOnCodes:
    """All Add-on codes sheets; `per` as in CodePairs."""

    rows: tuple[AddOnCode, ...]
    per: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    at: CellRef = dataclasses.field(default=CellRef(""), compare=False, repr=False)


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


@dataclass(frozen=True, slots=True)
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

    def queue_for(self, facts: frozenset[str]) -> str:
        """Name who finds facts out: the queue of the first of them, as declared, that has one."""
        asked = (field.queue for name, field in self.fields.items() if name in facts and field.queue)
        return next(asked, self.queue_otherwise)
