"""The data dictionary: what each field holds, where it comes from, and what its absence means."""

import dataclasses
from dataclasses import dataclass
from enum import Enum

from codesheet.language.formulas import Formula
from codesheet.language.values import FieldType
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
