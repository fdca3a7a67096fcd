"""The tables of edits and of the review worklist."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from codesheet.coding.batch import Encounters
from codesheet.coding.coded import DISPOSITION_TEXTS, Coded, identity
from codesheet.coding.columns import MISSING, Frame, Index, Vocabulary, text_column
from codesheet.coding.edits import DISPOSITIONS, NO_LINE, REVIEW, EditKind, Edits
from codesheet.coding.view import distinct
from codesheet.model import Rulebook


def edit_table(
    coded: Coded, renumbered: Index, claim_lines: pd.DataFrame, visit: Index, rulebook: Rulebook
) -> pd.DataFrame:
    """Give every edit once a visit; edits that say the same are one.

    `visit` numbers the visit of each row, `renumbered` the lines of the batch as `claim_lines` has them. What
    other tables need of an edit stands in columns that begin with `_`.
    """
    chunks = coded.log.chunks
    words = coded.view.frame.vocabulary

    def stacked(name: str) -> Index:
        arrays = [getattr(chunk, name).astype(np.int64) for chunk in chunks]
        return np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int64)

    rows, weight, message, facts = (stacked(n) for n in ("rows", "weight", "message", "facts"))
    queue = _queues(stacked("queue"), weight, facts, coded.view.frame, rulebook)
    turns, ties = _turns(chunks), _conflict_ranks(chunks, message, words)
    ranked = np.lexsort((ties, turns, coded.view.order[rows]))
    same = [visit[rows], weight, message, queue]
    first = ranked[np.sort(distinct([codes[ranked] for codes in same], len(rows))[1])]
    rows, line = rows[first], stacked("lines")[first]
    line = renumbered[line]
    known = line != NO_LINE
    line_number = np.full(len(rows), np.nan)
    line_number[known] = claim_lines["Line"].to_numpy()[line[known]]
    code = np.full(len(rows), "", dtype="object")
    code[known] = claim_lines["Code"].to_numpy()[line[known]]
    columns = identity(rows, coded, rulebook, {"Line": pd.Series(line_number), "Code": pd.Series(code)})
    columns["Disposition"] = text_column(DISPOSITION_TEXTS, weight[first])
    columns["Queue"] = words.column(queue[first])
    columns["Message"] = words.column(message[first])
    columns["Rule"] = words.column(stacked("rule")[first])
    columns |= {"_visit": visit[rows], "_row": rows, "_facts": facts[first]}
    return pd.DataFrame(columns)


def _queues(queue: Index, weight: Index, facts: Index, frame: Frame, rulebook: Rulebook) -> Index:
    """Send review edits that name no queue to that of the facts they ask for, or to the rulebook's own."""
    open_edits = (queue == MISSING) & (weight == REVIEW)
    asked, numbers = np.unique(facts[open_edits], return_inverse=True)
    names = [rulebook.queue_for(frame.roots.sets[root]) or None for root in asked.tolist()]
    queue = queue.copy()
    queue[open_edits] = frame.vocabulary.ids_of(names)[numbers]
    return queue


def _turns(chunks: Sequence[Edits]) -> Index:
    """Give edits the turns of what raised them, a table after another."""
    tables = np.array([chunk.table[0] for chunk in chunks], dtype=np.int64)
    turns = np.cumsum(np.diff(tables, prepend=tables[:1]) != 0)
    return np.repeat(turns, [len(chunk.rows) for chunk in chunks]).astype(np.int64)


def _conflict_ranks(chunks: Sequence[Edits], message: Index, words: Vocabulary) -> Index:
    """Rank conflicts by their words: a table logs them in an order that turns on the other visits."""
    present, numbers = np.unique(message, return_inverse=True)
    ranks = np.argsort(np.argsort(words.texts()[present], kind="stable"), kind="stable")[numbers]
    conflicts = np.array([chunk.kind is EditKind.CONFLICT for chunk in chunks], dtype=bool)
    return np.where(np.repeat(conflicts, [len(chunk.rows) for chunk in chunks]), ranks, 0)


def queue_order(queue: str) -> str:
    """Give the sort key of a queue: each person's work stands together, and what has no queue comes last."""
    return queue.casefold() or "\U0010ffff"


def review_table(
    edits: pd.DataFrame, coded: Coded, encounters: Encounters, rulebook: Rulebook
) -> pd.DataFrame:
    """Give the worklist: one line for each thing a person must decide."""
    todo = edits[edits["Disposition"] == DISPOSITIONS[REVIEW].value]
    numbers, queues = pd.factorize(todo["Queue"].to_numpy(dtype="object"))
    ranks = np.argsort(np.argsort(np.array([queue_order(queue) for queue in queues], dtype="str")))
    todo = todo.iloc[np.argsort(ranks[numbers], kind="stable")]
    sets = coded.view.frame.roots.sets
    facts = [", ".join(sorted(sets[i])) for i in todo["_facts"].tolist()]
    places = todo["_row"].to_numpy(dtype=np.int64)
    columns = {name: todo[name].to_numpy() for name in ("Visit ID", "Date of service", *rulebook.shown)}
    columns |= {
        "Queue": todo["Queue"].to_numpy(),
        "Message": todo["Message"].to_numpy(),
        "Facts": np.array(facts, dtype="object"),
        "Rule": todo["Rule"].to_numpy(),
        "File": encounters.file_of_row.to_numpy()[places],
        "Row": encounters.file_rows.to_numpy()[places],
    }
    return pd.DataFrame(columns)
