"""Rows of claim-edit tables, looked at one by one: which of them speak for a claim line."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from codesheet.language.values import fold
from codesheet.model import AddOnCode, CodePair, UnitLimit
from codesheet.oracle.answers import Record
from codesheet.oracle.judging import together
from codesheet.oracle.truth import Truth
from codesheet.oracle.unary_tests import in_force

if TYPE_CHECKING:
    from codesheet.oracle.world import World

EditRow = TypeVar("EditRow", CodePair, UnitLimit, AddOnCode)


@dataclass(slots=True)
class ClaimState:
    """What claim edits look at beside the lines: which of them stand, whose limit's turn it is, the past.

    `past` gives for whose units and which code (folded texts) the days and units of earlier runs; `begins` is
    the first day from which it is complete, None where there is no history. `rows` are tables' rows by code,
    `groups` the lines of each claim or patient, both filled when first asked for.
    """

    fallen: set[Record] = field(default_factory=set)
    turn: int = 0
    turns: dict[Record, int] = field(default_factory=dict)
    past: dict[tuple[str, ...], list[tuple[float, float]]] = field(default_factory=dict)
    begins: int | None = None
    rows: dict[str, dict[str, list[CodePair | UnitLimit | AddOnCode]]] = field(default_factory=dict)
    groups: dict[str, dict[object, list[Record]]] = field(default_factory=dict)

    def stands(self, line: Record) -> bool:
        """Say whether a line is neither denied nor dropped."""
        return line not in self.fallen


def code_of(line: Record, world: "World") -> str:
    """Give a line's code as codes are compared."""
    return fold(str(world.value(line, "Code").value or ""))


def rows_of(
    kind: str, rows: Sequence[EditRow], code: Callable[[EditRow], str], wanted: str, world: "World"
) -> list[EditRow]:
    """Give the rows of a table that have a code."""
    known = world.edits.rows.get(kind)
    if known is None:
        known = world.edits.rows[kind] = {}
        for row in rows:
            known.setdefault(fold(code(row)), []).append(row)
    return known.get(wanted, [])  # type: ignore[return-value]  # of the one kind


def lines_with(kind: str, key: Callable[[Record], object], line: Record, world: "World") -> list[Record]:
    """Give the lines that have a line's key, in order."""
    known = world.edits.groups.get(kind)
    if known is None:
        known = world.edits.groups[kind] = {}
        for other in world.records:
            known.setdefault(key(other), []).append(other)
    return known[key(line)]


def holding(rows: Iterable[EditRow], line: Record, kind: str, world: "World") -> list[EditRow]:
    """Give the rows in force on a line's day whose conditions hold; ask for facts they wait for."""
    found = []
    for row in rows:
        if not in_force(row.period, line.day):
            continue
        truth, roots = together(row.conditions, line, world)
        if truth is Truth.UNDECIDED:
            world.log.ask(line, roots, kind)
        elif truth is Truth.YES:
            found.append(row)
    return found


def most_special(
    rows: Sequence[EditRow],
    outcome: Callable[[EditRow], object],
    line: Record,
    kind: str,
    world: "World",
) -> EditRow | None:
    """Of rows that hold give the one that no other beats; object to several that disagree."""
    best = [row for row in rows if not any(_beats(other, row) for other in rows)]
    said: dict[object, EditRow] = {}
    for row in best:
        said.setdefault(outcome(row), row)
    if len(said) > 1:
        cells = "; ".join(str(row.at) for row in said.values())
        text = f"{kind}: two rows hold for this line and disagree: {cells}"
        world.log.object_to(line, text, rule=cells)
    return next(iter(said.values()), None)


def _beats(one: EditRow, other: EditRow) -> bool:
    """Say whether a row comes before another: it names the payer, then the plan, then more besides."""
    mine, theirs = ({fold(condition.field) for condition in row.conditions} for row in (one, other))
    for name in ("payer", "plan"):
        if (name in mine) != (name in theirs):
            return name in mine
    return theirs < mine


def claim_of(line: Record, per: Sequence[str], world: "World") -> object:
    """Say on which claim a line stands: lines alike in some fields, or else those of its visit."""
    key: list[object] = []
    for name in per:
        value = world.value(line, name).value
        if value is None:
            return "visit", line.visit
        if name == world.rulebook.visit_key:
            key.append(line.visit)
        elif isinstance(value, float):
            key.append(round(value, 9))
        else:
            key.append(fold(value) if isinstance(value, str) else tuple(map(fold, value)))
    return ("visit", line.visit) if not per else ("claim", *key)


def row_text(row: EditRow) -> str:
    """Name a row and the release it stands in."""
    return f"{row.at} ({row.version})" if row.version else str(row.at)
