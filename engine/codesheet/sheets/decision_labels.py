"""The title block of a decision table: what it does, which rules count, when it judges at all."""

from dataclasses import dataclass
from typing import TypeVar

from codesheet.issues import IssueCode
from codesheet.language.names import CellProblem
from codesheet.language.unary_test_parser import split_conditions
from codesheet.language.values import FieldType, fold, tidy
from codesheet.model import Condition, EditText, HitPolicy, Output, Result
from codesheet.sheets.cells import Cell, CellReader, find_word
from codesheet.sheets.edit_texts import read_edit_text
from codesheet.sheets.groups import agreed_label
from codesheet.sheets.table import Table

W = TypeVar("W", Result, HitPolicy)


@dataclass(frozen=True, slots=True)
class Labels:
    """What the sheets of one decision table say together."""

    result: Result
    hit_policy: HitPolicy
    only_when: tuple[Condition, ...] = ()
    if_no_rule: EditText | None = None
    scope: tuple[tuple[str, ...], ...] = ()
    per: tuple[str, ...] = ()
    otherwise: tuple[Output, ...] = ()
    order: float | None = None


def read_labels(tables: list[Table], reader: CellReader) -> Labels | None:
    """Read a decision table's labels; None where it cannot be said what the table would do.

    A table whose Only when cannot be read is dropped: it would judge rows it should not.
    """

    def label(name: str) -> Cell | None:
        return agreed_label(tables, name, reader.issues)

    count = len(reader.issues)
    result = _result(tables, label("Result"), reader)
    hit_policy = _word(label("Hit policy"), HitPolicy, "hit policy", reader) or HitPolicy.UNIQUE
    only_when = label("Only when")
    conditions = reader.conditions(only_when) if only_when else ()
    no_rule, per, scope = label("If no rule matches"), label("Per"), label("Scope")
    if_no_rule = read_edit_text(no_rule, reader) if no_rule else None
    chains = _chains(scope, reader) if scope else ()
    groups = reader.fields(per.text, per.at) if per else ()
    order = _order(label("Order"), reader)
    if result is None or conditions is None or reader.errors_since(count):
        return None
    labels = Labels(result, hit_policy, conditions, if_no_rule, chains, groups, (), order)
    _check_fit(labels, tables, reader)
    return labels


def _result(tables: list[Table], cell: Cell | None, reader: CellReader) -> Result | None:
    if cell is None:
        words = ", ".join(result.value for result in Result)
        at, remedy = tables[0].titled.sheet.at, f"write Result and, beside it, one of {words}"
        reader.report(IssueCode.MISSING_LABEL, at, label="Result", remedy=remedy)
        return None
    return _word(cell, Result, "result of a decision table", reader)


def _word(cell: Cell | None, words: type[W], what: str, reader: CellReader) -> W | None:
    if cell is None:
        return None
    found = find_word([word.value for word in words], cell, what, reader.issues)
    return words(found) if found else None


def _order(cell: Cell | None, reader: CellReader) -> float | None:
    value = reader.value(cell, FieldType.NUMBER) if cell else None
    return value if isinstance(value, float) else None


def _chains(cell: Cell, reader: CellReader) -> tuple[tuple[str, ...], ...]:
    """Read `Payer < Payer group; Plan`: fields narrow to wide, chain by chain."""
    chains = []
    for part in cell.text.replace("\n", ";").split(";"):
        names = [reader.field(name, cell.at) for name in part.split("<")] if part.strip() else []
        chains.append(tuple(name for name in names if name is not None))
    return tuple(chain for chain in chains if chain)


def _check_fit(labels: Labels, tables: list[Table], reader: CellReader) -> None:
    """Report labels that this kind of table would ignore, and ones it cannot do without."""
    grouped = labels.hit_policy is HitPolicy.FIRST_IN_GROUP
    scoped = labels.hit_policy in (HitPolicy.OVERRIDE, HitPolicy.COLLECT)
    ordered = labels.result is Result.LINE_CHANGES
    fits = {
        "Per": (grouped, f"hit policy {HitPolicy.FIRST_IN_GROUP.value}"),
        "Otherwise": (grouped, f"hit policy {HitPolicy.FIRST_IN_GROUP.value}"),
        "Scope": (scoped, f"hit policies {HitPolicy.OVERRIDE.value} and {HitPolicy.COLLECT.value}"),
        "Order": (ordered, f"Result {Result.LINE_CHANGES.value}"),
    }
    for name, (fit, where) in fits.items():
        cell = agreed_label(tables, name, [])
        if cell is not None and not fit:
            reader.report(IssueCode.LABEL_NOT_FOR_TABLE, cell.at, label=name, where=where)
    needs = {"Per": grouped and not labels.per, "Scope": _needs_scope(labels)}
    for name, needed in needs.items():
        if needed:
            at, where = tables[0].titled.sheet.at, f"hit policy {labels.hit_policy.value}"
            reader.report(IssueCode.LABEL_NEEDED, at, label=f"the label {name}", where=where)


def _needs_scope(labels: Labels) -> bool:
    return labels.hit_policy is HitPolicy.OVERRIDE and not labels.scope


def read_otherwise(tables: list[Table], outputs: tuple[str, ...], reader: CellReader) -> tuple[Output, ...]:
    """Read what the rows of a group get that are not its first: a value, or `Field = value; …`."""
    cell = agreed_label(tables, "Otherwise", [])
    if cell is None or not outputs:
        return ()
    if len(outputs) == 1:
        found = [_output(outputs[0], cell, reader)]
    else:
        found = [_named_output(text, outputs, cell, reader) for text in _terms(cell, reader)]
    return tuple(output for output in found if output is not None)


def _terms(cell: Cell, reader: CellReader) -> list[str]:
    try:
        return split_conditions(cell.text)
    except CellProblem as problem:
        reader.report(problem.kind, cell.at, **problem.facts)
        return []


def _named_output(text: str, outputs: tuple[str, ...], cell: Cell, reader: CellReader) -> Output | None:
    name, equals, value = text.partition("=")
    field = next((output for output in outputs if fold(output) == fold(name)), None)
    if field is None or not equals:
        example = "; ".join(f"{output} = …" for output in outputs)
        reader.report(IssueCode.BAD_OTHERWISE, cell.at, text=text, example=example)
        return None
    return _output(field, Cell(tidy(value), cell.at), reader)


def _output(field: str, cell: Cell, reader: CellReader) -> Output | None:
    formula = reader.formula(cell, reader.names.fields[field])
    return None if formula is None else Output(field, formula, cell.text, cell.at)
