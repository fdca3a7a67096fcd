"""Which cells gave the decided fields of encounter rows; kept only where somebody asks."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from codesheet.coding.columns import Index
from codesheet.location import CellRef


@dataclass(slots=True)
class Deciders:
    """The rules, lookup rows and labels that gave each field, by field and place of the row."""

    by_field: dict[str, dict[int, list[CellRef]]] = field(default_factory=dict)

    def note(self, name: str, places: Index, rules: Index, cells: Sequence[CellRef]) -> None:
        """Note for each place the rule (a place in `cells`) that gave a field; below 0, none did."""
        of_field = self.by_field.setdefault(name, {})
        for place, rule in zip(places.tolist(), rules.tolist(), strict=True):
            if rule >= 0:
                of_field.setdefault(place, []).append(cells[rule])

    def of(self, name: str, place: int) -> list[CellRef]:
        """Give the cells that gave a field of a row; none where nothing did."""
        return self.by_field.get(name, {}).get(place, [])
