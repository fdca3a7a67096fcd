"""Lookups."""

from codesheet.issues.issue import error, note, warning


class LookupIssues:
    """L…: code, what is wrong, what to do."""

    LOOKUP_WITHOUT_COLUMNS = error(
        "L101", "the lookup has no {role} column", "KEY columns give VALUE columns"
    )
    OVERLAPPING_KEYS = error(
        "L102",
        "the key {key} stands in two rows in force on the same days",
        "correct a key, or give them dates",
        value_is="key",
    )
    KEYS_DISAGREE = error(
        "L103", "the sheets of this lookup have different KEY columns ({here}; {there})", "use the same ones"
    )
    LOOKUP_NOT_USED = note(
        "L104",
        "no table or formula reads what {lookup} gives",
        "use one of its fields, or delete it",
        value_is="lookup",
    )
    KEY_MISSING = warning(
        "L105",
        '{field} "{text}", given here, is no key of lookup "{lookup}"',
        "add a row there, or correct the value",
    )
