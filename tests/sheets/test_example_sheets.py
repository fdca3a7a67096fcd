"""The example tables, a whole rulebook: they parse without an error."""

from pathlib import Path

from codesheet.checks import check
from codesheet.model import HitPolicy, Level, Origin
from codesheet.sheets.rulebook import read_rulebook
from example_sheets import build_example_workbook
from grid import printed


def test_the_example_tables_parse_without_an_error(tmp_path: Path) -> None:
    build_example_workbook(tmp_path)
    book, issues = read_rulebook(tmp_path)
    assert book is not None
    assert [line for line in printed([*issues, *check(book)]) if "error" in line] == []
    assert len(book.decisions) == 18
    assert len(book.decisions["Administration code"].rules) == 28
    assert book.decisions["Initial service"].hit_policy is HitPolicy.FIRST_IN_GROUP
    assert [name for name, table in book.decisions.items() if table.level is Level.LINE] == [
        "Pair modifiers",
        "Cap",
    ]
    assert book.fields["Given as"].origin is Origin.DECISION
    (examples,) = book.examples
    assert [row.visit for row in examples.rows] == ["V049"] * 5
    assert examples.rows[0].given["Drug"] == "nivolumab"
    assert examples.rows[2].given == {}
    assert examples.rows[2].expect == {"Code": "J9299", "Units": "360", "Modifiers": "JZ"}
