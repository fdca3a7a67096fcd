"""What Excel does unasked, and what merely looks like it: the one is told, the other read rightly."""

from codesheet.sheets.look_alikes import confusing_character, look
from grid import parse, printed
from rulebook_grids import with_fields


def told(cells: list[str], column: str = "Drug") -> list[str]:
    rows = "".join(f"| {cell} | {number} |\n" for number, cell in enumerate(cells))
    head = f"# A\n| Decision | A |\n| Result | fields |\n| IF | THEN |\n| {column} | Size |\n"
    issues = parse(with_fields(head + rows))[1]
    return [line for line in printed(issues) if "[F105]" not in line]


def test_spaces_and_quotes_of_every_kind_are_read_rightly() -> None:
    assert told(["aaa\u00a0bbb", " aaa ", "“a, b”", "aaa\u2003", "β-carotene", "Café", "Ω"]) == []


def test_numbers_that_excel_stores_as_text() -> None:
    assert told(["16", ">= 16", " 30 ", "45.0"], "Minutes") == []


def test_words_of_another_alphabet_are_meant() -> None:
    assert confusing_character("ампула 5") is None
    assert confusing_character("interferon \u03b1") is None
    assert confusing_character("\u0410123") == ("\u0410", "A")
    assert confusing_character("pembro\u043bizumab") is None  # \u043b looks like no Latin letter
    assert confusing_character("nivоlumab") == ("о", "o")
    assert confusing_character("95\u200b115") == ("\u200b", "")


def test_dashes_and_marks_look_alike() -> None:
    assert look("CAR\u2013T") == look("car-t")
    assert look("O\u2019Neil") == look("O'Neil")


def test_a_lookup_may_list_two_spellings() -> None:
    text = "# L\n| Lookup | L |\n| KEY | VALUE |\n| Drug | Size |\n| CAR-T | 1 |\n| CAR\u2013T | 1 |\n"
    assert [line for line in printed(parse(with_fields(text))[1]) if "W215" in line] == []


def test_the_first_of_two_near_twins_is_named() -> None:
    (line,) = told(["CAR-T", "CAR\u2013T", "CAR\u2013T"])
    assert line.startswith('book.xlsx!A!A6: warning[W215] "CAR\u2013T" looks like "CAR-T" in another row')
