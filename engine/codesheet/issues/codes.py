"""Codes that rules give or ask for, against the code tables."""

from codesheet.issues.issue import error, warning


class CodeIssues:
    """C…: code, what is wrong, what to do."""

    UNKNOWN_CODE = error(
        "C101", '{code} is not in the code table "{table}"', "correct it, or add the code to the table"
    )
    CODE_AFTER_END = error(
        "C102",
        '{code} ended on {last} (code table "{table}"), and this row goes on{successor}',
        "end the row that day, and add one for the days after",
    )
    CODE_BEFORE_START = error(
        "C103",
        '{code} begins on {first} (code table "{table}"), and this row before it',
        "write that day in FROM",
    )
    CODE_NOT_VALID = error(
        "C104",
        '{code} is not valid from {first} to {last} (code table "{table}"), and this row is in force then',
        "end the row the day before, and add one for the days after",
    )
    CODE_NEVER_COMES = warning(
        "C105",
        'no code like {text} is in the code table "{table}" while this row is in force',
        "correct it, or add the code to the table",
    )
    LOOKS_LIKE_CODE = warning(
        "C106",
        '"{text}" is in no code table, and looks like {code} of "{table}"',
        "write {code}; or add what is written to the table, if it is a code",
    )
