"""Visit exports and runs."""

from codesheet.issues.issue import error, warning


class ExportIssues:
    """R…: code, what is wrong, what to do."""

    UNREADABLE_EXPORT = error("R101", "cannot be read: {why}", "{remedy}")
    EMPTY_EXPORT = error("R102", "holds nothing at all", "export the visits again")
    NO_HEADINGS = error(
        "R103",
        "row {row} holds no headings that the Fields sheet knows",
        "it must name the columns ({examples}, …)",
    )
    MISSING_HEADING = error(
        "R104",
        "no column for {field}, which every row needs (looked for {wanted}{nearest})",
        "export it, or add its heading to the Fields sheet; headings found: {found}",
    )
    TWO_HEADINGS = error(
        "R105",
        "the columns {headings} are all {field}",
        "export one of them, or correct Headings in the Fields sheet",
        value_is="headings",
    )
    DUPLICATE_HEADING = error(
        "R106", 'two columns are headed "{heading}"', "rename or remove one", value_is="heading"
    )
    BROKEN_QUOTES = error(
        "R107",
        "a quoted cell of this row is not closed as it should be, so it may have swallowed rows",
        "put quotes around the whole cell, and double those inside",
    )
    NO_ROWS = warning("R108", "holds headings but no visits", "export them again if there should be some")
    SAME_EXPORT = error("R109", "is named twice: its visits would be coded twice", "name it once")
    HISTORY_LACKS_COLUMNS = error(
        "R110",
        "was written when units were counted by other fields: it has no column {columns}",
        "begin a new history file, with --history-begins",
    )
