"""What THEN cells give on one record, and the reason that goes with them."""

from typing import TYPE_CHECKING

from codesheet.language.formulas import Clear
from codesheet.language.unary_tests import Blank, Equals, NotBlank
from codesheet.language.values import FieldType, fold, show_value, tidy
from codesheet.model import Condition, DecisionTable, Disposition, HitPolicy, Output
from codesheet.oracle.answers import Answer, Record
from codesheet.oracle.formulas import evaluate, message
from codesheet.oracle.hit_policies import Hit
from codesheet.oracle.reading import edit_rows_behind
from codesheet.oracle.unary_tests import compare

if TYPE_CHECKING:
    from codesheet.oracle.world import World

_MESSAGES = ("Message", "Reason")
_TEXTS = ("Message", "Reason", "Queue", "Disposition")
_CODE_LISTS = ("Add modifiers", "Remove modifiers")
_SPLIT_OFF = "Split off"


def type_of(name: str, world: "World") -> FieldType:
    """Give the type of a THEN column."""
    if name in _CODE_LISTS:
        return FieldType.CODE_LIST
    if name == _SPLIT_OFF:
        return FieldType.WHOLE
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


def addresses_of(table: DecisionTable, hit: Hit, record: Record, world: "World") -> str:
    """Name the rule behind a hit, and the row of the claim edit it turned on.

    Under Override every rule that gives something is named; where none does, the one that matched.
    """
    rules = [hit.rule]
    if table.hit_policy is HitPolicy.OVERRIDE:
        rules = list(dict.fromkeys(said[0] for said in hit.speaks.values() if said)) or rules
    named = [str(table.rules[rule].at) for rule in rules]
    for name in edit_rows_behind(table, world.rulebook):
        row = world.value(record, name).value
        named += [] if row is None else [str(row)]
    return "; ".join(named)


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


def same_answer(first: Answer, second: Answer) -> bool:
    """Say whether two answers are the same value, or both missing."""
    if first.value is None or second.value is None:
        return first.value is second.value
    if isinstance(first.value, tuple) and isinstance(second.value, tuple):
        return [fold(code) for code in first.value] == [fold(code) for code in second.value]
    return compare("=", first.value, second.value)
