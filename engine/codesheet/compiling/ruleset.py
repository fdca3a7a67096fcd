"""What runs: a rulebook in its order of evaluation, with each decision table's durable-rules rulesets."""

from dataclasses import dataclass
from typing import Any

from codesheet.language.unary_tests import UnaryTest
from codesheet.model import Rulebook

ALWAYS = "always"
"""The property every fact carries: what a rule without conditions tests."""

BATCH_END = "end of batch"
"""The property of the fact that closes each batch: when it is seen, no fact before it was dropped."""


@dataclass(frozen=True, slots=True)
class Test:
    """One distinct thing a table's cells ask of a field; the name is its property in facts."""

    name: str
    field: str
    test: UnaryTest


@dataclass(frozen=True, slots=True)
class Shard:
    """One durable-rules ruleset of a table, small enough for every limit of the engine.

    `tests` are indices of the tests its rules use (facts asserted to it carry only these, and `always`);
    a fact need be asserted only when it holds all of one of `gates` (empty: always). `definition` is the JSON
    durable-rules takes; rule names in it are the indices of condition groups as text. Shards of a later
    `turn` need not be asked where one of an earlier turn settles what is decided.
    """

    tests: tuple[int, ...]
    gates: tuple[tuple[int, ...], ...]
    definition: dict[str, Any]
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Matching:
    """How one decision table is matched.

    `groups` are the distinct conditions, each a tuple of test indices all of which must hold, in the order in
    which they are asked, so that a gate of its shard is how a group begins;
    `rule_groups` gives for each rule of the table, in order, the index of its group.
    """

    table: str
    tests: tuple[Test, ...]
    groups: tuple[tuple[int, ...], ...]
    rule_groups: tuple[int, ...]
    shards: tuple[Shard, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to compute: kind `formula` (a field), `lookup` or `decision` (a table), by name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Ruleset:
    """The compiled rulebook: tables, order and matching. Everything coding needs; no workbook is opened.

    `row_steps` compute row fields, claim-line tables and row-level edits last; `line_steps` compute line
    fields, in order; `matchings` is by decision table name. `digest` is the sha256 of the canonical bytes,
    and blank until someone asks for it (`rules_files.with_digest`): writing them takes a while.
    """

    rulebook: Rulebook
    row_steps: tuple[Step, ...]
    line_steps: tuple[Step, ...]
    matchings: dict[str, Matching]
    digest: str = ""
