"""Columns of a batch: numpy arrays with missing values, and why each missing value is missing.

A text-like column holds int32 ids into the batch's ``Vocabulary`` (-1 missing), any other float64 (NaN
missing). ``roots`` holds for each row the id of a set of field names (in ``RootSets``): the recorded facts
whose absence makes this value missing; 0 is the empty set, and rows with a value always have 0.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias, overload

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from codesheet.language.values import FieldType, fold

Data: TypeAlias = NDArray[Any]
"""A column's values: Floats or Ids, as its type says."""
Floats: TypeAlias = NDArray[np.float64]
Ids: TypeAlias = NDArray[np.integer[Any]]
Mask: TypeAlias = NDArray[np.bool_]
Index: TypeAlias = NDArray[np.int64]

MISSING = -1
_NOT_YET = -2
_PIECE = 1 << 13
_CLOSE = 1 << 12
"""Whole numbers no farther apart are told apart without hashing: minutes, units, days of a year."""


class Vocabulary:
    """Every text and code list of a batch, each once: id to word and back."""

    def __init__(self) -> None:
        self._ids: dict[str | tuple[str, ...], int] = {}
        self.words: list[str | tuple[str, ...]] = []
        self._folded: Index = np.array([MISSING])  # by id; the last place serves MISSING
        self._folded_ids: dict[str | tuple[str, ...], int] = {}
        self._texts: NDArray[np.object_] = np.array([""], dtype=object)
        self._arrow_texts = pa.array([], pa.large_string())

    def __len__(self) -> int:
        return len(self.words)

    def id_of(self, word: str | tuple[str, ...]) -> int:
        """Give the word's id, a new one if it has none yet."""
        found = self._ids.get(word)
        if found is None:
            found = self._ids[word] = len(self.words)
            self.words.append(word)
        return found

    def ids_of(self, words: Iterable[str | tuple[str, ...] | None]) -> Ids:
        """Give the ids of many words; None is missing."""
        known, held = self._ids, self.words
        ids = []
        for word in words:
            if word is None:
                ids.append(MISSING)
                continue
            found = known.get(word)
            if found is None:
                found = known[word] = len(held)
                held.append(word)
            ids.append(found)
        return np.array(ids, dtype=np.int32)

    def find(self, word: str) -> int:
        """Give the word's id, MISSING if no value of the batch has it."""
        return self._ids.get(word, MISSING)

    def folded(self, ids: Ids) -> Ids:
        """Give for each word id an id shared by all words that compare equal; MISSING where missing."""
        more = len(self.words) + 1 - len(self._folded)
        if more > 0:
            self._folded = np.concatenate([self._folded[:-1], np.full(more, _NOT_YET), [MISSING]])
        new = ids[self._folded[ids] == _NOT_YET]
        for word_id in present(new).tolist():
            word = self.words[word_id]
            key = fold(word) if isinstance(word, str) else tuple(map(fold, word))
            self._folded[word_id] = self._folded_ids.setdefault(key, len(self._folded_ids))
        return self._folded[ids]

    def texts(self) -> NDArray[np.object_]:
        """Give every word as text by its id; the last place, for MISSING, is empty."""
        known = len(self._texts) - 1
        if known < len(self.words):
            more = [w if isinstance(w, str) else ", ".join(w) for w in self.words[known:]]
            self._texts = np.concatenate([self._texts[:-1], np.array([*more, ""], dtype=object)])
        return self._texts

    def column(self, ids: Ids) -> pd.Series:
        """Give words by id as a column of text; missing ones are empty."""
        texts = self.texts()
        if len(self._arrow_texts) != len(texts):
            self._arrow_texts = pa.array(texts, pa.large_string())
        return text_column(self._arrow_texts, np.where(ids == MISSING, len(texts) - 1, ids))


def present(ids: Ids) -> Index:
    """Give the distinct ids (or other small numbers) of a column in order, without MISSING."""
    held = np.zeros(int(ids.max(initial=MISSING)) + 2, dtype=np.bool_)
    held[ids] = True  # MISSING is the last place
    return np.flatnonzero(held[:-1])


def text_column(words: pa.Array, places: Ids) -> pd.Series:
    """Give words by their places, each as often as it is asked for: the column holds each once."""
    return pd.Series(pd.arrays.ArrowExtensionArray(text_array(words, places)))


def text_array(words: pa.Array, places: Ids) -> pa.DictionaryArray:
    """Give words by their places as an array that holds each of them once, and no others."""
    present = np.zeros(len(words), dtype=np.bool_)
    present[places] = True
    numbers = (np.cumsum(present) - 1).astype(np.int32)
    held = words if present.all() else words.take(pa.array(np.flatnonzero(present)))
    return pa.DictionaryArray.from_arrays(pa.array(numbers[places]), held)


class RootSets:
    """Sets of field names, each once: id to set and back. Set 0 is empty."""

    def __init__(self) -> None:
        self.sets: list[frozenset[str]] = [frozenset()]
        self._ids: dict[frozenset[str], int] = {frozenset(): 0}
        self._unions: dict[tuple[int, int], int] = {}
        self._within: dict[frozenset[str], list[bool]] = {}

    def id_of(self, names: Iterable[str]) -> int:
        """Give the id of a set of names."""
        key = frozenset(names)
        found = self._ids.get(key)
        if found is None:
            found = self._ids[key] = len(self.sets)
            self.sets.append(key)
        return found

    def union_of(self, first: int, second: int) -> int:
        """Give the id of the union of two sets."""
        if second in (first, 0):
            return first
        if first == 0:
            return second
        pair = (first, second) if first < second else (second, first)
        found = self._unions.get(pair)
        if found is None:
            found = self._unions[pair] = self.id_of(self.sets[first] | self.sets[second])
        return found

    def within(self, names: frozenset[str]) -> Mask:
        """Say of each set, by its id, whether it is not empty and all of it is among some names."""
        known = self._within.setdefault(names, [])
        known += [bool(one) and one <= names for one in self.sets[len(known) :]]
        return np.array(known)

    @overload
    def union(self, first: Ids, second: Ids | None) -> Ids: ...
    @overload
    def union(self, first: Ids | None, second: Ids) -> Ids: ...
    @overload
    def union(self, first: Ids | None, second: Ids | None) -> Ids | None: ...
    def union(self, first: Ids | None, second: Ids | None) -> Ids | None:
        """Unite two columns of set ids, row by row."""
        if first is None or second is None:
            return second if first is None else first
        both = (first != 0) & (second != 0) & (first != second)
        united = np.where(first != 0, first, second)
        if both.any():
            count = len(self.sets)
            where, pairs = pd.factorize(first[both].astype(np.int64) * count + second[both])
            unions = [self.union_of(*divmod(pair, count)) for pair in pairs.tolist()]
            united[both] = np.array(unions, dtype=np.int32)[where]
        return united


class Numbered(NamedTuple):
    """The numbers of a column, missing ones left out: which of `values`, each once, a row has, or MISSING."""

    places: Index | Ids
    values: Floats


class Column:
    """One field's values for every row of a batch: `data` float64 or int32 ids, by its type.

    `roots` may be given as one set, for all that is missing: then it is spread over the rows when asked for.
    """

    __slots__ = ("_numbered", "_roots", "data", "type")

    def __init__(self, type: FieldType, data: Data, roots: Ids | int | None = None) -> None:  # noqa: A002
        self.type = type
        self.data = data
        self._roots = roots
        self._numbered: tuple[Data, Numbered] | None = None

    def __len__(self) -> int:
        return len(self.data)

    @property
    def roots(self) -> Ids | None:
        """Give each row's root set; None where no row has one."""
        if isinstance(self._roots, int):
            self._roots = np.where(self.missing, np.int32(self._roots), np.int32(0))
        return self._roots

    @roots.setter
    def roots(self, roots: Ids | None) -> None:
        self._roots = roots

    @property
    def all_roots(self) -> Ids:
        """Give each row's root set, 0 where none is known."""
        roots = self.roots
        return np.zeros(len(self), dtype=np.int32) if roots is None else roots

    @property
    def told_by(self) -> "tuple[Index | Ids, ...]":
        """Give small integers that together tell rows apart by value and roots."""
        exact: Index | Ids = self.data if self.type.is_text else self.numbered.places
        return (exact,) if self._roots is None or isinstance(self._roots, int) else (exact, self._roots)

    @property
    def numbered(self) -> Numbered:
        """Tell the distinct numbers of a column that holds numbers apart; its data can't be changed then."""
        if self._numbered is None or self._numbered[0] is not self.data:
            self.data.flags.writeable = False
            self._numbered = self.data, _numbered(self.data)
        return self._numbered[1]

    @property
    def missing(self) -> Mask:
        """Say for each row whether the value is missing."""
        return self.data == MISSING if self.type.is_text else np.isnan(self.data)

    def take(self, index: Index) -> "Column":
        """Give the rows of an index, in its order."""
        roots = self._roots
        taken = Column(
            self.type, self.data[index], roots if roots is None or isinstance(roots, int) else roots[index]
        )
        if self._numbered is None or self._numbered[0] is not self.data:
            return taken
        places, values = self._numbered[1]
        if len(values) <= len(index):  # of few rows, it is less work to look anew
            taken.data.flags.writeable = False
            taken._numbered = taken.data, Numbered(places[index], values)
        return taken


def _numbered(data: Floats) -> Numbered:
    """Tell numbers apart: whole ones close together, as most are, by how far they are from the least."""
    low, high = (np.fmin.reduce(data), np.fmax.reduce(data)) if len(data) else (np.nan, np.nan)
    if high - low < min(len(data), _CLOSE):
        places: Ids = np.empty(len(data), dtype=np.int32)
        if all(_put_from(low, data[piece], places[piece]) for piece in _pieces(len(data))):
            return Numbered(places, np.arange(low, high + 1))
    hashed, values = pd.factorize(data)
    return Numbered(hashed.astype(np.int64, copy=False), values)


def _pieces(rows: int) -> Iterator[slice]:
    """Give stretches of rows that stay in the processor's cache while they are worked on."""
    return (slice(start, start + _PIECE) for start in range(0, rows, _PIECE))


def _put_from(low: float, data: Floats, places: Ids) -> bool:
    """Put down how far each number is from the least, MISSING where missing; say whether all are whole."""
    places[:] = np.fmax(data - low, MISSING)
    return bool(((places + low == data) | np.isnan(data)).all())


@dataclass(slots=True)
class Frame:
    """Columns of one length by field name, with the batch's vocabulary and root sets.

    A frame taken from another copies a column when it is first asked for: `index` names the parent's rows.
    `grouped` holds numbers of groups of rows by the names of fields, with the data that told them apart.
    """

    rows: int
    columns: dict[str, Column]
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    roots: RootSets = field(default_factory=RootSets)
    parent: "Frame | None" = None
    index: Index | None = None
    grouped: dict[tuple[str, ...], tuple[list[Data], Index]] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> Column:
        found = self.columns.get(name)
        if found is None:
            if self.parent is None or self.index is None:
                raise KeyError(name)
            found = self.columns[name] = self.parent[name].take(self.index)
        return found

    def __contains__(self, name: str) -> bool:
        return name in self.columns or (self.parent is not None and name in self.parent)

    def take(self, index: Index) -> "Frame":
        """Give a frame of the rows of an index; vocabulary and root sets are shared."""
        return Frame(len(index), {}, self.vocabulary, self.roots, self, index)
