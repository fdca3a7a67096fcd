"""Splitting claim lines: units over a limit become a line of their own, which alone the change concerns."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from codesheet.coding.columns import Column, Floats, Index
from codesheet.coding.context import Context
from codesheet.coding.edits import EditKind
from codesheet.coding.hits import Hits
from codesheet.language.values import SAME_NUMBER

if TYPE_CHECKING:
    from codesheet.coding.lines import Lines


def split_off(
    units: Column, hits: Hits, context: Context, lines: "Lines"
) -> "tuple[Lines, Context, Hits, Index]":
    """Split the lines that hits say to, point those hits at the part split off, give each line's new place.

    As many units as the line has, or more, are the whole line: nothing is split. None or fewer leave the hit
    where it is. Units that cannot be worked out go to review.
    """
    _ask(units, hits, context)
    wanted = _whole(np.where(units.missing, 0.0, units.data), hits, context)
    entries = np.flatnonzero((wanted > 0) & (wanted < lines.frame["Units"].data[hits.places]))
    _, first = np.unique(hits.places[entries], return_index=True)
    if len(first) < len(entries):
        twice = np.setdiff1d(entries, entries[first])
        context.raise_edit(
            EditKind.CONFLICT, hits.places[twice], "several rules split this line: check their limits"
        )
    entries = entries[first]
    if not len(entries):
        return lines, context, hits, np.arange(len(lines))
    places = hits.places[entries]
    index = np.concatenate([np.arange(len(lines)), places])
    order = np.argsort(index, kind="stable")  # each new line right behind its own
    where = np.empty(len(order), dtype=np.int64)
    where[order] = np.arange(len(order))
    parts = where[len(lines) :]
    wider = _wider(lines, index[order], places, parts, where)
    _move_units(wider, where[places], parts, wanted[entries])
    renumbered = where[hits.places]
    renumbered[entries] = parts
    view = context.view.part(wider.frame, index[order], order=np.arange(len(wider)))
    because = {name: words[index[order]] for name, words in context.because.items()}
    inner = replace(context, view=view, because=because, row_of_line=wider.row, standing=wider.standing)
    return wider, inner, Hits(renumbered, hits.rule, hits.by_output, hits.view), where[: len(lines)]


def _ask(units: Column, hits: Hits, context: Context) -> None:
    if units.roots is not None:
        asked = np.flatnonzero(units.missing & (units.roots != 0))
        context.raise_edit(
            EditKind.MISSING,
            hits.places[asked],
            "how many units are over the limit cannot be worked out",
            facts=units.roots[asked],
        )


def _whole(units: Floats, hits: Hits, context: Context) -> Floats:
    """Send what is no whole number of units to review: nothing is split then."""
    whole = np.rint(units)
    broken = np.abs(units - whole) > SAME_NUMBER
    if broken.any():
        said = "Split off does not come out as a whole number: check the amounts"
        context.raise_edit(EditKind.NOT_WHOLE, hits.places[broken], said)
    return np.where(broken, 0.0, whole)


def _wider(lines: "Lines", index: Index, places: Index, parts: Index, where: Index) -> "Lines":
    """Copy some lines, each copy joined of the same rows as its line."""
    wider = lines.take(index)
    numbers, rows = lines.joined
    of_line: dict[int, list[int]] = {}
    wanted = set(places.tolist())
    for number, row in zip(numbers.tolist(), rows.tolist(), strict=True):
        if number in wanted:
            of_line.setdefault(number, []).append(row)
    more = [(p, r) for place, p in zip(places.tolist(), parts.tolist(), strict=True) for r in of_line[place]]
    extra = np.array(more, dtype=np.int64).reshape(-1, 2)
    wider.joined = np.concatenate([where[numbers], extra[:, 0]]), np.concatenate([rows, extra[:, 1]])
    return wider


def _move_units(lines: "Lines", whole: Index, parts: Index, units: Floats) -> None:
    column = lines.frame["Units"]
    data = column.data.copy()
    data[parts] = units
    data[whole] -= units
    lines.frame.columns["Units"] = Column(column.type, data, column.roots)
