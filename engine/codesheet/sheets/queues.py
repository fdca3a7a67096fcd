"""Queues, by which the worklist says who should look: those there are, and cells that name another."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from codesheet.issues import Issue, IssueCode
from codesheet.language.names import nearest
from codesheet.language.values import fold, tidy
from codesheet.location import CellRef
from codesheet.model import DecisionTable, EditText, LookupTable
from codesheet.sheets.cells import split_list
from codesheet.sheets.fields import Declared
from codesheet.sheets.groups import agreed_label
from codesheet.sheets.outputs import QUEUE
from codesheet.sheets.table import Table


@dataclass(frozen=True, slots=True)
class Queues:
    """What the Fields sheets say of queues; nothing listed means that any may be named."""

    listed: tuple[str, ...] = ()
    otherwise: str = ""
    at: CellRef | None = None


def read_queues(tables: list[Table], issues: list[Issue]) -> Queues:
    """Read the labels Queues and Queue otherwise."""
    listed, otherwise = (agreed_label(tables, label, issues) for label in ("Queues", "Queue otherwise"))
    return Queues(
        listed=tuple(dict.fromkeys(map(tidy, split_list(listed.text)))) if listed else (),
        otherwise=tidy(otherwise.text) if otherwise else "",
        at=otherwise.at if otherwise else None,
    )


def unknown_queues(
    queues: Queues,
    declared: Iterable[Declared],
    lookups: Mapping[str, LookupTable],
    decisions: Mapping[str, DecisionTable],
) -> Iterator[Issue]:
    """Find cells that name a queue which is not listed: its questions would wait where nobody looks."""
    known = {fold(name) for name in queues.listed}
    for name, at in _named(queues, declared, lookups, decisions):
        if known and fold(name) not in known:
            facts = {"queue": name, "did_you_mean": nearest(name, queues.listed)}
            yield IssueCode.UNKNOWN_QUEUE.issue(at, **facts, queues=", ".join(queues.listed))


def _named(
    queues: Queues,
    declared: Iterable[Declared],
    lookups: Mapping[str, LookupTable],
    decisions: Mapping[str, DecisionTable],
) -> Iterator[tuple[str, CellRef]]:
    if queues.at is not None:
        yield queues.otherwise, queues.at
    yield from ((one.queue.text, one.queue.at) for one in declared if one.queue is not None)
    yield from _of_text([lookup.if_not_found for lookup in lookups.values()])
    yield from _of_text([table.if_no_rule for table in decisions.values()])
    for table in decisions.values():
        for output in (output for rule in table.rules for output in rule.outputs):
            if output.field == QUEUE and "{" not in output.text:
                yield output.text, output.at


def _of_text(texts: Iterable[EditText | None]) -> Iterator[tuple[str, CellRef]]:
    return ((text.queue, text.at) for text in texts if text is not None and text.queue)
