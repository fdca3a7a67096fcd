"""A file that is read: where it is, and what messages and results call it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ReadableFile:
    """An export at hand; of an object of a store, its copy under the name of its address."""

    path: Path
    name: str
