"""What a THEN cell, a Formula cell or a message gives: a closed union of parsed formulas.

``at`` is the offset of a node in its cell's text: it makes messages exact and never counts in equality.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from codesheet.language.values import FieldType, Scalar


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the cell."""

    value: Scalar
    type: FieldType
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FieldRef:
    """The value of a field, by its declared name."""

    name: str
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """`- x` (number) or `not x` (three-valued)."""

    operator: str
    operand: "Formula"
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """`+ - * /` on numbers, `= <> < <= > >=` on two of a type, `and or` three-valued."""

    operator: str
    left: "Formula"
    right: "Formula"
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class IfThenElse:
    """`if a then b else c`; a missing condition gives a missing result."""

    condition: "Formula"
    then: "Formula"
    otherwise: "Formula"
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class OrElse:
    """`a or else b`: b where a is missing."""

    first: "Formula"
    second: "Formula"
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class IsBlank:
    """`x is blank`, `x is not blank` (negated): never missing itself."""

    operand: "Formula"
    negated: bool
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class InValueSet:
    """`x in Set`, `x not in Set`: a code list is in when any element is; missing x, missing result."""

    operand: "Formula"
    set_name: str
    negated: bool
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of values: see FUNCTIONS. `only` and `positions` take set names as text literals."""

    function: str
    arguments: "tuple[Formula, ...]"
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregate over the rows (or lines) of the field's Per group: see AGGREGATES."""

    function: str
    operand: "Formula | None"
    where: "Formula | None"
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Template:
    """Text with fields in braces; a missing field makes the text missing, except in messages."""

    parts: "tuple[str | Formula, ...]"
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CodeListOf:
    """A list of codes and `{fields}`, flattened, duplicates dropped, missing fields left out."""

    parts: "tuple[Formula, ...]"
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Clear:
    """`none`: no claim line in Code; clears the field elsewhere."""


Formula: TypeAlias = (
    Literal
    | FieldRef
    | Unary
    | Binary
    | IfThenElse
    | OrElse
    | IsBlank
    | InValueSet
    | Call
    | Aggregate
    | Template
    | CodeListOf
    | Clear
)
