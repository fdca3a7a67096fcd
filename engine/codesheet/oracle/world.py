"""The records that are coded together, and any field of them: found, or worked out when first asked for."""

from collections.abc import Collection
from functools import cache

from codesheet.language.unary_tests import Equals, UnaryTest
from codesheet.language.values import FieldType, Scalar, ValueProblem, fold, read_value, show_value
from codesheet.model import Condition, Field, Level, Origin, Required, Result, Rulebook
from codesheet.oracle.answers import NO_ROOTS, Answer, Record, each_once
from codesheet.oracle.claim_edits import work_out_edits
from codesheet.oracle.decisions import decide_fields
from codesheet.oracle.edit_rows import ClaimState
from codesheet.oracle.edits import Log
from codesheet.oracle.formulas import evaluate
from codesheet.oracle.functions import nearest_whole
from codesheet.oracle.lookups import look_up
from codesheet.oracle.reading import EDITS_THAT_SET
from codesheet.oracle.truth import Truth
from codesheet.oracle.unary_tests import accepts, compare, fields_compared, is_member

_BUSY = "is being worked out"


class World:
    """Encounter rows, or claim lines over them (`rows`), with the rulebook and the log.

    `records` stand in order: by visit, then Row order, then as they came.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        records: list[Record],
        log: Log,
        rows: "World | None" = None,
        edits: ClaimState | None = None,
    ) -> None:
        self.rulebook = rulebook
        self.records = records
        self.log = log
        self.rows = rows
        self.level = Level.ROW if rows is None else Level.LINE
        self.edits = edits or ClaimState()
        self._groups: dict[tuple[str, ...], dict[object, list[Record]]] = {}
        self._busy: set[tuple[int, str]] = set()
        self._places: dict[tuple[str, str], int] = {}
        self._setters: dict[str, tuple[str, str]] = {}
        self._find_setters()

    def _find_setters(self) -> None:
        for name, definition in self.rulebook.fields.items():
            if definition.formula is not None and definition.level is self.level:
                self._setters[name] = "formula", name
        for name, lookup in self.rulebook.lookups.items():
            if lookup.level is self.level:
                self._setters |= dict.fromkeys(lookup.values, ("lookup", name))
        for name, table in self.rulebook.decisions.items():
            if table.result is Result.FIELDS and table.level is self.level:
                self._setters |= dict.fromkeys(table.outputs, ("decision", name))

        if self.level is Level.LINE:
            by_edits = (name for name, one in self.rulebook.fields.items() if one.origin is Origin.CLAIM_EDIT)
            self._setters |= {name: ("claim edit", EDITS_THAT_SET[name]) for name in by_edits}

    def work_out_everything(self, but: Collection[str] = ()) -> None:
        """Work out every field of every record but some, so that every objection is raised."""
        for name in (one for one in self._setters if one not in but):
            for record in self.records:
                self.value(record, name)

    def value(self, record: Record, name: str) -> Answer:
        """Give a field of a record."""
        if name in record.given:
            return record.given[name]
        if name not in record.computed and name in self._setters:
            kind, setter = self._setters[name]
            if (id(record), setter) in self._busy:
                msg = f"{setter} {_BUSY}: the rulebook goes in a circle"
                raise RecursionError(msg)
            self._busy.add((id(record), setter))
            self._work_out(kind, setter, record)
            self._busy.discard((id(record), setter))
        if name in record.computed:
            return record.computed[name]
        if self.rows is not None and record.row is not None:
            return self.rows.value(record.row, name)
        return Answer(None, self.rulebook.fields[name].type, frozenset({name}))

    def _work_out(self, kind: str, setter: str, record: Record) -> None:
        match kind:
            case "formula":
                definition = self.rulebook.fields[setter]
                if definition.formula is not None:
                    found = evaluate(definition.formula, record, self, definition.per)
                    self.settle(definition, found, record)
            case "claim edit":
                work_out_edits(setter, record, self)
            case "lookup":
                look_up(self.rulebook.lookups[setter], record, self)
            case _:
                decide_fields(self.rulebook.decisions[setter], record, self)

    def settle(self, definition: Field, answer: Answer, record: Record) -> None:
        """Keep a computed field, after what its definition demands."""
        record.computed[definition.name] = self.demanded(definition, answer, record)

    def demanded(self, definition: Field, answer: Answer, record: Record) -> Answer:
        """Hold a value against its definition: whole, allowed, in order; what is missing has a root."""
        if definition.type is FieldType.WHOLE and isinstance(answer.value, float):
            whole = nearest_whole(answer.value)
            if whole is None:
                said = f"{definition.name} does not come out as a whole number: check the amounts"
                self.log.object_to(record, said, queue=definition.queue, rule=str(definition.at))
            answer = Answer(whole, FieldType.WHOLE)
        answer = self.allowed(definition, answer, record)
        roots = answer.roots or frozenset({definition.name})
        return Answer(answer.value, definition.type, roots)

    def allowed(self, definition: Field, answer: Answer, record: Record) -> Answer:
        """Order a code list as its allowed values stand; object to what is not allowed, or too long."""
        allowed = definition.allowed
        if allowed is None or answer.value is None:
            return answer
        at = str(definition.at)
        if isinstance(answer.value, tuple):
            codes = sorted(each_once(answer.value), key=lambda code: self._allowed_place(definition, code))
            answer = Answer(tuple(codes), answer.type)
            if allowed.at_most is not None and len(codes) > allowed.at_most:
                said = f"{definition.name} has more than {allowed.at_most} entries"
                self.log.object_to(record, said, queue=definition.queue, rule=at)
        if not allowed.values and allowed.set_name is None:
            return answer
        if not all(self._is_allowed(definition, element, record.day) for element in answer.elements):
            said = f"{definition.name} {show_value(answer.value, definition.type)} is not an allowed value"
            self.log.object_to(record, said, queue=definition.queue, rule=at)
        return answer

    def _is_allowed(self, definition: Field, element: str | float, day: float | None) -> bool:
        allowed = definition.allowed
        if allowed is None or (not allowed.values and allowed.set_name is None):
            return True
        if allowed.set_name is not None:
            return is_member(self.rulebook, allowed.set_name, element, day)
        kind = FieldType.CODE if definition.type is FieldType.CODE_LIST else definition.type
        return any(_equals(_read(value, kind), element) for value in allowed.values)

    def _allowed_place(self, definition: Field, code: str) -> int:
        """Find where a code stands among the allowed values; what is not there stands last."""
        key = definition.name, code
        if key not in self._places:
            self._places[key] = self._find_allowed_place(definition, code)
        return self._places[key]

    def _find_allowed_place(self, definition: Field, code: str) -> int:
        allowed = definition.allowed
        if allowed is None:
            return 0
        if allowed.set_name is None:
            tests: list[UnaryTest] = [Equals(value) for value in allowed.values]
        else:
            tests = [member.test for member in self.rulebook.sets[allowed.set_name].members]
        one = Answer(code, FieldType.CODE)
        for place, test in enumerate(tests):
            if accepts(test, one, None, _nothing_else, self.rulebook):
                return place
        return len(tests)

    def group(self, record: Record, per: tuple[str, ...]) -> list[Record]:
        """Give the records of a record's group, in order; a record with a blank stands alone."""
        if per not in self._groups:
            groups: dict[object, list[Record]] = {}
            for other in self.records:
                groups.setdefault(self._group_key(other, per), []).append(other)
            self._groups[per] = groups
        return self._groups[per][self._group_key(record, per)]

    def _group_key(self, record: Record, per: tuple[str, ...]) -> object:
        key: list[object] = []
        for name in per:
            value = self.value(record, name).value
            if value is None:
                return id(record)
            if name == self.rulebook.visit_key:
                key.append(record.visit)
            elif isinstance(value, float):
                key.append(round(value, 9))
            else:
                key.append(fold(value) if isinstance(value, str) else tuple(map(fold, value)))
        return tuple(key)

    def judge(self, condition: Condition, record: Record) -> Truth:
        """Judge one condition: it holds, it fails, or it waits for facts (DESIGN §4)."""
        answer = self.value(record, condition.field)
        if accepts(condition.test, answer, record.day, lambda name: self.value(record, name), self.rulebook):
            return Truth.YES
        if self.is_undecided(answer):
            return Truth.UNDECIDED
        for name in fields_compared(condition.test):
            other = self.value(record, name)
            both = Answer(None, answer.type, answer.roots | other.roots)
            if (answer.missing or other.missing) and self.is_undecided(both):
                return Truth.UNDECIDED
        return Truth.NO

    def roots_of(self, condition: Condition, record: Record) -> frozenset[str]:
        """Name the facts at the root of whatever a condition reads that is missing."""
        names = [condition.field, *fields_compared(condition.test)]
        return NO_ROOTS.union(*(self.value(record, name).roots for name in names))

    def is_undecided(self, answer: Answer) -> bool:
        """Say whether a missing value may not be taken as an answer: every root is `when used`."""
        return answer.missing and bool(answer.roots) and all(map(self._is_when_used, answer.roots))

    def _is_when_used(self, name: str) -> bool:
        return self.rulebook.fields[name].required is Required.WHEN_USED


def _nothing_else(name: str) -> Answer:
    msg = f"a member of a value set reads {name}"
    raise TypeError(msg)


@cache  # the allowed values of a rulebook, read for each record
def _read(text: str, kind: FieldType) -> Scalar | None:
    try:
        return read_value(text, kind)
    except ValueProblem:
        return None


def _equals(first: Scalar | None, second: str | float) -> bool:
    return type(first) is type(second) and compare("=", first, second)
