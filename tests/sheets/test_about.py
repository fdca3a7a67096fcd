"""Workbooks as policies: what applies to whom, from when, and which version of it."""

from datetime import date

from grid import parse, printed, rulebook_of, wrapped
from rulebook_grids import with_fields


def policy(name: str, about: str, row: str) -> str:
    return f"""
## {name}
# About
| About | {name} |
{about}
# Cap
| Decision   | Cap      |
| Result     | fields   |
| Hit policy | Override |
| Scope      | Payer    |
| IF   | THEN | FROM | TO |
| Drug | Cap  |      |    |
{row}
"""


def periods(text: str) -> list[tuple[str, str, str]]:
    table = rulebook_of(with_fields(text)).decisions["Cap"]
    return [(rule.at.workbook, day(rule.period.first), day(rule.period.last)) for rule in table.rules]


def day(ordinal: int | None) -> str:
    return date.fromordinal(ordinal).isoformat() if ordinal else ""


def test_sources_say_what_about_says() -> None:
    book = rulebook_of(with_fields(policy("p.xlsx", "| Title | Caps |\n| Owner | Ann |", "| a | 1 |")))
    source = book.sources[-1]
    assert (source.workbook, source.title, source.owner) == ("p.xlsx", "Caps", "Ann")


def test_applies_to_is_a_condition_of_every_row() -> None:
    about = "| Applies to | Payer = acme, other; Plan is not blank |"
    table = rulebook_of(with_fields(policy("p.xlsx", about, "| a | 1 |"))).decisions["Cap"]
    assert [condition.field for condition in table.rules[0].conditions] == ["Drug", "Payer", "Plan"]
    assert str(table.rules[0].conditions[1].at) == "p.xlsx!About!B2"


def test_a_sheet_whose_applies_to_is_lost_is_dropped_whole() -> None:
    book, issues = parse(with_fields(policy("p.xlsx", "| Applies to | Payr = acme |", "| a | 1 |")))
    assert book is not None
    assert "Cap" not in book.decisions
    assert [str(issue.at) for issue in issues if issue.is_error] == ["p.xlsx!About!B2"]


def test_effective_dates_are_the_default_of_every_row() -> None:
    about = "| Effective from | 2024-01-01 |\n| Effective to | 2024-12-31 |"
    rows = "| a | 1 |\n| b | 1 | 2024-07-01 | |\n| c | 1 | | 2024-06-30 |"
    assert periods(policy("p.xlsx", about, rows)) == [
        ("p.xlsx", "2024-01-01", "2024-12-31"),
        ("p.xlsx", "2024-07-01", "2024-12-31"),
        ("p.xlsx", "2024-01-01", "2024-06-30"),
    ]


def test_each_version_holds_until_the_next_one() -> None:
    title = "| Title | Cap policy |\n| Effective from | {} |"
    rows = "| a | 1 |\n| b | 1 | 2020-01-01 | 2026-12-31 |\n| c | 1 | 2027-01-01 | |"
    text = policy("a 2026.xlsx", title.format("2026-01-01"), rows)
    text += policy("b 2024.xlsx", title.format("2024-01-01"), rows)
    text += policy("c 2025.xlsx", title.format("2025-01-01"), rows)
    assert periods(text) == [
        ("a 2026.xlsx", "2026-01-01", ""),
        ("a 2026.xlsx", "2026-01-01", "2026-12-31"),
        ("a 2026.xlsx", "2027-01-01", ""),
        ("b 2024.xlsx", "2024-01-01", "2024-12-31"),
        ("b 2024.xlsx", "2020-01-01", "2024-12-31"),
        ("c 2025.xlsx", "2025-01-01", "2025-12-31"),
        ("c 2025.xlsx", "2025-01-01", "2025-12-31"),
    ]


def test_versions_that_begin_on_the_same_day() -> None:
    about = "| Title | Caps |\n| Effective from | 2024-01-01 |"
    _, issues = parse(with_fields(policy("p.xlsx", about, "") + policy("q.xlsx", about, "")))
    assert [line for line in printed(issues) if "error" in line] == wrapped("""
        q.xlsx!About!B3: error[W119] two versions of "Caps" have the same Effective from (2024-01-01): give
            each its own, or delete the one that is a copy (see also p.xlsx!About!B3)
    """)
