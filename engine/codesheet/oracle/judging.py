"""Decision tables on one record: which rules match, which wait for facts, and which count."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codesheet.language.formulas import Clear
from codesheet.model import Condition, DecisionTable, HitPolicy, Output, Result
from codesheet.oracle.answers import NO_ROOTS, Record
from codesheet.oracle.cells import give, same_answer
from codesheet.oracle.formulas import message
from codesheet.oracle.hit_policies import Hit, Outcome, decide
from codesheet.oracle.truth import Truth
from codesheet.oracle.unary_tests import in_force

if TYPE_CHECKING:
    from codesheet.oracle.world import World

GATHERING = (
    HitPolicy.RULE_ORDER,
    HitPolicy.COLLECT,
    HitPolicy.COLLECT_SUM,
    HitPolicy.COLLECT_MIN,
    HitPolicy.COLLECT_MAX,
    HitPolicy.COLLECT_COUNT,
)


@dataclass(slots=True)
class Judged:
    """Which rules of a table match a record, and which wait for facts: those at their root.

    `guard_roots` are the facts an undecided Only when waits for, None where it is decided.
    """

    fired: list[int] = field(default_factory=list)
    undecided: list[int] = field(default_factory=list)
    roots: dict[int, frozenset[str]] = field(default_factory=dict)
    guard_roots: frozenset[str] | None = None

    def roots_of(self, rules: list[int]) -> frozenset[str]:
        """Unite the facts that some undecided rules wait for, the Only when's included."""
        return (self.guard_roots or NO_ROOTS).union(*(self.roots[rule] for rule in rules))


def judge(table: DecisionTable, record: Record, world: "World") -> Judged | None:
    """Judge every rule of a table; None where the record fails Only when."""
    guard, guard_roots = together(table.only_when, record, world)
    if guard is Truth.NO:
        return None
    judged = Judged(guard_roots=guard_roots if guard is Truth.UNDECIDED else None)
    for place, rule in enumerate(table.rules):
        if not in_force(rule.period, record.day):
            continue
        truth, roots = together(rule.conditions, record, world)
        if truth is Truth.YES and guard is Truth.YES:
            judged.fired.append(place)
        elif truth is not Truth.NO:
            judged.undecided.append(place)
            judged.roots[place] = roots
    return judged


def together(
    conditions: tuple[Condition, ...], record: Record, world: "World"
) -> tuple[Truth, frozenset[str]]:
    """Judge conditions together: one that fails settles it, then one that is undecided.

    Also give the facts that the undecided ones wait for.
    """
    truth, roots = Truth.YES, NO_ROOTS
    for condition in conditions:
        one = world.judge(condition, record)
        if one is Truth.NO:
            return Truth.NO, NO_ROOTS
        if one is Truth.UNDECIDED:
            truth, roots = Truth.UNDECIDED, roots | world.roots_of(condition, record)
    return truth, roots


def run(table: DecisionTable, record: Record, world: "World") -> tuple[Judged, Outcome] | None:
    """Judge a record by a table, ask and object; the hits that stand are left in the outcome."""
    judged = judge(table, record, world)
    if judged is None:
        return None
    outcome = decide(table, judged.fired, judged.undecided)
    if judged.guard_roots is not None and table.hit_policy in GATHERING:
        waits = bool(judged.undecided) or table.hit_policy is HitPolicy.COLLECT_COUNT
        outcome.blocked = list(table.outputs) if waits else []
    if outcome.asking or (judged.guard_roots is not None and _asks_by_guard(table, judged)):
        world.log.ask(record, judged.roots_of(outcome.asking), table.name)
    object_to_no_rule(table, judged, record, world)
    if outcome.crossing:
        conflict(table, record, outcome.crossing, "", world)
    outcome.hits = [hit for hit in outcome.hits if _agrees(table, hit, record, world)]
    return judged, outcome


def _asks_by_guard(table: DecisionTable, judged: Judged) -> bool:
    speaks = table.if_no_rule is not None and table.if_no_rule.message is not None
    return bool(judged.undecided) or speaks or table.hit_policy is HitPolicy.COLLECT_COUNT


def object_to_no_rule(table: DecisionTable, judged: Judged, record: Record, world: "World") -> None:
    """Raise what `If no rule matches` says."""
    said = table.if_no_rule
    if said is None or said.message is None:
        return
    if not judged.fired and not judged.undecided and judged.guard_roots is None:
        text = message(said.message, record, world)
        world.log.object_to(record, text, disposition=said.disposition, queue=said.queue, rule=str(table.at))


def _agrees(table: DecisionTable, hit: Hit, record: Record, world: "World") -> bool:
    """Say whether a hit stands: where rules that must agree do not, nobody's cell counts."""
    stands = True
    for name, rules in hit.speaks.items():
        cells = [table.rules[rule].output(name) for rule in rules]
        if all(_same(name, cells[0], cell, record, world) for cell in cells[1:]):
            continue
        conflict(table, record, rules, name, world)
        if table.hit_policy is HitPolicy.OVERRIDE and table.result is Result.FIELDS:
            hit.speaks[name] = []
        else:
            stands = False
    return stands


def _same(name: str, first: Output | None, second: Output | None, record: Record, world: "World") -> bool:
    if first is None or second is None:
        return first is second
    if isinstance(first.formula, Clear) or isinstance(second.formula, Clear):
        return isinstance(first.formula, Clear) and isinstance(second.formula, Clear)
    return same_answer(give(name, first, record, world), give(name, second, record, world))


def conflict(table: DecisionTable, record: Record, rules: list[int], name: str, world: "World") -> None:
    """Object to rules that contradict each other, naming every cell."""
    cells = []
    for rule in rules:
        cell = table.rules[rule].output(name) if name else None
        cells.append(str(table.rules[rule].at if cell is None else cell.at))
    what = f"rules disagree on {name}" if name else "several rules match where one may"
    addresses = "; ".join(str(table.rules[rule].at) for rule in rules)
    world.log.object_to(record, f"{table.name}: {what}: {', '.join(cells)}", rule=addresses)
