"""`docs/workbooks.md` is whole: it names every word and shows every form of a cell there is."""

import re
from collections.abc import Iterator
from typing import get_args

import pytest
from page import (
    CELLS,
    FORMULAS,
    OTHER_ROWS,
    PAGE,
    SECTIONS,
    WITH_SHEETS,
    read,
    shared_names,
    sheets_of,
    table_below,
    unmarked,
)

from codesheet.language.formula_parser import parse_expression
from codesheet.language.formula_parts import walk
from codesheet.language.formulas import Aggregate, Call, Formula
from codesheet.language.functions import AGGREGATES, FUNCTIONS
from codesheet.language.unary_test_parser import parse_unary_test
from codesheet.language.unary_tests import AnyOf, Not, UnaryTest
from codesheet.language.values import DateForm, FieldType
from codesheet.model import Disposition, HitPolicy, Level, Required, Result, Rulebook
from codesheet.results.summary import STATUSES
from codesheet.sheets.fields import BUILT_IN
from codesheet.sheets.outputs import SPECIAL
from codesheet.sheets.title_block import HEADINGS, LABELS, ROLES, Kind


def rulebooks() -> Iterator[Rulebook]:
    for section in WITH_SHEETS:
        rulebook, _, _ = read(sheets_of(section))
        yield rulebook


def formulas_shown() -> Iterator[Formula]:
    """Give every formula of the page and all its parts."""
    names = shared_names()
    for title in (FORMULAS, OTHER_ROWS):
        for row in table_below(title, "Formula")[1]:
            yield from walk(parse_expression(unmarked(row["Formula"]), names, aggregates="Per" in row))
    for book in rulebooks():
        for table in book.decisions.values():
            for rule in table.rules:
                for output in rule.outputs:
                    yield from walk(output.formula)


def cell_tests_shown() -> Iterator[UnaryTest]:
    """Give every test of the table of cells and all its parts."""
    names = shared_names()
    for row in table_below(CELLS, "Cell")[1]:
        found = [parse_unary_test(unmarked(row["Cell"]), names.fields[row["Field"]], names)]
        while found:
            test = found.pop()
            yield test
            found += test.tests if isinstance(test, AnyOf) else [test.test] if isinstance(test, Not) else []


def test_every_form_of_a_cell_is_shown() -> None:
    assert {type(test) for test in cell_tests_shown()} == set(get_args(UnaryTest))
    parts = list(formulas_shown())
    assert {type(part) for part in parts} == set(get_args(Formula))
    assert {part.function for part in parts if isinstance(part, Call)} == set(FUNCTIONS)
    assert {part.function for part in parts if isinstance(part, Aggregate)} == set(AGGREGATES)


def test_every_hit_policy_and_result_is_shown_at_work() -> None:
    tables = [table for book in rulebooks() for table in book.decisions.values()]
    assert {table.hit_policy for table in tables} == set(HitPolicy)
    assert {table.result for table in tables} == set(Result)


def words(*names: object) -> set[str]:
    return {str(name) for name in names}


NAMED = {
    "kinds": words(*(kind.value for kind in Kind)),
    "labels": words(*(label for labels in LABELS.values() for label in labels)),
    "roles": words(*(role for roles in ROLES.values() for role in roles)),
    "columns": words(*(heading for headings in HEADINGS.values() for heading in headings)),
    "types": words(*(kind.value for kind in FieldType)),
    "levels": words(*(level.value for level in Level)),
    "requirements": words(*(required.value for required in Required)),
    "forms of dates": words(*(form.value for form in DateForm)),
    "results": words(*(result.value for result in Result)),
    "hit policies": words(*(policy.value for policy in HitPolicy)),
    "dispositions": words(*(disposition.value for disposition in Disposition)),
    "THEN columns": words(*SPECIAL),
    "line fields": words(*BUILT_IN),
    "functions": words(*FUNCTIONS, *AGGREGATES),
    "statuses": words(*STATUSES),
}


@pytest.mark.parametrize("what", NAMED)
def test_every_word_is_named(what: str) -> None:
    """A word is named where it stands in code marks, alone or first in them."""
    prose = re.sub(r"^```.*?^```$", "", PAGE, flags=re.DOTALL | re.MULTILINE)
    marked = re.findall(r"`([^`\n]+)`", prose)

    def is_marked(name: str) -> bool:
        return any(re.match(rf"{re.escape(name)}(?!\w)", one) for one in marked)

    unnamed = {name for name in NAMED[what] if not is_marked(name)}
    assert unnamed == set()


@pytest.mark.parametrize("kind", LABELS, ids=lambda kind: kind.value)
def test_every_label_is_explained_with_its_kind(kind: Kind) -> None:
    text = SECTIONS[kind.value].text
    assert {label for label in LABELS[kind] if f"`{label}`" not in text} == set()
