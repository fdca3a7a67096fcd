"""What the notes on cells say: of each kind of sheet, label, role and column."""

from collections.abc import Mapping

from codesheet.language.values import fold
from codesheet.model import Field, Origin
from codesheet.sheets.title_block import Kind

_KINDS: Mapping[Kind, str] = {
    Kind.ABOUT: "What the workbook is about: its title, owner and source, from when it is in force, and "
    "for whom.",
    Kind.FIELDS: "The data dictionary: one row for each field that rules use.",
    Kind.LOOKUP: "A code table: the KEY cells of a row are looked for, its VALUE cells are found.",
    Kind.VALUE_SETS: "Named lists, to be used in cells as: in NAME, not in NAME.",
    Kind.DECISION: "A decision table: each row below the headings is a rule. When all its IF cells hold, its "
    "THEN cells are given.",
    Kind.EXAMPLES: "Visits with the lines they must come to. They are coded and compared at every check.",
    Kind.CODE_PAIRS: "Two codes of which the second is never, or only with a modifier, paid beside the "
    "first. The rows set line fields (Pair with, Pair indicator); a decision table says what follows.",
    Kind.UNIT_LIMITS: "How many units of a code are paid, and over what. The rows set line fields (Unit "
    "limit, Units over limit); a decision table says what follows.",
    Kind.ADD_ON_CODES: "Codes that are paid only beside one of their primaries. The rows set the line field "
    "Primary present; a decision table says what follows.",
}

_LABELS: Mapping[str, str] = {
    "Title": "What the workbook is called. Workbooks with the same Title are versions of one policy: each "
    "holds until the next one's Effective from.",
    "Owner": "Who answers for these rules.",
    "Source": "The document these rules come from.",
    "Note": "For readers; the program passes over it.",
    "Effective from": "The first day the rules hold, unless a row says otherwise. Blank: always did.",
    "Effective to": "The last day on which they hold. Blank: they still do.",
    "Applies to": "A condition on every row, such as: Payer = Acme, Zenith; Claim type = professional",
    "Visit key": "The field whose equal values make one visit.",
    "Date of service": "The date field that decides which rules are in force.",
    "Row order": "The field by which rows of a visit are numbered.",
    "Date forms": "How the export writes dates besides 2026-05-04: US (5/4/2026), Excel serial, or both.",
    "On claim lines": "Fields of the row that results show beside each line, with commas between.",
    "Columns present": "A code list field that lists, for each row, the fields its export has a column for.",
    "Queues": "The queues there are, with commas between; no cell may then name another. Blank: any name.",
    "Queue otherwise": "The queue of questions for which nothing else names one.",
    "If not found": "What to say when a key is not in the table, as: review: {key} is not in {table}. "
    "Or: nothing.",
    "Code table for": "The fields whose codes stand here, with commas between: the check then knows a code "
    "that does not exist, or not on the days of a rule.",
    "Result": "What a rule that matches does: fields (sets them), claim lines (adds a line), line changes "
    "(changes a line), edits (objects).",
    "Hit policy": "Which rules count when several match. Unique: only one may. First: the topmost. "
    "Collect: all. Override: the most specific. First in group: one row of a group wins.",
    "Only when": "Conditions that every rule here needs, with ; between: Service in Treatments; Dose >= 1. "
    "Other rows are not judged.",
    "If no rule matches": "What to say then, as: review: no code for {Drug}. Or review for Charge: …, "
    "deny: …, inform: …, nothing.",
    "Per": "The fields whose equal values make a group, with commas between.",
    "Otherwise": "What the rows of a group get that are not its first.",
    "Scope": "The fields by which one rule is more specific than another, narrow to wide: "
    "Payer < Payer group; Plan",
    "Order": "A number: line changes with a smaller one are made earlier.",
    "Version": "The published release these rows are of, as results name it: NCCI 2026Q3.",
    "Units before": "The field in which the export may say how many units were used in the 12 months before.",
    "Months since start": "The field that holds the full months since the therapy began.",
}

CONDITION_COLUMN = "A condition: the row holds where this field passes the test in the cell. Blank: always."

_ROLES: Mapping[tuple[Kind, str], str] = {
    (Kind.LOOKUP, "KEY"): "KEY: looked for. Alternatives with commas or on lines; * stands for any text.",
    (Kind.LOOKUP, "VALUE"): "VALUE: found when the keys match.",
    (Kind.DECISION, "RULE"): "RULE: an id of your own for the rule, or blank.",
    (Kind.DECISION, "IF"): "IF: a test. Blank: any. Forms: a value · a, b · not a · >= 16 · 16..90 · A1* · "
    "in SET · is blank",
    (Kind.DECISION, "THEN"): "THEN: given when all IF cells hold. Blank: left as it is.",
    (Kind.EXAMPLES, "GIVEN"): "GIVEN: what the export would hold.",
    (Kind.EXAMPLES, "EXPECT"): "EXPECT: what must come out. none in Code: no line.",
}

_PERIODS: Mapping[str, str] = {
    "FROM": "FROM: the first day on which the row is in force. Blank: always was.",
    "TO": "TO: the last day on which the row is in force. Blank: still is.",
    "NOTE": "NOTE: for readers; the program passes over it.",
}

_COLUMNS: Mapping[tuple[Kind, str], str] = {
    (Kind.FIELDS, "Field"): "The name rules use. Spaces and signs are fine.",
    (Kind.FIELDS, "Type"): "What it holds. code: text with digits, never a number; code list: several codes.",
    (Kind.FIELDS, "Level"): "row: of a row of the export. line: of a claim line. Blank: row.",
    (Kind.FIELDS, "Headings"): "What the export may call the column, one name a line (Alt+Enter).",
    (
        Kind.FIELDS,
        "Required",
    ): "yes: a row without it is rejected. when used: asked for when a rule needs it. no: may be blank. "
    "optional: the export need not even have the column.",
    (Kind.FIELDS, "Allowed values"): "A value set, or values with commas between; others go to review. "
    "A code list may add: at most 4.",
    (Kind.FIELDS, "Formula"): "How it is worked out of other fields: ceiling(Dose / Unit size). "
    "Blank: read, looked up or decided.",
    (Kind.FIELDS, "Per"): "For formulas over several rows (sum, any, count …): the fields whose equal values "
    "make a group.",
    (Kind.FIELDS, "Queue"): "Who finds it out where it is missing: the queue of that question.",
    (Kind.FIELDS, "Description"): "For readers. Results show it on their headings.",
    (Kind.VALUE_SETS, "Set"): "The name of the list; repeat it in each of its rows.",
    (Kind.VALUE_SETS, "Member"): "A value, a wildcard (J30*) or a range (J30..J39).",
    (Kind.VALUE_SETS, "Effective from"): "The first day on which it belongs. Blank: always did.",
    (Kind.VALUE_SETS, "Effective to"): "The last day on which it belongs. Blank: still does.",
    (Kind.VALUE_SETS, "Note"): "For readers; the program passes over it.",
    (Kind.CODE_PAIRS, "Column 1"): "The code that is paid.",
    (Kind.CODE_PAIRS, "Column 2"): "The code that is not paid beside it.",
    (Kind.CODE_PAIRS, "Modifier indicator"): "0: never together. 1: with a modifier that fits. 9: no edit.",
    (Kind.CODE_PAIRS, "Rationale"): "Why, as published.",
    (Kind.UNIT_LIMITS, "Code"): "The code whose units are limited; one a row.",
    (Kind.UNIT_LIMITS, "Limit"): "A whole number of units. none: this payer has no limit.",
    (Kind.UNIT_LIMITS, "Per"): "Over what: line, visit, day, calendar year, lifetime, 12 months rolling, "
    "365 days rolling, 12 months since start (of therapy).",
    (Kind.UNIT_LIMITS, "Adjudication"): "CMS's indicator: 1 by line; 2 by day, absolute; 3 by day, clinical.",
    (
        Kind.UNIT_LIMITS,
        "Action",
    ): "What the payer does with the units over it, as decision tables ask for it: "
    "deny, split, review, inform.",
    (Kind.UNIT_LIMITS, "Rationale"): "Why, as published.",
    (Kind.ADD_ON_CODES, "Primary"): "A code it may stand beside. Blank or CCCCC: the payer defines them.",
    (Kind.ADD_ON_CODES, "Add-on"): "The code that needs it.",
    (Kind.ADD_ON_CODES, "Type"): "CMS's type: 1 listed primaries; 2 the payer's own; 3 both.",
    **{
        (kind, heading): text
        for kind in (Kind.CODE_PAIRS, Kind.UNIT_LIMITS, Kind.ADD_ON_CODES)
        for heading, text in (
            ("Effective", "The first day the row is in force. Blank or *: always was."),
            ("Deletion", "The last day it is in force. Blank or *: still is."),
            ("Source", "For readers; the program passes over it."),
            ("Note", "For readers; the program passes over it."),
        )
    },
}

_SPECIAL: Mapping[str, str] = {
    "Because": "Why, in your words, as results show it. Fields stand in braces: {Minutes}.",
    "Priority": "A number: of the rules that match, the one with the smallest counts.",
    "Add modifiers": "Modifiers the line gets besides its own.",
    "Remove modifiers": "Modifiers the line loses.",
    "Split off": "How many units go to a line of their own, which alone gets this rule's disposition.",
    "Queue": "Who should look at it.",
    "Message": "What to say. Fields stand in braces: {Drug}.",
    "Disposition": "bill; inform: bill, with a remark; review: a person decides; deny: do not bill; "
    "drop: leave it off the claim.",
    "Code": "The code to bill. none: no line, on purpose. A field stands in braces: {Drug code}.",
    "Units": "A number, or a formula: 1 + floor((Minutes - 91) / 60)",
    "Edit": "An edit that must be raised: review: *Minutes*",
    "Status": "coded, review, no lines or rejected.",
}

_ORIGINS: Mapping[Origin, str] = {
    Origin.READ: "read from the export",
    Origin.FORMULA: "worked out by a formula",
    Origin.LOOKUP: "found in a lookup",
    Origin.DECISION: "given by a decision table",
    Origin.LINE: "of the claim line",
    Origin.CLAIM_EDIT: "set by claim-edit sheets",
}


def kind_help(kind: Kind) -> str:
    """Say what a kind of sheet holds."""
    return _KINDS.get(kind, "")


def label_help(label: str) -> str:
    """Say what stands beside a label."""
    return _LABELS.get(label, "")


def column_help(kind: Kind, heading: str) -> str:
    """Say what a column holds whose heading is fixed."""
    return _COLUMNS.get((kind, heading), "")


def role_help(kind: Kind, role: str) -> str:
    """Say what the cells of a column with this role do."""
    return _ROLES.get((kind, role)) or _PERIODS.get(role, "")


def special_help(heading: str) -> str:
    """Say what a column with a meaning of its own holds; blank for other columns."""
    return next((text for name, text in _SPECIAL.items() if fold(name) == fold(heading)), "")


def field_help(field: Field) -> str:
    """Say what a field is: its description, type, origin, and the values allowed."""
    parts = [f"{field.type.value}, {_ORIGINS[field.origin]}"]
    if field.formula_text:
        parts.append(f"= {field.formula_text}")
    if field.allowed is not None:
        allowed = field.allowed.set_name or ", ".join(field.allowed.values)
        parts.append(f"allowed: {allowed}" if allowed else "")
    if field.allowed is not None and field.allowed.at_most is not None:
        parts.append(f"at most {field.allowed.at_most}")
    what = field.description if field.description != field.name else ""
    return "\n".join(part for part in (what, *parts) if part)
