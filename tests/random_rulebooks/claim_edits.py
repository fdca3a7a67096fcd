"""Claim-edit sheets of a random rulebook: pairs, limits and add-ons among the codes its lines have."""

from collections.abc import Sequence

from random_rulebooks.cells_that_test import if_cell
from random_rulebooks.draft import Draft, Sheet
from random_rulebooks.pools import CODE, Known
from random_rulebooks.workbooks import CORE, Overlay, period

_PAIRED = [
    Known("Pair indicator", "code", ("0", "1")),
    Known("Pair with", "code list", CODE.values, CODE.ranges),
    Known("Pair row", "text", ("core.xlsx!Edits 3!4", "nothing")),
]
_LIMITED = [
    Known("Units over limit", "whole number", ("1", "0", "2")),
    Known("Units before", "whole number", ("1", "0", "3")),
    Known("Limit action", "text", ("split", "deny", "review")),
    Known("Unit limit", "whole number", ("1", "2")),
    Known("Limit per", "text", ("day", "line")),
]
_ADDED = [
    Known("Primary present", "yes/no", ("no", "yes")),
    Known("Primary codes", "code list", CODE.values, CODE.ranges),
    Known("Add-on type", "code", ("1", "2")),
]
_SPANS = ("day", "line", "visit", "calendar year", "12 months rolling", "90 days rolling", "lifetime")


def draw_claim_edits(draft: Draft, overlays: Sequence[Overlay]) -> None:
    """Draw sheets of some of the three kinds, and let tables on lines read what they set."""
    for kind in draft.some(["Code pairs", "Unit limits", "Add-on codes"], 1, 3):
        for workbook in [CORE, *(one.workbook for one in overlays if draft.chance(30))]:
            draft.sheets.append(_sheet(draft, kind, workbook))
        fields = {"Code pairs": _PAIRED, "Unit limits": _LIMITED, "Add-on codes": _ADDED}[kind]
        draft.line_fields = [*fields[:2], *draft.line_fields, *fields[2:]]


def _sheet(draft: Draft, kind: str, workbook: str) -> Sheet:
    tested = [one for one in draft.fields if one.name in ("Payer", "Plan", "Service", "HCPCS")]
    conditions = draft.some(tested, 0, 2)
    dated = draft.chance(30)
    columns = {
        "Code pairs": ["Column 1", "Column 2", "Modifier indicator"],
        "Unit limits": ["Code", "Limit", "Per", "Action"],
        "Add-on codes": ["Primary", "Add-on", "Type"],
    }[kind]
    cells = [[kind, f"{kind} {len(draft.sheets)}"], *_labels(draft, kind)]
    cells.append([*columns, *(one.name for one in conditions), *(["Effective", "Deletion"] if dated else [])])
    for _ in range(draft.count(1, 4)):
        tests = [if_cell(draft, one, lines=True, blank=40) for one in conditions]
        cells.append([*_row(draft, kind), *tests, *(period(draft) if dated else [])])
    return Sheet(workbook, f"Edits {len(draft.sheets)}", cells)


def _labels(draft: Draft, kind: str) -> list[list[str]]:
    labels = [["Version", "2026Q1"]] if draft.chance(30) else []
    per = "Payer" if kind == "Unit limits" else draft.pick(["", "", "Payer, Date of service"])
    return [*labels, ["Per", per]] if per else labels


def _row(draft: Draft, kind: str) -> list[str]:
    one = draft.pick(CODE.values)
    other = draft.pick([code for code in CODE.values if code != one])
    match kind:
        case "Code pairs":
            return [one, other, draft.pick(["0", "1", "9"])]
        case "Unit limits":
            action = draft.pick(["split", "deny", "review", ""])
            return [one, draft.pick(["1", "0", "2", "3", "none"]), draft.pick(_SPANS), action]
        case _:
            return [draft.pick([one, one, "CCCCC"]), other, draft.pick(["1", "2"])]
