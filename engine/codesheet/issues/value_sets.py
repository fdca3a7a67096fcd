"""Value sets."""

from codesheet.issues.issue import error, note


class ValueSetIssues:
    """V…: code, what is wrong, what to do."""

    BAD_MEMBER = error(
        "V101", '"{text}" cannot be a member of a value set', "a member is a value, a wildcard or a range"
    )
    SET_NOT_USED = note(
        "V102",
        "no cell and no formula asks for the value set {set}",
        "ask for it (in {set}), or delete it",
        value_is="set",
    )
