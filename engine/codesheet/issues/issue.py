"""One issue, and the kinds of issues: a code, a severity, what is wrong, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

from codesheet.location import CellRef


class Severity(Enum):
    """Errors stop coding; warnings ask for a look; notes are worth knowing, and shown when asked for."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class IssueKind:
    """A fault that a workbook or an export can have; its name is that of the member that holds it.

    `reason` and `remedy` are templates: what is wrong, with the value, and what to do about it. `value_is`
    names the fact that is the value at fault, where that is none of the usual ones.
    """

    code: str
    severity: Severity
    reason: str
    remedy: str = ""
    value_is: str = ""
    name: str = field(default="", init=False)

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the name of the member."""
        object.__setattr__(self, "name", name)

    @property
    def slug(self) -> str:
        """Give the name as pages and machines write it: ``rules-overlap``."""
        return self.name.lower().replace("_", "-")

    def issue(self, at: CellRef, *related: CellRef, **facts: object) -> "Issue":
        """Make an issue of this kind at a cell, filling the templates.

        Of the facts, `did_you_mean`, `expected` and `got` stand for themselves too.
        """
        value_is = self.value_is or next((name for name in _VALUES if name in facts), "")
        return Issue(
            kind=self,
            at=at,
            reason=self.reason.format(**facts),
            remedy=self.remedy.format(**facts),
            severity=self.severity,
            value=str(facts.get(value_is, "")),
            did_you_mean=str(facts.get("did_you_mean", "")),
            expected=str(facts.get("expected", "")),
            got=str(facts.get("got", "")),
            related=related,
        )


_VALUES = ("value", "text", "code", "piece")
"""The facts that are the value at fault, wherever a kind speaks of one."""


def error(code: str, reason: str, remedy: str = "", value_is: str = "") -> IssueKind:
    """Give a kind of issue that stops coding."""
    return IssueKind(code, Severity.ERROR, reason, remedy, value_is)


def warning(code: str, reason: str, remedy: str = "", value_is: str = "") -> IssueKind:
    """Give a kind of issue that asks for a look."""
    return IssueKind(code, Severity.WARNING, reason, remedy, value_is)


def note(code: str, reason: str, remedy: str = "", value_is: str = "") -> IssueKind:
    """Give a kind of issue that is worth knowing."""
    return IssueKind(code, Severity.NOTE, reason, remedy, value_is)


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem: where it is, what is wrong and what to do, and what other cells it concerns.

    `severity` is the kind's, unless the case is milder. `value`: what is at fault, as it is written.
    `did_you_mean`: what was probably meant instead. `expected`, `got`: what an example asks for and what
    came of it. `related`: other cells it speaks of. `rows_to_paste`: rows of cells that would close it.
    """

    kind: IssueKind
    at: CellRef
    reason: str
    remedy: str
    severity: Severity
    value: str = ""
    did_you_mean: str = ""
    expected: str = ""
    got: str = ""
    related: tuple[CellRef, ...] = ()
    rows_to_paste: tuple[tuple[str, ...], ...] = ()

    @property
    def message(self) -> str:
        """Give reason, `did you mean` and remedy as one sentence."""
        meant = f' (did you mean "{self.did_you_mean}"?)' if self.did_you_mean else ""
        joint = ("; " if ": " in self.kind.reason else ": ") if self.remedy else ""
        return f"{self.reason}{meant}{joint}{self.remedy}"

    @property
    def is_error(self) -> bool:
        """Say whether it stops coding."""
        return self.severity is Severity.ERROR

    @property
    def as_warning(self) -> "Issue":
        """Give the same issue where it does not stop coding."""
        return replace(self, severity=Severity.WARNING)

    @property
    def as_note(self) -> "Issue":
        """Give the same issue where it does no harm."""
        return replace(self, severity=Severity.NOTE)

    def with_rows(self, rows: Iterable[Iterable[str]]) -> "Issue":
        """Give the same issue with rows that would close it."""
        return replace(self, rows_to_paste=tuple(map(tuple, rows)))

    def __str__(self) -> str:
        """Print it: ``acme.xlsx!Role!C9: error[U101] "chemmo" is not …``."""
        also = f" (see also {', '.join(map(str, self.related))})" if self.related else ""
        return f"{self.at}: {self.severity.value}[{self.kind.code}] {self.message}{also}"


def has_errors(issues: Iterable[Issue]) -> bool:
    """Say whether any of the issues stops coding."""
    return any(issue.is_error for issue in issues)


def without_notes(issues: Iterable[Issue]) -> list[Issue]:
    """Give the errors and warnings."""
    return [issue for issue in issues if issue.severity is not Severity.NOTE]
