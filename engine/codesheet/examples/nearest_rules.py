"""Why an example lacks a claim line: the rule that came nearest to giving it, where that is sure."""

from collections.abc import Iterator
from dataclasses import dataclass

from codesheet.examples.visits import Coded, Visit
from codesheet.examples.who_decided import Givers
from codesheet.language.formula_parts import fields_read
from codesheet.language.formulas import Clear, Literal
from codesheet.language.values import Scalar, fold, read_value, show_value, tidy
from codesheet.location import CellRef
from codesheet.model import Condition, DecisionTable, Level, LookupRow, Output, Result, Rule, Rulebook
from codesheet.oracle.answers import Answer
from codesheet.oracle.unary_tests import accepts, in_force

_NEAR = 2
"""A rule that failed by more cells than this came nowhere near."""


@dataclass(frozen=True, slots=True)
class _Miss:
    """A rule that would have given the line, and on one row of the visit, what it failed by."""

    table: DecisionTable
    rule: Rule
    code: Output
    is_in_force: bool
    failed: tuple[Condition, ...]
    row: dict[str, Answer]

    @property
    def distance(self) -> tuple[bool, int]:
        return not self.is_in_force, len(self.failed)


class NearestRules:
    """Finds the rules that came nearest to lines that examples lack."""

    def __init__(self, coded: Coded, givers: Givers) -> None:
        self._coded, self._givers = coded, givers
        self._rows: dict[int, dict[str, Answer]] = {}
        self._by_code: dict[str, list[tuple[DecisionTable, Rule, Output]]] = {}
        self._by_formula: list[tuple[DecisionTable, Rule, Output]] = []
        for table, rule, output in _giving_codes(coded.rulebook):
            if isinstance(output.formula, Literal):
                code = fold(str(output.formula.value))
                self._by_code.setdefault(code, []).append((table, rule, output))
            else:
                self._by_formula.append((table, rule, output))

    def why_not(self, code: str, visit: Visit) -> tuple[str, list[CellRef]]:
        """Say why a visit has no line with a code, and the cells to look at; nothing where a rule matched."""
        misses = self._misses(self._by_code.get(fold(code), []), visit)
        if misses:
            return self._of_written(code, misses)
        misses = self._misses(self._by_formula, visit)
        best = min(misses, key=lambda miss: miss.distance, default=None)
        if best is None or best.failed or not best.is_in_force:
            return self._in_lookups(code, visit)
        read = " and ".join(self._shown(name, best.row) for name in sorted(fields_read(best.code.formula)))
        return f"{self._givers.name(best.rule.at)} gives {tidy(best.code.text)}, and {read}", [best.code.at]

    def _in_lookups(self, code: str, visit: Visit) -> tuple[str, list[CellRef]]:
        """Speak of a code that no rule names: a lookup may hold it, on other days perhaps."""
        found = [row for row in _lookup_rows(self._coded.rulebook) if fold(code) in _texts(row)]
        if not found:
            return f"no rule names {code}", []
        date = self._coded.rulebook.date_of_service
        days = [self._row(place)[date].value for place in self._coded.rows_of.get(visit.key, [])]
        for row in found:
            if any(in_force(row.period, day if isinstance(day, float) else None) for day in days):
                return f"{self._givers.name(row.at)} holds {code}, and no rule took it from there", [row.at]
        return f"{self._givers.name(found[-1].at)} holds {code}, but not on that day", [found[-1].at]

    def _of_written(self, code: str, misses: list[_Miss]) -> tuple[str, list[CellRef]]:
        """Speak of rules whose Code is this very one."""
        best = min(misses, key=lambda miss: miss.distance)
        rule = best.rule.at
        if not best.is_in_force:
            return f"{self._givers.name(rule)} gives {code}, but not on that day", [rule]
        if not best.failed:
            return "", [rule]
        if len(best.failed) <= _NEAR:
            read = (f"{self._shown(one.field, best.row)} ({tidy(one.text)})" for one in best.failed)
            return f"{self._givers.name(rule)} would give {code}, but {' and '.join(read)}", [rule]
        tables = list(dict.fromkeys(miss.table.at for miss in misses))
        return f"no rule for {code} in {' or '.join(map(self._givers.name, tables))} comes near", tables

    def _misses(self, giving: list[tuple[DecisionTable, Rule, Output]], visit: Visit) -> list[_Miss]:
        rows = [self._row(place) for place in self._coded.rows_of.get(visit.key, [])] if giving else []
        rulebook = self._coded.rulebook
        return [_miss(table, rule, code, row, rulebook) for table, rule, code in giving for row in rows]

    def _shown(self, name: str, row: dict[str, Answer]) -> str:
        shown = show_value(row[name].value, row[name].type) if name in row else ""
        return f"{name} is {shown or 'not recorded'}"

    def _row(self, place: int) -> dict[str, Answer]:
        """Give every field of an encounter row, read and worked out."""
        if place not in self._rows:
            fields = self._coded.rulebook.fields.values()
            self._rows[place] = {
                field.name: Answer(self._value(field.name, place), field.type)
                for field in fields
                if field.level is Level.ROW
            }
        return self._rows[place]

    def _value(self, name: str, place: int) -> Scalar | None:
        read, derived = self._coded.encounters.frame, self._coded.batch.rows
        if name in derived:
            cell = derived[name].iloc[place]
            blank = cell is None or cell != cell  # noqa: PLR0124 - NaN
            return None if blank else read_value(cell, self._coded.rulebook.fields[name].type)
        column = read.columns.get(name)
        if column is None or column.missing[place]:
            return None
        stored = column.data[place]
        word: Scalar = read.vocabulary.words[int(stored)] if column.type.is_text else float(stored)
        return word


def _giving_codes(rulebook: Rulebook) -> Iterator[tuple[DecisionTable, Rule, Output]]:
    for table in rulebook.decisions.values():
        for rule in table.rules if table.result is Result.CLAIM_LINES else ():
            output = rule.output("Code")
            if output is not None and not isinstance(output.formula, Clear):
                yield table, rule, output


def _lookup_rows(rulebook: Rulebook) -> Iterator[LookupRow]:
    for lookup in rulebook.lookups.values():
        yield from lookup.rows


def _texts(row: LookupRow) -> set[str]:
    """Give the values of a lookup's row, to be compared without case."""
    parts = [part for value in row.values for part in (value if isinstance(value, tuple) else (value,))]
    return {fold(part) for part in parts if isinstance(part, str)}


def _miss(
    table: DecisionTable, rule: Rule, code: Output, row: dict[str, Answer], rulebook: Rulebook
) -> _Miss:
    day = row[rulebook.date_of_service].value
    day = day if isinstance(day, float) else None
    failed = tuple(
        one
        for one in (*table.only_when, *rule.conditions)
        if not accepts(one.test, row[one.field], day, row.__getitem__, rulebook)
    )
    return _Miss(table, rule, code, in_force(rule.period, day), failed, row)
