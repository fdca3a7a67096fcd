"""Unit limits joined to claim lines: what is allowed, what was used before, what is over."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from codesheet.coding.columns import MISSING, Column, Floats, Ids, Index, Mask, Vocabulary
from codesheet.coding.context import Context
from codesheet.coding.edit_rows import Buckets, CodeIndex, EditRows, claims, row_text, say_left_out
from codesheet.coding.history import History
from codesheet.coding.limit_spans import first_days
from codesheet.coding.used_units import Used, texts_of, units_used
from codesheet.coding.view import View, comparable_codes, distinct
from codesheet.language.values import FieldType, fold
from codesheet.model import Level, LimitPer, LimitSpan, Required, UnitLimit, UnitLimits
from codesheet.sheets.edit_fields import UNITS_BEFORE

_WEIGHTIEST = ("deny", "split", "review", "inform")
_A_YEAR_OF_MONTHS = 12
_A_YEAR_OF_DAYS = (365, 366)
_OVER, _NOT_KNOWN, _WITHIN = 0, 1, 2


@dataclass(slots=True)
class _Found:
    """Limits that apply, one entry a line and limit: units used before, and whether all of them are known.

    `roots` are the facts to be asked for where they are not.
    """

    places: Index
    rows: Index
    before: Floats
    known: Mask
    roots: Ids
    over: Floats


class LimitJoin:
    """All Unit limits sheets, joined by code on the date of service.

    Of several limits of a line the tables see one at a time: `turns` says of each line how many of them it is
    over (or for want of facts may be), at least one, and `join` presents the one whose turn it is.
    """

    def __init__(self, table: UnitLimits, history: History | None = None) -> None:
        self.history = history
        self._seen: tuple[Vocabulary, pd.DataFrame] | None = None
        self.turn = 0
        self.turns: Index = np.zeros(0, dtype=np.int64)
        self._table = table
        self._rows = EditRows("Unit limits", table.rows, _outcome)
        self._codes = CodeIndex(row.code for row in table.rows)
        self._by_code = Buckets(self._codes.of(row.code for row in table.rows), len(self._codes) + 1)
        pers = {row.per: None for row in table.rows}
        self._pers: list[LimitPer] = list(pers)
        number = {per: place for place, per in enumerate(pers)}
        self._per_of = np.array([number[row.per] for row in table.rows], dtype=np.int64)
        self._limit = np.array([np.nan if r.limit is None else r.limit for r in table.rows])
        weights = [_WEIGHTIEST.index(r.action) if r.action in _WEIGHTIEST else 9 for r in table.rows]
        self._weight = np.array(weights, dtype=np.int64)
        self._texts: dict[str, list[str | None]] = {
            "Limit per": [row.per.text for row in table.rows],
            "Limit adjudication": [row.adjudication or None for row in table.rows],
            "Limit action": [row.action or None for row in table.rows],
            "Limit row": [row_text(row) for row in table.rows],
        }

    def join(self, context: Context) -> None:
        """Set each line's limit and the units used before; a line over several has them in turn."""
        found = self._found(context)
        state = np.where(found.known, np.where(found.over > 0, _OVER, _WITHIN), _NOT_KNOWN)
        state[~found.known & (found.over > 0)] = _OVER
        order = np.lexsort((-found.over, self._weight[found.rows], state, found.places))
        places = found.places[order]
        leads = np.flatnonzero(np.append(True, places[1:] != places[:-1])) if len(places) else places
        lengths = np.diff(np.append(leads, len(places)))
        to_show = np.add.reduceat((state[order] != _WITHIN).astype(np.int64), leads) if len(leads) else leads
        self.turns = np.ones(context.view.frame.rows, dtype=np.int64)
        self.turns[places[leads]] = np.maximum(to_show, 1)
        chosen = order[leads + np.minimum(self.turn, np.maximum(np.minimum(to_show, lengths) - 1, 0))]
        self._set(found, chosen, context)

    def say_left_out(self, context: Context) -> None:
        """Send lines to review whose limits were not kept."""
        say_left_out(self._rows.name, self._table.left_out, context)

    def _found(self, context: Context) -> _Found:
        view = context.view
        codes = self._codes.of_lines(view)
        lines = np.flatnonzero(self._by_code.counts(codes))
        at, rows = self._by_code.matches(codes[lines])
        places, rows = self._rows.holding(lines[at], rows, context)
        places, rows = self._rows.most_special(places, rows, self._per_of[rows], context)
        limited = ~np.isnan(self._limit[rows]) if len(rows) else np.zeros(0, dtype=bool)
        places, rows = places[limited], rows[limited]
        before, known, roots = self._before(places, rows, context)
        over = before + view.frame["Units"].data[places] - self._limit[rows] if len(rows) else before
        return _Found(places, rows, before, known, roots, over)

    def _before(self, places: Index, rows: Index, context: Context) -> tuple[Floats, Mask, Ids]:
        """Give the units used before each line in its limit's time, whether they are known, and by what."""
        before = np.zeros(len(places))
        known = np.ones(len(places), dtype=bool)
        roots = np.zeros(len(places), dtype=np.int32)
        if not len(places):
            return before, known, roots
        view = context.view
        standing = context.standing if context.standing is not None else np.ones(view.frame.rows, dtype=bool)
        used = None
        for number in np.unique(self._per_of[rows]).tolist():
            per = self._pers[number]
            some = np.flatnonzero(self._per_of[rows] == number)
            if per.span is LimitSpan.LINE:
                continue
            if per.span is LimitSpan.VISIT:
                before[some] = _in_visit(places[some], standing, view)
                continue
            used = used or Used.of(view, self._table.per, standing, self._past(view), self._begins)
            before[some], known[some] = self._used(per, places[some], used, view)
            roots[some] = self._to_ask(per, view)
        return before, known, roots

    def _past(self, view: View) -> pd.DataFrame | None:
        """Give the lines of earlier runs that can concern a batch, found once for each."""
        if self.history is None:
            return None
        if self._seen is None or self._seen[0] is not view.frame.vocabulary:
            fields = view.rulebook.fields
            own = [name for name in self._table.per if fields[name].level is Level.ROW]
            texts = {
                name: {fold(text) for text in texts_of(view.frame[name], view)[0] if text} for name in own
            }
            self._seen = view.frame.vocabulary, self.history.of(texts)
        return self._seen[1]

    @property
    def _begins(self) -> int | None:
        return None if self.history is None else self.history.begins

    def _to_ask(self, per: LimitPer, view: View) -> int:
        """Give the recorded fact to ask for where the units before are not known, or else those units."""
        name = UNITS_BEFORE
        if _is_a_year(per):
            name = self._table.units_before
        elif per.span is LimitSpan.SINCE_START and self.history is not None:
            name = self._table.months_since_start
        asked = name and view.rulebook.fields[name].required is Required.WHEN_USED
        return view.frame.roots.id_of([name if asked else UNITS_BEFORE])

    def _used(self, per: LimitPer, lines: Index, used: Used, view: View) -> tuple[Floats, Mask]:
        days = view.days[lines]
        months = self._read(self._table.months_since_start, lines, view)
        first = first_days(per, days, months)
        known_first = np.where(np.isnan(first), days, first)
        before = used.before(lines, known_first)
        if per.span is LimitSpan.DAY:
            return before, ~np.isnan(days)
        known = used.is_known_from(lines, known_first) & ~np.isnan(first)
        if _is_a_year(per):
            said = self._read(self._table.units_before, lines, view)
            told = ~np.isnan(said)
            before[told] = np.maximum(before[told], said[told] + used.before_in_visit(lines[told]))
            known |= told
        return before, known

    @staticmethod
    def _read(name: str, lines: Index, view: View) -> Floats:
        return view.frame[name].data[lines] if name else np.full(len(lines), np.nan)

    def _set(self, found: _Found, chosen: Index, context: Context) -> None:
        view = context.view
        frame = view.frame
        places, rows = found.places[chosen], found.rows[chosen]
        sure = found.known[chosen] | (found.over[chosen] > 0)
        fields = view.rulebook.fields
        for name, words in self._texts.items():
            data: Ids = np.full(frame.rows, MISSING, dtype=np.int32)
            data[places] = frame.vocabulary.ids_of(words)[rows] if len(rows) else []
            context.set_field(fields[name], Column(FieldType.TEXT, data))
        numbers = {
            "Unit limit": self._limit[rows] if len(rows) else np.zeros(0),
            UNITS_BEFORE: np.where(sure, found.before[chosen], np.nan),
            "Units over limit": np.where(sure, found.over[chosen], np.nan),
        }
        for name, values in numbers.items():
            column = Column(FieldType.WHOLE, np.full(frame.rows, np.nan))
            column.data[places] = values
            column.roots = np.where(column.missing, frame.roots.id_of(["Unit limit"]), 0).astype(np.int32)
            asking = np.isnan(values) & ~sure
            column.roots[places[asking]] = found.roots[chosen][asking]
            context.set_field(fields[name], column)


def _is_a_year(per: LimitPer) -> bool:
    return per.span is LimitSpan.ROLLING and (per.months == _A_YEAR_OF_MONTHS or per.days in _A_YEAR_OF_DAYS)


def _outcome(row: object) -> object:
    return (row.limit, row.action, row.adjudication) if isinstance(row, UnitLimit) else row


def _in_visit(lines: Index, standing: Mask, view: View) -> Floats:
    """Give the units of the same code earlier in each line's visit."""
    group = distinct([claims(view, ()), comparable_codes(view.frame["Code"], view.frame)], view.frame.rows)[0]
    order = np.lexsort((view.order, group))
    units = units_used(view, standing)[order]
    total = np.concatenate([[0.0], np.cumsum(units)])
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return total[place[lines]] - total[np.searchsorted(group[order], group[lines])]
