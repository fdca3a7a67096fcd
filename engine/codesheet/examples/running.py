"""Examples made encounter rows and coded as one batch."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from codesheet.coding.batch import Encounters
from codesheet.coding.coder import Coder
from codesheet.coding.columns import Frame
from codesheet.coding.deciders import Deciders
from codesheet.coding.plain_values import column_of
from codesheet.compiling.ruleset import Ruleset
from codesheet.examples.comparing import compare
from codesheet.examples.nearest_rules import NearestRules
from codesheet.examples.untried import untried
from codesheet.examples.visits import Coded, Visit, visits_of
from codesheet.examples.who_decided import Givers
from codesheet.issues import Issue, IssueCode
from codesheet.language.values import CellValue, DateForm, Scalar, ValueProblem, read_value
from codesheet.language.written_values import how_to_write
from codesheet.model import ExampleRow, Field, Level, Origin, Rulebook


def run_examples(ruleset: Ruleset) -> list[Issue]:
    """Code every example of a rulebook; an issue for each that comes out differently, and what is untried."""
    rulebook = ruleset.rulebook
    visits = [visit for sheet in rulebook.examples for visit in visits_of(sheet)]
    given = [(visit, row) for visit in visits for row in visit.rows if _has_given(row)]
    encounters, issues = _encounters(given, rulebook)
    deciders = Deciders()
    batch = Coder(ruleset).code(encounters, deciders)
    rows_of: dict[str, list[int]] = {}
    for place, (visit, _) in enumerate(given):
        rows_of.setdefault(visit.key, []).append(place)
    givers = Givers(rulebook)
    coded = Coded(rulebook, given, rows_of, encounters, batch, deciders)
    nearest = NearestRules(coded, givers)
    faulty = {issue.at.whole_row for issue in issues}
    for visit in visits:
        if not faulty & {row.at.whole_row for row in visit.rows}:
            issues += compare(visit, coded, givers, nearest)
    return [*issues, *untried(rulebook, encounters, batch)]


def _has_given(row: ExampleRow) -> bool:
    return any(value is not None and str(value).strip() for value in row.given.values())


def _encounters(
    given: Sequence[tuple[Visit, ExampleRow]], rulebook: Rulebook
) -> tuple[Encounters, list[Issue]]:
    """Make encounter rows of the GIVEN halves; the visit key is the example's own."""
    issues: list[Issue] = []
    frame = Frame(len(given), {})
    for name, values in _values(given, rulebook, issues).items():
        column = column_of(values, rulebook.fields[name].type, frame.vocabulary)
        own = frame.roots.id_of([name])
        column.roots = np.where(column.missing, own, 0).astype(np.int32)
        frame.columns[name] = column
    _number_rows(frame, given, rulebook)
    nothing = pd.Series([""] * len(given), dtype=object)
    rejected = pd.DataFrame(columns=["File", "Row", "Visit ID", "Column", "Value", "Why"])
    places = pd.Series(np.arange(len(given)))
    carried = pd.DataFrame(index=range(len(given)))
    return Encounters(frame, nothing, places, carried, rejected, 0, len(given)), issues


def _values(
    given: Sequence[tuple[Visit, ExampleRow]], rulebook: Rulebook, issues: list[Issue]
) -> dict[str, list[Scalar | None]]:
    """Read what was given of every field that exports hold."""
    read = {f.name: f for f in rulebook.fields.values() if f.origin is Origin.READ and f.level is Level.ROW}
    cells = {name: _Cells(definition, rulebook.date_forms, issues) for name, definition in read.items()}
    values: dict[str, list[Scalar | None]] = {name: [None] * len(given) for name in read}
    present: dict[tuple[str, ...], tuple[str, ...]] = {}
    for place, (visit, row) in enumerate(given):
        for name, cell in row.given.items():
            if cell is not None and name in read:
                values[name][place] = cells[name].value(cell, row)  # type: ignore[arg-type]
        if rulebook.visit_key in read:
            values[rulebook.visit_key][place] = visit.key
        if rulebook.columns_present in read:
            columns = tuple(row.given)
            if columns not in present:
                present[columns] = tuple(name for name in rulebook.fields if name in row.given)
            values[rulebook.columns_present][place] = present[columns]
    return values


@dataclass
class _Cells:
    """The cells of one field; what many of them hold is read once."""

    definition: Field
    forms: frozenset[DateForm]
    issues: list[Issue]
    known: dict[tuple[type, CellValue], Scalar | None] = field(default_factory=dict)

    def value(self, cell: CellValue, row: ExampleRow) -> Scalar | None:
        """Read a cell; None where it is blank or, with an issue, where it holds something else."""
        key = type(cell), cell
        if key in self.known:
            return self.known[key]
        try:
            value = self.known[key] = read_value(cell, self.definition.type, self.forms)
        except ValueProblem as problem:
            facts = {"value": cell, "why": problem, "remedy": how_to_write(self.definition.type)}
            self.issues.append(IssueCode.EXAMPLE_VALUE.issue(row.at, field=self.definition.name, **facts))
            return None
        return value


def _number_rows(frame: Frame, given: Sequence[tuple[Visit, ExampleRow]], rulebook: Rulebook) -> None:
    """Give numbers to the rows of a visit where the examples leave the Row order out."""
    column = frame.columns.get(rulebook.row_order)
    if column is None or column.type.is_text or not column.missing.all():
        return
    counts: dict[str, int] = {}
    for place, (visit, _) in enumerate(given):
        counts[visit.key] = counts.get(visit.key, 0) + 1
        column.data[place] = counts[visit.key]
    column.roots = None
