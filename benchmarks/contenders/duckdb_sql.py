"""The table hand-written as SQL: one CASE for First, a CASE a rule for Collect."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from codesheet.language.unary_tests import AnyOf, Blank, Equals, Interval, Not, NotBlank, UnaryTest, Wildcard
from contenders.wording import JOINT, infix, listed, number, prefix
from tasks import PlainRule, Task


def write(task: Task, folder: Path) -> Path:
    """Write the query."""
    if task.first_only:
        whens = "\n".join(f"  WHEN {_condition(rule)} THEN {_text(rule)}" for rule in task.rules)
        answer = f"CASE\n{whens}\nEND"
    else:
        cases = [f"  CASE WHEN {_condition(rule)} THEN {_text(rule)} END" for rule in task.rules if rule.code]
        answer = f"concat_ws('{JOINT}',\n" + ",\n".join(cases) + ")"
    query = folder / "table.sql"
    query.write_text(f"SELECT {answer} AS answer\nFROM visits\n", encoding="utf-8")
    return query


def load(rules: Path) -> tuple[duckdb.DuckDBPyConnection, str]:
    """Open a database in memory and read the query."""
    return duckdb.connect(), rules.read_text(encoding="utf-8")


def prepare(loaded: tuple[duckdb.DuckDBPyConnection, str], rows: pa.Table) -> None:
    """Load the rows into a table of the database."""
    connection = loaded[0]
    connection.register("arriving", rows)
    connection.execute("CREATE OR REPLACE TABLE visits AS SELECT * FROM arriving")
    connection.unregister("arriving")


def decide(loaded: tuple[duckdb.DuckDBPyConnection, str], rows: None) -> Any:  # noqa: ANN401 - Arrow has no types
    """Run the query."""
    del rows
    connection, query = loaded
    return connection.sql(query).to_arrow_table()


def answers(loaded: object, given: Any) -> list[str]:  # noqa: ANN401
    """Read the column."""
    del loaded
    return [text or "" for text in given["answer"].to_pylist()]


def versions() -> str:
    """Name what ran."""
    return f"duckdb {duckdb.__version__}"


def _condition(rule: PlainRule) -> str:
    return " AND ".join(_test(f'"{field}"', test) for field, test in rule.conditions) or "true"


def _test(column: str, test: UnaryTest) -> str:
    values = listed(test)
    match test:
        case Equals(value):
            return f"{column} = {_constant(value)}"
        case AnyOf() if values is not None:
            return f"{column} IN ({', '.join(map(_constant, values))})"
        case AnyOf(parts):
            return f"({' OR '.join(_test(column, part) for part in parts)})"
        case Not(inner):
            return f"NOT ({_test(column, inner)})"
        case Wildcard(pattern):
            return f"starts_with({column}, {_constant(prefix(pattern))})"
        case Interval(low, high, low_open, high_open):
            ends = [f"{column} {'>' if low_open else '>='} {number(low)}"] if low is not None else []
            ends += [f"{column} {'<' if high_open else '<='} {number(high)}"] if high is not None else []
            return " AND ".join(ends)
        case Blank():
            return f"{column} IS NULL"
        case NotBlank():
            return f"{column} IS NOT NULL"
    raise NotImplementedError(test)


def _text(rule: PlainRule) -> str:
    if rule.units is None:
        return f"'{rule.code}'"
    units = infix(rule.units, lambda field: f'"{field}"')
    return f"'{rule.code} x ' || CAST({units} AS INTEGER)"


def _constant(value: str | float) -> str:
    return number(value) if isinstance(value, float) else "'" + value.replace("'", "''") + "'"
