"""What Excel, or a hand in it, does to a workbook."""

from codesheet.issues.issue import error, note, warning


class ExcelDamage:
    """W2…: code, what is wrong, what to do."""

    HIDDEN_SHEET = warning(
        "W201", "this sheet is hidden, and counts all the same", "show it, or delete it if it is not meant"
    )
    HIDDEN_ROWS = warning(
        "W202",
        "out of sight ({how}), and counted all the same: {rows}",
        "show them, or delete what is not meant",
    )
    STRUCK_ROW = warning(
        "W203",
        "this row is struck through, and counts all the same",
        "delete it, or end it with a date in TO",
    )
    MACROS_IGNORED = note(
        "W204",
        "holds macros: they are ignored, only the cells count",
        "save it as .xlsx if you can do without them",
    )
    EXTERNAL_LINKS = warning(
        "W205",
        (
            "has formulas that read other workbooks: what was last saved counts, though the others may have "
            "changed"
        ),
        "write the values themselves",
    )
    DATES_FROM_1904 = note(
        "W206",
        (
            "counts days from 1904, as Excel for Mac once did: its dates are read rightly, but move by four "
            "years when copied into another workbook"
        ),
        "switch that off in Excel's options before you copy",
    )
    NOT_RECALCULATED = warning(
        "W207",
        "has formulas and calculates only when told to: their results may be out of date",
        "press F9 in Excel, set calculation to automatic, and save",
    )
    NOT_READ = warning("W208", "is not read, since {form} is another format", "save it as .xlsx")
    OPEN_IN_EXCEL = note(
        "W209", "is open in Excel: what is not saved yet is not seen here", "save it there, and check again"
    )
    CODE_BECAME_DATE = error(
        "W210",
        "Excel stores {text} here as a date or time, and {field} holds codes",
        "format the cell as text and type the code again",
    )
    POWER_OF_TEN = error(
        "W211",
        "Excel shows {text} as a power of ten, as it does when 1E10 is typed, and {field} holds codes",
        "format the cell as text and type the code again",
    )
    CODE_WITH_DECIMALS = error(
        "W212",
        (
            "{text} is a number with decimals, and {field} holds codes: Excel may have dropped a letter "
            "before it or zeros behind it"
        ),
        "format the cell as text and type the code again",
    )
    ZERO_ONLY_SHOWN = error(
        "W213",
        'the cell shows "{shown}" but holds the number {text}: its format adds the zeros',
        'format the cell as text and type "{shown}"',
    )
    DECEPTIVE_CHARACTER = error(
        "W214", '"{text}" holds a {name}, which the eye takes for another or does not see', "{remedy}"
    )
    NEAR_TWIN = warning(
        "W215",
        (
            '"{text}" looks like "{other}" in another row, but is not the same (dashes or quotation marks '
            "differ)"
        ),
        "write both alike",
    )
    SORTED_ROWS = warning(
        "W217",
        "Excel has sorted the rows from here to row {last}, and under hit policy {policy} the topmost wins",
        "put them back in order, and number them in a RULE column: a sort is then noticed by the numbers",
    )
    RESULT_OUT_OF_DATE = error(
        "W216",
        "holds {text}, which is not what its formula gives: it was saved without being calculated anew",
        "press F9 in Excel, and save it; or write the value itself",
    )
