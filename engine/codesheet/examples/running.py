"""Examples made encounter rows and coded as one batch."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from codesheet.coding.batch import Encounters
from codesheet.coding.coder import Coder
from codesheet.coding.columns import Frame, column_of
from codesheet.coding.deciders import Deciders
from codesheet.compiling.ruleset import Ruleset
from codesheet.examples.comparing import compare
from codesheet.examples.nearest_rules import NearestRules
from codesheet.examples.untried import untried
from codesheet.examples.visits import Coded, Visit, visits_of
from codesheet.examples.who_decided import Givers
from codesheet.issues import Issue, IssueCode
from codesheet.language.values import CellValue, Scalar, ValueProblem, read_value
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
    always = (rulebook.visit_key, rulebook.columns_present)
    for definition in rulebook.fields.values():
        if definition.origin is not Origin.READ or definition.level is not Level.ROW:
            continue
        values: list[Scalar | None] = [None] * len(given)
        for place, (visit, row) in enumerate(given):
            if definition.name in row.given or definition.name in always:
                values[place] = _value(visit, row, definition, rulebook, issues)
        column = column_of(values, definition.type, frame.vocabulary)
        own = frame.roots.id_of([definition.name])
        column.roots = np.where(column.missing, own, 0).astype(np.int32)
        frame.columns[definition.name] = column
    _number_rows(frame, given, rulebook)
    nothing = pd.Series([""] * len(given), dtype=object)
    rejected = pd.DataFrame(columns=["File", "Row", "Visit ID", "Column", "Value", "Why"])
    places = pd.Series(np.arange(len(given)))
    carried = pd.DataFrame(index=range(len(given)))
    return Encounters(frame, nothing, places, carried, rejected, 0, len(given)), issues


def _value(
    visit: Visit, row: ExampleRow, definition: Field, rulebook: Rulebook, issues: list[Issue]
) -> Scalar | None:
    if definition.name == rulebook.visit_key:
        return visit.key
    if definition.name == rulebook.columns_present:
        return tuple(name for name in rulebook.fields if name in row.given)
    cell: CellValue = row.given.get(definition.name)  # type: ignore[assignment]
    if cell is None:
        return None
    try:
        return read_value(cell, definition.type, rulebook.date_forms)
    except ValueProblem as problem:
        facts = {"value": cell, "why": problem, "remedy": how_to_write(definition.type)}
        issues.append(IssueCode.EXAMPLE_VALUE.issue(row.at, field=definition.name, **facts))
        return None


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
