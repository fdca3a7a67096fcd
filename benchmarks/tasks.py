"""What is decided in the comparison with other engines: decision tables, and rows for them.

A task is one decision table of a rulebook. What the contenders write in their own languages is made from the
table as codesheet reads it; value sets are given as their members and effective dates as a range of days.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
import pyarrow as pa

from codesheet.coding.coder import Coder
from codesheet.coding.columns import Frame
from codesheet.commands.loading import load_ruleset
from codesheet.compiling.compiler import compile_rulebook
from codesheet.compiling.rules_files import write_rules
from codesheet.compiling.ruleset import Ruleset
from codesheet.exports.export import Export
from codesheet.exports.reader import read_export
from codesheet.language.formulas import Formula
from codesheet.language.unary_tests import AnyOf, InSet, Interval, Not, UnaryTest
from codesheet.language.values import FieldType
from codesheet.model import DecisionTable, HitPolicy, Origin, Required, Result, Rule, Rulebook, ValueSet
from invented_rulebooks import Size, write_rulebook
from make_load import MONTH, Load, write_load
from visit_rows import DAY, table_of, with_visits

REAL_TABLE = "Infusion and push code"


@dataclass(frozen=True, slots=True)
class PlainRule:
    """One rule: what must hold (by field), and the code (empty: none) and units it gives."""

    conditions: tuple[tuple[str, UnaryTest], ...]
    code: str
    units: Formula | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A decision table to run: `source` is its workbook folder, or its compiled rules, for codesheet."""

    name: str
    source: Path
    first_only: bool
    fields: Mapping[str, FieldType]
    rules: tuple[PlainRule, ...]


def load(source: Path) -> Ruleset:
    """Load a rulebook that must be without errors."""
    ruleset, issues = load_ruleset(source, lambda _: None)
    if ruleset is None:
        raise SystemExit("\n".join(map(str, issues)))
    return ruleset


def task_of(name: str, source: Path) -> Task:
    """Make the task of a rulebook's one decision table."""
    rulebook = load(source).rulebook
    (table,) = rulebook.decisions.values()
    used = {field for rule in table.rules for field, _ in _conditions(rule, rulebook)}
    return Task(
        name,
        source,
        table.hit_policy is HitPolicy.FIRST,
        {field: rulebook.fields[field].type for field in rulebook.fields if field in used},
        tuple(_plain_rule(rule, rulebook) for rule in table.rules),
    )


def generated_task(hit_policy: str, folder: Path, rules: int = 300, seed: int = 1) -> Task:
    """Make the task of an invented table, in a workbook of its own."""
    write_rulebook(folder, Size(rules, hit_policy=hit_policy, seed=seed))
    return task_of(f"{rules} rules, {hit_policy}", folder)


def real_task(workbooks: Path, folder: Path) -> Task:
    """Make the task of a shipped table: its rules word for word, its inputs read and none `when used`."""
    table = load(workbooks).rulebook.decisions[REAL_TABLE]
    rulebook = _alone(table, load(workbooks).rulebook)
    ruleset, issues = compile_rulebook(rulebook)
    if issues:
        raise SystemExit("\n".join(map(str, issues)))
    write_rules(ruleset, folder)
    return task_of(f"{REAL_TABLE}, {table.hit_policy.value}", folder)


def _alone(table: DecisionTable, whole: Rulebook) -> Rulebook:
    inputs = {
        name: dataclasses.replace(
            whole.fields[name], origin=Origin.READ, required=Required.NO, formula=None, per=(), allowed=None
        )
        for name in (whole.visit_key, whole.date_of_service, *table.inputs)
    }
    lines = {name: field for name, field in whole.fields.items() if field.origin is Origin.LINE}
    rules = tuple(dataclasses.replace(rule, because=None) for rule in table.rules)
    alone = dataclasses.replace(table, rules=rules, only_when=(), if_no_rule=None)
    return dataclasses.replace(
        whole,
        fields=inputs | lines,
        lookups={},
        decisions={table.name: alone},
        examples=(),
        row_order="",
        shown=(),
        code_pairs=None,
        unit_limits=None,
        add_on_codes=None,
        columns_present="",
    )


def real_rows(workbooks: Path, folder: Path, rows: int, seed: int = 1) -> pa.Table:
    """Give so many rows that the shipped rulebook puts to its table, of as many months as hold them.

    Each month is a load of so many rows, with a seed of its own; about a quarter of its rows reach the table.
    """
    whole = load(workbooks).rulebook
    coder, inputs = _coder_of_fields(whole), whole.decisions[REAL_TABLE].inputs
    parts: list[pa.Table] = []
    months = count(seed)
    while sum(part.num_rows for part in parts) < rows:
        export = _month(whole, folder, Load(rows, next(months)))
        parts += [_inputs_of(coder.code_frame(one.frame, {}).view.frame, inputs) for one in export.chunks()]
    return with_visits(pa.concat_tables(parts).slice(0, rows).combine_chunks())


def _coder_of_fields(rulebook: Rulebook) -> Coder:
    """Give a coder of the fields of rows alone: what lines become of them changes none of these."""
    giving = {name: table for name, table in rulebook.decisions.items() if table.result is Result.FIELDS}
    ruleset, issues = compile_rulebook(
        dataclasses.replace(
            rulebook, decisions=giving, examples=(), code_pairs=None, unit_limits=None, add_on_codes=None
        )
    )
    if issues:
        raise SystemExit("\n".join(map(str, issues)))
    return Coder(ruleset)


def _month(rulebook: Rulebook, folder: Path, load_of: Load) -> Export:
    file = folder / "load.parquet"
    write_load(file, load_of)
    export, _ = read_export([file], rulebook, folder)
    if export is None:
        raise SystemExit(f"{file} cannot be read")
    return export


def _inputs_of(frame: Frame, inputs: Sequence[str]) -> pa.Table:
    """Give the days and the inputs of the rows that the real table decides."""
    columns = {DAY: pa.array(frame[DAY].data.astype(np.int64))}
    for name in inputs:
        column = frame[name]
        if column.type.is_text:
            words = pa.array(frame.vocabulary.texts(), pa.string())
            columns[name] = pa.DictionaryArray.from_arrays(
                pa.array(column.data.astype(np.int32), mask=column.missing), words
            ).cast(pa.string())
        else:
            whole = np.nan_to_num(column.data).astype(np.int64)
            columns[name] = pa.array(whole, mask=column.missing)
    rows = pa.table(columns)
    return rows.filter(pa.compute.is_valid(rows["Role"]))


def uniform_real_rows(task: Task, rows: int, seed: int = 1) -> pa.Table:
    """Give rows of every value the real table tests, evenly, and of numbers around its bounds."""
    rng = np.random.default_rng(seed)
    columns: dict[str, list[object] | pa.Array] = {DAY: pa.array(np.full(rows, MONTH.toordinal()))}
    for field, kind in task.fields.items():
        missing = rng.random(rows) < 0.1
        if kind.is_text:
            values = sorted(
                {v for rule in task.rules for f, t in rule.conditions if f == field for v in _texts(t)}
            )
            drawn = np.array([*values, "another"], dtype=object)[rng.integers(len(values) + 1, size=rows)]
            columns[field] = pa.array(drawn, pa.string(), mask=missing)
        else:
            columns[field] = pa.array(
                rng.integers(0, 400 if "Minutes" in field else 4, size=rows), mask=missing
            )
    return table_of(columns)


def _texts(test: UnaryTest) -> list[str]:
    parts = test.tests if isinstance(test, AnyOf) else (test,)
    return [str(value) for part in parts if isinstance(value := getattr(part, "value", None), str)]


def _plain_rule(rule: Rule, rulebook: Rulebook) -> PlainRule:
    outputs = {output.field: output for output in rule.outputs}
    code = outputs.get("Code") or outputs["Answer"]
    units = outputs.get("Units")
    text = "" if code.text == "none" else code.text
    return PlainRule(_conditions(rule, rulebook), text, units.formula if units else None)


def _conditions(rule: Rule, rulebook: Rulebook) -> tuple[tuple[str, UnaryTest], ...]:
    found = [(one.field, _without_sets(one.test, rulebook.sets)) for one in rule.conditions]
    first, last = rule.period.first, rule.period.last
    if first is not None or last is not None:
        found.append((rulebook.date_of_service, Interval(first, last)))
    return tuple(found)


def _without_sets(test: UnaryTest, sets: Mapping[str, ValueSet]) -> UnaryTest:
    match test:
        case InSet(name):
            return AnyOf(tuple(member.test for member in sets[name].members))
        case AnyOf(parts):
            return AnyOf(tuple(_without_sets(part, sets) for part in parts))
        case Not(inner):
            return Not(_without_sets(inner, sets))
        case _:
            return test
