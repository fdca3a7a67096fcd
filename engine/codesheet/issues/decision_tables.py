"""Decision tables: their labels and columns, and how their rules stand to each other."""

from codesheet.issues.issue import error, note, warning


class DecisionTableIssues:
    """T…: code, what is wrong, what to do."""

    TABLE_WITHOUT_OUTPUT = error(
        "T101", "the decision table has no THEN column", "add one for each field it sets"
    )
    COLUMN_NOT_FOR_RESULT = error(
        "T102", "a THEN column {column} does not go with Result {result}", "{remedy}", value_is="column"
    )
    BAD_EDIT_TEXT = error("T103", '"{text}" does not say what becomes of the claim', "write {words}")
    RULE_WITHOUT_RESULT = warning("T104", "the rule gives nothing{and_so}", "{remedy}")
    CLAIM_LINE_INCOMPLETE = error(
        "T105",
        "{column} is blank",
        "a claim line needs Code and Units (or none in Code, to make no line on purpose)",
    )
    EDIT_WITHOUT_MESSAGE = error("T106", "Message is blank", "say what is wrong with the claim")
    LABEL_NOT_FOR_TABLE = error(
        "T107",
        "{label} goes only with {where}",
        "delete it here, or change what it does not go with",
        value_is="label",
    )
    LABEL_NEEDED = error("T108", "{where} needs {label}", "add it to the title block")
    POLICY_NOT_FOR_RESULT = error(
        "T109", "hit policy {policy} does not go with {what}", "{remedy}", value_is="policy"
    )
    ORDER_NOT_DISTINCT = error(
        "T110",
        '"line changes" tables "{first}" and "{second}" both have Order {order}',
        "give each its own",
        value_is="order",
    )
    FIRST_IN_TWO_WORKBOOKS = error(
        "T111",
        "hit policy {policy} goes from top to bottom, and the rules stand in {workbooks}",
        "move them to one workbook, or use hit policy Priority",
        value_is="policy",
    )
    RULES_NOT_ASCENDING = error(
        "T112",
        "rule {id} stands below rule {above}: the sheet seems to have been sorted",
        "put the rules back in order",
        value_is="id",
    )
    REPEATED_RULE_ID = error(
        "T113", "rule id {id} stands here for the second time", "give each rule its own", value_is="id"
    )
    SCOPE_NOT_TESTED = warning(
        "T114",
        "Scope names {fields}, which no IF column and no Applies to tests",
        "test them in IF columns, or take them out of Scope",
        value_is="fields",
    )
    SCOPE_NOT_CONNECTED = warning(
        "T115",
        "Scope says {narrow} < {wide}, but no lookup or formula gives {wide} from {narrow}",
        "write a semicolon between them, or add such a lookup",
    )
    SCOPE_WITHOUT_ID = error(
        "T116", "a Collect table with a Scope needs a RULE id on every row", "it says which rules are rivals"
    )
    BAD_OTHERWISE = error("T117", '"{text}" must be a value, or with several THEN columns', "{example}")
    RULES_OVERLAP = error(
        "T201",
        (
            "the same visit can match this rule and {others}, and hit policy Unique allows one match: for "
            "instance {instance}"
        ),
        "{remedy}",
    )
    RULES_DISAGREE = error(
        "T202",
        (
            "the same visit can match this rule and {others}, which give another {output}: for instance "
            "{instance}"
        ),
        "{remedy}",
    )
    RULES_CROSS = error(
        "T203",
        (
            "neither this rule nor {others} is the more specific, and they give another {output}: for "
            "instance {instance}"
        ),
        "{remedy}",
    )
    RULE_NEVER_FIRES = warning("T204", "this rule never fires: {why}", "{remedy}")
    REPEATED_RULE = warning(
        "T205",
        "this rule has the same conditions and gives the same as {others}{consequence}",
        "delete one of them",
    )
    RULE_ADDS_NOTHING = warning(
        "T206",
        "whatever matches this rule matches {others} too, which gives the same{consequence}",
        "delete this rule, unless it is to differ one day",
    )
    ROWS_COULD_BE_ONE = note("T207", "differs from {others} only in {column}", "one row with {cell} would do")
    GAP = warning(
        "T208",
        "no rule says what {outputs} is for {count}: {gaps}",
        "add the rows, or say what happens in the label If no rule matches",
    )
    NOT_JUDGED = note("T209", "{what} cannot be judged here: {why}")
    POLICY_COULD_BE_SIMPLER = note(
        "T210",
        "no two rules of this table match together",
        "hit policy {policy} could be Unique, which would say so",
        value_is="policy",
    )
