"""Which decision tables a random rulebook has: one function for each Result."""

from collections.abc import Callable, Sequence

from random_rulebooks.cells_that_give import Formulas, message, then_cell
from random_rulebooks.claim_edits import draw_claim_edits
from random_rulebooks.draft import Draft
from random_rulebooks.pools import (
    CODE,
    COMPUTED,
    DECIDED,
    GRADE,
    LINE_COMPUTED,
    LINE_DECIDED,
    LOOKED_UP,
    MODIFIERS,
    NUMERIC,
    UNITS,
    Known,
)
from random_rulebooks.tables import Gives, Plan, draw_decision, draw_lookup
from random_rulebooks.workbooks import Overlay, declare

CHOOSE = ("Unique", "First", "First", "First", "Any", "Priority", "Override", "Override")
"""Hit policies under which one rule counts."""

MANY = ("Collect", "Rule order")
CALCULATE = ("Collect sum", "Collect min", "Collect max", "Collect count")
PER = (*5 * ("Visit ID", "Visit ID, Service", "Visit ID, Payer"), "Payer, Date of service")

Drawer = Callable[[], str]


def draw_formula(draft: Draft, known: Known, *, lines: bool = False) -> None:
    """Declare a field with a formula, an aggregate in two of three cases."""
    per = draft.pick([*PER, *5 * [""]])
    reads = draft.readable(lines=lines)
    formulas = Formulas(draft, reads, per=bool(per))
    text = formulas.aggregate(known.type) if per and draft.chance(66) else formulas.of(known.type)
    declare(draft, known, level="line" if lines else "", formula=text, per=per)
    (draft.line_fields if lines else draft.fields).append(known)


def draw_row_steps(draft: Draft, overlays: Sequence[Overlay]) -> None:
    """Draw formulas, lookups and decisions on rows, each after what it reads."""
    formulas = iter(draft.some(COMPUTED, 1, 6))
    lookups = iter(draft.some(LOOKED_UP, 0, 4))
    decisions = iter(draft.some(DECIDED, 1, 4))
    for _ in range(draft.count(1, 9)):
        match draft.pick(("decision", "formula", "formula", "lookup")):
            case "formula" if known := next(formulas, None):
                draw_formula(draft, known)
            case "lookup" if known := next(lookups, None):
                second = next(lookups, None) if draft.chance(40) else None
                _draw_lookup(draft, [known, *([second] if second else [])], overlays)
            case "decision" if known := next(decisions, None):
                second = next(decisions, None) if draft.chance(30) else None
                draw_fields_table(draft, [known, *([second] if second else [])], overlays)
            case _:
                pass


def _draw_lookup(draft: Draft, values: list[Known], overlays: Sequence[Overlay]) -> None:
    keys = draft.some(draft.of_types("text", "code", "whole number"), 1, 2)
    draw_lookup(draft, f"{values[0].name} list", keys, values, overlays)
    for known in values:
        declare(draft, known)
    draft.fields += values


# --- fields ----------------------------------------------------------------------------------------------


def draw_fields_table(
    draft: Draft, targets: list[Known], overlays: Sequence[Overlay], *, lines: bool = False
) -> None:
    """Draw a table that sets fields, under any hit policy its fields allow."""
    readable = draft.readable(lines=lines)
    reads = draft.some(readable, 1, 4)
    kinds = {known.type for known in targets}
    policies = [*CHOOSE]
    policies += [] if lines else 3 * ["First in group"]
    policies += 6 * MANY if kinds == {"code list"} else ()
    policies += 3 * CALCULATE if kinds <= set(NUMERIC) else ()
    policy = draft.pick(policies)
    gives = [Gives(known.name, _setter(draft, known, reads)) for known in targets]
    labels: list[tuple[str, str]] = []
    if policy == "First in group":
        labels.append(("Per", draft.pick(PER)))
        if draft.chance(75):
            labels.append(("Otherwise", _otherwise(draft, targets)))
    plan = _plan(draft, f"{targets[0].name} table", ("fields", policy), reads, gives, labels, lines=lines)
    draw_decision(draft, plan, overlays)
    for known in targets:
        if not draft.chance(5):
            declare(draft, known, level="line" if lines else "")
    (draft.line_fields if lines else draft.fields).extend(targets)


def _otherwise(draft: Draft, targets: list[Known]) -> str:
    given = [(known.name, draft.pick(known.values)) for known in targets]
    return given[0][1] if len(given) == 1 else "; ".join(f"{name} = {value}" for name, value in given)


def _setter(draft: Draft, known: Known, reads: Sequence[Known], *, blank: int = 15) -> Drawer:
    return lambda: then_cell(draft, known, reads, blank=blank)


def _plan(
    draft: Draft,
    name: str,
    kind: tuple[str, str],
    reads: Sequence[Known],
    gives: list[Gives],
    labels: list[tuple[str, str]],
    *,
    lines: bool = False,
) -> Plan:
    """Add to a table what its hit policy asks for: priorities, a scope; and the author's words."""
    result, policy = kind
    scope: list[Known] = []
    if policy == "Override" or (policy == "Collect" and draft.chance(40)):
        scope = draft.some([known for known in draft.fields if known.type != "code list"], 1, 3)
        names = [known.name for known in scope]
        if len(names) > 1 and draft.chance(50):
            names = [f"{names[0]} < {names[1]}", *names[2:]]
        labels = [*labels, ("Scope", "; ".join(names))]
    if policy == "Priority":
        gives = [*gives, Gives("Priority", lambda: draft.pick(["1", "2", "2.5", "3"]), needed=True)]
    if draft.chance(25):
        gives = [*gives, Gives("Because", lambda: message(draft, reads, "for"))]
    return Plan(name, result, policy, reads, gives, labels, scope, lines)


# --- claim lines, and what follows on them ---------------------------------------------------------------


def draw_claim_lines(draft: Draft, name: str, overlays: Sequence[Overlay]) -> None:
    """Draw a table that makes claim lines."""
    reads = draft.some(draft.fields, 1, 5)
    policy = draft.pick([*5 * MANY, *CHOOSE])
    gives = [
        Gives("Code", lambda: _code(draft, reads), needed=True),
        Gives("Units", lambda: _units(draft, reads), needed=True),
    ]
    optional = [
        Gives("Modifiers", _setter(draft, MODIFIERS, reads, blank=30)),
        Gives("Grade", _setter(draft, GRADE, reads, blank=30)),
        Gives("Reason", lambda: message(draft, reads, "reason")),
        Gives("Disposition", lambda: draft.pick(["", "inform", "bill", "deny", "drop", "review"])),
        Gives("Diagnosis pointer", lambda: draft.pick(["", "A", "A, B"])),
        Gives("Place of service", lambda: draft.pick(["", "11", "22"])),
    ]
    gives += draft.some(optional, 0, 2)
    draw_decision(draft, _plan(draft, name, ("claim lines", policy), reads, gives, []), overlays)


def _code(draft: Draft, reads: Sequence[Known]) -> str:
    braces = [f"{{{known.name}}}" for known in reads if known.type == "code"]
    return draft.pick([*CODE.values, *CODE.values, *braces, "none"])


def _units(draft: Draft, reads: Sequence[Known]) -> str:
    if draft.chance(35):
        return Formulas(draft, reads).of("whole number")
    return draft.pick(["1", "1", "2", "3", "0"])


def draw_line_steps(draft: Draft, overlays: Sequence[Overlay]) -> None:
    """Draw line formulas, decisions on lines, line changes and edits on lines."""
    declare(draft, GRADE, level="line")
    if draft.chance(30):
        allowed = draft.pick(["25, 59, JW, XS, at most 1", "25, 59, JW, at most 2"])
        declare(draft, MODIFIERS, level="line", allowed=allowed)
    if draft.chance(40):
        draw_claim_edits(draft, overlays)
    for known in draft.some(LINE_COMPUTED, 0, 2):
        draw_formula(draft, known, lines=True)
    for known in draft.some(LINE_DECIDED, 0, 1):
        draw_fields_table(draft, [known], overlays, lines=True)
    for number in range(draft.count(0, 3)):
        _draw_line_changes(draft, number, overlays)
    if draft.chance(60):
        draw_edits(draft, "Line edits", overlays, lines=True)


def _draw_line_changes(draft: Draft, number: int, overlays: Sequence[Overlay]) -> None:
    reads = [draft.pick(draft.line_fields), *draft.some(draft.readable(lines=True), 0, 3)]
    reads = list(dict.fromkeys(reads))
    modifiers = ["", "25", "59", "JW, XS", "{Modifiers}", "xs"]
    options = [
        Gives("Add modifiers", lambda: draft.pick(modifiers)),
        Gives("Remove modifiers", lambda: draft.pick(modifiers)),
        Gives("Disposition", lambda: draft.pick(["", "inform", "review", "deny", "drop", "bill", "none"])),
        Gives("Units", _setter(draft, UNITS, reads, blank=40)),
        Gives("Code", lambda: draft.pick(["", *CODE.values])),
        Gives("Grade", _setter(draft, GRADE, reads, blank=30)),
        Gives("Modifiers", lambda: draft.pick(["", "25", "59, 25", "none"])),
        Gives("Reason", lambda: message(draft, reads, "changed")),
        Gives("Place of service", lambda: draft.pick(["", "11", "22"])),
    ]
    if any(known.name == "Units over limit" for known in draft.line_fields):
        options.insert(0, Gives("Split off", lambda: draft.pick(["Units over limit", "", "1", "Units / 2"])))
    policy = draft.pick([*2 * MANY, *CHOOSE])
    order = str(draft.pick([10, 5]) * (number + 1) + number)
    plan = _plan(
        draft,
        f"Change {number + 1}",
        ("line changes", policy),
        reads,
        draft.some(options, 1, 3),
        [("Order", order)],
        lines=True,
    )
    draw_decision(draft, plan, overlays)


def draw_edits(draft: Draft, name: str, overlays: Sequence[Overlay], *, lines: bool) -> None:
    """Draw a table of edits on rows or on lines."""
    readable = draft.readable(lines=lines)
    reads = draft.some(readable, 1, 4)
    if lines:
        reads = list(dict.fromkeys([draft.pick(draft.line_fields), *reads]))
    gives = [
        Gives("Message", lambda: message(draft, reads, "edit"), needed=True),
        Gives("Disposition", lambda: draft.pick(["inform", "deny", "bill", "drop", "inform", "review", ""])),
    ]
    if draft.chance(30):
        gives.append(Gives("Queue", lambda: draft.pick(["", "limits", "coding"])))
    policy = draft.pick([*2 * MANY, *CHOOSE])
    draw_decision(draft, _plan(draft, name, ("edits", policy), reads, gives, [], lines=lines), overlays)
