"""Which fields and value sets anything in a rulebook reads."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from codesheet.language.formula_parts import fields_read, sets_read
from codesheet.language.formulas import Formula
from codesheet.language.unary_test_logic import compare_fields, set_names
from codesheet.model import Condition, DecisionTable, Rulebook


@dataclass(slots=True)
class Reads:
    """The fields and value sets that are read."""

    fields: set[str] = field(default_factory=set)
    sets: set[str] = field(default_factory=set)

    def formula(self, formula: Formula | None) -> None:
        """Add what a formula reads."""
        if formula is not None:
            self.fields |= fields_read(formula)
            self.sets |= sets_read(formula)

    def conditions(self, conditions: Iterable[Condition]) -> None:
        """Add what conditions read."""
        for condition in conditions:
            self.fields |= {condition.field, *compare_fields(condition.test)}
            self.sets |= set_names(condition.test)


def reads_of(rulebook: Rulebook) -> Reads:
    """Gather what formulas, tables and lookups read, and the value sets that bound fields."""
    reads = Reads()
    for one in rulebook.fields.values():
        reads.formula(one.formula)
        reads.fields.update(one.per)
        if one.allowed is not None and one.allowed.set_name is not None:
            reads.sets.add(one.allowed.set_name)
    for lookup in rulebook.lookups.values():
        reads.fields.update(lookup.keys)
        for row in lookup.rows:
            reads.conditions(row.conditions)
            for test in row.keys:
                reads.sets |= set_names(test)
        if lookup.if_not_found is not None:
            reads.formula(lookup.if_not_found.message)
    for table in rulebook.decisions.values():
        _of_table(table, reads)
    _of_claim_edits(rulebook, reads)
    return reads


def _of_claim_edits(rulebook: Rulebook, reads: Reads) -> None:
    for edits in (rulebook.code_pairs, rulebook.unit_limits, rulebook.add_on_codes):
        if edits is not None:
            reads.fields.update(edits.per)
            said = {id(one): one for row in edits.rows for one in row.conditions}
            tests = {(one.field, id(one.test)): one for one in said.values()}  # thousands of rows have few
            reads.conditions(tests.values())
    if rulebook.unit_limits is not None:
        reads.fields |= {rulebook.unit_limits.units_before, rulebook.unit_limits.months_since_start}


def _of_table(table: DecisionTable, reads: Reads) -> None:
    reads.conditions(table.only_when)
    reads.fields.update(table.per, *table.scope)
    for rule in table.rules:
        reads.conditions(rule.conditions)
        for output in (*rule.outputs, *((rule.because,) if rule.because else ())):
            reads.formula(output.formula)
    for output in table.otherwise:
        reads.formula(output.formula)
    if table.if_no_rule is not None:
        reads.formula(table.if_no_rule.message)
