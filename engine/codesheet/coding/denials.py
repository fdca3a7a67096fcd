"""What denies a line is said on the line itself: the message of the edit, and its rule."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from codesheet.coding.columns import MISSING, Ids, Index, Vocabulary
from codesheet.coding.edits import DENY, NO_LINE, EditLog
from codesheet.coding.lines import Lines
from codesheet.coding.reasons import in_rounds, join_reasons
from codesheet.coding.view import View, distinct


def say_why_denied(lines: Lines, weight: Ids, log: EditLog, view: View) -> Lines:
    """Add what denies them to Why and Rule of the lines that end denied; `weight` is where each line ends."""
    found = list(_denials(lines, log))
    if not found:
        return lines
    places, rules, messages = (
        np.concatenate([entry[i] for entry in found]).astype(np.int64) for i in range(3)
    )
    ended = np.flatnonzero(weight[places] == DENY)
    if not len(ended):
        return lines
    once = ended[distinct([places[ended], rules[ended], messages[ended]], len(ended))[1]]
    words = view.frame.vocabulary
    order = once[np.lexsort((_ranks(messages[once], words), _ranks(rules[once], words), places[once]))]
    why, address = lines.why.copy(), lines.address.copy()
    for entries in in_rounds(places[order]):
        chosen = order[entries]
        for texts, more in ((why, messages), (address, rules)):
            line = places[chosen]
            texts[line] = join_reasons(texts[line], more[chosen].astype(np.int32), view, each_part_once=True)
    return replace(lines, why=why, address=address)


def _denials(lines: Lines, log: EditLog) -> Iterator[tuple[Index, Ids, Ids]]:
    """Give lines with the rule and the message of edits that deny them, or a row they stand for."""
    numbers, rows = lines.joined
    for chunk in log.chunks:
        denies = chunk.weight == DENY
        own = np.flatnonzero(denies & (chunk.lines != NO_LINE))
        yield chunk.lines[own], chunk.rule[own], chunk.message[own]
        of_rows = np.flatnonzero(denies & (chunk.lines == NO_LINE))
        if not len(of_rows):
            continue
        by_row = of_rows[np.argsort(chunk.rows[of_rows], kind="stable")]
        starts = np.searchsorted(chunk.rows[by_row], rows, side="left")
        counts = np.searchsorted(chunk.rows[by_row], rows, side="right") - starts
        ends = np.cumsum(counts)
        among = np.arange(counts.sum()) - np.repeat(ends - counts, counts) + np.repeat(starts, counts)
        edits = by_row[among]
        yield np.repeat(numbers, counts), chunk.rule[edits], chunk.message[edits]


def _ranks(ids: Index, words: Vocabulary) -> Index:
    """Rank ids by their texts."""
    present, numbers = np.unique(ids, return_inverse=True)
    texts = ["" if i == MISSING else str(words.words[i]) for i in present.tolist()]
    return np.argsort(np.argsort(np.array(texts, dtype=object), kind="stable"), kind="stable")[numbers]
