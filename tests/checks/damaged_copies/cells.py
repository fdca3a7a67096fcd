"""Damages to cells that test and cells that give."""

from damages import Case, add_row, day, label, set_cell

DAY = day(2026, 3, 4)

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

CASES: dict[str, Case] = {
    "a range turned into a date": (
        "infusion.xlsx",
        "U123",
        set_cell("Given as", "Minutes run", 0, day(2026, 1, 30)),
    ),
    "a unit in a number": ("infusion.xlsx", "U111", set_cell("Given as", "Minutes run", 0, "31 min")),
    "a dash for a range": ("infusion.xlsx", "U113", set_cell("Given as", "Minutes run", 1, "1-30")),
    "a range the wrong way round": ("infusion.xlsx", "U115", set_cell("Given as", "Minutes run", 1, "30..1")),
    "a set misspelt": ("visits.xlsx", "U108", set_cell("Modifier 25", "Code", 0, "in Ofice visit codes")),
    "units misspelt": ("allergy.xlsx", "X102", set_cell("Venom code", "Units", 0, "Dozes")),
    "a code turned into a date": (
        "visits.xlsx",
        "U123",
        set_cell("Modifier 25", "Code", 0, DAY),
    ),
    "a date of two readings": (
        "infusion.xlsx",
        "U112",
        label("Family", "Only when", "Date of service >= 3/4/2026"),
    ),
    "an error where a test belongs": ("infusion.xlsx", "U124", set_cell("Role", "Because", 0, "#ref!")),
    "a test of no field": ("infusion.xlsx", "U131", label("Family", "Only when", "in Drug services")),
    "a field without a test": ("infusion.xlsx", "U132", label("Family", "Only when", "Service")),
    "no formula": ("infusion.xlsx", "X101", set_cell("Second access", "Add modifiers", 0, ",")),
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
