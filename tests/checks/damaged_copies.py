"""The shipped workbooks, damaged in one place at a time: which, how, and the one issue that it brings."""

import shutil
from collections.abc import Callable
from pathlib import Path

from damages import (
    MARK,
    Bytes,
    Damage,
    add_column,
    add_label,
    add_row,
    add_sheet,
    at,
    blank_label,
    both,
    clear_column,
    copy_row,
    copy_sheet,
    day,
    delete_where,
    formula,
    from_1904,
    heading,
    hide,
    hide_row,
    label,
    merge,
    numbered,
    replaced,
    role,
    set_cell,
    set_where,
    several,
    sort,
    strike_row,
    with_part,
    without_visit,
    written,
)

DAY = day(2026, 3, 4)

Case = tuple[str, str, Damage | Bytes]
"""The workbook, the code of the issue, and what is done."""

CASES: dict[str, Case] = {
    "a kind misspelt": (
        "infusion.xlsx",
        "W103",
        written("Role", "A1", "Decison"),
    ),
    "a label misspelt": (
        "infusion.xlsx",
        "W106",
        written("Family", "A3", "Hit polcy"),
    ),
    "a role misspelt": (
        "allergy.xlsx",
        "W109",
        written("Venom code", "B7", "IFF"),
    ),
    "a remark beside the table": (
        "allergy.xlsx",
        "W112",
        written("Venom code", "Q10", "ask Ann"),
    ),
    "an error of Excel": ("allergy.xlsx", "W114", set_cell("Venom code", "Code", 0, "#N/A")),
    "a formula never calculated": ("allergy.xlsx", "W115", set_cell("Venom code", "Venoms", 0, "=1+1")),
    "merged cells": ("allergy.xlsx", "W116", merge("Venom code", "Doses", 0)),
    "a unit in a number": ("infusion.xlsx", "U111", set_cell("Given as", "Minutes run", 0, "31 min")),
    "a dash for a range": ("infusion.xlsx", "U113", set_cell("Given as", "Minutes run", 1, "1-30")),
    "a range the wrong way round": ("infusion.xlsx", "U115", set_cell("Given as", "Minutes run", 1, "30..1")),
    "a set misspelt": ("visits.xlsx", "U108", set_cell("Modifier 25", "Code", 0, "in Ofice visit codes")),
    "a value misspelt": ("infusion.xlsx", "F112", set_cell("Given as", "Service", 0, "hydraton")),
    "a value never given": (
        "infusion.xlsx",
        "F116",
        set_cell("Infusion and push code", "Role", 0, "initail"),
    ),
    "a field misspelt": ("infusion.xlsx", "F102", heading("Given as", "Minutes run", "Minutes ran")),
    "a row copied under Unique": ("allergy.xlsx", "T201", copy_row("Venom code", 1)),
    "a row copied under First": ("infusion.xlsx", "T204", copy_row("Given as", 2)),
    "a row copied under Collect": ("infusion.xlsx", "T205", copy_row("Infusion and push code", 0)),
    "a claim line without units": ("allergy.xlsx", "T105", set_cell("Venom code", "Units", 0, None)),
    "units misspelt": ("allergy.xlsx", "X102", set_cell("Venom code", "Units", 0, "Dozes")),
    "a hidden sheet": ("infusion.xlsx", "W201", hide("Role")),
    "a hidden row": ("infusion.xlsx", "W202", hide_row("Role", 2)),
    "a row struck through": ("infusion.xlsx", "W203", strike_row("Role", 2)),
    "a code turned into a date": (
        "visits.xlsx",
        "U123",
        set_cell("Modifier 25", "Code", 0, DAY),
    ),
    "a code with a power of ten": (
        "allergy.xlsx",
        "W211",
        numbered("Venom code", "Code", 0, 95145e6, "0.00E+00"),
    ),
    "a code with decimals": ("allergy.xlsx", "W212", set_cell("Venom code", "Code", 0, 9514.5)),
    "a zero only shown": (
        "payers/site_of_care.xlsx",
        "W213",
        numbered("Site of care", "Place of service", 0, 9, "00"),
    ),
    "a zero eaten": ("payers/site_of_care.xlsx", "W122", set_cell("Site of care", "Place of service", 0, 9)),
    "a look-alike letter": ("allergy.xlsx", "W214", set_cell("Venom code", "Code", 0, "9514\u0421")),
    "a lookup key twice": ("drugs.xlsx", "L102", copy_row("Drugs", 0)),
    "no result said": ("infusion.xlsx", "W125", label("Role", "Result", "field")),
    "a hit policy misspelt": ("infusion.xlsx", "W125", label("Role", "Hit policy", "Fist")),
    "a code mistyped": ("infusion.xlsx", "C101", set_cell("Infusion and push code", "Code", 0, 96314)),
    "a code that has ended": ("infusion.xlsx", "C102", set_cell("Lesion code", "Code", 1, "0540T")),
    "a code that begins later": ("infusion.xlsx", "C103", set_cell("Lesion code", "Code", 1, 38228)),
    "an answer not said": ("infusion.xlsx", "T208", blank_label("Given as", "If no rule matches")),
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
    "days without a rule": (
        "drugs.xlsx",
        "D101",
        set_where("Drugs", ("Effective from", day(2026, 1, 1)), "Effective from", day(2026, 2, 1), "row"),
    ),
    "a rule that ended": (
        "payers/texas_medicaid.xlsx",
        "D102",
        at("Visits beside tests", set_cell("Visits beside tests", "Effective to", 0, day(2025, 1, 1))),
    ),
    "a rule that begins later": (
        "payers/horizon.xlsx",
        "D103",
        at("Records", set_cell("Records", "Effective from", 0, day(2027, 1, 1))),
    ),
    "a base that ended": (
        "allergy.xlsx",
        "D104",
        at(
            "payers/highmark.xlsx!Complete service!9",
            add_column("Complete service", "TO", None, [day(2026, 1, 1)] * 3, ""),
        ),
    ),
    "a rule not ended": (
        "payers/texas_medicaid.xlsx",
        "D105",
        copy_row("Visits beside tests", 1, {"Effective from": day(2020, 1, 15), "Effective to": None}),
    ),
    "examples without visits": ("payers/aetna.xlsx", "E101", role("Examples", "Visit ID", "NOTE", "sheet")),
    "an example without its visit": ("payers/aetna.xlsx", "E102", set_cell("Examples", "Visit ID", 0, None)),
    "given what is decided": ("payers/cigna.xlsx", "E103", heading("Examples", "Doses", "Doses billed")),
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
    "a circle": (
        "fields.xlsx",
        "G101",
        set_where("Derived", ("Field", "Drug or code"), "Formula", "Drug or code or else Drug", "A"),
    ),
    "too many conditions": (
        "infusion.xlsx",
        "G102",
        at(
            "Second access!9",
            add_label("Second access", "Applies to", "; ".join(f"Minutes <> {n}" for n in range(1000, 1210))),
        ),
    ),
    "two codes in a pair's cell": (
        "cms/ncci_pairs_2024q3.xlsx",
        "K101",
        set_cell("NCCI pairs", "Column 1", 0, "95115, 95117"),
    ),
    "an indicator of no kind": (
        "cms/ncci_pairs_2024q3.xlsx",
        "K102",
        set_cell("NCCI pairs", "Modifier indicator", 0, "5"),
    ),
    "a limit in words": ("claim_edits.xlsx", "K103", set_cell("Payers' limits", "Limit", 0, "many")),
    "a limit over nothing": ("claim_edits.xlsx", "K104", set_cell("Payers' limits", "Per", 0, "fortnight")),
    "months not said": (
        "claim_edits.xlsx",
        "K105",
        several(
            blank_label("Payers' limits", "Months since start"),
            set_cell("Payers' limits", "Per", 0, "12 months since start"),
        ),
    ),
    "whose units not said": (
        "claim_edits.xlsx",
        "K106",
        several(
            blank_label("Payers' limits", "Per"), set_cell("Payers' limits", "Per", 0, "365 days rolling")
        ),
    ),
    "two limits at once": ("claim_edits.xlsx", "K107", copy_row("Payers' limits", 0, {"Limit": 7})),
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
        set_cell("Payer spellings", "Payer", 0, "Medicar", "row"),
    ),
    "a table that gives nothing": (
        "payers/aetna.xlsx",
        "T101",
        several(
            role("Test limits", "Message", "NOTE"),
            role("Test limits", "Queue", "NOTE"),
            role("Test limits", "Disposition", "NOTE", "sheet"),
        ),
    ),
    "a column of another result": ("payers/aetna.xlsx", "T102", heading("Test limits", "Queue", "Units")),
    "no word on the claim": (
        "infusion.xlsx",
        "T103",
        label("Given as", "If no rule matches", "ask the nurse"),
    ),
    "a row that gives nothing": ("infusion.xlsx", "T104", set_cell("Family", "Family", 3, None, "row")),
    "an edit without words": ("payers/aetna.xlsx", "T106", set_cell("Test limits", "Message", 0, None)),
    "a label of another policy": ("visits.xlsx", "T107", add_label("Program", "Per", "Visit ID")),
    "a label needed": ("infusion.xlsx", "T108", blank_label("Initial service", "Per")),
    "a policy of numbers": (
        "infusion.xlsx",
        "T109",
        at("Family", label("Family", "Hit policy", "Collect sum")),
    ),
    "an order twice": (
        "infusion.xlsx",
        "T110",
        at("visits.xlsx!Modifier 25", label("Second access", "Order", "10")),
    ),
    "First in two workbooks": (
        "payers/aetna.xlsx",
        "T111",
        at(
            "infusion.xlsx!Family",
            add_sheet(
                "Family",
                [
                    ["Decision", "Family"],
                    ["Result", "fields"],
                    ["Hit policy", "First"],
                    ["IF", "THEN"],
                    ["Service", "Family"],
                    ["hydration", "hydration"],
                ],
            ),
        ),
    ),
    "a sheet sorted": ("infusion.xlsx", "T112", at("Family!11", set_cell("Family", "Rule", 1, 7))),
    "a rule id twice": ("infusion.xlsx", "T113", set_cell("Family", "Rule", 2, 2, "row")),
    "a scope not tested": (
        "payers/medicaid_drugs.xlsx",
        "T114",
        at("NDC wanted", label("NDC wanted", "Scope", "Payer; Plan")),
    ),
    "a scope not connected": (
        "infusion.xlsx",
        "T115",
        at("Listed family", label("Listed family", "Scope", "Payer < Program; Drug or code")),
    ),
    "a scope without ids": (
        "payers/horizon.xlsx",
        "T116",
        at("Records!8", add_label("Records", "Scope", "Service")),
    ),
    "an otherwise of no value": (
        "infusion.xlsx",
        "T117",
        several(
            add_sheet("Fields", [["Fields"], ["Field", "Type"], ["Shelf", "text"]]),
            heading("Initial service", "Because", "Shelf"),
            label("Initial service", "Otherwise", "no"),
        ),
    ),
    "rules that disagree": ("infusion.xlsx", "T202", at("Family!9", label("Family", "Hit policy", "Any"))),
    "rules that cross": ("allergy.xlsx", "T203", copy_row("Doses billed", 0, {"Doses billed": "Doses"})),
    "a rule that adds nothing": (
        "infusion.xlsx",
        "T206",
        copy_row("Infusion and push code", 0, {"Minutes run": ">= 20"}),
    ),
    "rows that could be one": (
        "payers/horizon.xlsx",
        "T207",
        copy_row("Records", 0, {"Months known": "<= 3"}),
    ),
    "a policy that could be simpler": (
        "visits.xlsx",
        "T210",
        at("Program", label("Program", "Hit policy", "First")),
    ),
    "a date of two readings": (
        "infusion.xlsx",
        "U112",
        label("Family", "Only when", "Date of service >= 3/4/2026"),
    ),
    "an error where a test belongs": ("infusion.xlsx", "U124", set_cell("Role", "Because", 0, "#ref!")),
    "a test of no field": ("infusion.xlsx", "U131", label("Family", "Only when", "in Drug services")),
    "a field without a test": ("infusion.xlsx", "U132", label("Family", "Only when", "Service")),
    "a member that is a test": ("claim_edits.xlsx", "V101", set_cell("Value sets", "Member", 0, "not 24")),
    "a set not used": (
        "claim_edits.xlsx",
        "V102",
        add_row("Value sets", {"Set": "Idle", "Member": "95115"}, "Set"),
    ),
    "half a file": ("infusion.xlsx", "W101", Bytes(lambda data: data[: len(data) // 2])),
    "a table without a name": ("infusion.xlsx", "W105", written("Role", "B1", None)),
    "a label twice": ("infusion.xlsx", "W107", at("Role!A4", add_label("Role", "Hit policy", "First"))),
    "no table": ("infusion.xlsx", "W108", add_sheet("Empty", [["Decision", "Empty"], ["Result", "fields"]])),
    "a column without a role": ("infusion.xlsx", "W110", role("Role", "Drug turn", None)),
    "a column without a heading": ("infusion.xlsx", "W111", heading("Role", "Drug turn", None, "role")),
    "a column twice": ("infusion.xlsx", "W113", heading("Role", "First form", "Drug turn")),
    "a day in words": (
        "drugs.xlsx",
        "W117",
        set_cell("Waste modifiers due", "Effective to", 0, "end of 2016"),
    ),
    "a day before its first": (
        "drugs.xlsx",
        "W118",
        set_where("Drugs", ("Effective to", day(2025, 12, 31)), "Effective to", day(2024, 12, 31)),
    ),
    "labels that disagree": ("payers/highmark.xlsx", "W120", label("Doses billed", "Scope", "Payer")),
    "a table twice": ("infusion.xlsx", "W121", copy_sheet("Role", "Role (2)")),
    "a column missing": ("fields.xlsx", "W123", clear_column("Decided", "Type")),
    "a key left blank": ("payers.xlsx", "W124", set_cell("Payers", "Payer", 0, None)),
    "a second About": ("infusion.xlsx", "W126", add_sheet("More", [["About"], ["Title", "More"]])),
    "the visit key not said": ("fields.xlsx", "W127", blank_label("Export", "Visit key")),
    "formulas of other workbooks": (
        "payers/site_of_care.xlsx",
        "W205",
        Bytes(
            both(
                formula(b"[1]Sheet1!A1"), with_part("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
            ),
            "",
            at("", set_cell("Site of care", "Cancer drugs", 0, MARK)),
        ),
    ),
    "calculated only when told": (
        "payers/site_of_care.xlsx",
        "W207",
        Bytes(
            both(formula(b"1*1"), replaced(b"<calcPr ", b'<calcPr calcMode="manual" ')),
            "",
            at("", set_cell("Site of care", "Cancer drugs", 0, MARK)),
        ),
    ),
    "a result out of date": (
        "payers/site_of_care.xlsx",
        "W216",
        Bytes(formula(b"1+1"), "Site of care!F8", set_cell("Site of care", "Cancer drugs", 0, MARK)),
    ),
    "what cannot be judged": ("infusion.xlsx", "T209", blank_label("Site that counts", "If no rule matches")),
    "rows sorted by Excel": ("infusion.xlsx", "W217", sort("Role")),
    "macros": ("infusion.xlsx", "W204", Bytes(with_part("xl/vbaProject.bin", b"x"))),
    "days from 1904": ("infusion.xlsx", "W206", from_1904),
    "a listed code become a date": ("drugs.xlsx", "W210", set_cell("Drugs", "Listed code", 1, DAY)),
    "a dash for a hyphen": (
        "drugs.xlsx",
        "W215",
        at("Drugs!B15", set_cell("Drugs", "Listed drug", 7, "nivolumab\u2013relatlimab")),
    ),
    "no formula": ("infusion.xlsx", "X101", set_cell("Second access", "Add modifiers", 0, ",")),
    "a type misspelt": (
        "fields.xlsx",
        "W125",
        set_where("Derived", ("Field", "Unit size"), "Type", "nubmer"),
    ),
    "a count of conditions": (
        "fields.xlsx",
        "X118",
        add_row(
            "Derived",
            {"Field": "Firsts", "Type": "number", "Formula": "count(Drug charged?)", "Per": "Visit ID"},
            "Formula",
        ),
    ),
    "a space between codes": (
        "infusion.xlsx",
        "X121",
        set_cell("Second access", "Add modifiers", 0, "59 XS"),
    ),
}


SERVICE, MINUTES = ("infusion.xlsx", "Given as", "Service"), ("infusion.xlsx", "Given as", "Minutes run")
CODE = ("visits.xlsx", "Modifier 25", "Code")
UNITS = ("allergy.xlsx", "Venom code", "Units")

CELLS: tuple[tuple[str, tuple[str, str, str], str], ...] = (
    ("U101", SERVICE, '"infusion'),
    ("U102", SERVICE, '5" x, 3" y'),
    ("U103", SERVICE, "infusion,,hydration"),
    ("U104", SERVICE, "infusion, any"),
    ("U105", SERVICE, "infusion, not hydration"),
    ("U106", SERVICE, "not is blank"),
    ("U107", MINUTES, "<> 1, 2"),
    ("U108", SERVICE, "in Drug adminstration"),
    ("U109", CODE, "in Office visit codes, 95117"),
    ("U110", MINUTES, "in Office visit codes"),
    ("U114", MINUTES, "16.."),
    ("U116", SERVICE, "a..b"),
    ("U117", CODE, "99202..994"),
    ("U118", SERVICE, ">= 16"),
    ("U119", MINUTES, "> {Yearly kap}"),
    ("U120", MINUTES, "> {Service}"),
    ("U121", SERVICE, "{Payer}"),
    ("U122", MINUTES, "1,000"),
    ("U125", SERVICE, "infusion; hydration"),
    ("U126", SERVICE, "blank"),
    ("U127", MINUTES, ">="),
    ("U128", MINUTES, "!= 16"),
    ("U129", SERVICE, "infusion (long, short)"),
    ("U130", SERVICE, '""'),
    ("X103", UNITS, "seiling(Doses)"),
    ("X104", UNITS, "Doses 5"),
    ("X105", UNITS, "Doses +"),
    ("X106", UNITS, 'length("abc)'),
    ("X108", UNITS, f"{'(' * 120}1{')' * 120}"),
    ("X109", UNITS, "16 < Doses < 90"),
    ("X110", UNITS, 'Service + "a"'),
    ("X111", UNITS, "if Doses = Service then 1 else 2"),
    ("X112", UNITS, 'if Service > "a" then 1 else 2'),
    ("X113", UNITS, "Service"),
    ("X114", UNITS, "round(1, 2, 3)"),
    ("X115", UNITS, "sum(Doses)"),
    ("X116", UNITS, "floor(Doses where yes)"),
    ("X117", UNITS, "if Service in Fods then 1 else 2"),
    ("X119", UNITS, 'if Diagnoses = "J30" then 1 else 2'),
    ("X120", UNITS, "1 + if Doses > 1 then 1 else 2"),
    ("X122", UNITS, "if Doses > 1 then 1"),
    ("X107", ("infusion.xlsx", "Given as", "Because"), "started {Start time"),
    ("X123", ("allergy.xlsx", "Venom code", "Code"), "HCPCS"),
)
"""Cells that cannot be read: the code, the table and heading, and what is written into its first row."""


WITH_EXAMPLES: dict[str, tuple[str, str, Damage]] = {
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


def _alone(folder: Path) -> str:
    for file in folder.rglob("*.xlsx"):
        if file.name != "aetna.xlsx":
            file.unlink()
    return "payers/aetna.xlsx"


def _gone(folder: Path) -> str:
    for file in folder.rglob("*.xlsx"):
        file.unlink()
    return folder.name


def _copied(folder: Path) -> str:
    shutil.copy(folder / "payers/aetna.xlsx", folder / "payers/aetna (2).xlsx")
    return "payers/aetna.xlsx!About"


def _other_format(folder: Path) -> str:
    (folder / "payers" / "humana.ods").write_bytes(b"x")
    return "payers/humana.ods"


def _open(folder: Path) -> str:
    (folder / "~$infusion.xlsx").write_bytes(b"x")
    return "infusion.xlsx"


FOLDERS: dict[str, tuple[str, Callable[[Path], str]]] = {
    "one workbook alone": ("F101", _alone),
    "no workbook": ("W102", _gone),
    "a workbook copied": ("W119", _copied),
    "a workbook of another format": ("W208", _other_format),
    "a workbook open in Excel": ("W209", _open),
}
"""Damages to the folder; each gives the address of the issue."""

ELSEWHERE: dict[str, str] = {
    "E301": "every shipped workbook with rules has examples: all of them would have to go",
    "G103": "it is of compiled rules, which no workbook holds",
    **{f"R{number}": "it is of an export of visits, or of a history file" for number in range(101, 111)},
}
"""Codes that no damage to a shipped workbook brings, and why; their pages prove them."""
