"""Workbooks, sheets, title blocks and tables."""

from codesheet.issues.issue import error


class WorkbookIssues:
    """W1…: code, what is wrong, what to do."""

    UNREADABLE_WORKBOOK = error("W101", "cannot be read: {why}", "{remedy}")
    NO_WORKBOOKS = error(
        "W102", "holds no workbook (.xlsx or .xlsm)", "put the workbooks there, or name another folder"
    )
    UNKNOWN_KIND = error("W103", 'A1 is "{text}", which is no kind of sheet', "{remedy}")
    TABLE_WITHOUT_NAME = error("W105", "the table has no name", "write it in B1, beside {kind}")
    UNKNOWN_LABEL = error(
        "W106", '"{label}" is no label of a {kind} sheet', "it can be {labels}", value_is="label"
    )
    REPEATED_LABEL = error(
        "W107", 'the label "{label}" stands here for the second time', "keep one", value_is="label"
    )
    NO_TABLE = error("W108", "there is no table on this {kind} sheet", "it begins with {beginning}")
    UNKNOWN_ROLE = error("W109", '"{text}" is no role of a column on a {kind} sheet', "{remedy}")
    COLUMN_WITHOUT_ROLE = error(
        "W110", 'the column "{heading}" has no role above it', "write one of {roles}", value_is="heading"
    )
    COLUMN_WITHOUT_HEADING = error(
        "W111", "this {role} column has no heading", "name its field in the row below the roles"
    )
    STRAY_CELL = error(
        "W112",
        '"{text}" stands in a column without a heading',
        "give the column a role and a heading, or NOTE",
    )
    REPEATED_COLUMN = error(
        "W113",
        'the column "{heading}" stands here for the second time',
        "join the two, or name another field",
        value_is="heading",
    )
    ERROR_VALUE = error(
        "W114", "holds {text}, an error of Excel", "correct the formula, or write the value itself"
    )
    FORMULA_NOT_CALCULATED = error(
        "W115", "holds an Excel formula whose result was not saved", "open the workbook in Excel and save it"
    )
    MERGED_CELLS = error(
        "W116",
        "the cells {cells} are merged, so all but the first are blank",
        "unmerge them and fill each one",
    )
    NOT_A_VALUE = error("W117", '"{text}" {why}', "{remedy}")
    PERIOD_REVERSED = error(
        "W118", "in force from {first} to {last}: it ends before it begins", "correct one of the dates"
    )
    SAME_VERSION = error(
        "W119",
        'two versions of "{title}" have the same Effective from ({day})',
        "give each its own, or delete the one that is a copy",
        value_is="title",
    )
    LABELS_DISAGREE = error(
        "W120", '{label} is "{text}" here and "{other}" on another sheet of the same table', "make them agree"
    )
    REPEATED_TABLE = error(
        "W121",
        'this workbook has another sheet for {kind} "{name}" with the same Applies to',
        "join the two sheets, or rename one",
        value_is="name",
    )
    EATEN_ZERO = error(
        "W122",
        (
            "{text} is a number, and other codes of {field} are longer ({longer}): Excel may have removed a "
            "leading zero"
        ),
        "format the cell as text and write the whole code, if a code belongs here",
    )
    MISSING_COLUMN = error("W123", "the table has no {column} column", "add one")
    BLANK_CELL = error("W124", "{column} is blank", "{remedy}")
    UNKNOWN_WORD = error("W125", '"{text}" is no {what}', "it can be {words}")
    SECOND_ABOUT = error("W126", "this workbook has an About sheet already", "join the two")
    MISSING_LABEL = error("W127", "the title block does not say {label}", "{remedy}")
