"""Cells that test."""

from codesheet.issues.issue import error


class UnaryTestIssues:
    """U…: code, what is wrong, what to do."""

    UNCLOSED_QUOTE = error(
        "U101",
        "a quotation mark opens in {text} and nothing closes it",
        "close it, or, where it belongs to the value, double it and put the whole value in quotes",
    )
    QUOTE_INSIDE_VALUE = error(
        "U102",
        "there is a quotation mark inside {text}",
        "quotes go around a whole value; where the mark belongs to the value write {meant}",
    )
    EMPTY_ALTERNATIVE = error(
        "U103",
        '"{text}" has nothing beside a comma',
        "take the comma out; to accept a missing value too write is blank",
    )
    ANY_AMONG_ALTERNATIVES = error(
        "U104",
        '"{text}" accepts everything only when it is the whole cell',
        'leave the other tests out, or put the word in quotes if it is the value "{text}"',
    )
    NOT_AMONG_ALTERNATIVES = error(
        "U105",
        '"{text}" stands in a list, but not speaks for a whole cell',
        "put not first, or put the words in quotes if they are a value",
    )
    CANNOT_BE_NEGATED = error("U106", "not cannot be said of {text}", "write {meant}")
    NOT_EQUAL_AMONG_ALTERNATIVES = error(
        "U107",
        "a list passes when any one of it does, and {text} passes for nearly every value",
        "to accept none of several values write not and then the list",
    )
    UNKNOWN_VALUE_SET = error(
        "U108",
        'no value set is named "{text}"',
        'add it to a Value sets sheet, or, if it is a value, write "{text}" in quotes without in',
    )
    SETS_AND_VALUES_MIXED = error(
        "U109",
        '{set} is a value set but "{text}" is not',
        "write in before each set, and values before them or in quotes",
    )
    VALUE_SET_OF_NO_CODES = error(
        "U110", "a {type} field cannot be in a value set", "write the values or a range here"
    )
    WRONG_VALUE = error("U111", '"{value}" {why}', "{remedy}")
    DATE_NOT_ISO = error(
        "U112",
        '"{value}" is no sure date, since some readers take the month first and others the day',
        "write {readings}",
    )
    RANGE_WITH_DASH = error(
        "U113",
        '"{text}" is no value of this field',
        "a range is written with two dots; put it in quotes if it is one value",
    )
    INCOMPLETE_RANGE = error(
        "U114",
        '"{text}" is not a whole range',
        "write both ends (16..90; with brackets, both of them: [16..90)), or >= 16, or <= 90",
    )
    EMPTY_RANGE = error(
        "U115", '"{text}" is a range that nothing can be in', "its first end must be the smaller one"
    )
    RANGE_OF_TEXT = error(
        "U116",
        '"{text}" looks like a range, and a {type} field has none',
        "list the values, or put the text in quotes",
    )
    CODE_RANGE_ENDS = error(
        "U117",
        '"{text}" is not a range of codes',
        (
            "write two codes alike in length and in where their letters stand, as in 10..19 or A10..A19 (no "
            "brackets: both ends belong to it)"
        ),
    )
    ORDER_OF_TEXT_FIELD = error(
        "U118",
        '"{text}" asks for an order, and a {type} field has none',
        "list the values{also}; if the field holds numbers, say so in the Type of the Fields sheet",
    )
    UNKNOWN_FIELD_COMPARED = error(
        "U119", '"{text}" is no field', "braces hold the name of a field of the Fields sheet"
    )
    FIELD_NOT_COMPARABLE = error(
        "U120",
        "{field} ({other}) cannot be compared by {operator} with this field ({type})",
        "compare it with a value, or with a field of its own type",
    )
    FIELD_WITHOUT_OPERATOR = error(
        "U121",
        '"{text}" names a field but not how to compare with it',
        (
            "write = {text} (or <>, <, <=, >, >=); braces go around one name and nothing else, and a value "
            "with braces goes in quotes"
        ),
    )
    THOUSANDS_COMMA = error(
        "U122",
        '"{text}" can be one number or a list, since a comma separates alternatives',
        "write {number} for the number, or {listed} for the list",
    )
    EXCEL_DATE_AS_TEXT = error(
        "U123",
        (
            "Excel stores {value} here as a date or time, and this is a {type} field: Excel may have "
            "changed what was typed"
        ),
        "format the cell as text and type it again",
    )
    EXCEL_ERROR = error("U124", "Excel shows the error {value} here", "correct the cell")
    SEMICOLON_IN_LIST = error(
        "U125",
        '"{text}" has a semicolon',
        "separate alternatives by commas or lines, or put the value in quotes",
    )
    BLANK_WORD = error(
        "U126",
        '"{text}" can be a value or ask for a missing one',
        (
            'write is blank or is not blank (alone, without another operator), or "{text}" in quotes for '
            "the value"
        ),
    )
    NOTHING_TO_COMPARE = error(
        "U127", "nothing stands after {operator}", "write a value behind it", value_is="operator"
    )
    UNKNOWN_OPERATOR = error(
        "U128",
        '"{text}" is no operator',
        "put the words in quotes if they are a value",
    )
    COMMA_IN_PARENTHESES = error(
        "U129",
        '"{text}" has a parenthesis without its partner, since a comma separates alternatives',
        "put the whole value in quotes",
    )
    EMPTY_TEXT = error("U130", '"" holds no text', "write is blank to ask for a missing value")
    CONDITION_WITHOUT_FIELD = error(
        "U131", '"{text}" does not begin with a field', "write a field and then a test, as in {example}"
    )
    CONDITION_WITHOUT_TEST = error(
        "U132",
        'nothing is asked of {field} in "{text}"',
        "write one of = <> < <= > >= in, not in, is blank, is not blank and what it must be{example}",
    )
