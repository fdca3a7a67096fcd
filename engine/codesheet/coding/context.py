"""What every step of coding works on: a view of rows or lines, and where its objections go."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from codesheet.coding.columns import MISSING, Column, Ids, Index, Mask, present
from codesheet.coding.deciders import Deciders
from codesheet.coding.edits import NO_LINE, REVIEW, EditKind, EditLog
from codesheet.coding.text_functions import per_combination, unique_folded
from codesheet.coding.view import View, eras
from codesheet.language.unary_test_logic import accepts
from codesheet.language.unary_tests import Equals, UnaryTest
from codesheet.language.values import SAME_NUMBER, FieldType, Scalar, fold, read_value, show_value
from codesheet.model import Field


@dataclass(slots=True)
class Asks:
    """Facts asked for by undecided rules: row, line, root set and table, gathered until all is judged."""

    rows: list[Index] = field(default_factory=list)
    lines: list[Index] = field(default_factory=list)
    roots: list[Ids] = field(default_factory=list)
    tables: list[tuple[str, int]] = field(default_factory=list)

    def add(self, rows: Index, lines: Index, roots: Ids, table: str) -> None:
        """Note that a table asks for facts in some rows."""
        if len(rows):
            self.rows.append(rows)
            self.lines.append(lines)
            self.roots.append(roots)
            self.tables.append((table, len(rows)))

    def take_over(self, other: "Asks") -> None:
        """Add what was asked apart."""
        self.rows += other.rows
        self.lines += other.lines
        self.roots += other.roots
        self.tables += other.tables


@dataclass(slots=True)
class Context:
    """A view of encounter rows, or of claim lines (`row_of_line` set), and the batch's logs.

    `because` holds for decided fields the authors' words (vocabulary ids by row of the view). Edits name
    their line only where `lines_stand`: before, lines are still changed, dropped and made one. `standing`
    says which lines are not denied, None where all stand; `judged` which lines tables judge, None all.
    `deciders`, where somebody asks for them, are told which cells gave the fields of encounter rows.
    `uncounted` count the rules that gave fields of lines, which are given again whenever lines change.
    `stand_for` says how many rows each stands for, where one of many alike is decided.
    """

    view: View
    log: EditLog
    asks: Asks
    because: dict[str, Ids]
    row_of_line: Index | None = None
    lines_stand: bool = False
    standing: Mask | None = None
    judged: Mask | None = None
    deciders: Deciders | None = None
    uncounted: list[Callable[[Index | None], None]] = field(default_factory=list)
    stand_for: Index | None = None

    def apart(self) -> "Context":
        """Give the same with logs of its own, which nobody reads unless they are taken over."""
        return replace(self, log=EditLog(self.view.frame), asks=Asks())

    def fired(self, count: Callable[[Index | None], None]) -> None:
        """Count rules that gave fields: now, or for lines when it is known which of them count.

        The function is told how often each place of the view counts; once, where it is told None.
        """
        if self.row_of_line is None:
            count(self.stand_for)
        else:
            self.uncounted.append(count)

    def count_fired(self, lines: Mask | None = None) -> None:
        """Count the rules that gave the fields of some lines, or of all."""
        if lines is None or lines.any():
            for count in self.uncounted:
                count(None if lines is None else lines.astype(np.int64))

    def rows(self, places: Index) -> Index:
        """Give the encounter rows of places in the view."""
        return places if self.row_of_line is None else self.row_of_line[places]

    def lines(self, places: Index) -> Index:
        """Give the claim lines of places in the view."""
        if self.row_of_line is None or not self.lines_stand:
            return np.full(len(places), NO_LINE, dtype=np.int64)
        return places

    def raise_edit(  # noqa: PLR0913 - one column each
        self,
        kind: EditKind,
        places: Index,
        message: Ids | str,
        *,
        weight: Ids | int = REVIEW,
        queue: Ids | str | None = None,
        rule: Ids | str | None = None,
        facts: Ids | None = None,
        table: str = "",
    ) -> None:
        """Raise an edit for places in the view."""
        self.log.add(
            kind,
            self.rows(places),
            message,
            weight=weight,
            queue=queue,
            rule=rule,
            facts=facts,
            table=table,
            lines=self.lines(places),
        )

    def ask(self, places: Index, roots: Ids, table: str) -> None:
        """Ask for the facts in root sets."""
        self.asks.add(self.rows(places), self.lines(places), roots, table)

    def set_field(self, definition: Field, column: Column) -> None:
        """Store a computed field, after whatever its definition demands of its values."""
        if column.type.is_number:
            column = Column(column.type, column.data + 0.0, column.roots)  # what is -0 is 0
        column = self.demand_whole(definition, column)
        column = self.keep_allowed(definition, column)
        self.view.frame.columns[definition.name] = self.own_roots(definition.name, column)

    def own_roots(self, name: str, column: Column) -> Column:
        """Make the field its own root where nothing recorded explains why it is missing."""
        missing = column.missing
        if missing.any():
            own = self.view.frame.roots.id_of([name])
            roots = column.roots
            explained = own if roots is None else np.where(missing & (roots == 0), own, roots)
            column = Column(column.type, column.data, explained)
        return column

    def demand_whole(self, definition: Field, column: Column) -> Column:
        """Send values that are not whole in a whole number field to review; they become missing."""
        if definition.type is not FieldType.WHOLE:
            return column
        broken = np.abs(column.data - np.rint(column.data)) > SAME_NUMBER
        if not broken.any():
            return Column(FieldType.WHOLE, np.rint(column.data), column.roots)
        self.raise_edit(
            EditKind.NOT_WHOLE,
            np.flatnonzero(broken),
            f"{definition.name} does not come out as a whole number: check the amounts",
            queue=definition.queue,
            rule=str(definition.at),
            table=definition.name,
        )
        return Column(FieldType.WHOLE, np.where(broken, np.nan, np.rint(column.data)), column.roots)

    def keep_allowed(self, definition: Field, column: Column) -> Column:
        """Order a code list as its allowed values stand, and send values that are not allowed to review."""
        allowed = definition.allowed
        if allowed is None or column.missing.all():
            return column
        if column.type is FieldType.CODE_LIST:
            column = self._ordered(definition, column)
        if allowed.values or allowed.set_name:
            self._refuse_others(definition, column)
        return column

    def _refuse_others(self, definition: Field, column: Column) -> None:
        numbers, values, days = self._per_value_and_day(
            column, definition.allowed.set_name if definition.allowed else None
        )
        refused = [
            value is not None and not all(self._is_allowed(definition, one, day) for one in _elements(value))
            for value, day in zip(values, days, strict=True)
        ]
        broken = np.array(refused, dtype=bool)[numbers] if refused else np.zeros(len(column), dtype=bool)
        if broken.any():
            places = np.flatnonzero(broken)
            shown = [show_value(value, definition.type) for value in values]
            texts = [f"{definition.name} {text} is not an allowed value" for text in shown]
            self.raise_edit(
                EditKind.NOT_ALLOWED,
                places,
                self.view.frame.vocabulary.ids_of(texts)[numbers[places]],
                queue=definition.queue,
                rule=str(definition.at),
                table=definition.name,
            )

    def _per_value_and_day(
        self, column: Column, set_name: str | None
    ) -> tuple[Index, list[Scalar | None], list[float]]:
        dated = self.view.sets.breaks([set_name]) if set_name else []
        by_day = [eras(self.view.days, dated)] if dated else []
        numbers, first, values = per_combination([column], self.view, by_day)
        return numbers, [value for (value,) in values], self.view.days[first].tolist()

    def _is_allowed(self, definition: Field, value: str | float, day: float) -> bool:
        allowed = definition.allowed
        if allowed is None or (not allowed.values and allowed.set_name is None):
            return True
        if allowed.set_name is not None:
            return self.view.sets[allowed.set_name].has_on(value, day)
        if isinstance(value, str):
            return fold(value) in _folded(allowed.values)
        numbers = [read_value(text, definition.type) for text in allowed.values]
        return any(isinstance(one, float) and abs(one - value) <= SAME_NUMBER for one in numbers)

    def _ordered(self, definition: Field, column: Column) -> Column:
        """Put lists in the order of the allowed values, each once; too long a list goes to review."""
        allowed = definition.allowed
        words = self.view.frame.vocabulary.words
        found = present(column.data)
        codes = {code for i in found.tolist() for code in _elements(words[i])}
        places = self._places(definition, map(str, codes))
        ids, too_long = [], []
        for word_id in found.tolist():
            items = unique_folded(tuple(map(str, _elements(words[word_id]))))
            items = tuple(sorted(items, key=places.__getitem__))
            ids.append(items or None)
            too_long.append(
                allowed is not None and allowed.at_most is not None and len(items) > allowed.at_most
            )
        is_too_long = np.zeros(len(words) + 1, dtype=bool)
        is_too_long[found] = too_long
        broken = is_too_long[column.data]
        if broken.any() and allowed is not None:
            self.raise_edit(
                EditKind.TOO_LONG,
                np.flatnonzero(broken),
                f"{definition.name} has more than {allowed.at_most} entries",
                queue=definition.queue,
                rule=str(definition.at),
                table=definition.name,
            )
        in_order = np.full(len(is_too_long), MISSING, dtype=np.int32)
        in_order[found] = self.view.frame.vocabulary.ids_of(ids)
        return Column(column.type, in_order[column.data], column.roots)

    def _places(self, definition: Field, codes: Iterable[str]) -> dict[str, int]:
        """Find where codes stand among the allowed values; those that are not there stand last."""
        allowed = definition.allowed
        tests: list[UnaryTest] = []
        if allowed is not None and allowed.set_name is not None:
            tests = [member.test for member in self.view.rulebook.sets[allowed.set_name].members]
        elif allowed is not None:
            tests = [Equals(value) for value in allowed.values]
        return {
            code: next(
                (place for place, test in enumerate(tests) if accepts(test, code, _no_member)), len(tests)
            )
            for code in codes
        }


@lru_cache(maxsize=1024)
def _folded(values: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(fold, values))


def _elements(value: Scalar) -> tuple[str | float, ...]:
    return value if isinstance(value, tuple) else (value,)


def _no_member(name: str, value: str | float) -> bool:
    msg = f"a member of a value set cannot be the set {name} ({type(value)})"
    raise TypeError(msg)
