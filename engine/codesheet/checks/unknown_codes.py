"""The code guard: codes that the rulebook's own code table does not know on a day on which they are used.

A lookup is the code table of fields that its label `Code table for` names; its KEY holds the codes, its FROM
and TO say when each is valid, and a column `Replaced by`, if there is one, names the successors.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from codesheet.checks.periods import first_day, holes, last_day, shown_day
from codesheet.checks.value_not_allowed import texts_given, texts_tested
from codesheet.issues import Issue, IssueCode
from codesheet.language.names import nearest
from codesheet.language.unary_test_logic import covers
from codesheet.language.unary_tests import AnyOf, CodeRange, Equals, InSet, Not, UnaryTest, Wildcard
from codesheet.language.values import Scalar, fold
from codesheet.location import CellRef
from codesheet.model import LookupTable, Origin, Period, Rule, Rulebook

_FROM_RULES = (Origin.LOOKUP, Origin.DECISION, Origin.LINE)


@dataclass(slots=True)
class _CodeTable:
    """All code tables of a field: when each code is valid, its successor, and rows that are patterns.

    What an export brings may be a code that has ended: only where all values come `from_rules` must a code
    that a cell asks for be valid.
    """

    from_rules: bool
    lookups: list[LookupTable] = field(default_factory=list)
    valid: dict[str, list[Period]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    successors: dict[str, str] = field(default_factory=dict)
    patterns: list[tuple[UnaryTest, Period]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Give the names of the lookups, for people."""
        return '" or "'.join(lookup.name for lookup in self.lookups)

    @property
    def at(self) -> list[CellRef]:
        """Give where the lookups stand."""
        return [lookup.at for lookup in self.lookups]

    def add(self, lookup: LookupTable) -> None:
        """Take in the codes of a lookup."""
        self.lookups.append(lookup)
        for row in lookup.rows:
            for test in _alternatives(row.keys[0]):
                if not isinstance(test, Equals):
                    self.patterns.append((test, row.period))
                    continue
                code = fold(str(test.value))
                self.valid.setdefault(code, []).append(row.period)
                self.written.setdefault(code, str(test.value))
                if row.replaced_by:
                    self.successors[code] = row.replaced_by

    def periods(self, code: str) -> list[Period]:
        """Give when a code is valid; none where the table does not know it."""
        exact = self.valid.get(fold(code), [])
        return exact or [period for test, period in self.patterns if covers(test, Equals(code)) is not False]


def unknown_codes(rulebook: Rulebook) -> Iterator[Issue]:
    """Judge the codes that THEN and VALUE cells give, and those that IF cells and their sets ask for."""
    tables = _code_tables(rulebook)
    if tables:
        for lookup in rulebook.lookups.values():
            yield from _given_by(lookup, tables)
        for decision in rulebook.decisions.values():
            for rule in decision.rules:
                yield from _judge_rule(rule, tables)
        yield from _judge_sets(rulebook, tables)


def _given_by(lookup: LookupTable, tables: Mapping[str, _CodeTable]) -> Iterator[Issue]:
    for place, name in enumerate(lookup.values):
        table = tables.get(name)
        if table is None or lookup in table.lookups:
            continue
        for row in lookup.rows:
            for code in _codes_of(row.values[place]):
                yield from _judge(code, table, row.period, row.cell(name))


def _judge_rule(rule: Rule, tables: Mapping[str, _CodeTable]) -> Iterator[Issue]:
    for output in rule.outputs:
        table = tables.get(output.field)
        if table is not None:
            for code in texts_given(output.formula):
                yield from _judge(code, table, rule.period, output.at)
    for condition in rule.conditions:
        table = tables.get(condition.field)
        if table is not None:
            yield from _judge_test(condition.test, table, rule.period, condition.at)


def _judge_sets(rulebook: Rulebook, tables: Mapping[str, _CodeTable]) -> Iterator[Issue]:
    """Judge the single codes of the value sets that cells ask for; a pattern may say what codes look like."""
    conditions = (c for table in rulebook.decisions.values() for rule in table.rules for c in rule.conditions)
    asked = {
        name: tables[condition.field]
        for condition in conditions
        if condition.field in tables
        for name in _sets_named([condition.test])
    }
    for name, table in asked.items():
        for member in rulebook.sets[name].members:
            yield from _judge_codes(texts_tested(member.test), table, member.period, member.at)


def _codes_of(value: Scalar | None) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        yield from value


def _code_tables(rulebook: Rulebook) -> dict[str, _CodeTable]:
    """Give the code table of each field that has one; of several lookups, all their codes."""
    tables: dict[str, _CodeTable] = {}
    for lookup in rulebook.lookups.values():
        for name in lookup.code_table_for:
            from_rules = rulebook.fields[name].origin in _FROM_RULES
            tables.setdefault(name, _CodeTable(from_rules)).add(lookup)
    return tables


def _alternatives(test: UnaryTest) -> tuple[UnaryTest, ...]:
    return test.tests if isinstance(test, AnyOf) else (test,)


def _judge(code: str, table: _CodeTable, used: Period, at: CellRef) -> Iterator[Issue]:
    valid = table.periods(code)
    if not valid:
        meant = nearest(code, table.written.values())
        yield IssueCode.UNKNOWN_CODE.issue(at, *table.at, code=code, table=table.name, did_you_mean=meant)
        return
    begins, ends = min(map(first_day, valid)), max(map(last_day, valid))
    facts = {"code": code, "table": table.name}
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
    yield from _judge_codes(texts_tested(test), table, used, at)
    for pattern in _patterns([test]):
        known = (covers(pattern, Equals(code)) is True for code in table.written.values())
        if not any(known) and not table.patterns:
            yield IssueCode.CODE_NEVER_COMES.issue(at, *table.at, text=_written(pattern), table=table.name)


def _judge_codes(codes: Iterable[str], table: _CodeTable, used: Period, at: CellRef) -> Iterator[Issue]:
    for code in codes:
        valid = table.periods(code)
        comes = any(_share_a_day(used, period) for period in valid) if table.from_rules else bool(valid)
        if not comes:
            meant = "" if valid else nearest(code, table.written.values())
            yield IssueCode.CODE_NEVER_COMES.issue(
                at, *table.at, text=code, table=table.name, did_you_mean=meant
            )


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


def _sets_named(tests: Iterable[UnaryTest]) -> Iterator[str]:
    for test in tests:
        match test:
            case InSet(name):
                yield name
            case AnyOf(inner):
                yield from _sets_named(inner)
            case Not(inner):
                yield from _sets_named([inner])
            case _:
                pass


def _written(pattern: Wildcard | CodeRange) -> str:
    return pattern.pattern if isinstance(pattern, Wildcard) else f"{pattern.low}..{pattern.high}"
