"""What comes back of a chunk, whoever coded it."""

from dataclasses import dataclass

from codesheet.results.tables import Results
from codesheet.verifying.verification import Verification


@dataclass(frozen=True, slots=True)
class Done:
    """A coded chunk: its results, and what came of verifying its share of the rows."""

    results: Results
    verification: Verification | None
