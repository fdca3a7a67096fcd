"""Claim lines, one by one: made by rules, changed by rules, and those alike made one (DESIGN §3, Lines)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from codesheet.language.formulas import Clear
from codesheet.language.values import fold
from codesheet.model import DecisionTable, Disposition, Level, Origin, Result, Rulebook
from codesheet.oracle.answers import Answer, Record, each_once
from codesheet.oracle.cells import addresses_of, cell, disposition_of, given, same_answer, type_of, why
from codesheet.oracle.edits import WEIGHTS
from codesheet.oracle.functions import nearest_whole
from codesheet.oracle.hit_policies import Hit
from codesheet.oracle.judging import conflict, run
from codesheet.oracle.world import World

NOT_FIELDS = (
    "Add modifiers",
    "Remove modifiers",
    "Split off",
    "Disposition",
    "Reason",
    "Queue",
    "Message",
)
REQUIRED = ("Code", "Units")


@dataclass(slots=True, eq=False)
class ClaimLine:
    """A claim line: its own fields (in `record`), what it stands for, what made and changed it.

    `denied` says that an edit denies or drops it, as far as known while claim edits are settled.
    """

    record: Record
    disposition: Disposition
    why: list[str]
    rules: list[str]
    rows: list[Record] = field(default_factory=list)
    denied: bool = False

    def weigh(self, disposition: Disposition) -> None:
        """Let the weightier of two dispositions stand."""
        self.disposition = max(self.disposition, disposition, key=WEIGHTS.__getitem__)

    @property
    def reason(self) -> str:
        """Give the line's Why."""
        return "; ".join(self.why)


def set_fields(rulebook: Rulebook) -> list[str]:
    """Name the fields that lines have of their own: built-in and declared ones, and what tables set."""
    names = [
        name
        for name, definition in rulebook.fields.items()
        if definition.level is Level.LINE and definition.origin is Origin.LINE
    ]
    for table in rulebook.decisions.values():
        if table.result in (Result.CLAIM_LINES, Result.LINE_CHANGES):
            names += table.outputs
    return [name for name in dict.fromkeys(names) if name not in NOT_FIELDS]


def make_lines(rows: World, nothing: dict[Record, str]) -> list[ClaimLine]:
    """Make the lines of every row, in order of row, table and rule; `nothing` keeps why a row has none."""
    tables = [t for t in rows.rulebook.decisions.values() if t.result is Result.CLAIM_LINES]
    lines: list[ClaimLine] = []
    for row in rows.records:
        for table in tables:
            found = run(table, row, rows)
            for hit in found[1].hits if found else []:
                code = cell(table, hit, "Code")
                if code is not None and isinstance(code.formula, Clear):
                    nothing[row] = why(table, hit.rule, row, rows)
                    continue
                made = _make_line(table, hit, row, rows)
                if made is not None:
                    lines.append(made)
    for place, line in enumerate(lines):
        line.record.place = place
    return lines


def _make_line(table: DecisionTable, hit: Hit, row: Record, rows: World) -> ClaimLine | None:
    """Make one line; one without a code or units is not made, but sent to review."""
    own: dict[str, Answer] = {}
    for name in table.outputs:
        if name not in NOT_FIELDS:
            answer = given(table, hit, name, row, rows)
            own[name] = Answer(None, type_of(name, rows)) if answer is None else answer
    whole = True
    address = addresses_of(table, hit, row, rows)
    for name in REQUIRED:
        answer = own.setdefault(name, Answer(None, type_of(name, rows)))
        if answer.missing:
            said = f"{table.name}: {name} cannot be worked out"
            rows.log.object_to(row, said, rule=address, facts=answer.roots)
            whole = False
        elif rows.demanded(rows.rulebook.fields[name], answer, row).missing:
            whole = False
    if not whole:
        return None
    reasons = [why(table, hit.rule, row, rows)]
    if (reason := given(table, hit, "Reason", row, rows)) is not None and not reason.missing:
        reasons.append(str(reason.value))
    disposition = disposition_of(table, hit, Disposition.BILL, row, rows)
    return ClaimLine(Record(row.visit, 0, row.day, own, row), disposition, reasons, [address], [row])


def settle_lines(world: World, lines: list[ClaimLine]) -> None:
    """Hold what the lines were given against the definitions of their fields."""
    for line in lines:
        for name in set_fields(world.rulebook):
            definition = world.rulebook.fields[name]
            line.record.given[name] = world.demanded(definition, world.value(line.record, name), line.record)


@dataclass(slots=True)
class _Change:
    """What a table makes of one line, worked out while all lines still stand as they were.

    `split` are units that become a line of their own, which alone the change then concerns.
    """

    split: float = 0.0
    given: dict[str, Answer] = field(default_factory=dict)
    dispositions: list[Disposition] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)


def change_lines(
    table: DecisionTable, lines: list[ClaimLine], world: World, judged: Sequence[ClaimLine] | None = None
) -> list[ClaimLine]:
    """Change lines as one table says, all judged before any is changed; give those that stay.

    `judged` are the lines it judges, where that is not all.
    """
    changes: dict[ClaimLine, list[_Change]] = {}
    for line in lines if judged is None else judged:
        found = run(table, line.record, world)
        if found is not None and found[1].hits:
            changes[line] = _changes(table, found[1].hits, line.record, world)
    changed: list[ClaimLine] = []
    for line in lines:
        changed.append(line)
        for change in changes.get(line, []):
            part = line
            if change.split:
                part = _split(line, change.split)
                changed.append(part)
            _apply(change, part)
    for place, line in enumerate(changed):
        line.record.place = place
    return without_dropped(changed, world)


def _apply(change: _Change, line: ClaimLine) -> None:
    line.record.given |= change.given
    for disposition in change.dispositions:
        line.weigh(disposition)
    for reason, rule in zip(change.why, change.rules, strict=True):
        if not _addresses([rule]) <= _addresses(line.rules):  # a rule applied again gives its reason once
            line.why = list(dict.fromkeys([*line.why, reason]))
            line.rules.append(rule)


def _addresses(rules: Sequence[str]) -> set[str]:
    """Give the addresses of rules, and of the claim edits' rows they turned on."""
    return {address for rule in rules for address in rule.split("; ")}


def _split(line: ClaimLine, units: float) -> ClaimLine:
    """Move units of a line to one of its own."""
    whole = line.record.given["Units"]
    own = dict(line.record.given)
    own["Units"] = Answer(units, whole.type)
    left = float(str(whole.value)) - units
    line.record.given = {**line.record.given, "Units": Answer(left, whole.type)}
    record = Record(line.record.visit, line.record.place, line.record.day, own, line.record.row)
    return ClaimLine(record, line.disposition, [*line.why], [*line.rules], [*line.rows], line.denied)


def _changes(table: DecisionTable, hits: list[Hit], record: Record, world: World) -> list[_Change]:
    """Give what the hits make of a line: the one that splits it as it stood, then the others together."""
    together: list[Hit] = []
    apart: list[_Change] = []
    for hit in hits:
        units = _units_to_split(table, hit, record, world)
        if units and apart:
            world.log.object_to(record, "several rules split this line: check their limits")
        if units and not apart:
            change = _change(table, [hit], record, world)
            change.split = units
            apart.append(change)
        else:
            together.append(hit)
    return [*apart, *([_change(table, together, record, world)] if together else [])]


def _units_to_split(table: DecisionTable, hit: Hit, record: Record, world: World) -> float:
    """Give how many units a hit splits off; 0 where the line stays whole."""
    answer = given(table, hit, "Split off", record, world)
    if answer is None:
        return 0.0
    if answer.missing and answer.roots:
        said = "how many units are over the limit cannot be worked out"
        world.log.object_to(record, said, facts=answer.roots)
    units = world.value(record, "Units").value
    if not isinstance(answer.value, float) or not isinstance(units, float):
        return 0.0
    whole = nearest_whole(answer.value)
    if whole is None:
        said = "Split off does not come out as a whole number: check the amounts"
        world.log.object_to(record, said)
        return 0.0
    return whole if 0 < whole < units else 0.0


def _change(table: DecisionTable, hits: list[Hit], record: Record, world: World) -> _Change:
    change = _Change()
    for name in table.outputs:
        if name not in NOT_FIELDS:
            _change_field(table, name, hits, record, world, change)
    _change_modifiers(table, hits, record, world, change)
    for hit in hits:
        reason = given(table, hit, "Reason", record, world)
        said = why(table, hit.rule, record, world) if reason is None or reason.missing else str(reason.value)
        change.why.append(said)
        change.rules.append(addresses_of(table, hit, record, world))
        change.dispositions.append(disposition_of(table, hit, Disposition.BILL, record, world))
    return change


def _change_field(
    table: DecisionTable, name: str, hits: list[Hit], record: Record, world: World, change: _Change
) -> None:
    """Set one field; rules that give it different values contradict each other."""
    speaking = [(hit, one) for hit in hits if (one := given(table, hit, name, record, world)) is not None]
    if not speaking:
        return
    first = speaking[0][1]
    if not all(same_answer(first, other) for _, other in speaking):
        conflict(table, record, [hit.speaks[name][0] for hit, _ in speaking], name, world)
        return
    change.given[name] = world.demanded(world.rulebook.fields[name], first, record)
    if name in REQUIRED and first.missing:
        said = f"{table.name}: {name} cannot be worked out"
        rule = addresses_of(table, speaking[0][0], record, world)
        world.log.object_to(record, said, rule=rule, facts=first.roots)


def _change_modifiers(
    table: DecisionTable, hits: list[Hit], record: Record, world: World, change: _Change
) -> None:
    """Take away what any rule removes, then add what any adds."""
    gone, more = (
        [
            str(code)
            for hit in hits
            if (one := given(table, hit, name, record, world))
            for code in one.elements
        ]
        for name in ("Remove modifiers", "Add modifiers")
    )
    if not gone and not more:
        return
    had = change.given.get("Modifiers", record.given["Modifiers"])
    folded = set(map(fold, gone))
    codes = [str(code) for code in had.elements if fold(str(code)) not in folded]
    answer = Answer(each_once([*codes, *more]), had.type)
    change.given["Modifiers"] = world.demanded(world.rulebook.fields["Modifiers"], answer, record)


def without_dropped(lines: list[ClaimLine], world: World) -> list[ClaimLine]:
    """Leave out dropped lines, each with a note."""
    for line in lines:
        if line.disposition is Disposition.DROP:
            code = world.value(line.record, "Code").value or "a line"
            world.log.note_drop(line.record, f"{code} dropped: {line.reason}", "; ".join(line.rules))
    return [line for line in lines if line.disposition is not Disposition.DROP]


def combine(lines: list[ClaimLine], rulebook: Rulebook) -> list[ClaimLine]:
    """Make lines of a visit and day one that are alike in every line field but Units, which are added."""
    names = [name for name in set_fields(rulebook) if name != "Units"]
    kept: dict[object, ClaimLine] = {}
    for line in lines:
        values = tuple(line.record.given[name].value for name in names)
        key = (line.record.visit, line.record.day, line.disposition, line.denied, values)
        first = kept.setdefault(key, line)
        if first is line:
            continue
        units = [one.record.given["Units"] for one in (first, line)]
        amounts = [answer.value for answer in units if isinstance(answer.value, float)]
        total = sum(amounts) if len(amounts) == len(units) else None
        roots = units[0].roots | units[1].roots
        first.record.given["Units"] = Answer(total, units[0].type, roots)
        first.why = list(dict.fromkeys([*first.why, *line.why]))
        first.rules = list(dict.fromkeys([*first.rules, *line.rules]))
        first.rows = list(dict.fromkeys([*first.rows, *line.rows]))
    stand = list(kept.values())
    for place, line in enumerate(stand):
        line.record.place = place
    return stand
