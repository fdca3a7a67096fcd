"""Periods in which rows are in force."""

from codesheet.issues.issue import note, warning


class DateIssues:
    """D…: code, what is wrong, what to do."""

    HOLE_IN_TIME = warning(
        "D101",
        "{what} is not in force from {first} to {last}, between this row and {others}",
        "correct a date if that is not meant",
    )
    ROWS_ENDED = note(
        "D102",
        "no longer in force on {day}, and nothing with the same conditions follows: {rows}",
        "add rows for the days after if some are missing",
    )
    ROWS_BEGIN_LATER = note(
        "D103", "not in force before {first}, seen from {day}: {rows}", "correct FROM if that is not meant"
    )
    BASE_ENDED = warning(
        "D104",
        "replaces {others}, but that ended on {last} and this goes on",
        "end it too, or say what it replaces",
    )
    PERIODS_OVERLAP = warning(
        "D105",
        "has the conditions of {others}, and both are in force from {first} to {last}",
        "end the earlier one the day before this begins",
    )
