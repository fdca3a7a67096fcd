"""One origin a field, and rows apart from lines."""

from codesheet.model import Level, Origin, Required
from grid import parse, printed, rulebook_of, wrapped
from rulebook_grids import with_fields


def errors_of(text: str) -> list[str]:
    return [line for line in printed(parse(with_fields(text))[1]) if "error" in line]


def test_the_visit_key_is_always_required() -> None:
    book = rulebook_of(with_fields(""))
    assert book.fields["Visit ID"].required is Required.YES


def test_fields_of_claim_lines_are_set_by_tables_of_claim_lines() -> None:
    assert errors_of("""
        # A
        | Decision | A |
        | Result | fields |
        | IF | THEN |
        | Drug | Units |
        | a | 1 |
    """) == wrapped("""
        book.xlsx!A!B4: error[F104] Units gets its value in two ways (tables of claim lines, decision "A"):
            rename one, and join them with a formula (A or else B)
    """)


def test_claim_lines_do_not_set_fields_of_rows() -> None:
    assert errors_of("""
        # A
        | Decision | A |
        | Result | claim lines |
        | THEN | THEN | THEN |
        | Code | Units | Plan |
        | X1 | 1 | b |
    """) == wrapped("""
        book.xlsx!Fields!A10: error[F109] Plan is declared with level row, but "A" works on claim lines:
            declare it with level line (see also book.xlsx!A)
    """)


def test_what_claim_lines_add_undeclared_is_a_field_of_lines() -> None:
    book = rulebook_of(
        with_fields("""
        # A
        | Decision | A |
        | Result | claim lines |
        | THEN | THEN | THEN |
        | Code | Units | Charge |
        | X1 | 1 | 12.50 |
    """)
    )
    charge = book.fields["Charge"]
    assert (charge.level, charge.origin, charge.type.value) == (Level.LINE, Origin.LINE, "number")


def test_a_line_field_that_nothing_sets() -> None:
    _, issues = parse(
        with_fields("""
        # More
        | Fields |
        | Field | Type | Level |
        | Tooth | text | line |
    """)
    )
    assert printed(issues) == wrapped("""
        book.xlsx!More!A3: warning[F107] nothing sets the line field Tooth: it is always blank; set it in a
            THEN column, or delete it here
    """)
