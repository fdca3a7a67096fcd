"""A rulebook: every workbook of one folder as typed tables, each part knowing its cell.

Periods are (first, last) date ordinals, inclusive, None where open. ``at`` never counts in equality.
"""

from codesheet.model.claim_edits import (
    AddOnCode,
    AddOnCodes,
    CodePair,
    CodePairs,
    LimitPer,
    LimitSpan,
    UnitLimit,
    UnitLimits,
)
from codesheet.model.fields import AllowedValues, Field, Level, Origin, Required
from codesheet.model.rulebook import ExampleRow, Examples, Rulebook, Source
from codesheet.model.tables import (
    Condition,
    DecisionTable,
    Disposition,
    EditText,
    HitPolicy,
    LookupRow,
    LookupTable,
    Member,
    Output,
    Period,
    Result,
    Rule,
    ValueSet,
)

__all__ = [
    "AddOnCode",
    "AddOnCodes",
    "AllowedValues",
    "CodePair",
    "CodePairs",
    "Condition",
    "DecisionTable",
    "Disposition",
    "EditText",
    "ExampleRow",
    "Examples",
    "Field",
    "HitPolicy",
    "Level",
    "LimitPer",
    "LimitSpan",
    "LookupRow",
    "LookupTable",
    "Member",
    "Origin",
    "Output",
    "Period",
    "Required",
    "Result",
    "Rule",
    "Rulebook",
    "Source",
    "UnitLimit",
    "UnitLimits",
    "ValueSet",
]
