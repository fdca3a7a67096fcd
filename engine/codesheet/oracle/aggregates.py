"""Aggregates over the records of a group, from `sum` to `list` (DESIGN §5; decisions, note 5)."""

from dataclasses import dataclass

from codesheet.language.values import FieldType, show_value
from codesheet.oracle.answers import NO_ROOTS, Answer, Record, each_once


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of a group: what the aggregate's operand and its `where` give there (None: not written)."""

    record: Record
    operand: Answer | None
    where: Answer | None

    @property
    def takes_part(self) -> bool:
        """Say whether the record surely counts."""
        return self.where is None or self.where.value == 1.0


def aggregate(function: str, entries: list[Entry], record: Record) -> Answer:
    """Give an aggregate's value for one record; the group's entries stand in order."""
    unsure = [entry.where for entry in entries if entry.where is not None and entry.where.missing]
    unsure_roots = _roots(unsure)
    counting = [entry for entry in entries if entry.takes_part]
    if function == "count":
        count = sum(1 for entry in counting if entry.operand is None or not entry.operand.missing)
        return Answer(None if unsure else float(count), FieldType.WHOLE, unsure_roots)
    operands = [entry.operand for entry in counting if entry.operand is not None]
    there = [answer for answer in operands if not answer.missing]
    lost_roots = _roots([answer for answer in operands if answer.missing])
    kind = next(entry.operand.type for entry in entries if entry.operand is not None)
    if function == "any":
        if any(answer.value == 1.0 for answer in there):
            return Answer(1.0, kind)
        sure = not unsure and len(there) == len(operands)
        return Answer(0.0 if sure else None, kind, unsure_roots | lost_roots)
    if unsure:
        lost = NO_ROOTS if function in ("rank", "previous") else lost_roots
        return Answer(None, _kind(function, kind), unsure_roots | lost)
    match function:
        case "sum" | "min" | "max" | "all":
            if len(there) < len(operands):
                return Answer(None, kind, lost_roots)
            return Answer(_total(function, [answer.value for answer in there]), kind)
        case "first":
            return there[0] if there else Answer(None, kind, lost_roots)
        case "list":
            return Answer(_listed(there), FieldType.CODE_LIST, lost_roots)
        case "rank":
            return _rank(counting, record)
        case "previous":
            return _previous(counting, record, kind)
        case _:
            msg = f"{function} is no aggregate"
            raise TypeError(msg)


def _kind(function: str, kind: FieldType) -> FieldType:
    return {"rank": FieldType.WHOLE, "list": FieldType.CODE_LIST}.get(function, kind)


def _roots(answers: list[Answer]) -> frozenset[str]:
    return NO_ROOTS.union(*(answer.roots for answer in answers))


def _total(function: str, values: list[object]) -> float | None:
    numbers = [value for value in values if isinstance(value, float)]
    match function:
        case "sum":
            return float(sum(numbers))
        case "all":
            return float(all(number == 1.0 for number in numbers))
        case "min":
            return min(numbers, default=None)
        case _:
            return max(numbers, default=None)


def _listed(there: list[Answer]) -> tuple[str, ...]:
    texts: list[str] = []
    for answer in there:
        if isinstance(answer.value, tuple):
            texts.extend(answer.value)
        else:
            texts.append(show_value(answer.value, answer.type))
    return each_once(texts)


def _own_roots(counting: list[Entry], record: Record) -> frozenset[str]:
    own = next((entry.operand for entry in counting if entry.record is record), None)
    return NO_ROOTS if own is None else own.roots


def _rank(counting: list[Entry], record: Record) -> Answer:
    """Give the record's place by the operand ascending; equals stand in order."""
    placed = [
        (round(entry.operand.value, 9), place, entry.record)
        for place, entry in enumerate(counting)
        if entry.operand is not None and isinstance(entry.operand.value, float)
    ]
    for rank, (_, _, other) in enumerate(sorted(placed, key=lambda one: one[:2]), start=1):
        if other is record:
            return Answer(float(rank), FieldType.WHOLE)
    return Answer(None, FieldType.WHOLE, _own_roots(counting, record))


def _previous(counting: list[Entry], record: Record, kind: FieldType) -> Answer:
    """Give what the record before this one has; the first of a group has none before it."""
    before: Answer | None = None
    for entry in counting:
        if entry.record is record:
            return Answer(None, kind) if before is None else before
        before = entry.operand
    return Answer(None, kind)
