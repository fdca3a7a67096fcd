"""The code guard: codes that the rulebook's own code table does not know on a day on which they are used.

A lookup is the code table of fields that its label `Code table for` names; its KEY holds the codes, its FROM
and TO say when each is valid, and a VALUE column `Replaced by`, if there is one, names the successors.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from codesheet.checks.periods import first_day, holes, last_day, shown_day
from codesheet.checks.value_not_allowed import texts_given, texts_tested
from codesheet.issues import Issue, IssueCode
from codesheet.language.names import nearest
from codesheet.language.unary_test_logic import covers
from codesheet.language.unary_tests import AnyOf, CodeRange, Equals, Not, UnaryTest, Wildcard
from codesheet.language.values import fold
from codesheet.location import CellRef
from codesheet.model import LookupTable, Period, Rulebook

_SUCCESSOR = "replaced by"


@dataclass(slots=True)
class _CodeTable:
    """A code table: when each code is valid, its successor, and rows that are patterns."""

    lookup: LookupTable
    valid: dict[str, list[Period]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    successors: dict[str, str] = field(default_factory=dict)
    patterns: list[tuple[UnaryTest, Period]] = field(default_factory=list)

    def periods(self, code: str) -> list[Period]:
        """Give when a code is valid; none where the table does not know it."""
        exact = self.valid.get(fold(code), [])
        return exact or [period for test, period in self.patterns if covers(test, Equals(code)) is not False]


def unknown_codes(rulebook: Rulebook) -> Iterator[Issue]:
    """Judge the codes that THEN cells give, and those that IF cells ask for, rule by rule."""
    tables = {name: table for table in _code_tables(rulebook) for name in table.lookup.code_table_for}
    if not tables:
        return
    for decision in rulebook.decisions.values():
        for rule in decision.rules:
            for output in rule.outputs:
                table = tables.get(output.field)
                if table is not None:
                    for code in texts_given(output.formula):
                        yield from _judge(code, table, rule.period, output.at)
            for condition in rule.conditions:
                table = tables.get(condition.field)
                if table is not None:
                    yield from _judge_test(condition.test, table, rule.period, condition.at)


def _code_tables(rulebook: Rulebook) -> Iterator[_CodeTable]:
    for lookup in rulebook.lookups.values():
        if not lookup.code_table_for:
            continue
        table = _CodeTable(lookup)
        place = next((i for i, name in enumerate(lookup.values) if fold(name) == _SUCCESSOR), None)
        for row in lookup.rows:
            for test in _alternatives(row.keys[0]):
                if not isinstance(test, Equals):
                    table.patterns.append((test, row.period))
                    continue
                code = fold(str(test.value))
                table.valid.setdefault(code, []).append(row.period)
                table.written.setdefault(code, str(test.value))
                successor = row.values[place] if place is not None else None
                if successor:
                    table.successors[code] = (
                        ", ".join(successor) if isinstance(successor, tuple) else str(successor)
                    )
        yield table


def _alternatives(test: UnaryTest) -> tuple[UnaryTest, ...]:
    return test.tests if isinstance(test, AnyOf) else (test,)


def _judge(code: str, table: _CodeTable, used: Period, at: CellRef) -> Iterator[Issue]:
    valid = table.periods(code)
    if not valid:
        meant = nearest(code, table.written.values())
        yield IssueCode.UNKNOWN_CODE.issue(at, code=code, table=table.lookup.name, did_you_mean=meant)
        return
    begins, ends = min(map(first_day, valid)), max(map(last_day, valid))
    facts = {"code": code, "table": table.lookup.name}
    if first_day(used) < begins:
        yield IssueCode.CODE_BEFORE_START.issue(at, first=shown_day(begins), **facts)
    if last_day(used) > ends:
        successor = table.successors.get(fold(code))
        remedy = f"; it is replaced by {successor}" if successor else ""
        yield IssueCode.CODE_AFTER_END.issue(at, last=shown_day(ends), successor=remedy, **facts)
    for first, last in holes(valid):
        if first_day(used) <= last and last_day(used) >= first:
            yield IssueCode.CODE_NOT_VALID.issue(at, first=shown_day(first), last=shown_day(last), **facts)


def _judge_test(test: UnaryTest, table: _CodeTable, used: Period, at: CellRef) -> Iterator[Issue]:
    """Judge what a cell asks for: codes, and patterns that no known code matches."""
    for code in texts_tested(test):
        if not any(_share_a_day(used, period) for period in table.periods(code)):
            meant = nearest(code, table.written.values())
            yield IssueCode.CODE_NEVER_COMES.issue(at, text=code, table=table.lookup.name, did_you_mean=meant)
    for pattern in _patterns([test]):
        known = (covers(pattern, Equals(code)) is True for code in table.written.values())
        if not any(known) and not table.patterns:
            yield IssueCode.CODE_NEVER_COMES.issue(at, text=_written(pattern), table=table.lookup.name)


def _share_a_day(one: Period, other: Period) -> bool:
    return first_day(one) <= last_day(other) and first_day(other) <= last_day(one)


def _patterns(tests: Iterable[UnaryTest]) -> Iterator[Wildcard | CodeRange]:
    for test in tests:
        match test:
            case Wildcard() | CodeRange():
                yield test
            case AnyOf(inner):
                yield from _patterns(inner)
            case Not(inner):
                yield from _patterns([inner])
            case _:
                pass


def _written(pattern: Wildcard | CodeRange) -> str:
    return pattern.pattern if isinstance(pattern, Wildcard) else f"{pattern.low}..{pattern.high}"
