"""pyDMNrules: the table as the workbook it reads, rows by `decide`."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyDMNrules
from openpyxl import Workbook
from openpyxl.styles import Border, Side

from codesheet.language.unary_tests import AnyOf, Blank, Equals, Interval, Not, NotBlank, UnaryTest, Wildcard
from contenders.wording import identifier, infix, joined, listed, number, prefix, records
from tasks import PlainRule, Task

ANSWER = "answer"


def write(task: Task, folder: Path) -> Path:
    """Write the workbook; double borders tell its parts apart."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Rules"
    names = [identifier(field) for field in task.fields]
    sheet.append(["Rules"])
    sheet.append(["F" if task.first_only else "C", *names, ANSWER])
    for place, rule in enumerate(task.rules, start=1):
        cells = {identifier(field): _cell(field, test) for field, test in rule.conditions}
        sheet.append([place, *(cells.get(name, "-") for name in names), _output(rule)])
    for row in sheet.iter_rows(max_col=len(names) + 3, max_row=sheet.max_row + 1):
        for cell in row:
            cell.border = _border(bottom=cell.row == 2, right=cell.row == 2 and cell.column == len(names) + 1)
    file = folder / "table.xlsx"
    book.save(file)
    return file


def load(rules: Path) -> pyDMNrules.DMN:
    """Read the workbook."""
    engine = pyDMNrules.DMN()
    status = engine.load(str(rules))
    if "errors" in status:
        raise ValueError(str(status["errors"][:1]))
    return engine


def prepare(loaded: pyDMNrules.DMN, rows: pa.Table) -> list[dict[str, Any]]:
    """Make records of the inputs."""
    names = [column["name"] for column in loaded.decisionTables["Rules"]["inputColumns"]]
    return [{name: row[name] for name in names} for row in records(rows)]


def decide(loaded: pyDMNrules.DMN, rows: list[dict[str, Any]]) -> list[Any]:
    """Decide row by row."""
    return [loaded.decide(row) for row in rows]


def answers(loaded: object, given: list[Any]) -> list[str]:
    """Join what the rules gave."""
    del loaded
    texts = []
    for status, decision in given:
        problems = [one for one in status.get("errors", []) if "No rules matched" not in str(one)]
        if problems:
            texts.append(f"error: {problems[0]}")
            continue
        found = decision.get("Result", {}).get(ANSWER) if isinstance(decision, dict) else None
        texts.append(joined(found) if isinstance(found, list) else found or "")
    return texts


def versions() -> str:
    """Name what ran."""
    return f"pyDMNrules {version('pyDMNrules')}, pySFeel {version('pySFeel')}"


def _border(*, bottom: bool, right: bool) -> Border:
    """Give a border with all four sides: one that is not there is an AttributeError to pyDMNrules."""
    sides = {name: Side() for name in ("left", "top", "right", "bottom")}
    sides |= {
        name: Side(style="double") for name, is_double in (("bottom", bottom), ("right", right)) if is_double
    }
    return Border(**sides)


def _cell(field: str, test: UnaryTest) -> str:
    values = listed(test)
    match test:
        case Equals(value):
            return _constant(value)
        case AnyOf() if values is not None:
            return ",".join(map(_constant, values))
        case Not(inner):
            return f"not({_cell(field, inner)})"  # accepts a missing value too; with null listed, nothing
        case AnyOf(parts):
            return " or ".join(f"({_cell(field, part)})" for part in parts)
        case Wildcard(pattern):
            return f'starts with(Data.{identifier(field)}, "{prefix(pattern)}")'
        case Interval(low, high, low_open, high_open) if low is not None and high is not None:
            return f"{'(' if low_open else '['}{number(low)}..{number(high)}{')' if high_open else ']'}"
        case Interval(low, None, is_open):
            return f"{'>' if is_open else '>='} {number(low or 0)}"
        case Interval(None, high, _, is_open):
            return f"{'<' if is_open else '<='} {number(high or 0)}"
        case Blank():
            return "null"
        case NotBlank():
            return "not(null)"
    raise NotImplementedError(test)


def _output(rule: PlainRule) -> str:
    if rule.units is None:
        return f'"{rule.code}"'
    return f'"{rule.code} x " + string({infix(rule.units, lambda field: f"Data.{identifier(field)}")})'


def _constant(value: str | float) -> str:
    return number(value) if isinstance(value, float) else f'"{value}"'
