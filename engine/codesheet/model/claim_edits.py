"""Tables that are joined with claim lines: code pairs, unit limits, add-on codes."""

import dataclasses
from dataclasses import dataclass
from enum import Enum

from codesheet.location import CellRef
from codesheet.model.tables import Condition, Period


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
