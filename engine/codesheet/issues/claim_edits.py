"""Claim edits: code pairs, unit limits, add-on codes."""

from codesheet.issues.issue import error


class ClaimEditIssues:
    """K…: code, what is wrong, what to do."""

    NOT_ONE_CODE = error(
        "K101", '"{text}" is no single code', "write one code a row, without commas, ranges or stars"
    )
    BAD_INDICATOR = error(
        "K102",
        '"{text}" is no modifier indicator',
        "write 0 (never together), 1 (with a modifier) or 9 (no edit)",
    )
    BAD_LIMIT = error(
        "K103",
        '"{text}" is no limit',
        "write a whole number of units, or none where this payer has no limit",
    )
    BAD_LIMIT_PER = error(
        "K104",
        '"{text}" is nothing a limit can count over',
        "write line, visit, day, calendar year, lifetime, 12 months rolling, 365 days rolling or 12 months "
        "since start (of therapy)",
    )
    MONTHS_NOT_SAID = error(
        "K105",
        '"{text}" counts from the start of therapy',
        "write the label Months since start above the table and, beside it, the field that holds the full "
        "months since then",
    )
    WHOSE_UNITS_NOT_SAID = error(
        "K106",
        '"{text}" counts over several visits',
        "write the label Per above the table and, beside it, the fields that say whose units are counted "
        "together, as Patient ID, Payer",
    )
    UNSURE_EDIT_ROWS = error(
        "K107",
        "{key} stands in two rows that hold at once and disagree ({first}, {second})",
        "delete one, end one before the other begins, or give one a further condition",
    )
