"""Damages to the data dictionary, value sets, lookups and codes."""

from damages import (
    Case,
    add_row,
    add_sheet,
    at,
    copy_row,
    day,
    delete_where,
    heading,
    label,
    role,
    set_cell,
    set_where,
    several,
)

CASES: dict[str, Case] = {
    "a value misspelt": ("infusion.xlsx", "F112", set_cell("Given as", "Service", 0, "hydraton")),
    "a value never given": (
        "infusion.xlsx",
        "F116",
        set_cell("Infusion and push code", "Role", 0, "initail"),
    ),
    "a field misspelt": ("infusion.xlsx", "F102", heading("Given as", "Minutes run", "Minutes ran")),
    "a lookup key twice": ("drugs.xlsx", "L102", copy_row("Drugs", 0)),
    "a code mistyped": ("infusion.xlsx", "C101", set_cell("Infusion and push code", "Code", 0, 96314)),
    "a code that has ended": ("infusion.xlsx", "C102", set_cell("Lesion code", "Code", 1, "0540T")),
    "a code that begins later": ("infusion.xlsx", "C103", set_cell("Lesion code", "Code", 1, 38228)),
    "a code with a hole in time": (
        "codes.xlsx",
        "C104",
        at(
            "allergy.xlsx!Other allergy services!F11",
            several(
                set_where("Procedure codes", ("Code", "95180"), "Effective to", day(2023, 12, 31)),
                add_row("Procedure codes", {"Code": "95180", "Effective from": day(2024, 7, 1)}, "Code"),
            ),
        ),
    ),
    "a code that no one keys": ("allergy.xlsx", "C105", set_cell("Skin tests", "Keyed procedure", 6, 95072)),
    "a key with a letter for a digit": (
        "drugs.xlsx",
        "C106",
        set_where("Drugs", ("Listed code", "J9022"), "Drug or code", "atezolizumab, Tecentriq, J9O22"),
    ),
    "a field declared twice": ("fields.xlsx", "F103", copy_row("Export", 3, at="Field")),
    "a field with two origins": ("drugs.xlsx", "F104", heading("Measures", "Dose factor", "Unit size")),
    "a field not declared": (
        "fields.xlsx",
        "F105",
        at("payers/bridgespan_regence.xlsx!Yearly cap!D8", delete_where("Decided", ("Field", "Cap period"))),
    ),
    "allowed values of no set": (
        "fields.xlsx",
        "F106",
        set_where("Decided", ("Field", "Role"), "Allowed values", "in Rolls"),
    ),
    "a line field never set": (
        "fields.xlsx",
        "F107",
        add_row("Claim lines", {"Field": "Shelf", "Type": "text", "Level": "line"}, "Field"),
    ),
    "a row table that reads a line": (
        "infusion.xlsx",
        "F108",
        set_cell("Lesion code", "Because", 1, "{Disposition}"),
    ),
    "a line field declared for rows": (
        "infusion.xlsx",
        "F109",
        at("fields.xlsx!Decided!A24", heading("Family", "Drug class", "Reason")),
    ),
    "a field of every line declared": (
        "fields.xlsx",
        "F110",
        add_row("Export", {"Field": "Code", "Type": "code"}, "Field"),
    ),
    "a type left blank": (
        "fields.xlsx",
        "W124",
        set_where("Export", ("Field", "Minutes"), "Type", None),
    ),
    "a type that is none": (
        "diagnoses.xlsx",
        "W125",
        set_where("Fields", ("Field", "Supporting diagnoses"), "Type", "many"),
    ),
    "units before that are no number": (
        "claim_edits.xlsx",
        "F111",
        label("Payers' limits", "Units before", "Payer"),
    ),
    "a setting of no field": ("fields.xlsx", "F111", label("Export", "Row order", "Drug named?")),
    "required though derived": (
        "claim_edits.xlsx",
        "F113",
        set_where("Fields", ("Field", "Diagnosis count"), "Required", "yes", "A"),
    ),
    "a field no rule reads": (
        "fields.xlsx",
        "F114",
        add_row("Export", {"Field": "Nurse", "Type": "text"}, "Field"),
    ),
    "a result no rule reads": (
        "fields.xlsx",
        "F115",
        add_row("Derived", {"Field": "Twice", "Type": "number", "Formula": "Minutes * 2"}, "Field"),
    ),
    "a queue misspelt": (
        "payers/site_of_care.xlsx",
        "F117",
        set_cell("Site of care", "Queue", 0, "Payer polcy"),
    ),
    "a lookup without keys": ("payers.xlsx", "L101", role("Payers", "Payer", "NOTE", "sheet")),
    "a lookup with other keys": (
        "drugs.xlsx",
        "L103",
        at(
            "payers.xlsx!Payers",
            add_sheet(
                "Payers",
                [["Lookup", "Payers"], ["KEY", "VALUE"], ["State", "Payer group"], ["TX", "Medicare"]],
            ),
        ),
    ),
    "a lookup not used": (
        "payers.xlsx",
        "L104",
        several(
            add_sheet("More", [["Fields"], ["Field", "Type"], ["Payer colour", "text"]]),
            add_sheet(
                "Colours",
                [
                    ["Lookup", "Colours"],
                    ["If not found", "nothing"],
                    ["KEY", "VALUE"],
                    ["Payer", "Payer colour"],
                    ["Aetna", "blue"],
                ],
            ),
        ),
    ),
    "a value without its key": (
        "payers.xlsx",
        "L105",
        set_cell("Payer spellings", "Payer", 0, "Medicar"),
    ),
    "a member that is a test": ("claim_edits.xlsx", "V101", set_cell("Value sets", "Member", 0, "not 24")),
    "a set not used": (
        "claim_edits.xlsx",
        "V102",
        add_row("Value sets", {"Set": "Idle", "Member": "95115"}, "Set"),
    ),
}
