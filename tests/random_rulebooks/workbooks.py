"""The workbooks of a random rulebook, and the sheets that are no tables: About, Fields, Value sets."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from random_rulebooks.cells_that_test import conditions, wildcard
from random_rulebooks.draft import Draft, Sheet
from random_rulebooks.pools import (
    COMPUTED,
    DAY,
    DAYS,
    ITEM,
    READ,
    SET_NAMES,
    VISIT,
    Known,
)

CORE = "core.xlsx"
_FIELD_COLUMNS = ["Field", "Type", "Level", "Required", "Allowed values", "Formula", "Per", "Queue"]


@dataclass(frozen=True)
class Overlay:
    """A workbook that states what differs for some visits; workbooks of one title are its versions."""

    workbook: str
    title: str
    applies: bool = False


def draw_overlays(draft: Draft) -> list[Overlay]:
    """Draw none, one or two workbooks beside the core, with their About sheets."""
    if draft.chance(25):
        _about(draft, CORE, "Core", from_percent=20)
    overlays = draft.pick(
        [
            [],
            [],
            [Overlay("payers/acme.xlsx", "Acme policy")],
            [Overlay("payers/acme.xlsx", "Acme policy"), Overlay("payers/beta.xlsx", "Beta policy")],
            [Overlay("payers/acme.xlsx", "Acme policy"), Overlay("payers/acme 2026.xlsx", "Acme policy")],
        ]
    )
    described = []
    for place, overlay in enumerate(overlays):
        is_version = place == 1 and overlay.title == overlays[0].title
        applies = not draft.chance(15)
        dated = 100 if is_version else 25
        _about(draft, overlay.workbook, overlay.title, from_percent=dated, applies=applies)
        described.append(replace(overlay, applies=applies))
    return described


def _about(draft: Draft, workbook: str, title: str, *, from_percent: int, applies: bool = False) -> None:
    cells = [["About"], ["Title", title]]
    is_dated = draft.chance(from_percent)
    if is_dated and from_percent == 100:
        cells.append(["Effective from", draft.pick(["2026-03-15", "2026-06-30"])])
    elif is_dated:
        cells.append(["Effective from", draft.pick(["2025-12-31", "2026-01-01"])])
        cells += [["Effective to", draft.pick(["2026-07-01", "2026-12-31"])]] if draft.chance(30) else []
    if applies:
        payers = [known for known in draft.fields if known.name in ("Payer", "Plan", "HCPCS", "Service")]
        cells.append(["Applies to", conditions(draft, payers, 2)])
    draft.sheets.append(Sheet(workbook, "About", cells))


# --- Fields ----------------------------------------------------------------------------------------------


def draw_read_fields(draft: Draft) -> None:
    """Choose what the export holds; a service, a payer and minutes make overlaps likely."""
    chosen = [*READ[:3], *draft.some(READ[3:], 0, 6)]
    for known in chosen:
        required = "yes" if draft.chance(4) else draft.pick(["when used", "", "no", "optional"])
        allowed = _allowed(draft, known) if draft.chance(10) else ""
        declare(draft, known, required=required, allowed=allowed)
    draft.declared_as_read = list(draft.declared)
    draft.fields = [*chosen, *draft.pick([[], [ITEM], [DAY], [ITEM, DAY]])]


def _allowed(draft: Draft, known: Known) -> str:
    if known.type in ("text", "code"):
        values = [value for value in known.values if "," not in value][:3]
        return ", ".join(values)
    if known.type == "code list":
        bound = f", at most {draft.count(1, 2)}" if draft.chance(50) else ""
        return ", ".join(reversed(known.values)) + bound
    return ""


def declare(
    draft: Draft,
    known: Known,
    *,
    level: str = "",
    required: str = "",
    allowed: str = "",
    formula: str = "",
    per: str = "",
) -> None:
    """Add a row to the Fields sheet."""
    draft.declared.append([known.name, known.type, level, required, allowed, formula, per])


def fields_sheet(draft: Draft) -> Sheet:
    """Give the Fields sheet; its rows in whatever order, for that order means nothing."""
    title = [["Fields"], ["Visit key", VISIT.name], ["Date of service", DAY.name], ["Row order", ITEM.name]]
    if draft.chance(30):
        row_fields = [row[0] for row in draft.declared if row[2] != "line"]
        title.append(["On claim lines", ", ".join(draft.some(row_fields, 1, 2))])
    if draft.chance(30):
        title.append(["Queue otherwise", "coding"])
    draft.day_required = draft.pick(["yes", "when used"])
    fixed = [
        [VISIT.name, VISIT.type, "", "yes", "", "", ""],
        [ITEM.name, ITEM.type, "", "", "", "", ""],
        [DAY.name, DAY.type, "", draft.day_required, "", "", ""],
    ]
    rows = draft.draw(st.permutations(draft.declared)) if draft.chance(30) else draft.declared
    asked = [[*row, draft.pick(["", "", "nursing", "limits"])] for row in (*fixed, *rows)]
    return Sheet(CORE, "Fields", [*title, _FIELD_COLUMNS, *asked])


# --- Value sets ------------------------------------------------------------------------------------------


def draw_value_sets(draft: Draft) -> None:
    """Draw no value set or up to three, of words and codes."""
    names = SET_NAMES[: draft.count(0, 3)]
    if not names:
        return
    textual = [known for known in (*READ, *COMPUTED) if known.is_textual]
    rows = []
    for name in names:
        for known in draft.some(textual, 1, 2):
            rows += [[name, *member] for member in _members(draft, known)]
    draft.sets = list(names)
    header = ["Set", "Member", "Effective from", "Effective to"]
    draft.sheets.append(Sheet(CORE, "Sets", [["Value sets"], header, *rows]))


def _members(draft: Draft, known: Known) -> Iterable[list[str]]:
    for value in draft.some([value for value in known.values if "," not in value], 1, 2):
        forms = [value, value, value, wildcard(draft, known), *known.ranges[:1]]
        yield [draft.pick(forms), *(period(draft) if draft.chance(25) else ["", ""])]


def period(draft: Draft) -> list[str]:
    """Draw a FROM and a TO: one of them, both, or neither."""
    first, last = sorted(draft.some(DAYS, 2, 2))
    return draft.pick([[first, ""], ["", last], [first, last], [first, first], ["", ""]])
