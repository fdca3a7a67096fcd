"""The data dictionary: fields, where they come from and who reads them."""

from codesheet.issues.issue import error, note, warning


class FieldIssues:
    """F…: code, what is wrong, what to do."""

    NO_FIELDS = error("F101", "no sheet of kind Fields", "declare what the export holds, one row a field")
    UNKNOWN_NAME = error(
        "F102", '"{name}" is no field{hint}', "correct the name, or declare it in a Fields sheet"
    )
    REPEATED_FIELD = error("F103", "{field} is declared for the second time", "keep one declaration")
    TWO_ORIGINS = error(
        "F104",
        "{field} gets its value in two ways ({first}, {second})",
        "rename one, and join them with a formula (A or else B)",
    )
    UNDECLARED_FIELD = warning(
        "F105",
        "{field} is declared in no Fields sheet: taken as {type}, level {level}",
        "declare it to be sure",
    )
    BAD_ALLOWED_VALUES = error("F106", '"{text}" {why}')
    FIELD_NEVER_SET = warning("F107", "nothing sets the line field {field}: it is always blank")
    LINE_FIELD_READ = error(
        "F108",
        "{reader} works on encounter rows and cannot read {field}, which belongs to claim lines{remedy}",
    )
    LEVEL_CLASH = error(
        "F109",
        "{field} is declared with level {declared}, but {reader} works on claim lines",
        "declare it with level line",
    )
    BUILT_IN_FIELD = error(
        "F110",
        "{field} belongs to claim lines",
        "declare it with level line, without a formula, or choose another name",
    )
    BAD_SETTING = error("F111", '{label} is "{text}": {why}')
    VALUE_NOT_ALLOWED = warning("F112", '"{text}" is not among the allowed values of {field}{hint}')
    REQUIRED_NOT_READ = warning(
        "F113", "Required says nothing of {field}, which is not read from the export", "leave it blank"
    )
    FIELD_NOT_USED = note("F114", "{field} is read from the export, and no table or formula uses it")
    RESULT_NOT_READ = note(
        "F115", "{giver}, and no table or formula reads {field}: results show it in Rows, and that is all"
    )
    VALUE_NEVER_GIVEN = warning("F116", '{giver} never gives {field} "{text}"{hint}')
    UNKNOWN_QUEUE = error(
        "F117",
        '"{queue}" is none of the queues{hint}',
        "the label Queues of the Fields sheet lists {queues}: name one of them, or add it there",
    )
