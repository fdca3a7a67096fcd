"""Issues as machines read them: JSON, and the annotations that GitHub shows beside a change."""

import json
from collections.abc import Sequence

from codesheet.issues import Issue, Severity

_LEVELS = {Severity.NOTE: "notice"}


def as_json(issues: Sequence[Issue]) -> str:
    """Give issues as a JSON array: code, name, severity, message, and the cells concerned."""
    return json.dumps(
        [
            {
                "code": issue.kind.code,
                "name": issue.kind.slug,
                "severity": issue.severity.value,
                "message": issue.message,
                "workbook": issue.at.workbook,
                "sheet": issue.at.sheet,
                "cell": f"{issue.at.column}{issue.at.row}" if issue.at.row else "",
                "related": [str(cell) for cell in issue.related],
                "rows_to_paste": [list(row) for row in issue.rows_to_paste],
            }
            for issue in issues
        ],
        indent=2,
        ensure_ascii=False,
    )


def as_github(issues: Sequence[Issue]) -> str:
    """Give issues as workflow commands, a line each."""
    return "".join(
        f"::{_LEVELS.get(issue.severity, issue.severity.value)} file={_property(issue.at.workbook)},"
        f"title={_property(issue.kind.code)}::{_data(str(issue))}\n"
        for issue in issues
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
