"""Decision tables and lookups of a random rulebook, in one workbook or spread over several."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product

from random_rulebooks.cells_that_give import message
from random_rulebooks.cells_that_test import conditions, if_cell, quoted, wildcard
from random_rulebooks.draft import Draft, Sheet
from random_rulebooks.pools import Known
from random_rulebooks.workbooks import CORE, Overlay, period

TOP_TO_BOTTOM = ("First", "First in group")


@dataclass(frozen=True)
class Gives:
    """A THEN column: its heading, how a cell is drawn, and whether no rule may do without it."""

    heading: str
    cell: Callable[[], str]
    needed: bool = False


@dataclass(frozen=True)
class Plan:
    """What kind of decision table to draw."""

    name: str
    result: str
    policy: str
    reads: Sequence[Known]
    gives: Sequence[Gives]
    labels: Sequence[tuple[str, str]] = ()
    scope: Sequence[Known] = ()
    lines: bool = False


def draw_decision(draft: Draft, plan: Plan, overlays: Sequence[Overlay]) -> None:
    """Draw a decision table's sheets: in the core, in overlays, or in both."""
    labels = [["Decision", plan.name], ["Result", plan.result]]
    labels += [["Hit policy", plan.policy]] if plan.policy != "Unique" or draft.chance(50) else []
    labels += [list(label) for label in plan.labels]
    if draft.chance(25):
        labels.append(["Only when", conditions(draft, draft.readable(lines=plan.lines), 2)])
    if draft.chance(25):
        word = draft.pick(["nothing", "inform: {}", "deny: {}", "review: {}", "review for coding: {}"])
        labels.append(["If no rule matches", word.format(message(draft, plan.reads, "no rule for"))])
    homes = _homes(draft, plan, overlays)
    for place, workbook in enumerate(homes):
        inputs = _inputs(draft, plan) if place == 0 or draft.chance(50) else _inputs(draft, plan)[:1]
        gives = [give for give in plan.gives if give.needed or place == 0 or draft.chance(70)]
        cells = [*labels, *_rules(draft, plan, inputs, gives or plan.gives)]
        draft.sheets.append(Sheet(workbook, _title(draft), cells))


def _title(draft: Draft) -> str:
    draft.tables += 1
    return f"Table {draft.tables}"


def _homes(draft: Draft, plan: Plan, overlays: Sequence[Overlay]) -> list[str]:
    """Choose the workbooks of a table; one read from top to bottom stands in one policy's."""
    names = [overlay.workbook for overlay in overlays]
    if not names or draft.chance(35):
        return [CORE]
    if plan.policy in TOP_TO_BOTTOM:
        same_policy = [one.workbook for one in overlays if one.title == overlays[0].title]
        return draft.pick([[CORE], same_policy])
    return [CORE, *draft.some(names, 1, len(names))]


def _inputs(draft: Draft, plan: Plan) -> list[Known]:
    """Choose the IF columns; those of the scope come first."""
    others = [known for known in plan.reads if known not in plan.scope]
    scope = draft.some(plan.scope, 1, len(plan.scope))
    return [*scope, *draft.some(others, 0 if scope else 1, 3)]


def _rules(draft: Draft, plan: Plan, inputs: list[Known], gives: Sequence[Gives]) -> list[list[str]]:
    rivals = bool(plan.scope) and plan.policy == "Collect"
    numbered = rivals or draft.chance(25)
    dated = draft.chance(25)
    roles = [*["RULE"] * numbered, *["IF"] * len(inputs), *["THEN"] * len(gives), *["FROM", "TO"] * dated]
    headings = [*["Id"] * numbered, *(known.name for known in inputs), *(give.heading for give in gives)]
    rows = []
    count = draft.count(1, 6)
    may_fall = plan.result in ("fields", "claim lines") and plan.policy not in ("Unique", "Any", "Priority")
    falls_through = may_fall and draft.chance(60)
    for number in range(1, count + 1):
        rule = draft.pick(["r1", "r2", "r3"]) if rivals else str(10 * number)
        accepts_all = falls_through and number == count
        tests = [
            if_cell(draft, known, lines=plan.lines, blank=100 if accepts_all else 30) for known in inputs
        ]
        outputs = _outputs(gives)
        rows.append([*[rule] * numbered, *tests, *outputs, *(period(draft) if dated else [])])
    return [roles, headings, *rows]


def _outputs(gives: Sequence[Gives]) -> list[str]:
    """Draw the THEN cells of a rule; a line that is not made has no others."""
    cells = [give.cell() for give in gives]
    if gives[0].heading == "Code" and cells[0] == "none":
        return [
            cell if give.heading in ("Code", "Because", "Priority") else ""
            for give, cell in zip(gives, cells, strict=True)
        ]
    return cells


# --- lookups ---------------------------------------------------------------------------------------------


@dataclass
class _Keys:
    """Keys in use, with the days: the same one twice on a day is an error of the sheet."""

    taken: dict[tuple[str, ...], list[list[str]]] = field(default_factory=dict)

    def claim(self, alternatives: list[list[str]], days: list[str]) -> bool:
        """Take a row's keys, unless one of them is taken on some of the same days."""
        keys = list(product(*alternatives))
        if any(_meet(days, other) for key in keys for other in self.taken.get(key, ())):
            return False
        for key in keys:
            self.taken.setdefault(key, []).append(days)
        return True


def _meet(one: list[str], other: list[str]) -> bool:
    return (one[0] or "0") <= (other[1] or "9") and (other[0] or "0") <= (one[1] or "9")


def draw_lookup(
    draft: Draft, name: str, keys: Sequence[Known], values: Sequence[Known], overlays: Sequence[Overlay]
) -> None:
    """Draw a lookup; an overlay may add rows that hold only where it applies."""
    labels = [["Lookup", name]]
    if draft.chance(75):
        texts = [
            "nothing",
            "nothing",
            "review: {key} is not in {table} on {Date of service}",
            "review for nursing: who knows {key}?",
            "deny: no {key}",
            "inform: {key}?",
        ]
        labels.append(["If not found", draft.pick(texts)])
    taken = _Keys()
    rows = _lookup_rows(draft, keys, values, taken)
    draft.sheets.append(Sheet(CORE, _title(draft), [*labels, *rows]))
    if overlays and draft.chance(30):
        # Rows that hold only for some visits may repeat keys of the others: both are found, and told.
        rows = _lookup_rows(draft, keys, values, _Keys() if overlays[0].applies else taken)
        draft.sheets.append(Sheet(overlays[0].workbook, _title(draft), [*labels, *rows]))


def _lookup_rows(
    draft: Draft, keys: Sequence[Known], values: Sequence[Known], taken: _Keys
) -> list[list[str]]:
    dated = draft.chance(50)
    roles = [*["KEY"] * len(keys), *["VALUE"] * len(values), *["FROM", "TO"] * dated]
    headings = [*(known.name for known in keys), *(known.name for known in values)]
    rows = []
    for _ in range(draft.count(1, 6)):
        drawn = [_key(draft, known, blank=15 if place else 0) for place, known in enumerate(keys)]
        days = period(draft) if dated else ["", ""]
        cells = [", ".join(cell) for cell in drawn]
        given = ["" if draft.chance(15) else quoted_list(draft, known) for known in values]
        if taken.claim([list(map(str.casefold, cell)) for cell in drawn], days):
            rows.append([*cells, *given, *(days if dated else [])])
    return [roles, headings, *rows]


def _key(draft: Draft, known: Known, *, blank: int) -> list[str]:
    """Draw a KEY cell as its alternatives."""
    if draft.chance(blank):
        return [""]
    if known.is_textual and draft.chance(20):
        return [draft.pick([wildcard(draft, known), *known.ranges[:1]])]
    return list(map(quoted, draft.some(known.values, 1, 2)))


def quoted_list(draft: Draft, known: Known) -> str:
    """Draw a VALUE cell: one value, or several in a code list."""
    if known.type == "code list":
        return ", ".join(draft.some(known.values, 1, 2))
    return draft.pick(known.values)
