"""The order of formulas, lookups and decisions, and the circles that have none."""

from small_rulebooks import at, date_field, decision, formula, lookup, read, rulebook_of

from codesheet.compiling.graph import order_steps
from codesheet.language.formulas import Aggregate, Call, FieldRef, InValueSet, Literal
from codesheet.language.unary_tests import Compare, Equals, InSet
from codesheet.language.values import FieldType
from codesheet.model import Level, Member, Period, Result, Rulebook, ValueSet


def names(book: Rulebook) -> list[str]:
    steps, _, issues = order_steps(book)
    assert issues == []
    return [step.name for step in steps]


def test_each_stands_after_what_it_reads() -> None:
    book = rulebook_of(
        formula("Rank", "Standing"),
        lookup("Standings", ("Family",), ("Standing",)),
        decision("Family", ("Class",), ("Family",)),
        decision("Role", ("Rank",), ("Role",)),
        read("Class"),
    )
    assert names(book) == ["Family", "Standings", "Rank", "Role"]


def test_what_is_free_stands_in_order_of_declaration() -> None:
    book = rulebook_of(
        decision("D", ("x",), ("d",)), lookup("L", ("x",), ("l",)), formula("B", "x"), formula("A", "x")
    )
    assert names(book) == ["B", "A", "L", "D"]


def test_tables_that_make_lines_and_row_edits_stand_last() -> None:
    book = rulebook_of(
        decision("Edits", ("F",), (), result=Result.EDITS),
        decision("Line edits", ("Code",), (), result=Result.EDITS, level=Level.LINE),
        decision("Changes", ("Code",), (), result=Result.LINE_CHANGES, level=Level.LINE),
        decision("Lines", ("F",), ("Code",), result=Result.CLAIM_LINES),
        formula("F", "x"),
    )
    assert names(book) == ["F", "Lines", "Edits"]


def test_line_steps_are_apart_and_may_read_row_fields() -> None:
    book = rulebook_of(
        decision("Cap", ("Over",), ("Cap",), level=Level.LINE),
        formula("Over", "Code", "Row field", level=Level.LINE),
        formula("Row field", "x"),
    )
    rows, lines, issues = order_steps(book)
    assert [step.name for step in rows] == ["Row field"]
    assert [(step.kind, step.name) for step in lines] == [("formula", "Over"), ("decision", "Cap")]
    assert issues == []


def test_a_grouped_formula_reads_its_groups_and_the_row_order() -> None:
    grouped = formula("Turn", per=("Visit", "Bag"), meaning=Aggregate("rank", None, FieldRef("Counted")))
    book = rulebook_of(
        grouped,
        formula("Bag", "x"),
        formula("Item", "x"),
        formula("Counted", "x"),
        row_order="Item",
    )
    assert names(book) == ["Bag", "Item", "Counted", "Turn"]


def test_dates_and_dated_sets_read_the_date_of_service() -> None:
    day = Period(738886, None)
    dated = ValueSet("Drugs", (Member(Equals("x"), "x", day, at("A", 1)),), at("A", 1))
    undated = ValueSet("Old", (Member(Equals("x"), "x", Period(), at("A", 1)),), at("A", 1))
    book = rulebook_of(
        decision("By rule", ("a",), ("b",), period=day),
        decision("By set", (("a", InSet("Drugs")),), ("c",)),
        decision("Not dated", (("a", InSet("Old")),), ("d",)),
        formula("By formula", meaning=InValueSet(FieldRef("a"), "Drugs", negated=False)),
        formula("By call", meaning=Call("only", (FieldRef("a"), Literal("Drugs", FieldType.TEXT)))),
        lookup("By lookup", ("a",), ("e",)),
        date_field("Day", formula("Day", "x")),
        sets=(dated, undated),
        date_of_service="Day",
    )
    assert names(book) == ["Day", "By formula", "By call", "By lookup", "By rule", "By set", "Not dated"]


def test_a_comparison_reads_the_other_field() -> None:
    book = rulebook_of(decision("D", (("a", Compare(">", "Cap")),), ("d",)), formula("Cap", "x"))
    assert names(book) == ["Cap", "D"]


def test_a_circle_names_its_cells_in_order() -> None:
    book = rulebook_of(
        formula("After", "Role"),
        formula("Rank", "Standing", row=5),
        lookup("Standings", ("Role",), ("Standing",), row=20),
        decision("Role", ("Rank",), ("Role",), row=40),
    )
    steps, _, (issue,) = order_steps(book)
    assert str(issue) == (
        "core.xlsx!T!A5: error[G101] these go in a circle, so none can be computed first: "
        "Rank reads Standing, Standings reads Role, Role reads Rank; take one of them out of it "
        "(see also core.xlsx!T!20, core.xlsx!T!B40)"
    )
    assert {step.name for step in steps} == {"After", "Rank", "Standings", "Role"}


def test_every_circle_is_reported_also_one_of_one() -> None:
    book = rulebook_of(
        formula("A", "B"), formula("B", "A"), formula("C", "C"), formula("D", "E"), formula("E", "D")
    )
    _, _, issues = order_steps(book)
    assert [issue.message.split(": ")[1].split(";")[0] for issue in issues] == [
        "A reads B, B reads A",
        "C reads C",
        "D reads E, E reads D",
    ]
