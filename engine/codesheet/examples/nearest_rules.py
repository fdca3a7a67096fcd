"""Why an example lacks a claim line: the rule that came nearest to giving it, where that is sure."""

from collections.abc import Iterator
from dataclasses import dataclass

from codesheet.examples.visits import Coded, Visit
from codesheet.examples.who_decided import Givers
from codesheet.language.formulas import Literal
from codesheet.language.values import Scalar, fold, read_value, show_value, tidy
from codesheet.location import CellRef
from codesheet.model import Condition, DecisionTable, Level, Result, Rule, Rulebook
from codesheet.oracle.answers import Answer
from codesheet.oracle.unary_tests import accepts, in_force

_NEAR = 2
"""A rule that failed by more cells than this came nowhere near."""


@dataclass(frozen=True, slots=True)
class _Miss:
    """A rule that would have given the line, and on one row of the visit, what it failed by."""

    table: DecisionTable
    rule: Rule
    is_in_force: bool
    failed: tuple[Condition, ...]
    row: dict[str, Answer]

    @property
    def distance(self) -> tuple[bool, int]:
        return not self.is_in_force, len(self.failed)


def why_not(code: str, visit: Visit, coded: Coded, givers: Givers) -> tuple[str, list[CellRef]]:
    """Say why a visit has no line with a code, and the cells to look at; nothing where a rule matched."""
    rows = [_row(place, coded) for place in coded.rows_of.get(visit.key, [])]
    misses = [_miss(table, rule, row, coded.rulebook) for table, rule in _giving(code, coded) for row in rows]
    if not misses:
        return f"no rule names {code}", []
    best = min(misses, key=lambda miss: miss.distance)
    if not best.is_in_force:
        return f"{givers.name(best.rule.at)} gives {code}, but not on that day", [best.rule.at]
    if not best.failed:
        return "", [best.rule.at]
    if len(best.failed) <= _NEAR:
        but = " and ".join(_read(condition, best.row, coded.rulebook) for condition in best.failed)
        return f"{givers.name(best.rule.at)} would give {code}, but {but}", [best.rule.at]
    tables = list(dict.fromkeys(givers.name(miss.table.at) for miss in misses))
    at = list(dict.fromkeys(miss.table.at for miss in misses))
    return f"no rule for {code} in {' or '.join(tables)} comes near", at


def _giving(code: str, coded: Coded) -> Iterator[tuple[DecisionTable, Rule]]:
    """Find the rules whose Code is this very one."""
    for table in coded.rulebook.decisions.values():
        for rule in table.rules if table.result is Result.CLAIM_LINES else ():
            output = rule.output("Code")
            given = output.formula if output is not None else None
            if isinstance(given, Literal) and fold(str(given.value)) == fold(code):
                yield table, rule


def _miss(table: DecisionTable, rule: Rule, row: dict[str, Answer], rulebook: Rulebook) -> _Miss:
    day = row[rulebook.date_of_service].value
    day = day if isinstance(day, float) else None
    conditions = (*table.only_when, *rule.conditions)
    failed = tuple(
        one for one in conditions if not accepts(one.test, row[one.field], day, row.__getitem__, rulebook)
    )
    return _Miss(table, rule, in_force(rule.period, day), failed, row)


def _read(condition: Condition, row: dict[str, Answer], rulebook: Rulebook) -> str:
    shown = show_value(row[condition.field].value, rulebook.fields[condition.field].type)
    return f"{condition.field} is {shown or 'not recorded'} ({tidy(condition.text)})"


def _row(place: int, coded: Coded) -> dict[str, Answer]:
    """Give every field of an encounter row, read and worked out."""
    read, derived = coded.encounters.frame, coded.batch.rows
    row = {}
    for name, field in coded.rulebook.fields.items():
        value: Scalar | None = None
        if name in derived:
            cell = derived[name].iloc[place]
            value = None if cell is None or cell != cell else read_value(cell, field.type)  # noqa: PLR0124 - NaN
        elif name in read.columns:
            column = read.columns[name]
            value = None if column.missing[place] else _value(column.data[place], name, coded)
        if field.level is Level.ROW:
            row[name] = Answer(value, field.type)
    return row


def _value(stored: float, name: str, coded: Coded) -> Scalar:
    """Read what a column stores: texts by their number in the vocabulary."""
    frame = coded.encounters.frame
    if frame.columns[name].type.is_text:
        word: Scalar = frame.vocabulary.words[int(stored)]
        return word
    return float(stored)
