"""What can be wrong with a user's workbooks or export: one closed list of messages.

Each member is (code, severity, template). The name is the fault, the template says what is wrong, with the
value, and what to do. Letters: W workbook and sheets, F fields, V value sets, L lookups, U unary tests,
X formulas, T decision tables, E examples, G the graph of tables, C claim edits, R visit exports and runs.
"""

from dataclasses import dataclass
from enum import Enum

from codesheet.location import CellRef


class Severity(Enum):
    """Errors stop coding; warnings do not."""

    ERROR = "error"
    WARNING = "warning"


class IssueCode(Enum):
    """Every message about a workbook or an export: code, severity, template."""

    UNREADABLE_WORKBOOK = ("W101", Severity.ERROR, "cannot be read: {why}")
    NO_WORKBOOKS = (
        "W102",
        Severity.ERROR,
        "holds no workbook (.xlsx or .xlsm): put the workbooks there, or name another folder",
    )
    UNKNOWN_KIND = (
        "W103",
        Severity.ERROR,
        'A1 is "{text}", which is no kind of sheet{hint}: it must be one of {kinds}',
    )
    TABLE_WITHOUT_NAME = ("W105", Severity.ERROR, "the table has no name: write it in B1, beside {kind}")
    UNKNOWN_LABEL = (
        "W106",
        Severity.ERROR,
        '"{label}" is no label of a {kind} sheet{hint}: it can be {labels}',
    )
    REPEATED_LABEL = ("W107", Severity.ERROR, 'the label "{label}" stands here for the second time: keep one')
    NO_TABLE = ("W108", Severity.ERROR, "there is no table on this {kind} sheet: it begins with {beginning}")
    UNKNOWN_ROLE = (
        "W109",
        Severity.ERROR,
        '"{text}" is no role of a column on a {kind} sheet{hint}: it can be {roles}',
    )
    COLUMN_WITHOUT_ROLE = (
        "W110",
        Severity.ERROR,
        'the column "{heading}" has no role above it: write one of {roles}',
    )
    COLUMN_WITHOUT_HEADING = (
        "W111",
        Severity.ERROR,
        "this {role} column has no heading: name its field in the row below the roles",
    )
    STRAY_CELL = (
        "W112",
        Severity.ERROR,
        '"{text}" stands in a column without a heading: give the column a role and a heading, or NOTE',
    )
    REPEATED_COLUMN = (
        "W113",
        Severity.ERROR,
        'the column "{heading}" stands here for the second time: join the two, or name another field',
    )
    ERROR_VALUE = (
        "W114",
        Severity.ERROR,
        "holds {text}, an error of Excel: correct the formula, or write the value itself",
    )
    FORMULA_NOT_CALCULATED = (
        "W115",
        Severity.ERROR,
        "holds an Excel formula whose result was not saved: open the workbook in Excel and save it",
    )
    MERGED_CELLS = (
        "W116",
        Severity.ERROR,
        "the cells {cells} are merged, so all but the first are blank: unmerge them and fill each one",
    )
    NOT_A_VALUE = ("W117", Severity.ERROR, '"{text}" {why}')
    PERIOD_REVERSED = (
        "W118",
        Severity.ERROR,
        "in force from {first} to {last}: it ends before it begins; correct one of the dates",
    )
    SAME_VERSION = (
        "W119",
        Severity.ERROR,
        'two versions of "{title}" have the same Effective from ({day}): give each its own',
    )
    LABELS_DISAGREE = (
        "W120",
        Severity.ERROR,
        '{label} is "{text}" here and "{other}" on another sheet of the same table: make them agree',
    )
    REPEATED_TABLE = (
        "W121",
        Severity.ERROR,
        (
            'this workbook has another sheet for {kind} "{name}" with the same Applies to: join the '
            "two sheets, or rename one"
        ),
    )
    EATEN_ZERO = (
        "W122",
        Severity.ERROR,
        (
            "{text} is a number, and other codes of {field} are longer ({longer}): Excel may have "
            "removed a leading zero; format the cell as text and write the whole code"
        ),
    )
    MISSING_COLUMN = ("W123", Severity.ERROR, "the table has no {column} column: add one")
    BLANK_CELL = ("W124", Severity.ERROR, "{column} is blank: {remedy}")
    UNKNOWN_WORD = ("W125", Severity.ERROR, '"{text}" is no {what}{hint}: it can be {words}')
    SECOND_ABOUT = ("W126", Severity.ERROR, "this workbook has an About sheet already: join the two")
    MISSING_LABEL = ("W127", Severity.ERROR, "the title block does not say {label}: {remedy}")
    NO_FIELDS = (
        "F101",
        Severity.ERROR,
        "no sheet of kind Fields: declare what the export holds, one row a field",
    )
    UNKNOWN_NAME = (
        "F102",
        Severity.ERROR,
        '"{name}" is no field{hint}: correct the name, or declare it in a Fields sheet',
    )
    REPEATED_FIELD = ("F103", Severity.ERROR, "{field} is declared for the second time: keep one declaration")
    TWO_ORIGINS = (
        "F104",
        Severity.ERROR,
        (
            "{field} gets its value in two ways ({first}, {second}): rename one, and join them with "
            "a formula (A or else B)"
        ),
    )
    UNDECLARED_FIELD = (
        "F105",
        Severity.WARNING,
        "{field} is declared in no Fields sheet: taken as {type}, level {level}; declare it to be sure",
    )
    BAD_ALLOWED_VALUES = ("F106", Severity.ERROR, '"{text}" {why}')
    FIELD_NEVER_SET = ("F107", Severity.WARNING, "nothing sets the line field {field}: it is always blank")
    LINE_FIELD_READ = (
        "F108",
        Severity.ERROR,
        "{reader} works on encounter rows and cannot read {field}, which belongs to claim lines{remedy}",
    )
    LEVEL_CLASH = (
        "F109",
        Severity.ERROR,
        (
            "{field} is declared with level {declared}, but {reader} works on claim lines: declare "
            "it with level line"
        ),
    )
    BUILT_IN_FIELD = (
        "F110",
        Severity.ERROR,
        (
            "{field} belongs to claim lines: declare it with level line, without a formula, or "
            "choose another name"
        ),
    )
    BAD_SETTING = ("F111", Severity.ERROR, '{label} is "{text}": {why}')
    VALUE_NOT_ALLOWED = (
        "F112",
        Severity.WARNING,
        '"{text}" is not among the allowed values of {field}{hint}',
    )
    REQUIRED_NOT_READ = (
        "F113",
        Severity.WARNING,
        "Required says nothing of {field}, which is not read from the export: leave it blank",
    )
    BAD_MEMBER = (
        "V101",
        Severity.ERROR,
        '"{text}" cannot be a member of a value set: a member is a value, a wildcard or a range',
    )
    LOOKUP_WITHOUT_COLUMNS = (
        "L101",
        Severity.ERROR,
        "the lookup has no {role} column: KEY columns give VALUE columns",
    )
    OVERLAPPING_KEYS = (
        "L102",
        Severity.ERROR,
        "the key {key} stands in two rows in force on the same days: correct a key, or give them dates",
    )
    KEYS_DISAGREE = (
        "L103",
        Severity.ERROR,
        "the sheets of this lookup have different KEY columns ({here}; {there}): use the same ones",
    )
    TABLE_WITHOUT_OUTPUT = ("T101", Severity.ERROR, "the decision table has no THEN column")
    COLUMN_NOT_FOR_RESULT = (
        "T102",
        Severity.ERROR,
        "a THEN column {column} does not go with Result {result}{remedy}",
    )
    BAD_EDIT_TEXT = ("T103", Severity.ERROR, '"{text}" must be {words}')
    RULE_WITHOUT_RESULT = (
        "T104",
        Severity.WARNING,
        "the rule gives nothing: fill a THEN cell, or delete the row",
    )
    CLAIM_LINE_INCOMPLETE = (
        "T105",
        Severity.ERROR,
        "{column} is blank: a claim line needs Code and Units (or none in Code, to make no line on purpose)",
    )
    EDIT_WITHOUT_MESSAGE = ("T106", Severity.ERROR, "Message is blank: say what is wrong with the claim")
    LABEL_NOT_FOR_TABLE = ("T107", Severity.ERROR, "{label} goes only with {where}")
    LABEL_NEEDED = ("T108", Severity.ERROR, "{where} needs {label}")
    POLICY_NOT_FOR_RESULT = ("T109", Severity.ERROR, "hit policy {policy} does not go with {what}: {remedy}")
    ORDER_NOT_DISTINCT = (
        "T110",
        Severity.ERROR,
        '"line changes" tables "{first}" and "{second}" both have Order {order}: give each its own',
    )
    FIRST_IN_TWO_WORKBOOKS = (
        "T111",
        Severity.ERROR,
        (
            "hit policy {policy} goes from top to bottom, so its rules must stand in one workbook; "
            "these stand in {workbooks}"
        ),
    )
    RULES_NOT_ASCENDING = (
        "T112",
        Severity.ERROR,
        (
            "rule {id} stands below rule {above}: the sheet seems to have been sorted; put the rules "
            "back in order"
        ),
    )
    REPEATED_RULE_ID = (
        "T113",
        Severity.ERROR,
        "rule id {id} stands here for the second time: give each rule its own",
    )
    SCOPE_NOT_TESTED = (
        "T114",
        Severity.WARNING,
        "Scope names {fields}, which no IF column and no Applies to tests",
    )
    SCOPE_NOT_CONNECTED = (
        "T115",
        Severity.WARNING,
        "Scope says {narrow} < {wide}, but no lookup or formula gives {wide} from {narrow}",
    )
    SCOPE_WITHOUT_ID = (
        "T116",
        Severity.ERROR,
        "a Collect table with a Scope needs a RULE id on every row: it says which rules are rivals",
    )
    BAD_OTHERWISE = (
        "T117",
        Severity.ERROR,
        '"{text}" must be a value, or with several THEN columns: {example}',
    )
    EXAMPLES_WITHOUT_VISIT = ("E101", Severity.ERROR, "the Examples sheet has no GIVEN column {visit_key}")
    EXAMPLE_WITHOUT_VISIT = (
        "E102",
        Severity.ERROR,
        "{visit_key} is blank: each row of an example names its visit",
    )
    NOT_GIVEN = (
        "E103",
        Severity.ERROR,
        "GIVEN {field} is not read from the export: an example gives what the export holds",
    )
    EXAMPLE_VALUE = ("E201", Severity.ERROR, '{field} "{value}" {why}')
    EXAMPLE_LINES = (
        "E202",
        Severity.ERROR,
        "visit {visit}: expected {expected}; got {got} (decided by {rules})",
    )
    EXAMPLE_EDIT = ("E203", Severity.ERROR, 'visit {visit}: expected the edit "{expected}"; got {got}')
    EXAMPLE_STATUS = ("E204", Severity.ERROR, "visit {visit}: expected the status {expected}; got {got}")
    EXAMPLE_FIELD = ("E205", Severity.ERROR, "{field}: expected {expected}; got {got}")
    FIELDS_IN_A_CIRCLE = (
        "G101",
        Severity.ERROR,
        "these go in a circle, so none can be computed first: {circle}; take one of them out of it",
    )
    TOO_MANY_CONDITIONS = (
        "G102",
        Severity.ERROR,
        "this rule has {count} conditions, and {most} are the most: derive a field that joins some of them",
    )
    UNREADABLE_RULES = (
        "G103",
        Severity.ERROR,
        "these compiled rules cannot be read: {why}; compile the workbooks again",
    )

    # visit exports
    UNREADABLE_EXPORT = ("R101", Severity.ERROR, "cannot be read: {why}")
    EMPTY_EXPORT = ("R102", Severity.ERROR, "holds nothing at all: export the visits again")
    NO_HEADINGS = (
        "R103",
        Severity.ERROR,
        "row {row} holds no headings that the Fields sheet knows: it must name the columns ({examples}, …)",
    )
    MISSING_HEADING = (
        "R104",
        Severity.ERROR,
        (
            "no column for {field}, which every row needs (looked for {wanted}{nearest}): export it, or add"
            " its heading to the Fields sheet; headings found: {found}"
        ),
    )
    TWO_HEADINGS = (
        "R105",
        Severity.ERROR,
        "the columns {headings} are all {field}: export one of them, or correct Headings in the Fields sheet",
    )
    DUPLICATE_HEADING = ("R106", Severity.ERROR, 'two columns are headed "{heading}": rename or remove one')
    BROKEN_QUOTES = (
        "R107",
        Severity.ERROR,
        (
            "a quoted cell of this row is not closed as it should be, so it may have swallowed rows: put"
            " quotes around the whole cell, and double those inside"
        ),
    )
    NO_ROWS = ("R108", Severity.WARNING, "holds headings but no visits")
    HISTORY_LACKS_COLUMNS = (
        "R110",
        Severity.ERROR,
        (
            "was written when units were counted by other fields: it has no column {columns}; begin a new"
            " history file, with --history-begins"
        ),
    )
    SAME_EXPORT = ("R109", Severity.ERROR, "is named twice: its visits would be coded twice")

    # unary tests
    UNCLOSED_QUOTE = (
        "U101",
        Severity.ERROR,
        (
            "a quotation mark opens in {text} and nothing closes it: close it, or, where it belongs to the"
            " value, double it and put the whole value in quotes"
        ),
    )
    QUOTE_INSIDE_VALUE = (
        "U102",
        Severity.ERROR,
        (
            "there is a quotation mark inside {text}: quotes go around a whole value; where the mark"
            " belongs to the value write {meant}"
        ),
    )
    EMPTY_ALTERNATIVE = (
        "U103",
        Severity.ERROR,
        (
            '"{text}" has nothing beside a comma: take the comma out; to accept a missing value too write'
            " is blank"
        ),
    )
    ANY_AMONG_ALTERNATIVES = (
        "U104",
        Severity.ERROR,
        (
            '"{text}" accepts everything only when it is the whole cell: leave the other tests out, or put'
            ' the word in quotes if it is the value "{text}"'
        ),
    )
    NOT_AMONG_ALTERNATIVES = (
        "U105",
        Severity.ERROR,
        (
            '"{text}" stands in a list, but not speaks for a whole cell: put not first, or put the words'
            " in quotes if they are a value"
        ),
    )
    CANNOT_BE_NEGATED = ("U106", Severity.ERROR, "not cannot be said of {text}: write {meant}")
    NOT_EQUAL_AMONG_ALTERNATIVES = (
        "U107",
        Severity.ERROR,
        (
            "a list passes when any one of it does, and {text} passes for nearly every value: to accept"
            " none of several values write not and then the list"
        ),
    )
    UNKNOWN_VALUE_SET = (
        "U108",
        Severity.ERROR,
        (
            'no value set is named "{text}"{hint}: add it to a Value sets sheet, or, if it is a value,'
            ' write "{text}" in quotes without in'
        ),
    )
    SETS_AND_VALUES_MIXED = (
        "U109",
        Severity.ERROR,
        (
            '{set} is a value set but "{text}" is not{hint}: write in before each set, and values before'
            " them or in quotes"
        ),
    )
    VALUE_SET_OF_NO_CODES = (
        "U110",
        Severity.ERROR,
        "a {type} field cannot be in a value set: write the values or a range here",
    )
    WRONG_VALUE = ("U111", Severity.ERROR, '"{value}" {why}{hint}')
    DATE_NOT_ISO = (
        "U112",
        Severity.ERROR,
        (
            '"{value}" is no sure date, since some readers take the month first and others the day: write'
            " {readings}"
        ),
    )
    RANGE_WITH_DASH = (
        "U113",
        Severity.ERROR,
        (
            '"{text}" is no value of this field (did you mean "{meant}"?): a range is written with two'
            " dots; put it in quotes if it is one value"
        ),
    )
    INCOMPLETE_RANGE = (
        "U114",
        Severity.ERROR,
        (
            '"{text}" is not a whole range: write both ends (16..90; with brackets, both of them:'
            " [16..90)), or >= 16, or <= 90"
        ),
    )
    EMPTY_RANGE = (
        "U115",
        Severity.ERROR,
        '"{text}" is a range that nothing can be in: its first end must be the smaller one',
    )
    RANGE_OF_TEXT = (
        "U116",
        Severity.ERROR,
        (
            '"{text}" looks like a range, and a {type} field has none: list the values, or put the text in'
            " quotes"
        ),
    )
    CODE_RANGE_ENDS = (
        "U117",
        Severity.ERROR,
        (
            '"{text}" is not a range of codes: write two codes alike in length and in where their letters'
            " stand, as in 10..19 or A10..A19 (no brackets: both ends belong to it)"
        ),
    )
    ORDER_OF_TEXT_FIELD = (
        "U118",
        Severity.ERROR,
        (
            '"{text}" asks for an order, and a {type} field has none: list the values{also}; if the field'
            " holds numbers, say so in the Type of the Fields sheet"
        ),
    )
    UNKNOWN_FIELD_COMPARED = (
        "U119",
        Severity.ERROR,
        '"{text}" is no field{hint}: braces hold the name of a field of the Fields sheet',
    )
    FIELD_NOT_COMPARABLE = (
        "U120",
        Severity.ERROR,
        "{field} ({other}) cannot be compared by {operator} with this field ({type})",
    )
    FIELD_WITHOUT_OPERATOR = (
        "U121",
        Severity.ERROR,
        (
            '"{text}" names a field but not how to compare with it: write = {text} (or <>, <, <=, >, >=);'
            " braces go around one name and nothing else, and a value with braces goes in quotes"
        ),
    )
    THOUSANDS_COMMA = (
        "U122",
        Severity.ERROR,
        (
            '"{text}" can be one number or a list, since a comma separates alternatives: write {number}'
            " for the number, or {listed} for the list"
        ),
    )
    EXCEL_DATE_AS_TEXT = (
        "U123",
        Severity.ERROR,
        (
            "Excel stores {value} here as a date or time, and this is a {type} field: Excel may have"
            " changed what was typed; format the cell as text and type it again"
        ),
    )
    EXCEL_ERROR = ("U124", Severity.ERROR, "Excel shows the error {value} here: correct the cell")
    SEMICOLON_IN_LIST = (
        "U125",
        Severity.ERROR,
        '"{text}" has a semicolon: separate alternatives by commas or lines, or put the value in quotes',
    )
    BLANK_WORD = (
        "U126",
        Severity.ERROR,
        (
            '"{text}" can be a value or ask for a missing one: write is blank or is not blank (alone,'
            ' without another operator), or "{text}" in quotes for the value'
        ),
    )
    NOTHING_TO_COMPARE = ("U127", Severity.ERROR, "nothing stands after {operator}: write a value behind it")
    UNKNOWN_OPERATOR = (
        "U128",
        Severity.ERROR,
        '"{text}" is no operator (did you mean "{meant}"?); put the words in quotes if they are a value',
    )
    COMMA_IN_PARENTHESES = (
        "U129",
        Severity.ERROR,
        (
            '"{text}" has a parenthesis without its partner, since a comma separates alternatives: put the'
            " whole value in quotes"
        ),
    )
    EMPTY_TEXT = ("U130", Severity.ERROR, '"" holds no text: write is blank to ask for a missing value')
    CONDITION_WITHOUT_FIELD = (
        "U131",
        Severity.ERROR,
        '"{text}" does not begin with a field{hint}: write a field and then a test, as in {example}',
    )
    CONDITION_WITHOUT_TEST = (
        "U132",
        Severity.ERROR,
        (
            'nothing is asked of {field} in "{text}": write one of = <> < <= > >= in, not in, is blank, is'
            " not blank and what it must be{hint}"
        ),
    )

    # claim edits
    NOT_ONE_CODE = (
        "C101",
        Severity.ERROR,
        '"{text}" is no single code: write one code a row, without commas, ranges or stars',
    )
    BAD_INDICATOR = (
        "C102",
        Severity.ERROR,
        '"{text}" is no modifier indicator: write 0 (never together), 1 (with a modifier) or 9 (no edit)',
    )
    BAD_LIMIT = (
        "C103",
        Severity.ERROR,
        '"{text}" is no limit: write a whole number of units, or none where this payer has no limit',
    )
    BAD_LIMIT_PER = (
        "C104",
        Severity.ERROR,
        (
            '"{text}" is nothing a limit can count over{hint}: write line, visit, day, calendar year,'
            " lifetime, 12 months rolling, 365 days rolling or 12 months since start (of therapy)"
        ),
    )
    MONTHS_NOT_SAID = (
        "C105",
        Severity.ERROR,
        (
            '"{text}" counts from the start of therapy: write the label Months since start above the table'
            " and, beside it, the field that holds the full months since then"
        ),
    )
    WHOSE_UNITS_NOT_SAID = (
        "C106",
        Severity.ERROR,
        (
            '"{text}" counts over several visits: write the label Per above the table and, beside it, the'
            " fields that say whose units are counted together, as Patient ID, Payer"
        ),
    )
    UNSURE_EDIT_ROWS = (
        "C107",
        Severity.ERROR,
        (
            "{key} stands in two rows that hold at once and disagree ({first}, {second}): delete one, end one"
            " before the other begins, or give one a further condition"
        ),
    )

    # formulas
    EMPTY_FORMULA = ("X101", Severity.ERROR, "there is no formula here: write one, or none for no value")
    UNKNOWN_NAME_IN_FORMULA = (
        "X102",
        Severity.ERROR,
        '"{text}" is no field{hint}: declare it in the Fields sheet, or put it in quotes if it is text',
    )
    UNKNOWN_FUNCTION = ("X103", Severity.ERROR, '"{text}" is no function{hint}: it can be {functions}')
    UNEXPECTED_TEXT = (
        "X104",
        Severity.ERROR,
        'the formula cannot be read from "{text}" on: {expected} should stand there{hint}',
    )
    MISSING_OPERAND = ("X105", Severity.ERROR, 'a value is missing {where}: "{text}"')
    UNCLOSED_TEXT = (
        "X106",
        Severity.ERROR,
        "the text that begins {text} is not closed: end it with a quotation mark",
    )
    STRAY_BRACE = (
        "X107",
        Severity.ERROR,
        (
            'a brace has no partner in "{text}": write {{Field}} with both braces, or put the whole cell'
            " in quotes if the braces are text"
        ),
    )
    FORMULA_TOO_DEEP = (
        "X108",
        Severity.ERROR,
        (
            "the formula is too long or too deeply nested: give parts of it names, as formula fields of"
            " their own"
        ),
    )
    CHAINED_COMPARISON = (
        "X109",
        Severity.ERROR,
        (
            'two comparisons follow each other at "{text}": join them by and (16 <= X and X <= 90), or put'
            " parentheses around one of them"
        ),
    )
    WRONG_OPERAND = ("X110", Severity.ERROR, "{operator} works on {wanted}, but {piece} is {found}{hint}")
    TYPES_DIFFER = (
        "X111",
        Severity.ERROR,
        "{first} is {first_type} and {second} is {second_type}: {operator} needs two of one type{hint}",
    )
    ORDER_OF_TEXT = (
        "X112",
        Severity.ERROR,
        "{piece} is {found}, which has no order: {operator} compares numbers, dates and times",
    )
    WRONG_RESULT = ("X113", Severity.ERROR, "{piece} is {found}, but {wanted} belongs here{hint}")
    WRONG_ARGUMENT_COUNT = ("X114", Severity.ERROR, "{function}(…) takes {wanted}; {count} given here{hint}")
    AGGREGATE_NOT_HERE = (
        "X115",
        Severity.ERROR,
        (
            "{function} looks at other rows, which only a Formula of the Fields sheet may: make {piece} a"
            " field there, with Per, and use the field here"
        ),
    )
    WHERE_NOT_HERE = ("X116", Severity.ERROR, "{function}(…) looks at one row and takes no where")
    UNKNOWN_SET_IN_FORMULA = (
        "X117",
        Severity.ERROR,
        (
            '"{text}" is no value set{hint}: after in, and in only(…), stands a set of a Value sets sheet;'
            " compare with single values by = and or"
        ),
    )
    COUNT_OF_CONDITION = (
        "X118",
        Severity.ERROR,
        "count({piece}) would count the rows where it is no as well: write count(where {piece})",
    )
    LIST_COMPARED = (
        "X119",
        Severity.ERROR,
        (
            '{piece} is a code list and cannot be compared by {operator}: ask contains({piece}, "…") or'
            " length({piece})"
        ),
    )
    PARENTHESES_NEEDED = (
        "X120",
        Severity.ERROR,
        'put parentheses around what begins with {word} at "{text}"',
    )
    SPACE_IN_CODE = (
        "X121",
        Severity.ERROR,
        (
            '"{text}" has a space inside (did you mean "{meant}"?): separate codes by commas, or put one'
            " code in quotes"
        ),
    )
    FIELD_WITHOUT_BRACES = (
        "X123",
        Severity.ERROR,
        (
            '"{text}" is the name of a field: write {meant} for its value, or "{text}" in quotes for the'
            " words themselves"
        ),
    )
    UNFINISHED_FORMULA = (
        "X122",
        Severity.ERROR,
        '"{text}" is not finished: {expected} is missing at its end',
    )

    @property
    def code(self) -> str:
        """Give the short code users cite: `W101`."""
        return self.value[0]

    @property
    def severity(self) -> Severity:
        """Say whether it stops coding."""
        return self.value[1]

    def issue(self, at: CellRef, *related: CellRef, **facts: object) -> "Issue":
        """Make an issue of this kind at a cell, filling the template."""
        return Issue(self, self.value[2].format(**facts), at, related)


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem: where it is, what it is and what to do, and what other cells it concerns."""

    kind: IssueCode
    message: str
    at: CellRef
    related: tuple[CellRef, ...] = ()

    @property
    def is_error(self) -> bool:
        """Say whether it stops coding."""
        return self.kind.severity is Severity.ERROR

    def __str__(self) -> str:
        """Print it: ``acme.xlsx!Role!C9: error[U101] "chemmo" is not …``."""
        also = f" (see also {', '.join(map(str, self.related))})" if self.related else ""
        return f"{self.at}: {self.kind.severity.value}[{self.kind.code}] {self.message}{also}"
