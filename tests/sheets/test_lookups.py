"""Lookups: KEY columns give VALUE columns."""

from codesheet.language.unary_tests import AnyOf, Equals
from codesheet.language.values import FieldType
from codesheet.model import Disposition, Level, Origin, Period
from grid import parse, printed, rulebook_of, wrapped
from rulebook_grids import with_fields


def issues_of(text: str) -> list[str]:
    return printed(parse(with_fields(text))[1])


def test_rows_with_keys_values_and_periods() -> None:
    book = rulebook_of(
        with_fields("""
        # Drugs
        | Lookup       | Drugs   |
        | If not found | review: {key} is not in {table} |
        | KEY          | VALUE   | VALUE     | FROM       | TO         | NOTE |
        | Drug         | HCPCS   | Unit size |            |            | From |
        | aaa\\nbbb    | J0001   | 10        | 2024-01-01 |            | x    |
        | ccc          | J0002   | 2.5       |            | 2023-12-31 |      |
    """)
    )
    table = book.lookups["Drugs"]
    assert (table.keys, table.values, table.level) == (("Drug",), ("HCPCS", "Unit size"), Level.ROW)
    first, second = table.rows
    assert first.keys == (AnyOf((Equals("aaa"), Equals("bbb"))),)
    assert (first.values, second.values) == (("J0001", 10.0), ("J0002", 2.5))
    assert (first.period, second.period) == (Period(738886, None), Period(None, 738885))
    assert str(first.at) == "book.xlsx!Drugs!5"
    assert table.if_not_found is not None
    assert table.if_not_found.disposition is Disposition.REVIEW
    assert {name: book.fields[name].type for name in table.values} == {
        "HCPCS": FieldType.TEXT,
        "Unit size": FieldType.NUMBER,
    }
    assert book.fields["HCPCS"].origin is Origin.LOOKUP


def test_undeclared_values_are_warned_about() -> None:
    assert issues_of("""
        # Sizes
        | Lookup | Sizes |
        | KEY    | VALUE | VALUE | VALUE |
        | Drug   | Size  | NDC   | Split? |
        | aaa    | 10    | 0012  | yes   |
        | bbb    | 2.5   | 12    | no    |
    """) == wrapped("""
        book.xlsx!Sizes!B3: warning[F105] Size is declared in no Fields sheet: taken as number, level row;
            declare it to be sure
        book.xlsx!Sizes!C3: warning[F105] NDC is declared in no Fields sheet: taken as text, level row;
            declare it to be sure
        book.xlsx!Sizes!D3: warning[F105] Split? is declared in no Fields sheet: taken as yes/no, level row;
            declare it to be sure
    """)


def test_a_lookup_keyed_by_a_line_field_works_on_lines() -> None:
    book = rulebook_of(
        with_fields("""
        # Caps
        | Lookup | Caps |
        | KEY  | VALUE |
        | Code | Cap   |
        | X1   | 3     |
    """)
    )
    assert book.lookups["Caps"].level is Level.LINE
    assert book.fields["Cap"].level is Level.LINE


def test_broken_cells_drop_their_row_and_parsing_goes_on() -> None:
    text = """
        # Drugs
        | Lookup | Drugs |
        | KEY    | VALUE | FROM       | TO         |
        | Drug   | Item size |        |            |
        | aaa    | #N/A  |            |            |
        |        | 3     |            |            |
        | ccc    | 3     | 1/2/2024   |            |
        | ddd    | 3     | 2024-05-01 | 2024-04-01 |
        | eee    | 3     |            |            |
    """
    book, issues = parse(with_fields(text))
    assert book is not None
    assert [row.key_texts for row in book.lookups["Drugs"].rows] == [("eee",)]
    assert printed(issues)[1:] == wrapped("""
        book.xlsx!Drugs!B4: error[W114] holds #N/A, an error of Excel: correct the formula, or write the
            value itself
        book.xlsx!Drugs!A5: error[W124] Drug is blank: a row of a lookup needs a key
        book.xlsx!Drugs!C6: error[W117] "1/2/2024" is not a date (yyyy-mm-dd): type the day again,
            as yyyy-mm-dd
        book.xlsx!Drugs!D7: error[W118] in force from 2024-05-01 to 2024-04-01: it ends before it begins;
            correct one of the dates
    """)


def test_slips_in_roles_and_headings() -> None:
    assert issues_of("""
        # Drugs
        | Lookup | Drugs |
        | KEY    | VALU  | VALUE | VALUE |       | VALUE |
        | Drag   | Size  |       | Size  | Notes | size  |
        | aaa    | 1     | 2     | 3     | 4     | 5     | 6 |
    """) == wrapped("""
        book.xlsx!Drugs!B2: error[W109] "VALU" is no role of a column on a Lookup sheet
            (did you mean "VALUE"?): it can be KEY, VALUE, FROM, TO, NOTE
        book.xlsx!Drugs!C2: error[W111] this VALUE column has no heading: name its field in the row below
            the roles
        book.xlsx!Drugs!E2: error[W110] the column "Notes" has no role above it: write one of KEY, VALUE,
            FROM, TO, NOTE
        book.xlsx!Drugs!A3: error[F102] "Drag" is no field (did you mean "Drug"?): correct the name, or
            declare it in a Fields sheet
        book.xlsx!Drugs!D3: warning[F105] Size is declared in no Fields sheet: taken as number, level row;
            declare it to be sure
        book.xlsx!Drugs!F3: error[W113] the column "size" stands here for the second time: join the two, or
            name another field (see also book.xlsx!Drugs!D3)
        book.xlsx!Drugs!G4: error[W112] "6" stands in a column without a heading: give the column a role and
            a heading, or NOTE
    """)


def test_a_lookup_needs_keys_and_values() -> None:
    assert issues_of("""
        # Drugs
        | Lookup | Drugs |
        | KEY    | NOTE |
        | Drug   | Why  |
        | aaa    | x    |
    """) == ["book.xlsx!Drugs: error[L101] the lookup has no VALUE column: KEY columns give VALUE columns"]


def test_an_if_not_found_that_says_neither_what_nor_why() -> None:
    assert issues_of("""
        # Drugs
        | Lookup       | Drugs |
        | If not found | ask   |
        | KEY    | VALUE |
        | Drug   | Dose unit |
        | aaa    | mg    |
    """)[:1] == wrapped("""
        book.xlsx!Drugs!B2: error[T103] "ask" does not say what becomes of the claim: write review: a
            message, deny: a message, inform: a message, review for a queue: a message, or nothing
    """)


def test_sheets_of_one_lookup_add_up_and_must_agree() -> None:
    text = """
        # Drugs
        | Lookup       | Drugs   |
        | If not found | nothing |
        | KEY    | VALUE |
        | Drug   | Size  |
        | aaa    | 1     |
        ## more/other.xlsx
        # Drugs
        | Lookup       | drugs   |
        | If not found | review: {Drug}? |
        | KEY    | VALUE |
        | Drug   | Basis |
        | bbb    | each  |
        # Keyed by payer
        | Lookup       | Drugs   |
        | Applies to   | Plan = a |
        | KEY    | VALUE |
        | Payer  | Basis |
        | bbb    | each  |
    """
    book, issues = parse(with_fields(text))
    assert book is not None
    assert book.lookups["Drugs"].values == ("Size", "Basis")
    assert [row.values for row in book.lookups["Drugs"].rows] == [(1.0, None), (None, "each")]
    assert [line for line in printed(issues) if "error" in line] == wrapped("""
        more/other.xlsx!Drugs!B2: error[W120] If not found is "review: {Drug}?" here and "nothing" on another
            sheet of the same table: make them agree (see also book.xlsx!Drugs!B2)
        more/other.xlsx!Keyed by payer: error[L103] the sheets of this lookup have different KEY columns
            (Payer; Drug): use the same ones (see also book.xlsx!Drugs)
    """)
