"""Formulas and cells that give."""

from codesheet.issues.issue import error


class FormulaIssues:
    """X…: code, what is wrong, what to do."""

    EMPTY_FORMULA = error("X101", "there is no formula here", "write one, or none for no value")
    UNKNOWN_NAME_IN_FORMULA = error(
        "X102",
        '"{text}" is no field',
        "declare it in the Fields sheet, or put it in quotes if it is text",
    )
    UNKNOWN_FUNCTION = error("X103", '"{text}" is no function', "it can be {functions}")
    UNEXPECTED_TEXT = error("X104", 'the formula cannot be read from "{text}" on', "{remedy}")
    MISSING_OPERAND = error("X105", 'a value is missing {where} in "{text}"', "write one there")
    UNCLOSED_TEXT = error("X106", "the text that begins {text} is not closed", "end it with a quotation mark")
    STRAY_BRACE = error(
        "X107",
        'a brace has no partner in "{text}"',
        "write {{Field}} with both braces, or put the whole cell in quotes if the braces are text",
    )
    FORMULA_TOO_DEEP = error(
        "X108",
        "the formula is too long or too deeply nested",
        "give parts of it names, as formula fields of their own",
    )
    CHAINED_COMPARISON = error(
        "X109",
        'two comparisons follow each other at "{text}"',
        "join them by and (16 <= X and X <= 90), or put parentheses around one of them",
    )
    WRONG_OPERAND = error("X110", "{operator} works on {wanted}, but {piece} is {found}", "{remedy}")
    TYPES_DIFFER = error(
        "X111",
        "{first} is {first_type} and {second} is {second_type}, and {operator} needs two of one type",
        "{remedy}",
    )
    ORDER_OF_TEXT = error(
        "X112", "{piece} is {found}, which has no order", "{operator} compares numbers, dates and times"
    )
    WRONG_RESULT = error("X113", "{piece} is {found}, but {wanted} belongs here", "{remedy}")
    WRONG_ARGUMENT_COUNT = error(
        "X114", "{function}(…) takes {wanted}; {count} given here", "{remedy}", value_is="function"
    )
    AGGREGATE_NOT_HERE = error(
        "X115",
        "{function} looks at other rows, which only a Formula of the Fields sheet may",
        "make {piece} a field there, with Per, and use the field here",
        value_is="function",
    )
    WHERE_NOT_HERE = error(
        "X116",
        "{function}(…) looks at one row and takes no where",
        "leave it out, or make a field of the Fields sheet that aggregates rows",
        value_is="function",
    )
    UNKNOWN_SET_IN_FORMULA = error(
        "X117",
        '"{text}" is no value set',
        (
            "after in, and in only(…), stands a set of a Value sets sheet; compare with single values by = "
            "and or"
        ),
    )
    COUNT_OF_CONDITION = error(
        "X118", "count({piece}) would count the rows where it is no as well", "write count(where {piece})"
    )
    LIST_COMPARED = error(
        "X119",
        "{piece} is a code list and cannot be compared by {operator}",
        'ask contains({piece}, "…") or length({piece})',
    )
    PARENTHESES_NEEDED = error(
        "X120",
        'it cannot be told how far what begins with {word} goes at "{text}"',
        "put parentheses around it",
    )
    SPACE_IN_CODE = error(
        "X121",
        '"{text}" has a space inside',
        "separate codes by commas, or put one code in quotes",
    )
    UNFINISHED_FORMULA = error("X122", '"{text}" is not finished', "{missing} is missing at its end")
    FIELD_WITHOUT_BRACES = error(
        "X123",
        '"{text}" is the name of a field',
        'write {meant} for its value, or "{text}" in quotes for the words themselves',
    )
