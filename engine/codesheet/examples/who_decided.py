"""The cells behind what an example got: which rule, lookup row or formula gave it."""

from collections.abc import Iterable, Iterator

from codesheet.examples.visits import Coded
from codesheet.location import CellRef
from codesheet.model import Origin, Rulebook


class Givers:
    """Names what stands at an address of a rulebook: `decision "Size" (book.xlsx!Size!9)`."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._by_address: dict[str, tuple[str, CellRef]] = {}
        for table in rulebook.decisions.values():
            self._keep(
                f'decision "{table.name}"',
                [table.at, *(rule.at for rule in table.rules), *(one.at for one in table.otherwise)],
            )
        for lookup in rulebook.lookups.values():
            self._keep(f'lookup "{lookup.name}"', [lookup.at, *(row.at for row in lookup.rows)])
        for field in rulebook.fields.values():
            self._keep(f"field {field.name}", [field.at])

    def _keep(self, name: str, cells: Iterable[CellRef]) -> None:
        self._by_address |= {str(cell): (name, cell) for cell in cells}

    def name(self, cell: CellRef) -> str:
        """Say what stands at a cell, and its address."""
        found = self._by_address.get(str(cell))
        return f"{found[0]} ({cell})" if found else str(cell)

    def cells(self, addresses: str) -> list[CellRef]:
        """Give the cells that a Rule column of the results names, joined by semicolons."""
        parts = [addresses] if addresses in self._by_address else addresses.split("; ")
        return [self._by_address[part][1] for part in parts if part in self._by_address]

    def names(self, addresses: str) -> str:
        """Say what stands at the addresses of a Rule column; nothing where it names none."""
        return " and ".join(map(self.name, self.cells(addresses)))


def who_gave(name: str, place: int, coded: Coded, givers: Givers) -> tuple[str, list[CellRef]]:
    """Say what gave a field of an example's row its value, and the cells to look at."""
    cells = coded.deciders.of(name, place)
    if cells:
        return f"from {' and '.join(map(givers.name, cells))}", cells
    field = coded.rulebook.fields[name]
    if field.origin is Origin.FORMULA:
        return f"from its formula ({field.at})", [field.at]
    tables = list(_tables_of(name, coded.rulebook))
    if not tables:
        return "as the example gives it", []
    return f"{' and '.join(map(givers.name, tables))} gave nothing", tables


def _tables_of(name: str, rulebook: Rulebook) -> Iterator[CellRef]:
    """Give the tables that could have given a field."""
    yield from (table.at for table in rulebook.decisions.values() if name in table.outputs)
    yield from (lookup.at for lookup in rulebook.lookups.values() if name in lookup.values)
