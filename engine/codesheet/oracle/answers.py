"""What is known of one field of one row, and the rows themselves: plain values, nothing clever."""

from dataclasses import dataclass, field

from codesheet.language.values import FieldType, Scalar, fold

NO_ROOTS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """A field's or a formula's value; None where it is missing, and then the fields at its root."""

    value: Scalar | None
    type: FieldType
    roots: frozenset[str] = NO_ROOTS

    def __post_init__(self) -> None:
        if self.value == ():
            object.__setattr__(self, "value", None)
        if self.value is not None:
            object.__setattr__(self, "roots", NO_ROOTS)

    @property
    def missing(self) -> bool:
        """Say whether there is no value."""
        return self.value is None

    @property
    def elements(self) -> tuple[str | float, ...]:
        """Give a list's elements, a single value as one, a missing one as none."""
        if self.value is None:
            return ()
        return self.value if isinstance(self.value, tuple) else (self.value,)

    def as_list(self) -> "Answer":
        """Give a single code as a code list of one."""
        if self.value is None or isinstance(self.value, tuple):
            return Answer(self.value, FieldType.CODE_LIST, self.roots)
        return Answer((str(self.value),), FieldType.CODE_LIST)


@dataclass(slots=True, eq=False)
class Record:
    """An encounter row, or a claim line (`row` is the encounter row it came from).

    `given` holds what was read, or what tables set on the line; `computed` what formulas, lookups and
    decisions make of it, filled as it is asked for; `because` the authors' words for decided fields.
    `place` is its place among all rows (or lines) in order.
    """

    visit: str
    place: int
    day: float | None
    given: dict[str, Answer]
    row: "Record | None" = None
    computed: dict[str, Answer] = field(default_factory=dict)
    because: dict[str, str] = field(default_factory=dict)


def each_once(items: "list[str] | tuple[str, ...]") -> tuple[str, ...]:
    """Leave out what was there already, compared without case; the first spelling stays."""
    kept: dict[str, str] = {}
    for item in items:
        kept.setdefault(fold(item), item)
    return tuple(kept.values())
