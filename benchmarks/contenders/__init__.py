"""The engines that decide the same tables: one module each, all with the same functions.

`write` puts a task's table into the engine's own language, as its user would have it in a file (untimed);
`load` makes it ready to run; `prepare` gives rows the form the engine takes (apart from the time quoted);
`decide` gives an answer a row; `answers` makes plain texts of them (untimed): the codes of the rules that
count, in their order, joined by "; ", with ` x units` where the table gives units. `versions` names what ran.
One that decides in other processes than this, or in more, says in which (`processes`).
"""

from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import pyarrow as pa

from tasks import Task

NAMES = {
    "codesheet": "codesheet_coder",
    "codesheet, two processes": "codesheet_pair",
    "DuckDB SQL": "duckdb_sql",
    "polars": "polars_expressions",
    "durable-rules, row by row": "durable_rows",
    "Drools": "drools_model",
    "zen-engine": "zen_tables",
    "CLIPS": "clips_rules",
    "rule-engine": "rule_engine_texts",
    "pyDMNrules": "pydmnrules_workbook",
}
"""Each contender's name in tables, and its module here."""


class Contender(Protocol):
    """What each module of this package has."""

    def write(self, task: Task, folder: Path) -> Path:
        """Write the table in the engine's language."""

    def load(self, rules: Path) -> Any:  # noqa: ANN401 - each its own
        """Make written rules ready to run."""

    def prepare(self, loaded: Any, rows: pa.Table) -> Any:  # noqa: ANN401
        """Give rows the form the engine takes."""

    def decide(self, loaded: Any, rows: Any) -> Any:  # noqa: ANN401
        """Decide prepared rows."""

    def answers(self, loaded: Any, given: Any) -> list[str]:  # noqa: ANN401
        """Give a text a row of what `decide` gave."""

    def versions(self) -> str:
        """Name what ran."""


def contender(name: str) -> Contender:
    """Give a contender by name; ImportError where its package is not installed."""
    return cast("Contender", import_module(f"contenders.{NAMES[name]}"))
