"""The compiled rulebook: its graph and its limits."""

from codesheet.issues.issue import error


class CompiledRulesIssues:
    """G…: code, what is wrong, what to do."""

    FIELDS_IN_A_CIRCLE = error(
        "G101", "these go in a circle, so none can be computed first: {circle}", "take one of them out of it"
    )
    TOO_MANY_CONDITIONS = error(
        "G102",
        "this rule has {count} conditions, and {most} are the most",
        "derive a field that joins some of them",
    )
    UNREADABLE_RULES = error(
        "G103", "these compiled rules cannot be read: {why}", "compile the workbooks again"
    )
