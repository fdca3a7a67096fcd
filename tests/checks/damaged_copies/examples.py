"""Damages to examples, and damages that only examples show."""

from damages import (
    Case,
    add_column,
    add_sheet,
    at,
    copy_row,
    heading,
    role,
    set_cell,
    several,
    without_visit,
)

CASES: dict[str, Case] = {
    "examples without visits": ("payers/aetna.xlsx", "E101", role("Examples", "Visit ID", "NOTE", "sheet")),
    "an example without its visit": ("payers/aetna.xlsx", "E102", set_cell("Examples", "Visit ID", 0, None)),
    "given what is decided": ("payers/cigna.xlsx", "E103", heading("Examples", "Doses", "Doses billed")),
}

WITH_EXAMPLES: dict[str, Case] = {
    "an example with no day": (
        "payers/aetna.xlsx",
        "E201",
        set_cell("Examples", "Date of service", 0, "soon", "row"),
    ),
    "other units expected": ("payers/aetna.xlsx", "E202", set_cell("Examples", "Units", 0, 99, "row")),
    "another edit expected": (
        "payers/aetna.xlsx",
        "E203",
        set_cell("Examples", "Edit", 0, "deny: no such words", "row"),
    ),
    "another status expected": (
        "payers/aetna.xlsx",
        "E204",
        add_column("Examples", "EXPECT", "Status", ["rejected"], "5"),
    ),
    "another value expected": (
        "payers/aetna.xlsx",
        "E205",
        add_column("Examples", "EXPECT", "Tests charged", [99], "5"),
    ),
    "a rule no example reaches": (
        "payers/horizon.xlsx",
        "E302",
        at("Records", copy_row("Records", 0, {"Service": "skin test", "Message": "other"})),
    ),
    "a bound no example tries": (
        "payers/aetna.xlsx",
        "E303",
        at("Test limits", without_visit("Examples", "Y05")),
    ),
    "a field from nowhere": (
        "payers/horizon.xlsx",
        "E304",
        at(
            "More!A3",
            several(
                add_sheet("More", [["Fields"], ["Field", "Type"], ["Gate", "text"]]),
                copy_row("Records", 0, {"Message": "other"}),
                add_column("Records", "IF", "Gate", [None, "open"], ""),
            ),
        ),
    ),
}
"""Damages that show only when the worked visits are coded."""
