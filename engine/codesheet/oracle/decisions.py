"""Decision tables on one record: which rules match, which count, and what their cells give."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codesheet.language.formulas import Clear
from codesheet.language.unary_tests import Blank, Equals, NotBlank
from codesheet.language.values import FieldType, fold, show_value, tidy
from codesheet.model import Condition, DecisionTable, Disposition, HitPolicy, Output, Result
from codesheet.oracle.answers import NO_ROOTS, Answer, Record, each_once
from codesheet.oracle.formulas import evaluate, message
from codesheet.oracle.hit_policies import Hit, Outcome, decide
from codesheet.oracle.truth import Truth
from codesheet.oracle.unary_tests import compare, in_force

if TYPE_CHECKING:
    from codesheet.oracle.world import World

_GATHERING = (
    HitPolicy.RULE_ORDER,
    HitPolicy.COLLECT,
    HitPolicy.COLLECT_SUM,
    HitPolicy.COLLECT_MIN,
    HitPolicy.COLLECT_MAX,
    HitPolicy.COLLECT_COUNT,
)
_MESSAGES = ("Message", "Reason")
_TEXTS = ("Message", "Reason", "Queue", "Disposition")
_CODE_LISTS = ("Add modifiers", "Remove modifiers")


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
    if judged.guard_roots is not None and table.hit_policy in _GATHERING:
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
        world.log.object_to(record, text, disposition=said.disposition, rule=str(table.at))


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


def same_answer(first: Answer, second: Answer) -> bool:
    """Say whether two answers are the same value, or both missing."""
    if first.value is None or second.value is None:
        return first.value is second.value
    if isinstance(first.value, tuple) and isinstance(second.value, tuple):
        return [fold(code) for code in first.value] == [fold(code) for code in second.value]
    return compare("=", first.value, second.value)


def conflict(table: DecisionTable, record: Record, rules: list[int], name: str, world: "World") -> None:
    """Object to rules that contradict each other, naming every cell."""
    cells = []
    for rule in rules:
        cell = table.rules[rule].output(name) if name else None
        cells.append(str(table.rules[rule].at if cell is None else cell.at))
    what = f"rules disagree on {name}" if name else "several rules match where one may"
    addresses = "; ".join(str(table.rules[rule].at) for rule in rules)
    world.log.object_to(record, f"{table.name}: {what}: {', '.join(cells)}", rule=addresses)


# --- what cells give --------------------------------------------------------------------------------------


def type_of(name: str, world: "World") -> FieldType:
    """Give the type of a THEN column."""
    if name in _CODE_LISTS:
        return FieldType.CODE_LIST
    return FieldType.TEXT if name in _TEXTS else world.rulebook.fields[name].type


def give(name: str, output: Output, record: Record, world: "World") -> Answer:
    """Give a THEN cell's value, in the type of its column."""
    if name in _MESSAGES and not isinstance(output.formula, Clear):
        return Answer(message(output.formula, record, world), FieldType.TEXT)
    kind = type_of(name, world)
    answer = evaluate(output.formula, record, world)
    if kind is FieldType.CODE_LIST:
        answer = answer.as_list()
    return Answer(answer.value, kind, answer.roots)


def cell(table: DecisionTable, hit: Hit, name: str) -> Output | None:
    """Find the THEN cell that speaks for a hit; None where it is blank, or nobody speaks."""
    rules = hit.speaks.get(name, [])
    return table.rules[rules[0]].output(name) if rules else None


def given(table: DecisionTable, hit: Hit, name: str, record: Record, world: "World") -> Answer | None:
    """Give the value of a hit's THEN cell; None where it is blank."""
    found = cell(table, hit, name)
    return None if found is None else give(name, found, record, world)


def disposition_of(
    table: DecisionTable, hit: Hit, default: Disposition, record: Record, world: "World"
) -> Disposition:
    """Read a hit's Disposition."""
    answer = given(table, hit, "Disposition", record, world)
    if answer is None or answer.value is None:
        return default
    words = {fold(one.value): one for one in Disposition}
    return words.get(fold(str(answer.value)), Disposition.REVIEW)


def addresses_of(table: DecisionTable, hit: Hit) -> str:
    """Name the rule behind a hit; under Override every rule that speaks."""
    if table.hit_policy is not HitPolicy.OVERRIDE:
        return str(table.rules[hit.rule].at)
    rules = dict.fromkeys(rules[0] for rules in hit.speaks.values() if rules)
    return "; ".join(str(table.rules[rule].at) for rule in rules)


def why(table: DecisionTable, rule: int, record: Record, world: "World") -> str:
    """Say why a rule spoke: the author's words, or what it tested and read; then the tested decisions'."""
    said = because_of(table, rule, record, world)
    conditions = table.rules[rule].conditions
    if not said:
        said = "; ".join(_tested(condition, record, world) for condition in conditions) or table.name
    trail = [_because_of_field(condition.field, record) for condition in conditions]
    return "; ".join(dict.fromkeys([said, *(words for words in trail if words)]))


def because_of(table: DecisionTable, rule: int, record: Record, world: "World") -> str:
    """Give a rule's Because, "" where it has none."""
    words = table.rules[rule].because
    if words is None or isinstance(words.formula, Clear):
        return ""
    return message(words.formula, record, world)


def _because_of_field(name: str, record: Record) -> str:
    if name in record.because or record.row is None:
        return record.because.get(name, "")
    return record.row.because.get(name, "")


def _tested(condition: Condition, record: Record, world: "World") -> str:
    answer = world.value(record, condition.field)
    shown = show_value(answer.value, world.rulebook.fields[condition.field].type)
    match condition.test:
        case Equals():
            return f"{condition.field} {shown}"
        case Blank() | NotBlank():
            return f"{condition.field} {shown or 'not recorded'}"
        case _:
            return f"{condition.field} {shown or 'not recorded'} ({tidy(condition.text)})"


# --- tables that set fields, and tables that raise edits --------------------------------------------------


def decide_fields(table: DecisionTable, record: Record, world: "World") -> None:
    """Set the THEN fields of a record (of its whole group, where one of a group is first)."""
    if table.hit_policy is HitPolicy.FIRST_IN_GROUP:
        _decide_group(table, world.group(record, table.per), world)
        return
    found = run(table, record, world)
    for name in table.outputs:
        kind = type_of(name, world)
        answer = Answer(None, kind)
        if found is not None:
            judged, outcome = found
            if name in outcome.blocked:
                answer = Answer(None, kind, judged.roots_of(outcome.asking))
            elif table.hit_policy in _GATHERING:
                answer = _gathered(table, name, outcome.hits, record, world)
            elif outcome.hits:
                answer = given(table, outcome.hits[0], name, record, world) or answer
        world.settle(world.rulebook.fields[name], answer, record)
    if found is not None:
        _remember_because(table, found[1].hits, record, world)


def _remember_because(table: DecisionTable, hits: list[Hit], record: Record, world: "World") -> None:
    for name in table.outputs:
        speaking = [rules[0] for hit in hits if (rules := hit.speaks[name])]
        words = dict.fromkeys(said for rule in speaking if (said := because_of(table, rule, record, world)))
        if words:
            record.because[name] = "; ".join(words)


def _gathered(table: DecisionTable, name: str, hits: list[Hit], record: Record, world: "World") -> Answer:
    """Reduce what the hits give to one value."""
    kind = type_of(name, world)
    answers = [one for hit in hits if (one := given(table, hit, name, record, world)) is not None]
    if table.hit_policy is HitPolicy.COLLECT_COUNT:
        return Answer(float(len(answers)), kind)
    lost = NO_ROOTS.union(*(answer.roots for answer in answers))
    if table.hit_policy in (HitPolicy.COLLECT, HitPolicy.RULE_ORDER):
        codes = [str(code) for answer in answers for code in answer.elements]
        return Answer(each_once(codes), kind, lost)
    values = [answer.value for answer in answers if isinstance(answer.value, float)]
    if not answers or len(values) < len(answers):
        return Answer(None, kind, lost)
    match table.hit_policy:
        case HitPolicy.COLLECT_SUM:
            return Answer(float(sum(values)), kind)
        case HitPolicy.COLLECT_MIN:
            return Answer(min(values), kind)
        case _:
            return Answer(max(values), kind)


def _decide_group(table: DecisionTable, group: list[Record], world: "World") -> None:
    """Give the THEN cells of the topmost rule that matches any row to the first row it matches."""
    none = len(table.rules)
    judgements = [judge(table, record, world) for record in group]
    matched = [
        (judged.fired[0], place)
        for place, judged in enumerate(judgements)
        if judged is not None and judged.fired
    ]
    winning_rule, winner = min(matched, default=(none, len(group)))
    waiting: dict[int, frozenset[str]] = {}
    for place, judged in enumerate(judgements):
        if judged is None:
            continue
        object_to_no_rule(table, judged, group[place], world)
        could_win = [rule for rule in judged.undecided if (rule, place) < (winning_rule, winner)]
        open_guard = judged.guard_roots is not None and bool(table.otherwise or _speaks(table))
        if could_win or open_guard:
            world.log.ask(group[place], judged.roots_of(could_win), table.name)
        if could_win:
            waiting[place] = judged.roots_of(could_win)
    shared = NO_ROOTS.union(*waiting.values())
    for place, judged in enumerate(judgements):
        record = group[place]
        for name in table.outputs:
            answer = Answer(None, type_of(name, world))
            if judged is not None and waiting:
                answer = Answer(None, answer.type, shared)
            elif judged is not None and place == winner:
                hit = Hit(winning_rule, {output: [winning_rule] for output in table.outputs})
                answer = given(table, hit, name, record, world) or answer
            elif judged is not None and judged.guard_roots is not None and table.otherwise:
                answer = Answer(None, answer.type, judged.guard_roots)
            elif judged is not None:
                answer = next(
                    (give(name, one, record, world) for one in table.otherwise if one.field == name), answer
                )
            world.settle(world.rulebook.fields[name], answer, record)
        if judged is not None and place == winner and not waiting:
            hit = Hit(winning_rule, {output: [winning_rule] for output in table.outputs})
            _remember_because(table, [hit], record, world)


def _speaks(table: DecisionTable) -> bool:
    return table.if_no_rule is not None and table.if_no_rule.message is not None


def raise_edits(table: DecisionTable, record: Record, world: "World") -> None:
    """Raise the edits of a table on a row or a line."""
    found = run(table, record, world)
    for hit in found[1].hits if found else []:
        text = given(table, hit, "Message", record, world)
        queue = given(table, hit, "Queue", record, world)
        world.log.object_to(
            record,
            str(text.value) if text and not text.missing else why(table, hit.rule, record, world),
            disposition=disposition_of(table, hit, Disposition.REVIEW, record, world),
            queue="" if queue is None or queue.missing else str(queue.value),
            rule=addresses_of(table, hit),
        )
