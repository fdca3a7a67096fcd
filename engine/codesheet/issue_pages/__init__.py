"""A page for each issue: what it means, what to do, a sheet that has it, and what is then printed.

The pages are the tests of their issues: tests/issues runs each one's sheet and compares what is printed.
"""

from difflib import get_close_matches
from importlib.resources import files

from codesheet.issues import ISSUE_KINDS


def page_of(code: str) -> str | None:
    """Give the page of an issue, by its code (T201) or its name (rules-overlap); None if there is none."""
    wanted = code.strip().upper().replace("-", "_")
    kind = next((kind for kind in ISSUE_KINDS if wanted in (kind.code, kind.name)), None)
    if kind is None:
        return None
    return (files(__name__) / f"{kind.code}.md").read_text(encoding="utf-8")


def near_code(code: str) -> str:
    """Give ` (did you mean …?)` for the nearest code or name, or nothing."""
    names = {kind.slug: kind.code for kind in ISSUE_KINDS}
    near = get_close_matches(code.strip().lower(), [*names, *(c.lower() for c in names.values())], n=1)
    return f" (did you mean {near[0].upper() if near[0] not in names else near[0]}?)" if near else ""
