"""Every rule of the rulebook with how often it fired, also those that never did."""

from collections.abc import Iterator
from datetime import date

import pandas as pd

from codesheet.compiling.ruleset import Ruleset
from codesheet.model import Condition, DecisionTable, Rule

COLUMNS = ("Rule", "Table", "ID", "When", "Then", "From", "To", "Count")


def rules_used(ruleset: Ruleset, rule_counts: dict[str, int]) -> pd.DataFrame:
    """Give the `Rules used` sheet, in the order of the rulebook.

    What fired but is no row of a decision table (a lookup that missed, say) follows with its address.
    """
    rows = [
        _row(table, rule, rule_counts)
        for table in ruleset.rulebook.decisions.values()
        for rule in table.rules
    ]
    listed = {row[0] for row in rows}
    rows += [(at, *[""] * 4, pd.NaT, pd.NaT, n) for at, n in sorted(rule_counts.items()) if at not in listed]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({"From": "datetime64[s]", "To": "datetime64[s]", "Count": "int64"})


def _row(table: DecisionTable, rule: Rule, rule_counts: dict[str, int]) -> tuple[object, ...]:
    address = str(rule.at)
    when = "; ".join(_condition(c, rule) for c in rule.conditions) or "always"
    then = "; ".join(_thens(rule))
    period = rule.period
    return (
        *(address, table.name, rule.id, when, then, _day(period.first), _day(period.last)),
        rule_counts.get(address, 0),
    )


def _condition(condition: Condition, rule: Rule) -> str:
    """Write a condition as its column and cell; one from above the table names its field itself."""
    own = condition.at.whole_row == rule.at.whole_row
    return f"{condition.field}: {condition.text}" if own else condition.text


def _thens(rule: Rule) -> Iterator[str]:
    for output in rule.outputs:
        yield f"{output.field}: {output.text}"


def _day(ordinal: int | None) -> object:
    return pd.NaT if ordinal is None else pd.Timestamp(date.fromordinal(ordinal)).as_unit("s")
