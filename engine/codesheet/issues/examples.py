"""Examples: how they are written, what they get, what they reach."""

from codesheet.issues.issue import error, note, warning

_MEND = "correct the rules, or what the example expects"


class ExampleIssues:
    """E…: code, what is wrong, what to do."""

    EXAMPLES_WITHOUT_VISIT = error(
        "E101",
        "the Examples sheet has no GIVEN column {visit_key}",
        "add it, since each row of an example names its visit",
    )
    EXAMPLE_WITHOUT_VISIT = error("E102", "{visit_key} is blank", "each row of an example names its visit")
    NOT_GIVEN = error(
        "E103",
        "GIVEN {field} is not read from the export",
        "an example gives what the export holds",
        value_is="field",
    )
    EXAMPLE_VALUE = error("E201", '{field} "{value}" {why}', "{remedy}")
    EXAMPLE_LINES = error("E202", "visit {visit}: expected {expected}; got {got}{because}", _MEND)
    EXAMPLE_EDIT = error("E203", 'visit {visit}: expected the edit "{expected}"; got {got}{because}', _MEND)
    EXAMPLE_STATUS = error("E204", "visit {visit}: expected the status {expected}; got {got}{because}", _MEND)
    EXAMPLE_FIELD = error("E205", "{field}: expected {expected}; got {got}, {giver}", _MEND)
    NO_EXAMPLES = note(
        "E301",
        "the rulebook has no examples",
        "a sheet of kind Examples holds visits with the lines they must get, and each check codes them",
    )
    RULES_WITHOUT_EXAMPLE = note(
        "E302",
        "no example reaches {rows} ({count} of the {all} rules of this table)",
        "add visits that these rules decide",
    )
    FIELD_FROM_NOWHERE = warning(
        "E304",
        "rules read {fields}, which no table gives, and no example has a value",
        "if a sheet that gave it was deleted or renamed, bring it back; if the export has it, add an example",
        value_is="fields",
    )
    EDGE_WITHOUT_EXAMPLE = note(
        "E303",
        "rules change at values of {field} that no example has: {values}",
        "add visits with these values",
    )
