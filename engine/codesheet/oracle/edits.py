"""What is objected to while rows are coded, and the facts asked for."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from codesheet.model import Disposition
from codesheet.oracle.answers import NO_ROOTS, Record

WEIGHTS = {disposition: weight for weight, disposition in enumerate(Disposition)}
"""From the lightest disposition to the weightiest."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One objection: to an encounter row, and to a claim line where it is about one that stands."""

    row: Record
    message: str
    disposition: Disposition = Disposition.REVIEW
    queue: str = ""
    rule: str = ""
    facts: frozenset[str] = NO_ROOTS
    line: Record | None = None
    is_drop_note: bool = False


@dataclass(slots=True, eq=False)
class Log:
    """Every edit, and every fact asked for: by row and set of facts, the tables that turn on it.

    `lines_stand` is set once lines change no more: edits before that name no line.
    """

    edits: list[Edit] = field(default_factory=list)
    asks: dict[tuple[Record, frozenset[str]], dict[str, None]] = field(default_factory=dict)
    lines_stand: bool = False
    _by_record: dict[Record, list[Edit]] = field(default_factory=dict)

    def object_to(
        self,
        record: Record,
        message: str,
        *,
        disposition: Disposition = Disposition.REVIEW,
        queue: str = "",
        rule: str = "",
        facts: frozenset[str] = NO_ROOTS,
    ) -> None:
        """Raise an edit on a row, or on a line."""
        row = record.row or record
        line = record if record.row is not None and self.lines_stand else None
        self._keep(Edit(row, message, disposition, queue, rule, facts, line))

    def take_over(self, other: "Log") -> None:
        """Take over what was objected to, and asked, in another log."""
        for edit in other.edits:
            self._keep(edit)
        for (row, facts), tables in other.asks.items():
            self._ask_too(row, facts, tables)

    def take_over_what_holds(self, other: "Log", lines: Iterable[Record]) -> None:
        """Take over what was asked and reviewed of the rows of lines, which may be dropped yet."""
        rows = {line.row for line in lines}
        for edit in other.edits:
            if edit.disposition is Disposition.REVIEW and edit.row in rows:
                self._keep(replace(edit, line=None))
        for (row, facts), tables in other.asks.items():
            if row in rows:
                self._ask_too(row, facts, tables)

    def _ask_too(self, row: Record, facts: frozenset[str], tables: dict[str, None]) -> None:
        self.asks.setdefault((row, facts), {}).update(tables)

    def note_drop(self, line: Record, message: str, rule: str) -> None:
        """Say that a line was dropped."""
        row = line.row or line
        self._keep(Edit(row, message, Disposition.DROP, rule=rule, is_drop_note=True))

    def _keep(self, edit: Edit) -> None:
        self.edits.append(edit)
        self._by_record.setdefault(edit.line or edit.row, []).append(edit)

    def edits_of(self, record: Record) -> list[Edit]:
        """Give the edits on a line that stands, or on a row (not those on its lines)."""
        return self._by_record.get(record, [])

    def ask(self, record: Record, facts: frozenset[str], table: str) -> None:
        """Ask for facts that a table turns on."""
        self.asks.setdefault((record.row or record, facts), {})[table] = None
