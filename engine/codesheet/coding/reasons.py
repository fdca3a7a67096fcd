"""Why a rule spoke, in a sentence a biller understands, once per distinct combination of what it read."""

import numpy as np

from codesheet.coding.columns import MISSING, Ids, Index
from codesheet.coding.outputs import OutputColumn
from codesheet.coding.ragged import by_number
from codesheet.coding.text_functions import per_combination
from codesheet.coding.view import View, distinct
from codesheet.language.unary_tests import Blank, Equals, NotBlank
from codesheet.language.values import FieldType, show_value, tidy
from codesheet.model import Condition, DecisionTable


class Reasons:
    """The reasons of one table's rules."""

    def __init__(self, table: DecisionTable) -> None:
        self._table = table
        self._because = OutputColumn([rule.because for rule in table.rules], FieldType.TEXT, is_message=True)
        self.addresses = [str(rule.at) for rule in table.rules]

    @property
    def has_because(self) -> bool:
        """Say whether any rule gives its reason in the author's words."""
        return not self._because.is_empty

    def because(self, rules: Index, view: View) -> Ids:
        """Give the authors' words, -1 where a rule has none."""
        return self._because.values(rules, view).data.astype(np.int32)

    def why(self, rules: Index, view: View, places: Index, decided: dict[str, Ids]) -> Ids:
        """Give for each hit the reason of its rule: the author's words, or what it tested and read.

        `decided` holds, for fields that other tables decided, those tables' words by place in the context:
        they are added for the fields the rule tested. `places` are the places of the hits.
        """
        reasons = self.because(rules, view)
        trails = {field: words[places] for field, words in decided.items()}
        for rule, rows in by_number(rules):
            conditions = self._table.rules[rule].conditions
            words = self._sentence(conditions, rows, view, trails, reasons[rows])
            reasons[rows] = words
        return reasons

    def _sentence(
        self, conditions: tuple[Condition, ...], rows: Index, view: View, trails: dict[str, Ids], own: Ids
    ) -> Ids:
        fields = list(dict.fromkeys(condition.field for condition in conditions))
        tested_trails = [trails[field][rows] for field in fields if field in trails]
        part = view.take(rows)
        columns = [part.frame[field] for field in fields]
        extra = [own, *tested_trails]
        numbers, first, combinations = per_combination(columns, part, extra)
        words = view.frame.vocabulary.words
        texts = []
        for row, values in zip(first.tolist(), combinations, strict=True):
            read = dict(zip(fields, values, strict=True))
            types = view.rulebook.fields
            mine = str(words[own[row]]) if own[row] >= 0 else ""
            tested = "; ".join(_tested(c, show_value(read[c.field], types[c.field].type)) for c in conditions)
            said = [str(words[trail[row]]) for trail in tested_trails if trail[row] >= 0]
            texts.append("; ".join(dict.fromkeys([mine or tested or self._table.name, *said])))
        return view.frame.vocabulary.ids_of(texts)[numbers]


def _tested(condition: Condition, shown: str) -> str:
    match condition.test:
        case Equals():
            return f"{condition.field} {shown}"
        case Blank() | NotBlank():
            return f"{condition.field} {shown}" if shown else f"{condition.field} not recorded"
        case _:
            return f"{condition.field} {shown or 'not recorded'} ({tidy(condition.text)})"


def in_rounds(places: Index) -> list[Index]:
    """Split entries into rounds in which each place occurs once, first entries first."""
    order = np.argsort(places, kind="stable")
    ordered = places[order]
    leads = np.ones(len(ordered), dtype=bool)
    leads[1:] = ordered[1:] != ordered[:-1]
    counted = np.arange(len(ordered))
    turn = counted - np.maximum.accumulate(np.where(leads, counted, 0))
    return [np.sort(order[turn == number]) for number in range(int(turn.max()) + 1 if len(turn) else 0)]


def join_reasons(first: Ids, second: Ids, view: View, *, each_part_once: bool = False) -> Ids:
    """Join texts with a semicolon, what both say (as a whole, or part by part) once; -1 is no text."""
    numbers, leads = distinct([first, second], len(first))
    words = view.frame.vocabulary.words
    texts = []
    for pair in zip(first[leads].tolist(), second[leads].tolist(), strict=True):
        parts = [str(words[i]) for i in pair if i != MISSING]
        if each_part_once:
            parts = [piece for part in parts for piece in part.split("; ")]
        texts.append("; ".join(dict.fromkeys(parts)) if parts else None)
    return view.frame.vocabulary.ids_of(texts)[numbers] if texts else first
