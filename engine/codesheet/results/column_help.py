"""What each column of a result sheet means, in a sentence: the notes on its header cells."""

from codesheet.model import Rulebook

_ANYWHERE = {
    "Visit ID": "The visit, exactly as the export names it.",
    "Date of service": "The day of service; rules in force on that day decided.",
    "Code": "The code to bill.",
    "Modifiers": "Modifiers in the order they go on the claim.",
    "Units": "How many units of the code to bill.",
    "Rule": "The row of the rulebook that did it: workbook!sheet!row.",
    "Queue": "Who should look at it, as the rule or the Fields sheet says.",
}

_BY_SHEET = {
    "Claim lines": {
        "Line": "The number of the line within its visit.",
        "Disposition": "bill: ready. inform: ready, with a remark. review: wait for a person. "
        "deny: do not bill.",
        "Why": "Why this line is what it is, from the rule that made it to what denies it.",
    },
    "Visits": {
        "Status": "coded: lines ready. review: wait for a person. no lines: nothing to bill. "
        "rejected: not readable.",
        "Codes": "The codes of the visit's lines, with their modifiers, and units other than 1.",
        "Edits": "Everything the rules object to or remark on this visit.",
    },
    "Rows": {
        "File": "The file the row came from.",
        "Row": "Where the row stands in its file; the header is row 1.",
        "Status": "The status of the row's visit.",
        "No line because": "Why the row made no claim line, where rules say that it makes none.",
    },
    "Review": {
        "Message": "What a person must decide or find out.",
        "Facts": "The recorded facts that are missing or in conflict.",
        "File": "The file of the row it is about.",
        "Row": "The row of the export it is about; the header is row 1.",
    },
    "Rejected": {
        "File": "The file the row came from.",
        "Row": "Where the row stands in its file; the header is row 1.",
        "Column": "The column that could not be read.",
        "Value": "What stood there.",
        "Why": "Why it could not be read. The row was not coded.",
    },
    "Rules used": {
        "Rule": "Where the rule stands: workbook!sheet!row.",
        "Table": "The decision table it belongs to.",
        "ID": "The author's own id of the rule.",
        "When": "Its conditions; all must hold.",
        "Then": "What it gives.",
        "From": "The first day it is in force; blank: always was.",
        "To": "The last day it is in force; blank: still is.",
        "Count": "How often it fired in this run, once a row or line. 0: never, which is worth a look.",
    },
    "Run": {
        "Section": "What the fact is about.",
        "Item": "The fact.",
        "Value": "Its value.",
    },
}


def column_help(sheet: str, column: str, rulebook: Rulebook) -> str:
    """Explain a column; fields are explained by the rulebook. Empty where nobody says."""
    known = _BY_SHEET.get(sheet, {}).get(column) or _ANYWHERE.get(column)
    field = rulebook.fields.get(column)
    return known or (field.description if field else "")
