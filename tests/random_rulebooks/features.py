"""What a random rulebook and its results hold: so that a test can say nothing was forgotten."""

import dataclasses
import re
from collections.abc import Iterator, Mapping

from codesheet.coding.batch import CodedBatch
from codesheet.language.formulas import (
    Aggregate,
    Binary,
    Call,
    Clear,
    Formula,
    IfThenElse,
    InValueSet,
    IsBlank,
    OrElse,
    Template,
    Unary,
)
from codesheet.language.unary_tests import AnyOf, Blank, InSet, Interval, Not, UnaryTest
from codesheet.model import DecisionTable, EditText, HitPolicy, Level, Period, Result, Rulebook
from random_rulebooks.rulebook import Case

POLICIES = [f"policy: {policy.value}" for policy in HitPolicy]
RESULTS = [
    "result: fields row",
    "result: fields line",
    "result: claim lines row",
    "result: line changes line",
    "result: edits row",
    "result: edits line",
]
CELLS = [
    *("cell: Equals", "cell: AnyOf", "cell: Not", "cell: Wildcard", "cell: CodeRange", "cell: InSet"),
    *("cell: Blank", "cell: NotBlank", "cell: Compare", "cell: Not InSet", "cell: list with is blank"),
    *("cell: [a..b]", "cell: [a..b)", "cell: (a..b]", "cell: (a..b)", "cell: >=", "cell: >", "cell: <="),
    *("cell: <", "cell: code list", "cell: yes/no", "cell: date", "cell: time"),
]
FORMULAS = [
    *("formula: none", "formula: if", "formula: or else", "formula: is blank", "formula: in set"),
    *("formula: text with braces", "formula: and", "formula: or", "formula: not", "formula: where"),
    *(f"formula: {operator}" for operator in ("+", "-", "*", "/", "=", "<>", ">=", "<")),
    *(f"formula: {name}" for name in ("ceiling", "floor", "round", "number", "length", "contains")),
    *(f"formula: {name}" for name in ("days between", "minutes between", "starts with", "item", "join")),
    *(f"formula: {name}" for name in ("only", "positions", "abs", "min", "max")),
    *(f"aggregate: {name}" for name in ("sum", "count", "min", "max", "any", "all", "first", "rank")),
    *("aggregate: previous", "aggregate: list", "aggregate: on lines"),
]
SHEETS = [
    *("several workbooks", "table in several workbooks", "versions of a policy", "Applies to", "dated rule"),
    *("unconditional rule", "Only when", "If no rule matches", "Otherwise", "scope chain", "Because"),
    *("rivals in Collect", "several line changes", "dated lookup row", "lookup alias", "dated set member"),
    *("undeclared field", "allowed values", "at most", "Add modifiers", "Remove modifiers", "Queue"),
    *("queue of a field", "Queue otherwise", "queue in a label"),
]
OUTCOMES = [
    *("visit: coded", "visit: review", "visit: no lines", "visit: rejected", "rejected row"),
    *("edit: inform", "edit: review", "edit: deny", "edit: drop", "edit on a line", "line: bill"),
    *("line: inform", "line: deny", "line: review", "asks for facts", "several rules match"),
    *("dropped line", "coded as none", "no table codes this row", "not in a lookup", "two lookup rows"),
    *("not an allowed value", "too many entries", "not whole", "cannot be worked out", "lines made one"),
    *("line changed", "several lines", "no rule for", "rules disagree"),
]
ALL = [*POLICIES, *RESULTS, *CELLS, *FORMULAS, *SHEETS, *OUTCOMES]


def features(case: Case, batch: CodedBatch) -> set[str]:
    """Name the features that a case and its results hold."""
    book = case.rulebook
    found = {*_of_sheets(book), *_of_outcomes(book, batch)}
    for table in book.decisions.values():
        found |= set(_of_table(table, book))
    for field in book.fields.values():
        if field.formula is not None:
            found |= set(_of_formula(field.formula))
            if field.level is Level.LINE and field.per:
                found.add("aggregate: on lines")
    return found


def _held(holds: Mapping[str, object]) -> Iterator[str]:
    """Name the features that hold."""
    return (name for name, value in holds.items() if value)


def _of_table(table: DecisionTable, book: Rulebook) -> Iterator[str]:
    yield f"policy: {table.hit_policy.value}"
    yield f"result: {table.result.value} {table.level.value}"
    for condition in (*table.only_when, *(one for rule in table.rules for one in rule.conditions)):
        yield from (f"cell: {form}" for form in _forms(condition.test))
        yield f"cell: {book.fields[condition.field].type.value}"
    for rule in table.rules:
        for output in rule.outputs:
            yield from _of_formula(output.formula)
            yield output.field
    yield from _held(
        {
            "Because": any(rule.because for rule in table.rules),
            "dated rule": any(rule.period != Period() for rule in table.rules),
            "unconditional rule": any(not rule.conditions for rule in table.rules),
            "Only when": table.only_when,
            "If no rule matches": table.if_no_rule,
            "Otherwise": table.otherwise,
            "scope chain": any(len(chain) > 1 for chain in table.scope),
            "rivals in Collect": table.scope and table.hit_policy is HitPolicy.COLLECT,
            "table in several workbooks": len({rule.at.workbook for rule in table.rules}) > 1,
        }
    )


def _forms(test: UnaryTest) -> Iterator[str]:
    match test:
        case Interval(None, _, _, high_open):
            yield "<" if high_open else "<="
        case Interval(_, None, low_open, _):
            yield ">" if low_open else ">="
        case Interval(_, _, low_open, high_open):
            yield f"{'(' if low_open else '['}a..b{')' if high_open else ']'}"
        case Not(inner):
            yield "Not InSet" if isinstance(inner, InSet) else "Not"
            yield from _forms(inner)
        case AnyOf(tests):
            yield "AnyOf"
            if Blank() in tests:
                yield "list with is blank"
            for one in tests:
                yield from _forms(one)
        case _:
            yield type(test).__name__


def _of_formula(formula: Formula) -> Iterator[str]:
    for part in _parts(formula):
        match part:
            case Template(pieces):
                if any(not isinstance(piece, str) for piece in pieces):
                    yield "formula: text with braces"
            case Unary(operator) | Binary(operator):
                yield f"formula: {operator}"
            case Call(name):
                yield f"formula: {name}"
            case Aggregate(name, _, where):
                yield f"aggregate: {name}"
                if where is not None:
                    yield "formula: where"
            case _ if type(part) in _NAMES:
                yield f"formula: {_NAMES[type(part)]}"


_NAMES: dict[type, str] = {
    Clear: "none",
    IfThenElse: "if",
    OrElse: "or else",
    IsBlank: "is blank",
    InValueSet: "in set",
}


def _parts(part: object) -> Iterator[object]:
    """Give a formula and every formula in it."""
    yield part
    if dataclasses.is_dataclass(part):
        for field in dataclasses.fields(part):
            inner = getattr(part, field.name)
            for one in inner if isinstance(inner, tuple) else (inner,):
                yield from _parts(one)


def _of_sheets(book: Rulebook) -> Iterator[str]:
    titles = [source.title for source in book.sources if source.title]
    results = [table.result for table in book.decisions.values()]
    conditions = [c for table in book.decisions.values() for rule in table.rules for c in rule.conditions]
    rows = [row for lookup in book.lookups.values() for row in lookup.rows]
    members = [member for one in book.sets.values() for member in one.members]
    allowed = [field.allowed for field in book.fields.values() if field.allowed is not None]
    declared_at = [field.at for field in book.fields.values() if field.at.workbook]
    return _held(
        {
            "several workbooks": len(book.sources) > 1,
            "versions of a policy": len(set(titles)) < len(titles),
            "several line changes": results.count(Result.LINE_CHANGES) > 1,
            "Applies to": any(condition.at.sheet == "About" for condition in conditions),
            "dated lookup row": any(row.period != Period() for row in rows),
            "lookup alias": any(isinstance(key, AnyOf) for row in rows for key in row.keys),
            "dated set member": any(member.period != Period() for member in members),
            "allowed values": allowed,
            "queue of a field": any(field.queue for field in book.fields.values()),
            "Queue otherwise": book.queue_otherwise,
            "queue in a label": any(text.queue for text in _edit_texts(book)),
            "at most": any(one.at_most is not None for one in allowed),
            "undeclared field": any(at.sheet != "Fields" for at in declared_at),
        }
    )


def _edit_texts(book: Rulebook) -> Iterator[EditText]:
    texts = [lookup.if_not_found for lookup in book.lookups.values()]
    texts += [table.if_no_rule for table in book.decisions.values()]
    return (text for text in texts if text is not None)


_SAYINGS = {
    "several rules match": "several rules match",
    "rules disagree": "rules disagree",
    "no table codes this row": "no table codes this row",
    "not in a lookup": r" is not in .* list",
    "two lookup rows": "has two rows for",
    "not an allowed value": "is not an allowed value",
    "too many entries": "has more than",
    "not whole": "does not come out as a whole number",
    "cannot be worked out": "cannot be worked out",
    "no rule for": "^no rule for",
    "dropped line": "dropped:",
}


def _of_outcomes(book: Rulebook, batch: CodedBatch) -> Iterator[str]:
    yield from (f"visit: {status}" for status in batch.visits["Status"])
    yield from (f"edit: {disposition}" for disposition in batch.edits["Disposition"])
    yield from (f"line: {disposition}" for disposition in batch.claim_lines["Disposition"])
    rules = [set(rule.split("; ")) for rule in batch.claim_lines["Rule"]]
    on_lines = [table for table in book.decisions.values() if table.result is Result.CLAIM_LINES]
    makers = {str(rule.at) for table in on_lines for rule in table.rules}
    said = batch.edits["Message"].tolist()
    yield from _held(
        {
            "rejected row": batch.rows_rejected,
            "asks for facts": any(batch.review["Facts"]),
            "edit on a line": batch.edits["Line"].notna().any(),
            "coded as none": any(batch.rows["No line because"]),
            "several lines": len(rules) > 1,
            "lines made one": any(len(makers & addresses) > 1 for addresses in rules),
            "line changed": any(addresses - makers for addresses in rules),
            **{name: any(re.search(text, message) for message in said) for name, text in _SAYINGS.items()},
        }
    )
