"""What rules, lookups and the engine itself object to on a claim, gathered column-wise."""

from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from codesheet.coding.columns import Frame, Ids, Index, Mask
from codesheet.model import Disposition

NO_LINE = -1
DISPOSITIONS = tuple(Disposition)
"""From the lightest to the weightiest: the place is the weight."""
BILL = DISPOSITIONS.index(Disposition.BILL)
REVIEW = DISPOSITIONS.index(Disposition.REVIEW)
DENY = DISPOSITIONS.index(Disposition.DENY)
DROP = DISPOSITIONS.index(Disposition.DROP)


class EditKind(Enum):
    """Why an edit was raised."""

    RULE = "rule"
    NO_RULE = "no rule"
    NOT_FOUND = "not found"
    TWO_HITS = "two hits"
    UNDECIDED = "undecided"
    CONFLICT = "conflict"
    MISSING = "missing"
    NOT_WHOLE = "not whole"
    TOO_LONG = "too long"
    NOT_ALLOWED = "not allowed"
    UNCODED_ROW = "uncoded row"
    REJECTED_ROW = "rejected row"
    DROPPED = "dropped"


@dataclass(slots=True)
class Edits:
    """Edits as parallel arrays: encounter row, claim line or NO_LINE, weight, and text ids.

    `message`, `queue` and `rule` are vocabulary ids (-1: none); `facts` is a root set: the recorded facts
    to be asked for. `table` is the vocabulary id of the table or field concerned.
    """

    kind: EditKind
    rows: Index
    lines: Index
    weight: Ids
    message: Ids
    queue: Ids
    rule: Ids
    facts: Ids
    table: Ids

    def take(self, index: Index) -> "Edits":
        """Give the edits of an index."""
        words = (self.message, self.queue, self.rule, self.facts, self.table)
        rows, lines, weight = self.rows[index], self.lines[index], self.weight[index]
        return Edits(self.kind, rows, lines, weight, *(column[index] for column in words))


@dataclass(slots=True)
class EditLog:
    """Every edit of a batch."""

    frame: Frame
    chunks: list[Edits] = field(default_factory=list)

    def add(  # noqa: PLR0913 - one column each
        self,
        kind: EditKind,
        rows: Index,
        message: Ids | str,
        *,
        weight: Ids | int = REVIEW,
        queue: Ids | str | None = None,
        rule: Ids | str | None = None,
        facts: Ids | None = None,
        table: str = "",
        lines: Index | None = None,
    ) -> None:
        """Add edits of one kind for some rows; every column aligns with `rows`, or is the same for all."""
        count = len(rows)
        if not count:
            return
        self.chunks.append(
            Edits(
                kind,
                rows.astype(np.int64),
                np.full(count, NO_LINE, dtype=np.int64) if lines is None else lines.astype(np.int64),
                np.full(count, weight, dtype=np.int32) if isinstance(weight, int) else weight,
                self._words(message, count),
                self._words(queue, count),
                self._words(rule, count),
                np.zeros(count, dtype=np.int32) if facts is None else facts,
                self._words(table, count),
            )
        )

    def _words(self, words: Ids | str | None, count: int) -> Ids:
        if words is None or isinstance(words, str):
            word = self.frame.vocabulary.id_of(words) if words else -1
            return np.full(count, word, dtype=np.int32)
        return words.astype(np.int32)

    def keep_reviews(self, other: "EditLog", rows: Mask) -> None:
        """Take over another log's reviews of some rows, not of lines: these may be changed or dropped yet."""
        for chunk in other.chunks:
            reviews = chunk.take(np.flatnonzero((chunk.weight == REVIEW) & rows[chunk.rows]))
            if len(reviews.rows):
                reviews.lines[:] = NO_LINE
                self.chunks.append(reviews)

    def rows_with(self, kinds: frozenset[EditKind] | None = None, weight: int = REVIEW) -> Mask:
        """Say which encounter rows have an edit of exactly this weight."""
        rows = np.zeros(self.frame.rows, dtype=bool)
        for chunk in self.chunks:
            if kinds is None or chunk.kind in kinds:
                rows[chunk.rows[chunk.weight == weight]] = True
        return rows
