"""Decision tables at work on one record: the fields they set, and the edits they raise."""

from typing import TYPE_CHECKING

from codesheet.model import DecisionTable, Disposition, HitPolicy
from codesheet.oracle.answers import NO_ROOTS, Answer, Record, each_once
from codesheet.oracle.cells import addresses_of, because_of, disposition_of, give, given, type_of, why
from codesheet.oracle.hit_policies import Hit
from codesheet.oracle.judging import GATHERING, judge, object_to_no_rule, run

if TYPE_CHECKING:
    from codesheet.oracle.world import World


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
            elif table.hit_policy in GATHERING:
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
            rule=addresses_of(table, hit, record, world),
        )
