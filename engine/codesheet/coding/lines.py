"""Claim lines, those that are dropped, and those alike made one (DESIGN §3, Lines)."""

from dataclasses import dataclass

import numpy as np

from codesheet.coding.columns import MISSING, Column, Frame, Ids, Index, Mask
from codesheet.coding.context import Context
from codesheet.coding.edits import DENY, DROP, EditKind
from codesheet.coding.reasons import in_rounds, join_reasons
from codesheet.coding.text_functions import exact_codes
from codesheet.coding.view import View, distinct

NOT_FIELDS = (
    "Add modifiers",
    "Remove modifiers",
    "Split off",
    "Disposition",
    "Reason",
    "Queue",
    "Message",
)


@dataclass(slots=True)
class Lines:
    """Claim lines of a batch: a frame, the row each stands for, and what made it.

    `weight` is the disposition's weight, `why` and `address` vocabulary ids. `joined` pairs lines with
    every row joined in them (line numbers, rows). `set_names` are the line fields that tables set. `denied`
    are lines that edits deny or drop, as far as known while claim edits are settled.
    """

    frame: Frame
    row: Index
    weight: Ids
    why: Ids
    address: Ids
    joined: tuple[Index, Index]
    set_names: tuple[str, ...]
    denied: Mask

    def __len__(self) -> int:
        return len(self.row)

    @classmethod
    def of_rows(
        cls, frame: Frame, rows: Index, made: tuple[Ids, Ids, Ids], names: tuple[str, ...]
    ) -> "Lines":
        """Give lines that each stand for one row; `made` are their weight, reason and address."""
        joined = np.arange(len(rows)), rows
        return cls(frame, rows, *made, joined, names, np.zeros(len(rows), dtype=bool))

    def for_rows(self, index: Index, rows: Index, view: View) -> "Lines":
        """Give the lines of an index, each for a row of its own."""
        own = {name: self.frame[name].take(index) for name in self.set_names}
        frame = Frame(len(rows), own, view.frame.vocabulary, view.frame.roots, view.frame, rows)
        made = self.weight[index], self.why[index], self.address[index]
        return Lines.of_rows(frame, rows, made, self.set_names)

    def take(self, index: Index) -> "Lines":
        """Give the lines of an index."""
        renumbered = np.full(len(self), -1, dtype=np.int64)
        renumbered[index] = np.arange(len(index))
        numbers = renumbered[self.joined[0]]
        joined = numbers[numbers >= 0], self.joined[1][numbers >= 0]
        return Lines(
            self.frame.take(index),
            self.row[index],
            self.weight[index],
            self.why[index],
            self.address[index],
            joined,
            self.set_names,
            self.denied[index],
        )

    @property
    def standing(self) -> Mask:
        """Say which lines are neither denied nor dropped."""
        return (self.weight < DENY) & ~self.denied

    def view(self, rows: View) -> View:
        """See the lines as formulas and tests do."""
        return rows.part(self.frame, self.row, order=range(len(self)))


def without_dropped(lines: Lines, context: Context) -> Lines:
    """Leave out dropped lines, each with a note in its visit's edits."""
    dropped = lines.weight == DROP
    if not dropped.any():
        return lines
    places = np.flatnonzero(dropped)
    note_dropped(lines, places, context)
    return lines.take(np.flatnonzero(~dropped))


def note_dropped(lines: Lines, places: Index, context: Context) -> None:
    """Say in the visit's edits which lines were dropped, and why."""
    context.log.add(
        EditKind.DROPPED,
        lines.row[places],
        code_and_reason(lines, places, " dropped: "),
        weight=DROP,
        rule=lines.address[places],
    )


def code_and_reason(lines: Lines, places: Index, between: str) -> Ids:
    """Write the code and the reason of some lines as texts."""
    codes, reasons = lines.frame["Code"].data[places], lines.why[places]
    numbers, leads = distinct([codes, reasons], len(places))
    words = lines.frame.vocabulary.words
    texts = []
    for code, why in zip(codes[leads].tolist(), reasons[leads].tolist(), strict=True):
        named = "a line" if code == MISSING else words[code]
        texts.append(f"{named}{between}{'' if why == MISSING else words[why]}")
    return lines.frame.vocabulary.ids_of(texts)[numbers]


def combine(lines: Lines, view: View) -> Lines:
    """Make lines of a visit and day one that are alike in every line field but Units, which are added."""
    alike = _alike(lines, view)
    if alike is None:
        return lines
    numbers, first = alike
    kept = lines.take(first)
    of_line, rows = numbers[lines.joined[0]], lines.joined[1]
    once = distinct([of_line, rows], len(rows))[1]  # parts that were split off share rows with their line
    kept.joined = of_line[once], rows[once]
    units = lines.frame["Units"]
    sums = np.bincount(numbers, weights=units.data, minlength=len(first)).astype(np.float64)
    kept.frame.columns["Units"] = Column(units.type, sums, _united_roots(units, numbers, lines.frame))
    kept.why = _united(lines.why, numbers, first, view)
    kept.address = _united(lines.address, numbers, first, view)
    return kept


def _alike(lines: Lines, view: View) -> tuple[Index, Index] | None:
    """Give each line a number, those to be made one the same, and for each number its first line.

    Gives None where no lines are alike.
    """
    visits = view.visit_ids[lines.row]
    follows = np.zeros(len(lines) + 1, dtype=bool)  # a line of the same visit: these stand together
    follows[1:-1] = visits[1:] == visits[:-1]
    several = np.flatnonzero(follows[1:] | follows[:-1])
    code = exact_codes(lines.frame["Code"])[several].astype(np.int64)
    keys = visits[several] * (code.max(initial=0) + 2) + code
    ordered = np.sort(keys)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(again):  # most lines have a code no other line of their visit has
        return None
    maybe = several[np.isin(keys, again)]
    some = lines.take(maybe)
    codes = [exact_codes(some.frame[name]) for name in lines.set_names if name not in ("Units", "Reason")]
    days = np.nan_to_num(view.days[some.row]).astype(np.int64)  # an example may lack its day
    fates = [some.weight, some.denied.astype(np.int32)]
    numbers, first = distinct([visits[maybe], days, *fates, *codes], len(maybe))
    if len(first) == len(maybe):
        return None
    rows = np.arange(len(lines))
    leads = rows.copy()
    leads[maybe] = maybe[first[numbers]]
    first = np.flatnonzero(leads == rows)
    return np.searchsorted(first, leads), first


def _united_roots(column: Column, numbers: Index, frame: Frame) -> Ids:
    """Give lines made one the roots of whatever of them is missing."""
    united = np.zeros(int(numbers.max()) + 1, dtype=np.int32)
    if column.roots is not None:
        for line in np.flatnonzero(column.roots).tolist():
            number = int(numbers[line])
            united[number] = frame.roots.union_of(int(united[number]), int(column.roots[line]))
    return united


def _united(ids: Ids, numbers: Index, first: Index, view: View) -> Ids:
    """Join the texts of the lines made one, each part once: lines may be made one again and again."""
    united = ids[first]
    several = np.flatnonzero((np.bincount(numbers) > 1)[numbers])
    united[numbers[several]] = MISSING
    for entries in in_rounds(numbers[several]):
        lines = several[entries]
        places = numbers[lines]
        united[places] = join_reasons(united[places], ids[lines], view, each_part_once=True)
    return united
