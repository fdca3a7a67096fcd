"""The results of a run, batch after batch: a table for each sheet, and what they count."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from codesheet.coding.batch import CodedBatch
from codesheet.coding.edit_tables import queue_order
from codesheet.results.spooled_table import SpooledTable


class RowsUnaccountedError(AssertionError):
    """Rows went in that are neither coded, nor in review, nor rejected: a fault of this program."""


@dataclass(slots=True)
class Counts:
    """What a run came to: rows, edits of all kinds, firings by rule, seconds by stage."""

    rows_in: int = 0
    rows_coded: int = 0
    rows_review: int = 0
    rows_rejected: int = 0
    edits: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)

    def add(self, more: "Counts") -> None:
        """Add the counts of other batches."""
        self.rows_in += more.rows_in
        self.rows_coded += more.rows_coded
        self.rows_review += more.rows_review
        self.rows_rejected += more.rows_rejected
        self.edits += more.edits
        self.fired.update(more.fired)
        self.seconds.update(more.seconds)


class Results:
    """The results of a run, batch by batch: a table for each sheet, and counts.

    `history` are the lines as a history file keeps them, where the rulebook has unit limits. Tables of a
    later batch wait in `folder`; without one all stay in memory.
    """

    def __init__(self, folder: Path | None = None, *, keep_first: bool = True) -> None:
        self.counts = Counts()
        self.history: SpooledTable | None = None
        self._folder = folder
        self._keep_first = keep_first
        self._tables: dict[str, SpooledTable] = {}
        self._lost_visits: SpooledTable | None = None

    def __getitem__(self, name: str) -> SpooledTable:
        """Give a table; visits of which no row could be read stand last."""
        table = self._tables[name]
        lost = self._lost_visits if name == "Visits" else None
        return table if lost is None else table.followed_by(lost)

    def add(self, batch: CodedBatch) -> None:
        """Take in the next batch.

        Raises:
            RowsUnaccountedError: rows of it went nowhere.

        """
        self._count(batch)
        lost = batch.visits["Status"] == "rejected"
        frames = {
            "Claim lines": batch.claim_lines,
            "Visits": batch.visits[~lost],
            "Rows": batch.rows,
            "Review": batch.review,
            "Rejected": batch.rejected,
        }
        for name, frame in frames.items():
            if name not in self._tables:
                self._tables[name] = self._new_table(name)
            self._tables[name].add(frame)
        if batch.history_lines is not None:
            if self.history is None:
                self.history = self._new_table("History")
            self.history.add(batch.history_lines)
        if lost.any():
            if self._lost_visits is None:
                self._lost_visits = self._new_table("Lost visits")
            self._lost_visits.add(batch.visits[lost])

    def _new_table(self, name: str) -> SpooledTable:
        path = self._folder / name if self._folder else None
        return SpooledTable(path, keep_first=self._keep_first)

    def take_in(self, results: "Results") -> None:
        """Put the results of batches coded elsewhere after these."""
        for name, table in results._tables.items():  # noqa: SLF001 - one of its own kind
            self._tables.setdefault(name, SpooledTable(None)).take_in(table)
        lost = results._lost_visits  # noqa: SLF001
        if lost is not None:
            self._lost_visits = lost if self._lost_visits is None else self._lost_visits.followed_by(lost)
        if results.history is not None:
            history = results.history
            self.history = history if self.history is None else self.history.followed_by(history)
        self.counts.add(results.counts)

    def _count(self, batch: CodedBatch) -> None:
        """Hold a batch's counts against each other and against its tables, and add them."""
        out = batch.rows_coded + batch.rows_review + batch.rows_rejected
        if batch.rows_in != out:
            raise RowsUnaccountedError(
                f"{batch.rows_in} rows in, but {batch.rows_coded} coded + {batch.rows_review} in review "
                f"+ {batch.rows_rejected} rejected = {out}"
            )
        held = int((batch.rows["Status"] == "review").sum())
        if (len(batch.rows) - held, held) != (batch.rows_coded, batch.rows_review):
            raise RowsUnaccountedError(
                f"{batch.rows_coded} rows coded and {batch.rows_review} in review, but the table of rows has "
                f"{len(batch.rows) - held} and {held}"
            )
        own = Counts(
            batch.rows_in, batch.rows_coded, batch.rows_review, batch.rows_rejected, len(batch.edits)
        )
        own.fired.update(batch.rule_counts)
        own.seconds.update(batch.seconds)
        self.counts.add(own)

    def worklist(self) -> SpooledTable:
        """Give the review edits of all batches by queue; within one they stand so already."""
        return self._tables["Review"].by("Queue", queue_order)
