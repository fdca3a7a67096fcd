"""The order in which formulas, lookups and decisions are computed: each after what it reads.

Where nothing decides, things stand in order of declaration: formulas, then lookups, then decisions.
"""

import heapq
from collections.abc import Iterator

from codesheet.compiling.reads import Node, Reading, nodes_of
from codesheet.compiling.ruleset import Step
from codesheet.issues import Issue, IssueCode
from codesheet.model import Level, Result, Rulebook


def order_steps(rulebook: Rulebook) -> tuple[tuple[Step, ...], tuple[Step, ...], list[Issue]]:
    """Give the steps on encounter rows, those on claim lines, and an issue for each circle.

    Row steps end with the tables that make claim lines and those that raise edits on rows. Line changes and
    edits on lines are no steps: they have an order of their own.
    """
    reading = Reading(rulebook)
    row_steps, row_issues = _sort(list(nodes_of(rulebook, Level.ROW, reading)))
    line_steps, line_issues = _sort(list(nodes_of(rulebook, Level.LINE, reading)))
    last = (*_tables(rulebook, Result.CLAIM_LINES), *_tables(rulebook, Result.EDITS))
    return (*row_steps, *last), tuple(line_steps), [*row_issues, *line_issues]


def _tables(rulebook: Rulebook, result: Result) -> Iterator[Step]:
    for table in rulebook.decisions.values():
        if table.result is result and table.level is Level.ROW:
            yield Step("decision", table.name)


def _sort(nodes: list[Node]) -> tuple[list[Step], list[Issue]]:
    """Put each node after those that set what it reads; the earliest declared first where it is free."""
    setter = {name: place for place, node in reversed(list(enumerate(nodes))) for name in node.sets}
    needs = [{setter[name] for name in node.reads if name in setter} for node in nodes]
    needed_by: list[list[int]] = [[] for _ in nodes]
    for place, needed in enumerate(needs):
        for other in needed:
            needed_by[other].append(place)
    waiting = set(range(len(nodes)))
    missing = [len(needed) for needed in needs]
    ready = [place for place, count in enumerate(missing) if not count]
    steps: list[Step] = []
    issues: list[Issue] = []
    while waiting:
        if not ready:
            circle = _find_circle(nodes, setter, waiting)
            issues.append(_circle_issue(nodes, setter, circle))
            ready = [min(circle)]
        place = heapq.heappop(ready)
        waiting.discard(place)
        steps.append(nodes[place].step)
        for other in needed_by[place]:
            missing[other] -= 1
            if not missing[other] and other in waiting:
                heapq.heappush(ready, other)
    return steps, issues


def _find_circle(nodes: list[Node], setter: dict[str, int], waiting: set[int]) -> list[int]:
    """Go from a waiting node to one that it waits for, until one comes again."""
    trail = [min(waiting)]
    while trail.count(trail[-1]) == 1:
        reads = nodes[trail[-1]].reads
        trail.append(next(setter[name] for name in reads if setter.get(name) in waiting))
    circle = trail[trail.index(trail[-1]) : -1]
    first = circle.index(min(circle))
    return circle[first:] + circle[:first]


def _circle_issue(nodes: list[Node], setter: dict[str, int], circle: list[int]) -> Issue:
    names, cells = [], []
    for place, needed in zip(circle, [*circle[1:], circle[0]], strict=True):
        read = next(name for name in nodes[place].reads if setter.get(name) == needed)
        names.append(f"{nodes[place].step.name} reads {read}")
        cells.append(nodes[place].reads[read])
    return IssueCode.FIELDS_IN_A_CIRCLE.issue(cells[0], *cells[1:], circle=", ".join(names))
