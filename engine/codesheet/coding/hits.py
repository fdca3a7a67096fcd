"""Rules that count for rows or lines, one entry a row and rule, and how often each has counted."""

from dataclasses import dataclass

import numpy as np

from codesheet.coding.columns import Index, Mask
from codesheet.coding.judging import Judged
from codesheet.coding.outputs import NO_RULE
from codesheet.coding.ragged import Ragged
from codesheet.coding.view import View


@dataclass(slots=True)
class Hits:
    """Rules that count, one entry a row and rule.

    `places` are places in the context's view, `view` holds the rows of the hits. `by_output` gives for each
    output the rule whose cell speaks there (NO_RULE: none); `rule` is the rule the hit is known by.
    """

    places: Index
    rule: Index
    by_output: dict[str, Index]
    view: View

    def keep(self, mask: Mask) -> "Hits":
        """Give the hits where a mask holds."""
        if mask.all():
            return self
        kept = np.flatnonzero(mask)
        by_output = {name: rules[kept] for name, rules in self.by_output.items()}
        return Hits(self.places[kept], self.rule[kept], by_output, self.view.take(kept))


class RuleCounts:
    """How often each rule of a table has counted, by its place."""

    def __init__(self, rules: int) -> None:
        self.by_rule: np.ndarray = np.zeros(rules, dtype=np.int64)

    def count(self, hits: Hits, times: Index | None = None) -> None:
        """Count each rule for each row (or line) where it counts, so many times or once."""
        rows = np.ones(len(hits.places), dtype=np.int64) if times is None else times[hits.places]
        if all(rules is hits.rule for rules in hits.by_output.values()):
            np.add.at(self.by_rule, hits.rule, rows)
            return
        rules = np.sort(np.stack([hits.rule, *hits.by_output.values()], axis=1), axis=1)
        again = np.zeros(rules.shape, dtype=bool)
        again[:, 1:] = rules[:, 1:] == rules[:, :-1]
        counted = ~again & (rules != NO_RULE)
        np.add.at(self.by_rule, rules[counted], np.broadcast_to(rows[:, np.newaxis], rules.shape)[counted])

    def count_decisions(self, judged: Judged, times: Index | None = None) -> None:
        """Count each rule for each row where its decision lets it count, so many times or once."""
        rows = np.zeros(len(judged.decisions), dtype=np.int64)
        np.add.at(rows, judged.decision, 1 if times is None else times[judged.rows])
        decisions, rules = Ragged.of(d.hits for d in judged.decisions).expand(np.arange(len(rows)))
        np.add.at(self.by_rule, rules, rows[decisions])
