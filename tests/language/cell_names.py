"""The names that the cells of these tests may use, and a reader for tables of cells."""

from codesheet.language.names import CellProblem, Names
from codesheet.language.values import FieldType
from codesheet.location import CellRef

NAMES = Names(
    {
        "Payer": FieldType.TEXT,
        "Payer group": FieldType.TEXT,
        "Plan": FieldType.TEXT,
        "Service": FieldType.TEXT,
        "Given as": FieldType.TEXT,
        "Site": FieldType.TEXT,
        "Main site": FieldType.TEXT,
        "Drug": FieldType.TEXT,
        "Visit ID": FieldType.CODE,
        "HCPCS": FieldType.CODE,
        "Diagnoses": FieldType.CODE_LIST,
        "Modifiers": FieldType.CODE_LIST,
        "List": FieldType.CODE_LIST,
        "Minutes": FieldType.WHOLE,
        "Minutes run": FieldType.WHOLE,
        "Item": FieldType.WHOLE,
        "Bag no": FieldType.WHOLE,
        "Same drug as": FieldType.WHOLE,
        "Units": FieldType.NUMBER,
        "Yearly cap": FieldType.NUMBER,
        "Dose": FieldType.NUMBER,
        "Date of service": FieldType.DATE,
        "Start time": FieldType.TIME,
        "Stop time": FieldType.TIME,
        "Drug charged?": FieldType.YES_NO,
        "Concurrent": FieldType.YES_NO,
        "Not covered": FieldType.YES_NO,
    },
    frozenset({"Aeroallergens", "Foods", "Mold, dust"}),
)


def rows(table: str) -> list[tuple[str, ...]]:
    """Read lines of cells between bars; `⏎` stands for a line end inside a cell."""
    lines = (line.strip() for line in table.strip().splitlines())
    return [
        tuple(cell.strip().replace("⏎", "\n") for cell in line.strip("|").split("|"))
        for line in lines
        if line
    ]


def message(problem: CellProblem) -> tuple[str, str]:
    """Give a problem as its author reads it."""
    return problem.kind.name, problem.kind.issue(CellRef("book.xlsx"), **problem.facts).message
