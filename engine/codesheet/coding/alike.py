"""Rows (or lines) alike in all that a table reads: what is decided of one of them holds for all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from codesheet.coding.columns import Ids, Index
from codesheet.coding.context import Context
from codesheet.coding.ragged import sorted_by
from codesheet.coding.view import distinct, eras


@dataclass(slots=True)
class Alike:
    """Rows (or lines) told apart by their kind: `kind` gives each row's, `leads` are one row of each kind.

    `context` holds just these. It has logs of its own, whose rows are kinds.
    """

    kind: Index
    leads: Index
    context: Context

    @classmethod
    def of(cls, context: Context, reads: Sequence[str], breaks: Sequence[int]) -> "Alike":
        """Tell the rows apart by what is read of them.

        `breaks` are the days on which what is decided may change for the same values.
        """
        view = context.view
        codes: list[Index | Ids] = [eras(view.days, sorted(breaks))]
        for name in reads:
            if name not in view.frame:  # a column whose cells say nothing: its field may be set later
                continue
            codes += view.frame[name].told_by
            if name in context.because:
                codes.append(context.because[name])
        kind, leads = distinct(codes, view.frame.rows)
        one_each = replace(
            context.apart(),
            view=view.take(leads),
            because={name: words[leads] for name, words in context.because.items()},
            row_of_line=None,
            stand_for=np.bincount(kind, minlength=len(leads)),
        )
        return cls(kind, leads, one_each)

    @property
    def kinds(self) -> int:
        """Say how many kinds there are."""
        return self.context.view.frame.rows

    def spread(self, kinds: Index) -> tuple[Index, Index]:
        """Give the rows of some kinds (one may be named twice), and for each its place among the kinds."""
        return sorted_by(kinds, self.kinds).expand(self.kind)

    def hand_over(self, context: Context) -> None:
        """Raise and ask for each row what was raised and asked for its kind."""
        for chunk in self.context.log.chunks:
            places, of = self.spread(chunk.rows)
            own = chunk.take(of)
            own.rows, own.lines = context.rows(places), context.lines(places)
            context.log.chunks.append(own)
        asks = self.context.asks
        for kinds, roots, (table, _) in zip(asks.rows, asks.roots, asks.tables, strict=True):
            places, of = self.spread(kinds)
            context.ask(places, roots[of], table)
