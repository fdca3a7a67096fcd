"""Which steps on claim lines turn on claim edits, and which of them tables on lines wait for."""

from collections.abc import Callable, Collection

from codesheet.compiling.reads import Node, Reading, nodes_of
from codesheet.compiling.ruleset import Step
from codesheet.language.values import FieldType
from codesheet.model import DecisionTable, Level, Result, Rulebook


class LineSteps:
    """The steps on claim lines of a rulebook.

    `after_claim_edits` are the joins of claim edits and the steps that turn on them, `last_tables` the names
    of the tables on lines that do, directly or by what they have a column for.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._nodes = list(nodes_of(rulebook, Level.LINE, reading := Reading(rulebook)))
        self._reads = {
            table.name: {*table.inputs, *reading.by_decision(table)}
            for table in rulebook.decisions.values()
            if table.result in (Result.LINE_CHANGES, Result.EDITS)
        }
        after = _grown(self._nodes, lambda node, found: node.step.kind == "join" or _follows(node, found))
        self.after_claim_edits = frozenset(node.step for node in after)
        given = {name for node in after for name in node.sets}
        self.last_tables = frozenset(name for name, reads in self._reads.items() if given & reads)

    def read_by(self, tables: Collection[DecisionTable]) -> frozenset[Step]:
        """Give the steps that tables on lines read, and those that can ask or object.

        Other steps only show values.
        """
        read = {name for table in tables for name in self._reads[table.name]}

        def is_needed(node: Node, found: Collection[Node]) -> bool:
            return self._speaks(node) or any(
                name in read or any(name in other.reads for other in found) for name in node.sets
            )

        return frozenset(node.step for node in _grown(self._nodes, is_needed))

    def _speaks(self, node: Node) -> bool:
        """Say whether a step can do more than set fields: of formulas those whose field demands something."""
        if node.step.kind != "formula":
            return True
        field = self._rulebook.fields[node.step.name]
        return field.type is FieldType.WHOLE or field.allowed is not None


def _follows(node: Node, found: Collection[Node]) -> bool:
    return any(name in node.reads for other in found for name in other.sets)


def _grown(nodes: list[Node], belongs: Callable[[Node, Collection[Node]], bool]) -> list[Node]:
    """Take nodes in, those that belong to what is there already, until none is left that does."""
    found: list[Node] = []
    count = -1
    while count != (count := len(found)):
        found = [node for node in nodes if belongs(node, found)]
    return found
