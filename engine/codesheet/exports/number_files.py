"""Numbers of rows kept out of memory: one after another in a file, or in memory where there is no folder."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray


class OpenNumbers:
    """A file of numbers while it is open."""

    def __init__(self, file: BinaryIO, kind: np.dtype[Any]) -> None:
        self._file = file
        self._kind = kind

    def read(self, start: int, count: int) -> NDArray[Any]:
        """Give so many numbers from a place on."""
        self._file.seek(start * self._kind.itemsize)
        return np.frombuffer(self._file.read(count * self._kind.itemsize), dtype=self._kind)

    def write(self, start: int, numbers: NDArray[Any]) -> None:
        """Put numbers from a place on."""
        self._file.seek(start * self._kind.itemsize)
        self._file.write(np.ascontiguousarray(numbers, dtype=self._kind).data)


class NumberFile:
    """Numbers of one type; nothing of them is held in memory where there is a folder."""

    def __init__(self, folder: Path | None, name: str, kind: type[Any]) -> None:
        self._path = None if folder is None else folder / name
        self._memory = io.BytesIO()
        self._kind = np.dtype(kind)
        self.count = 0

    @contextmanager
    def opened(self) -> Iterator[OpenNumbers]:
        """Open the file for reading and writing."""
        if self._path is None:
            yield OpenNumbers(self._memory, self._kind)
            return
        self._path.touch()
        with self._path.open("r+b") as file:
            yield OpenNumbers(file, self._kind)

    def append(self, numbers: NDArray[Any]) -> None:
        """Put numbers at the end."""
        with self.opened() as file:
            file.write(self.count, numbers)
        self.count += len(numbers)
