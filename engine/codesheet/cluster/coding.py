"""An export coded by a cluster: files surveyed, rows handed out to chunks, chunks coded, parts written.

The keys of all rows, not the rows, come to whoever asks; where each row belongs is found here as it is for
one machine (`exports/families.py`), so the results are the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codesheet.cluster import tasks
from codesheet.cluster.scheduler import Workers
from codesheet.coding.history import History
from codesheet.compiling.ruleset import Ruleset
from codesheet.exports.addresses import Place
from codesheet.exports.export import ROWS_AT_ONCE, ExportFile
from codesheet.exports.families import Families
from codesheet.exports.grouping import Chunks, Grouping
from codesheet.exports.inputs import repeated
from codesheet.issues import Issue
from codesheet.results.coded_chunk import Done
from codesheet.results.spooled_table import SpooledTable


@dataclass(slots=True)
class ClusterExport:
    """Files that workers have surveyed, and the families of their rows."""

    workers: Workers
    folder: Path
    surveyed: list[tasks.Surveyed]
    families: Families
    files_of_chunks: list[list[int]] = field(default_factory=list)

    @property
    def files(self) -> list[ExportFile]:
        """Give the files, in order."""
        return [one.file for one in self.surveyed if one.file is not None]

    @property
    def row_count(self) -> int:
        """Count every data row."""
        return sum(file.row_count for file in self.files)

    @property
    def notes(self) -> list[str]:
        """Say what whoever reads the results should know of the files."""
        return [note for file in self.files for note in file.layout.notes]

    @property
    def records(self) -> list[str]:
        """Say what only the record of the run need hold of the files, after the notes."""
        return [*self.notes, *(record for file in self.files for record in file.layout.records)]

    def hand_out(self) -> None:
        """Put each row where its chunk finds it."""
        chunks = Chunks(self.families, ROWS_AT_ONCE)
        self.files_of_chunks = [[] for _ in range(chunks.count)]
        handed_out = self.workers.each(tasks.hand_out, self._rows_to_hand_out(chunks))
        for number, touched in enumerate(handed_out):
            for chunk in touched:
                self.files_of_chunks[chunk].append(number)

    def visits(self) -> Iterator[list[str]]:
        """Give the visits of each chunk that can be coded."""
        calls = ((self.folder, *chunk, self.files) for chunk in enumerate(self.files_of_chunks))
        yield from self.workers.each(tasks.visits_of_chunk, calls)

    def code(self, rows_to_verify: int, history: History | None) -> Iterator[Done]:
        """Code the rows handed out, chunk by chunk, and verify so many; give what came of each in order."""
        if history is not None:  # what earlier runs used up
            tasks.share_history(history, self.folder)
        calls = (
            (self.folder, *chunk, self.files, rows_to_verify, history is not None)
            for chunk in enumerate(self.files_of_chunks)
        )
        yield from self.workers.each(tasks.code_chunk, calls)

    def _rows_to_hand_out(self, chunks: Chunks) -> Iterator[tuple[object, ...]]:
        begin = 0
        for number, one in enumerate(self.surveyed):
            end = begin + len(one.file.pieces if one.file else ())
            families = [self.families.of_piece(piece) for piece in range(begin, end)]
            yield self.folder, number, one, families, chunks
            begin = end

    def write_parts(self, folder: Path, parts: Sequence[SpooledTable]) -> None:
        """Let the workers write the parts of a table, a file each."""
        calls = ((folder / f"part-{number:06}.parquet", part) for number, part in enumerate(parts))
        for _ in self.workers.each(tasks.write_part, calls):
            pass


def survey(
    places: Sequence[Place], ruleset: Ruleset, folder: Path, workers: Workers
) -> tuple[ClusterExport, list[Issue]]:
    """Let workers read files to their ends; nothing is coded where one of them is at fault."""
    tasks.share_ruleset(ruleset, folder)
    families = Families(folder, len(Grouping(ruleset.rulebook).keys))
    surveyed, issues = list[tasks.Surveyed](), repeated(places)
    calls = [(folder, place) for place in places] if not issues else []
    for one in workers.each(tasks.survey, calls):
        issues += one.issues
        for keys in one.keys:
            families.add(keys)
        one.keys.clear()
        surveyed.append(one)
    return ClusterExport(workers, folder, surveyed, families), issues
