"""Which rows are coded again: spread over the file, chosen by its own content, with all they depend on."""

import hashlib
import random
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from codesheet.coding.batch import CodedBatch, Encounters
from codesheet.coding.columns import Index
from codesheet.coding.plain_values import values_of
from codesheet.compiling.reads import claim_edit_tables
from codesheet.compiling.ruleset import Ruleset
from codesheet.language.values import fold
from codesheet.model import HitPolicy, Level, Origin, Rulebook
from codesheet.verifying.comparison import is_missing


def sample_rows(ruleset: Ruleset, encounters: Encounters, batch: CodedBatch, rows: int) -> Index:
    """Choose rows evenly over the file, each with its visit and Per groups, until there are enough."""
    count = encounters.frame.rows
    if rows >= count:
        return np.arange(count)
    groupings = [_Grouping(codes) for codes in _group_codes(ruleset.rulebook, encounters, batch)]
    chance = random.Random(_seed(ruleset, encounters))  # noqa: S311 - a sample, not a secret
    strata = [(count * part // rows, count * (part + 1) // rows) for part in range(rows)]
    chance.shuffle(strata)
    picked: set[int] = set()
    for first, end in strata:
        if len(picked) >= rows:
            break
        _add_with_groups(chance.randrange(first, end), groupings, picked)
    return np.array(sorted(picked), dtype=np.int64)


def _seed(ruleset: Ruleset, encounters: Encounters) -> bytes:
    content = hashlib.sha256(ruleset.digest.encode())
    for name in sorted(encounters.frame.columns):
        content.update(encounters.frame[name].data.tobytes())
    return content.digest()


class _Grouping:
    """Rows by the number of their group."""

    def __init__(self, codes: Index) -> None:
        self.codes = codes
        self._ranked = np.argsort(codes, kind="stable")
        self._sorted = codes[self._ranked]

    def rows_of(self, code: int) -> list[int]:
        first, end = np.searchsorted(self._sorted, [code, code + 1])
        return self._ranked[first:end].tolist()


def _add_with_groups(row: int, groupings: Sequence[_Grouping], picked: set[int]) -> None:
    waiting = [] if row in picked else [row]
    picked.add(row)
    seen: set[tuple[int, int]] = set()
    while waiting:
        one = waiting.pop()
        for number, grouping in enumerate(groupings):
            code = int(grouping.codes[one])
            if (number, code) not in seen:
                seen.add((number, code))
                found = [other for other in grouping.rows_of(code) if other not in picked]
                picked.update(found)
                waiting += found


def _group_codes(rulebook: Rulebook, encounters: Encounters, batch: CodedBatch) -> Iterator[Index]:
    """Give the rows numbers by visit, then by each Per of the rulebook."""
    yield pd.factorize(encounters.frame[rulebook.visit_key].data)[0].astype(np.int64)
    for per in dict.fromkeys(_pers(rulebook)):
        codes = np.zeros(encounters.frame.rows, dtype=np.int64)
        blank = np.zeros(encounters.frame.rows, dtype=bool)
        for name in per:
            words = _comparable(name, rulebook, encounters, batch)
            own, values = pd.factorize(words)
            blank |= own < 0
            codes = pd.factorize(codes * (len(values) + 1) + own)[0].astype(np.int64)
        codes[blank] = codes.max(initial=0) + 1 + np.arange(int(blank.sum()))
        yield codes


def _pers(rulebook: Rulebook) -> Iterator[tuple[str, ...]]:
    """Give every Per by its row fields: lines of one group are of rows alike in those."""
    grouped = [field.per for field in rulebook.fields.values() if field.formula is not None and field.per]
    grouped += [t.per for t in rulebook.decisions.values() if t.hit_policy is HitPolicy.FIRST_IN_GROUP]
    grouped += [table.per for table in claim_edit_tables(rulebook).values() if table.per]
    for per in grouped:
        yield tuple(sorted(name for name in per if rulebook.fields[name].level is Level.ROW))


def _comparable(name: str, rulebook: Rulebook, encounters: Encounters, batch: CodedBatch) -> pd.Series:
    """Give a field in the form in which Per groups compare it; missing where it is blank."""
    if rulebook.fields[name].origin is Origin.READ:
        values = values_of(encounters.frame[name], encounters.frame.vocabulary)
    else:
        values = [None if is_missing(value) else value for value in batch.rows[name].tolist()]
    folded: dict[object, object] = {}
    return pd.Series([folded.setdefault(value, _folded(value)) for value in values], dtype="object")


def _folded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 9)
    return fold(value) if isinstance(value, str) else value if value is None else str(value)
