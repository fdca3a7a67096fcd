"""Fields sheets that tests of other sheets stand on."""

from textwrap import dedent

_FIELDS = """
    ## book.xlsx
    # Fields
    | Fields          |                 |
    | Visit key       | Visit ID        |
    | Date of service | Date of service |
    | Row order       | Item            |
    | Field           | Type         | Level | Required  | Formula          |
    | Visit ID        | text         |       | yes       |                  |
    | Date of service | date         |       |           |                  |
    | Item            | whole number |       |           |                  |
    | Payer           | text         |       |           |                  |
    | Plan            | text         |       |           |                  |
    | Service         | text         |       |           |                  |
    | Drug            | text         |       |           |                  |
    | Minutes         | whole number |       | when used |                  |
    | Payer group     | text         |       |           | Plan or else "x" |
"""


def with_fields(text: str) -> str:
    """Put sheets beside a Fields sheet of a few fields, in `book.xlsx` unless they name another."""
    return dedent(_FIELDS) + dedent(text)
