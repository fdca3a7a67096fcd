"""What workers do, each task by itself: survey a file, hand its rows out to chunks, code a chunk, write it.

Workers and whoever asks them see the same folders. A task may be done twice, where a worker was lost: it
then writes the same again, under names of its own, or puts a whole file in the place of its like.
"""

import os
import pickle
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from codesheet.coding.batch import Encounters, visits_of
from codesheet.coding.coder import Coder
from codesheet.coding.columns import Index
from codesheet.coding.history import History
from codesheet.compiling.ruleset import Ruleset
from codesheet.exports.addresses import Place
from codesheet.exports.export import Export, ExportFile, FileRows, make_encounters, taken
from codesheet.exports.families import Families, RowKeys
from codesheet.exports.grouping import Chunks
from codesheet.exports.pieces import PieceStore
from codesheet.exports.reader import read_file
from codesheet.exports.table import RawTable
from codesheet.issues import Issue
from codesheet.model import Rulebook
from codesheet.results.coded_chunk import Done
from codesheet.results.files import write_parquet
from codesheet.results.spooled_table import SpooledTable
from codesheet.results.tables import Results
from codesheet.verifying.verification import code_and_verify

_RULESET = "ruleset"
_HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A file that was read: its pieces wait in the store; `keys` tell of each piece what belongs together."""

    issues: list[Issue]
    file: ExportFile | None
    store: PieceStore
    keys: list[RowKeys]


class _KeptKeys(Families):
    """Keys for whoever finds the families of all files."""

    def __init__(self) -> None:
        super().__init__(None, 0)
        self.keys: list[RowKeys] = []

    def add(self, piece: RowKeys) -> None:
        self.keys.append(piece)


def share_ruleset(ruleset: Ruleset, folder: Path) -> None:
    """Put the rules where every worker finds them."""
    with (folder / _RULESET).open("wb") as file:
        pickle.dump(ruleset, file, protocol=pickle.HIGHEST_PROTOCOL)


def share_history(history: History, folder: Path) -> None:
    """Put what earlier runs used up where every worker finds it."""
    with (folder / _HISTORY).open("wb") as file:
        pickle.dump(history, file, protocol=pickle.HIGHEST_PROTOCOL)


def survey(folder: Path, place: Place) -> Surveyed:
    """Read a file or an object to its end, and keep its pieces in a folder of its own."""
    rulebook = _coder(folder).ruleset.rulebook
    own = _new_folder(folder, "file")
    store, kept = PieceStore(own, rows_in_memory=0), _KeptKeys()
    export = Export(rulebook, store, kept)
    issues = read_file(place, export, rulebook, own, lambda _: None)
    return Surveyed(issues, export.files[0] if export.files else None, store, kept.keys)


def hand_out(
    folder: Path, number: int, surveyed: Surveyed, families: Sequence[Index], chunks: Chunks
) -> list[int]:
    """Put each row of a file where its chunk finds it; give the chunks.

    `number` is the file's, `families` are those of each piece's rows.
    """
    own = _new_folder(folder, "cut")
    touched: set[int] = set()
    for piece, of_row in zip(surveyed.file.pieces if surveyed.file else (), families, strict=True):
        table, into = surveyed.store[piece][0], chunks.of(of_row)
        for chunk in np.unique(into).tolist():
            places = np.flatnonzero(into == chunk)
            with (own / str(chunk)).open("ab") as file:
                pickle.dump((taken(table, places), of_row[places]), file, protocol=pickle.HIGHEST_PROTOCOL)
            touched.add(chunk)
    for chunk in touched:
        (own / str(chunk)).replace(_rows_file(folder, number, chunk))
    own.rmdir()
    return sorted(touched)


def code_chunk(
    folder: Path,
    chunk: int,
    numbers: Sequence[int],
    files: Sequence[ExportFile],
    rows_to_verify: int,
    has_history: bool,  # noqa: FBT001 - tasks have no names for what they are given
) -> Done:
    """Code a chunk of whole visits, of rows of the files with these numbers; its tables wait on disk.

    Of the `rows_to_verify` of the run it verifies its share.
    """
    coder = _coder(folder, has_history=has_history)
    encounters = _encounters(folder, chunk, numbers, files, coder.ruleset.rulebook)
    results = Results(_new_folder(folder, "coded"), keep_first=False)
    of_rows = sum(file.row_count for file in files)
    with _one_at_a_time:
        batch, verification = code_and_verify(coder, encounters, rows_to_verify, of_rows)
    results.add(batch)
    return Done(results, verification)


def visits_of_chunk(
    folder: Path, chunk: int, numbers: Sequence[int], files: Sequence[ExportFile]
) -> list[str]:
    """Give the visits of a chunk that can be coded."""
    rulebook = _coder(folder).ruleset.rulebook
    return visits_of(_encounters(folder, chunk, numbers, files, rulebook), rulebook.visit_key)


def _encounters(
    folder: Path, chunk: int, numbers: Sequence[int], files: Sequence[ExportFile], rulebook: Rulebook
) -> Encounters:
    parts = (
        FileRows(table, families, files[number].headings, files[number].layout)
        for number in numbers
        for table, families in _handed_out(_rows_file(folder, number, chunk))
    )
    return make_encounters(parts, [file.layout for file in files], rulebook)


def write_part(path: Path, table: SpooledTable) -> None:
    """Write one part of a table that is a folder of parquet files."""
    partial = path.with_name(f".{path.name}.{uuid4().hex}")
    write_parquet(partial, table)
    partial.replace(path)


def _handed_out(path: Path) -> Iterator[tuple[RawTable, Index]]:
    with path.open("rb") as file:
        end = os.fstat(file.fileno()).st_size
        while file.tell() < end:
            yield pickle.load(file)  # noqa: S301 - this run wrote it, nobody else can


def _rows_file(folder: Path, number: int, chunk: int) -> Path:
    return folder / f"rows.{chunk}.{number}"


def _new_folder(folder: Path, what: str) -> Path:
    new = folder / f"{what}.{uuid4().hex}"
    new.mkdir()
    return new


_one_at_a_time = threading.Lock()
"""A worker may have several threads; a coder serves one."""

_coders: dict[tuple[Path, bool], Coder] = {}
"""The coder of the run at hand, with or without a history; it remembers what it has matched."""


def _coder(folder: Path, *, has_history: bool = False) -> Coder:
    with _one_at_a_time:
        found = _coders.get((folder, has_history))
        if found is None:
            _coders.clear()
            history = _shared(folder / _HISTORY) if has_history else None
            found = _coders[folder, has_history] = Coder(_shared(folder / _RULESET), history)
        return found


def _shared(path: Path) -> Any:  # noqa: ANN401 - what was shared under that name
    with path.open("rb") as file:
        return pickle.load(file)  # noqa: S301 - this run wrote it
