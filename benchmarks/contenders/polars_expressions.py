"""The table hand-written as polars expressions: when/then for First, one text of all rules for Collect."""

import operator
import pickle
from functools import reduce
from pathlib import Path
from typing import cast

import polars as pl
import pyarrow as pa

from codesheet.language.unary_tests import AnyOf, Blank, Equals, Interval, Not, NotBlank, UnaryTest, Wildcard
from contenders.wording import JOINT, computed, listed, prefix
from tasks import PlainRule, Task


def write(task: Task, folder: Path) -> Path:
    """Keep the table for `load`, where the expressions are made as the person's module would make them."""
    file = folder / "table.pickle"
    file.write_bytes(pickle.dumps(task))
    return file


def load(rules: Path) -> pl.Expr:
    """Make the expression."""
    task = cast("Task", pickle.loads(rules.read_bytes()))  # noqa: S301 - written by this run
    if not task.first_only:
        cases = [pl.when(_condition(rule)).then(_text(rule)) for rule in task.rules if rule.code]
        return pl.concat_str(cases, separator=JOINT, ignore_nulls=True).alias("answer")
    first, *others = task.rules
    chain = pl.when(_condition(first)).then(_text(first))
    for rule in others:
        chain = cast("pl.Then", chain.when(_condition(rule)).then(_text(rule)))
    return chain.otherwise(None).alias("answer")


def prepare(loaded: pl.Expr, rows: pa.Table) -> pl.DataFrame:
    """Take the rows over from Arrow."""
    del loaded
    return cast("pl.DataFrame", pl.from_arrow(rows))


def decide(loaded: pl.Expr, rows: pl.DataFrame) -> pl.Series:
    """Run the expression through the optimiser."""
    return rows.lazy().select(loaded).collect()["answer"]


def answers(loaded: object, given: pl.Series) -> list[str]:
    """Read the column."""
    del loaded
    return [text or "" for text in given.to_list()]


def versions() -> str:
    """Name what ran."""
    return f"polars {pl.__version__}"


def _condition(rule: PlainRule) -> pl.Expr:
    tests = [_test(pl.col(field), test) for field, test in rule.conditions]
    return reduce(operator.and_, tests) if tests else pl.lit(value=True)


def _test(column: pl.Expr, test: UnaryTest) -> pl.Expr:
    values = listed(test)
    match test:
        case Equals(value):
            return column == value
        case AnyOf() if values is not None:
            return column.is_in(values)
        case AnyOf(parts):
            return reduce(operator.or_, [_test(column, part) for part in parts])
        case Not(inner):
            return ~_test(column, inner)
        case Wildcard(pattern):
            return column.str.starts_with(prefix(pattern))
        case Interval(low, high, low_open, high_open):
            ends = [column > low if low_open else column >= low] if low is not None else []
            ends += [column < high if high_open else column <= high] if high is not None else []
            return reduce(operator.and_, ends)
        case Blank():
            return column.is_null()
        case NotBlank():
            return column.is_not_null()
    raise NotImplementedError(test)


def _text(rule: PlainRule) -> pl.Expr:
    if rule.units is None:
        return pl.lit(rule.code)
    units = computed(rule.units, pl.col, lambda column: column.floor())
    units = units if isinstance(units, pl.Expr) else pl.lit(units)
    return pl.concat_str([pl.lit(f"{rule.code} x "), units.cast(pl.Int64).cast(pl.String)])
