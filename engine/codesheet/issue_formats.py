"""Issues as machines read them: JSON, and the annotations that GitHub shows beside a change.

Each part of an issue stands apart in JSON; `docs/issues.md` says what they hold.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from codesheet.issues import Issue, Severity
from codesheet.location import CellRef

_LEVELS = {Severity.NOTE: "notice"}


def as_json(issues: Sequence[Issue]) -> str:
    """Give issues as a JSON array; a part that an issue does not have is blank."""
    return json.dumps([_object(issue) for issue in issues], indent=2, ensure_ascii=False)


def _object(issue: Issue) -> dict[str, Any]:
    return {
        "code": issue.kind.code,
        "name": issue.kind.slug,
        "severity": issue.severity.value,
        **_place(issue.at),
        "value": issue.value,
        "reason": issue.reason,
        "did_you_mean": issue.did_you_mean,
        "remedy": issue.remedy,
        "expected": issue.expected,
        "got": issue.got,
        "related": [_place(cell) for cell in issue.related],
        "rows_to_paste": [list(row) for row in issue.rows_to_paste],
        "message": issue.message,
    }


def _place(at: CellRef) -> dict[str, str]:
    cell = f"{at.column}{at.row}" if at.row else ""
    return {"workbook": at.workbook, "sheet": at.sheet, "cell": cell}


def as_github(issues: Sequence[Issue], rulebook: Path) -> str:
    """Give issues as workflow commands, a line each; `rulebook`: its path as seen from the checkout."""
    return "".join(
        f"::{_LEVELS.get(issue.severity, issue.severity.value)} file={_property(_file(issue, rulebook))},"
        f"title={_property(issue.kind.code)}::{_data(str(issue))}\n"
        for issue in issues
    )


def _file(issue: Issue, rulebook: Path) -> str:
    """Give the path of the file an issue stands in: GitHub marks files by their path in the checkout."""
    inside = rulebook / issue.at.workbook
    return (inside if inside.exists() else rulebook).as_posix()


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
