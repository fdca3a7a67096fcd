"""The fields random rulebooks are made of, each with the few values that tables ask for and rows hold."""

from dataclasses import dataclass

DAYS = ("2026-03-15", "2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01", "2026-12-31")
TIMES = ("09:00", "08:00", "09:15", "23:30")
NUMBERS = ("1", "0.1", "0.3", "2.5", "10")
WHOLES = ("1", "0", "2", "15", "16", "31")

TEXTUAL = ("text", "code", "code list")
NUMERIC = ("number", "whole number")
ORDERED = (*NUMERIC, "date", "time")


@dataclass(frozen=True)
class Known:
    """A field: its type and values; `ranges` are code ranges over them."""

    name: str
    type: str
    values: tuple[str, ...]
    ranges: tuple[str, ...] = ()

    @property
    def is_textual(self) -> bool:
        return self.type in TEXTUAL


def _of(kind: str, *names: str) -> list[Known]:
    values = {"number": NUMBERS, "whole number": WHOLES, "date": DAYS, "time": TIMES, "yes/no": ("yes", "no")}
    return [Known(name, kind, values[kind]) for name in names]


DIAGNOSES = ("J30", "J30.1", "J39.8", "J40", "L50")
DIAGNOSIS_RANGES = ("J30..J39", "J30..J30", "J39 to L50")
DRUG_CODES = ("J1000", "J1001", "J1999", "J2000")
DRUG_RANGES = ("J1000..J1001", "J1000..J1999", "J1001 to J2000")

VISIT = Known("Visit ID", "text", ("V1", "V2", "V3", "v1"))
ITEM = Known("Item", "whole number", ("1", "2", "3"))
DAY = Known("Date of service", "date", DAYS)

READ = [
    Known("Service", "text", ("shot", "push", "infusion", "visit")),
    Known("Payer", "text", ("Acme", "Beta", "Beta Plus", "Gamma")),
    *_of("whole number", "Minutes"),
    Known("Plan", "text", ("Gold", "Silver", "Tin")),
    Known("Drug", "text", ("alpha", "alfa", "beta, oral", "gamma")),
    Known("HCPCS", "code", DRUG_CODES, DRUG_RANGES),
    Known("Diagnoses", "code list", DIAGNOSES, DIAGNOSIS_RANGES),
    *_of("number", "Dose", "Unit size"),
    *_of("yes/no", "Concurrent"),
    *_of("time", "Start", "Stop"),
    *_of("date", "Last visit"),
    Known("Main diagnosis", "code", DIAGNOSES, DIAGNOSIS_RANGES),
    Known("Place of service", "code", ("11", "22")),
]
"""What the export holds, beside the visit, the item and the day."""

COMPUTED = [
    *_of("whole number", "Turn"),
    *_of("number", "Total", "Dose - wasted"),
    *_of("yes/no", "Ready?"),
    Known("Label", "text", ("shot", "Gold", "none", "Acme")),
    Known("Gathered", "code list", ("shot", "J1000", "J30", "T1")),
    *_of("date", "Latest"),
    *_of("time", "Ended"),
    Known("Coded as", "code", DRUG_CODES, DRUG_RANGES),
]
"""Fields that a Formula gives."""

LOOKED_UP = [
    Known("Payer group", "text", ("public", "private")),
    Known("Drug code", "code", DRUG_CODES, DRUG_RANGES),
    *_of("number", "Listed size"),
    Known("Family", "text", ("chemo", "plain")),
    Known("Listed tags", "code list", ("T1", "T2", "T3")),
    *_of("yes/no", "Listed?"),
    *_of("date", "Listed until"),
]

DECIDED = [
    Known("Given as", "text", ("short", "long", "lead", "second")),
    *_of("number", "Limit"),
    Known("Tags", "code list", ("T1", "T2", "T3")),
    *_of("whole number", "Doses"),
    Known("Role", "text", ("initial", "later")),
    Known("Class", "code", ("C1", "C2", "C3"), ("C1..C2",)),
    *_of("yes/no", "Flag"),
    *_of("date", "Until"),
    *_of("time", "Due"),
]

CODE = Known("Code", "code", ("S1", "D1", "S2", "D2"), ("S1..S2", "D1 to S1"))
UNITS = Known("Units", "whole number", ("1", "2", "3", "0"))
MODIFIERS = Known("Modifiers", "code list", ("25", "59", "JW", "XS"), ("25..59",))
GRADE = Known("Grade", "text", ("high", "low"))
"""A declared line field that tables of claim lines and line changes set."""

ON_LINES = [CODE, UNITS, MODIFIERS, GRADE]

LINE_COMPUTED = [
    Known("Visit codes", "code list", CODE.values, CODE.ranges),
    *_of("number", "Visit units"),
    *_of("yes/no", "Alone?"),
]
LINE_DECIDED = [Known("Pair", "text", ("first", "other")), *_of("number", "Cap")]

SET_NAMES = ("Short list", "Allergens", "Mold, dust")
