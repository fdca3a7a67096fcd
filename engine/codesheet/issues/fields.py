"""The data dictionary: fields, where they come from and who reads them."""

from codesheet.issues.issue import error, note, warning


class FieldIssues:
    """F…: code, what is wrong, what to do."""

    NO_FIELDS = error("F101", "no sheet of kind Fields", "declare what the export holds, one row a field")
    UNKNOWN_NAME = error(
        "F102", '"{name}" is no field', "correct the name, or declare it in a Fields sheet", value_is="name"
    )
    REPEATED_FIELD = error(
        "F103", "{field} is declared for the second time", "keep one declaration", value_is="field"
    )
    TWO_ORIGINS = error(
        "F104",
        "{field} gets its value in two ways ({first}, {second})",
        "rename one, and join them with a formula (A or else B)",
        value_is="field",
    )
    UNDECLARED_FIELD = warning(
        "F105",
        "{field} is declared in no Fields sheet: taken as {type}, level {level}",
        "declare it to be sure",
        value_is="field",
    )
    BAD_ALLOWED_VALUES = error("F106", '"{text}" {why}', "{remedy}")
    FIELD_NEVER_SET = warning(
        "F107",
        "nothing sets the line field {field}: it is always blank",
        "set it in a THEN column, or delete it here",
        value_is="field",
    )
    LINE_FIELD_READ = error(
        "F108",
        "{reader} works on encounter rows and cannot read {field}, which belongs to claim lines",
        "{remedy}",
        value_is="field",
    )
    LEVEL_CLASH = error(
        "F109",
        "{field} is declared with level {declared}, but {reader} works on claim lines",
        "declare it with level line",
        value_is="field",
    )
    BUILT_IN_FIELD = error(
        "F110",
        "{field} belongs to claim lines",
        "declare it with level line, without a formula, or choose another name",
        value_is="field",
    )
    BAD_SETTING = error("F111", '{label} is "{text}"', "{remedy}")
    VALUE_NOT_ALLOWED = warning("F112", '"{text}" is not among the allowed values of {field}', "{remedy}")
    REQUIRED_NOT_READ = warning(
        "F113",
        "Required says nothing of {field}, which is not read from the export",
        "leave it blank",
        value_is="field",
    )
    FIELD_NOT_USED = note(
        "F114",
        "{field} is read from the export, and no table or formula uses it",
        "delete it, or keep it for rules to come",
        value_is="field",
    )
    RESULT_NOT_READ = note(
        "F115",
        "{giver}, and no table or formula reads {field}",
        "keep it if it is wanted in the results' sheet Rows",
    )
    VALUE_NEVER_GIVEN = warning("F116", '{giver} never gives {field} "{text}"', "{remedy}")
    UNKNOWN_QUEUE = error(
        "F117",
        '"{queue}" is none of the queues',
        "the label Queues of the Fields sheet lists {queues}: name one of them, or add it there",
        value_is="queue",
    )
