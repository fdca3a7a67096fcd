"""What can be wrong with a user's workbooks or export: one closed list of messages.

Each member is (code, severity, template). The name is the fault, the template says what is wrong, with the
value, and what to do. Letters: W workbook and sheets, F fields, V value sets, L lookups, U unary tests,
X formulas, T decision tables, E examples, G the graph of tables, R visit exports and runs.
"""

from dataclasses import dataclass
from enum import Enum

from codesheet.location import CellRef


class Severity(Enum):
    """Errors stop coding; warnings do not."""

    ERROR = "error"
    WARNING = "warning"


class IssueCode(Enum):
    """Every message about a workbook or an export: code, severity, template."""

    UNREADABLE_WORKBOOK = ("W101", Severity.ERROR, "cannot be read: {why}")

    @property
    def code(self) -> str:
        """Give the short code users cite: `W101`."""
        return self.value[0]

    @property
    def severity(self) -> Severity:
        """Say whether it stops coding."""
        return self.value[1]

    def issue(self, at: CellRef, *related: CellRef, **facts: object) -> "Issue":
        """Make an issue of this kind at a cell, filling the template."""
        return Issue(self, self.value[2].format(**facts), at, related)


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem: where it is, what it is and what to do, and what other cells it concerns."""

    kind: IssueCode
    message: str
    at: CellRef
    related: tuple[CellRef, ...] = ()

    @property
    def is_error(self) -> bool:
        """Say whether it stops coding."""
        return self.kind.severity is Severity.ERROR

    def __str__(self) -> str:
        """Print it: ``acme.xlsx!Role!C9: error[U101] "chemmo" is not …``."""
        also = f" (see also {', '.join(map(str, self.related))})" if self.related else ""
        return f"{self.at}: {self.kind.severity.value}[{self.kind.code}] {self.message}{also}"
