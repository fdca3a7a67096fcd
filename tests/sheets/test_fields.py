"""Fields sheets: the data dictionary."""

import pytest

from codesheet.issues import IssueCode
from codesheet.language.values import DateForm, FieldType
from codesheet.model import AllowedValues, Level, Origin, Required
from grid import parse, printed, rulebook_of, wrapped

SMALL = """
    # Fields
    | Fields          |                 |
    | Visit key       | Visit ID        |
    | Date of service | Date of service |
    | Field           | Type            | Level | Headings | Required  | Allowed values |
    | Visit ID        | text            |
    | Date of service | date            |
"""


def small(text: str) -> str:
    return SMALL + text.lstrip("\n")


def issues_of(text: str) -> list[str]:
    return printed(parse(small(text))[1])


def test_what_a_row_of_the_fields_sheet_says() -> None:
    book = rulebook_of(
        small("""
    | Route     | text      | row  | Route of\\nRte | when used | IV, SC, IM |
    | Modifiers | code list | line |               |           | order, at most 4 |
    # Sets
    | Value sets |
    | Set   | Member |
    | Order | 25     |
    | Order | 59, 76 |
    """)
    )
    route = book.fields["Route"]
    assert (route.type, route.level, route.origin) == (FieldType.TEXT, Level.ROW, Origin.READ)
    assert (route.required, route.headings) == (Required.WHEN_USED, ("Route of", "Rte"))
    assert route.allowed == AllowedValues(("IV", "SC", "IM"))
    assert str(route.at) == "book.xlsx!Fields!A7"
    modifiers = book.fields["Modifiers"]
    assert (modifiers.level, modifiers.origin) == (Level.LINE, Origin.LINE)
    assert modifiers.allowed == AllowedValues((), "Order", 4)
    assert [member.text for member in book.sets["Order"].members] == ["25", "59", "76"]


def test_claim_lines_have_fields_of_their_own() -> None:
    book = rulebook_of(SMALL)
    own = [name for name, field in book.fields.items() if field.level is Level.LINE]
    assert own == [
        "Code",
        "Units",
        "Modifiers",
        "Diagnosis pointer",
        "Place of service",
        "Disposition",
        "Reason",
    ]
    assert {book.fields[name].origin for name in own} == {Origin.LINE}


def test_place_of_service_of_rows_stays_a_row_field() -> None:
    book = rulebook_of(small("    | Place of service | code |"))
    field = book.fields["Place of service"]
    assert (field.level, field.origin) == (Level.ROW, Origin.READ)


def test_settings() -> None:
    book = rulebook_of("""
        # Fields
        | Fields |
        | Visit key       | visit id        |
        | Date of service | Day             |
        | Row order       | Item            |
        | Date forms      | US, Excel serial |
        | On claim lines  | Plan            |
        | Field    | Type         |
        | Visit ID | text         |
        | Day      | date         |
        | Item     | whole number |
        | Plan     | text         |
    """)
    assert (book.visit_key, book.date_of_service, book.row_order) == ("Visit ID", "Day", "Item")
    assert book.shown == ("Plan",)
    assert book.date_forms == {DateForm.US, DateForm.EXCEL_SERIAL}


def test_payer_is_shown_without_being_asked_for() -> None:
    assert rulebook_of(small("    | Payer | text |")).shown == ("Payer",)


def test_several_fields_sheets_add_up() -> None:
    more = """
    ## zz.xlsx
    # Fields
    | Fields |
    | Field | Type |
    | Route | text |
    | visit id | text |
    """
    assert issues_of(more) == wrapped(
        """
        zz.xlsx!Fields!A4: error[F103] visit id is declared for the second time: keep one declaration (see
            also book.xlsx!Fields!A5)
        """
    )


def test_a_rulebook_needs_fields_a_visit_key_and_a_date() -> None:
    book, issues = parse("# Notes\n| hello |")
    assert book is None
    assert printed(issues) == wrapped(
        """
        book.xlsx: error[F101] no sheet of kind Fields: declare what the export holds, one row a field
        """
    )
    book, issues = parse("""
        # Fields
        | Fields |
        | Visit key | Visit |
        | Field | Type |
        | Visit ID | text |
    """)
    assert book is None
    assert printed(issues) == wrapped(
        """
        book.xlsx!Fields: error[W127] the title block does not say Date of service: write Date of service
            and, beside it, the field that holds it
        book.xlsx!Fields!B2: error[F102] "Visit" is no field (did you mean "Visit ID"?): correct the name,
            or declare it in a Fields sheet
        """
    )


def test_queues_and_columns_present_are_read() -> None:
    book = rulebook_of(
        """
        # Fields
        | Fields          |                      |
        | Visit key       | Visit ID             |
        | Date of service | Day                  |
        | Columns present | Columns              |
        | Queues          | Charge, Registration |
        | Queue otherwise | Charge               |
        | Field    | Type      | Queue        |
        | Visit ID | text      |              |
        | Day      | date      |              |
        | Plan     | text      | registration |
        | Columns  | code list |              |
        """
    )
    assert (book.queues, book.queue_otherwise) == (("Charge", "Registration"), "Charge")
    assert book.queue_for(frozenset({"Plan", "Day"})) == "registration"
    assert book.queue_for(frozenset({"Day"})) == "Charge"
    assert book.columns_present == "Columns"
    assert book.fields["Columns"].allowed == AllowedValues(("Visit ID", "Day", "Plan"))


def test_columns_present_is_a_list_of_fields() -> None:
    settings = """
        # Fields
        | Fields          |          |
        | Visit key       | Visit ID |
        | Date of service | Day      |
        | Columns present | Visit ID |
        | Field    | Type |
        | Visit ID | text |
        | Day      | date |
        """
    assert printed(parse(settings)[1]) == [
        (
            'book.xlsx!Fields!B4: error[F111] Columns present is "Visit ID": its type must be code list'
            " (see also book.xlsx!Fields!A6)"
        )
    ]


def test_every_slip_of_a_fields_sheet_is_named_at_its_cell() -> None:
    assert issues_of("""
    | Minutes | whole numbr | rows | | sometimes | |
    | Code    | code        |      | |           | |
    | Route   |             |      | |           | |
    | Site    | text        |      | |           | Sites |
    | Age     | whole number |     | |           | young, 3, at most 4 |
    """) == wrapped(
        """
        book.xlsx!Fields!B7: error[W125] "whole numbr" is no type (did you mean "whole number"?): it can be
            text, code, code list, number, whole number, date, time, yes/no
        book.xlsx!Fields!C7: error[W125] "rows" is no level (did you mean "row"?): it can be row, line
        book.xlsx!Fields!E7: error[W125] "sometimes" is no requirement: it can be yes, no, when used, optional
        book.xlsx!Fields!A8: error[F110] Code belongs to claim lines: declare it with level line, without a
            formula, or choose another name
        book.xlsx!Fields!B9: error[W124] Type is blank: it can be text, code, code list, number, whole
            number, date, time, yes/no
        book.xlsx!Fields!F10: error[F106] "Sites" is neither a value set nor a list of several
            values: name a set, or list the values
        book.xlsx!Fields!F11: error[F106] "at most 4" bounds the length of a code list: drop it, or make the
            type code list
        book.xlsx!Fields!F11: error[F106] "young" is not a number: write a whole number without
            its unit, as in 16
        """
    )


TYPES = """
    # Fields
    | Fields          |          |
    | Visit key       | Visit ID |
    | Date of service | Day      |
    | Field    | Type             | Formula          |
    | Visit ID | text             |                  |
    | Day      | {day}            |                  |
    | Minutes  | {minutes}        |                  |
    | Drug     | {drug}           |                  |
    | Codes    | {codes}          |                  |
    | Another  | {another}        | item(Codes, 2)   |
    | Hours    | {hours}          | Minutes / 60     |
    # Sizes
    | Decision           | Sizes   |
    | Result             | fields  |
    | IF      | IF        | IF         | THEN    |
    | Minutes | Drug      | Codes      | Size    |
    | 16..90  | A..B      | A1         | 1       |
    | > 90    | A1        | is blank   | Hours   |
"""
SAID = {
    "day": "date",
    "minutes": "whole number",
    "drug": "code",
    "codes": "code list",
    "another": "code",
    "hours": "number",
}


@pytest.mark.parametrize("typed", ["", "wibble", "#N/A"])
@pytest.mark.parametrize(
    "fields", [["day"], ["minutes"], ["drug"], ["codes"], ["another"], ["hours"], ["hours", "minutes"]]
)
def test_a_type_that_is_not_said_is_one_issue(fields: list[str], typed: str) -> None:
    rulebook, issues = parse(TYPES.format(**SAID | dict.fromkeys(fields, typed)))
    cells = {f"book.xlsx!Fields!B{6 + list(SAID).index(name)}" for name in fields}
    assert rulebook is not None
    assert {str(issue.at) for issue in issues if issue.is_error} == cells


def test_where_many_types_are_not_said_no_more_is_told() -> None:
    rulebook, issues = parse(TYPES.format(**dict.fromkeys(SAID, "")))
    assert rulebook is None
    assert [issue.kind for issue in issues] == [IssueCode.BLANK_CELL] * len(SAID)


def test_a_formula_makes_a_derived_field() -> None:
    book = rulebook_of("""
        # Fields
        | Fields |
        | Visit key | Visit ID |
        | Date of service | Day |
        | Field    | Type         | Level | Formula     | Per      |
        | Visit ID | text         |       |             |          |
        | Day      | date         |       |             |          |
        | Minutes  | whole number |       |             |          |
        | Total    | whole number |       | sum(Minutes) | Visit ID |
        | Codes    | code list    | line  | list(Code)  | Visit ID |
    """)
    total = book.fields["Total"]
    assert (total.origin, total.formula_text, total.per) == (Origin.FORMULA, "sum(Minutes)", ("Visit ID",))
    assert total.formula is not None
    assert book.fields["Codes"].level is Level.LINE


def test_a_row_formula_cannot_read_lines() -> None:
    _, issues = parse("""
        # Fields
        | Fields |
        | Visit key | Visit ID |
        | Date of service | Day |
        | Field    | Type         | Formula     |
        | Visit ID | text         |             |
        | Day      | date         |             |
        | Double   | whole number | 2 * Units   |
    """)
    assert printed(issues) == wrapped(
        """
        book.xlsx!Fields!A7: error[F108] Double works on encounter rows and cannot read Units, which belongs
            to claim lines: give Double level line
        """
    )


def test_a_field_has_one_origin() -> None:
    text = """
        # Fields
        | Fields |
        | Visit key | Visit ID |
        | Date of service | Day |
        | Field    | Type | Headings | Formula |
        | Visit ID | text |          |         |
        | Day      | date |          |         |
        | Drug     | text |          |         |
        | Drug code | code | HCPCS   | Drug    |
        # Drugs
        | Lookup | Drugs |
        | KEY  | VALUE |
        | Drug | Drug code |
        | aaa  | X1 |
    """
    assert printed(parse(text)[1]) == wrapped(
        """
        book.xlsx!Drugs!B3: error[F104] Drug code gets its value in two ways (read under its Headings,
            lookup "Drugs"): rename one, and join them with a formula (A or else B) (see also
            book.xlsx!Fields!A8)
        book.xlsx!Fields!D8: error[F104] Drug code gets its value in two ways (read under its Headings, its
            Formula): rename one, and join them with a formula (A or else B) (see also book.xlsx!Fields!A8)
        """
    )
