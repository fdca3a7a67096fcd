"""What an IF cell says of one value: a closed union, its reading, its printing and its meaning.

``Scalar`` bounds and values have the type of the field the cell tests (see ``values``).
"""

from dataclasses import dataclass
from typing import TypeAlias

from codesheet.language.values import Scalar


@dataclass(frozen=True, slots=True)
class Anything:
    """A blank cell, `-` or `any`: accepts every value and a missing one."""


@dataclass(frozen=True, slots=True)
class Blank:
    """`is blank`: accepts only a missing value."""


@dataclass(frozen=True, slots=True)
class NotBlank:
    """`is not blank`: accepts every value that is there."""


@dataclass(frozen=True, slots=True)
class Equals:
    """One value: text (compared folded), or a number, date, time, yes/no as a float."""

    value: str | float


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Text with `*` (any run of characters) and `?` (any one); compared folded."""

    pattern: str


@dataclass(frozen=True, slots=True)
class CodeRange:
    """`J30..J39` on codes, ends and their children included (J39.8 is inside); compared folded."""

    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of numbers, dates or times; None is an open end, `*_open` leaves the end itself out."""

    low: float | None
    high: float | None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class InSet:
    """`in Aeroallergens`: a member of a value set, on the date of service."""

    name: str


@dataclass(frozen=True, slots=True)
class Compare:
    """`> {Yearly cap}`: compared with another field; operator one of = <> < <= > >=."""

    operator: str
    field: str


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Alternatives: `N, is blank`; at least two, none of them Anything or AnyOf."""

    tests: "tuple[UnaryTest, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """`not infusion, push`, `<> 0`: a value is there, and the inner test does not accept it."""

    test: "UnaryTest"


UnaryTest: TypeAlias = (
    Anything | Blank | NotBlank | Equals | Wildcard | CodeRange | Interval | InSet | Compare | AnyOf | Not
)

__all__ = ["Scalar", "UnaryTest"]
