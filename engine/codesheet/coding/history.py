"""Lines of earlier runs: what a patient has used before, so that limits over months can be counted."""

from dataclasses import dataclass

import pandas as pd

VISIT, DAY, CODE, UNITS, DISPOSITION = "Visit ID", "Date of service", "Code", "Units", "Disposition"
COLUMNS = (VISIT, DAY, CODE, UNITS, DISPOSITION)
NOT_COUNTED = ("deny", "drop")
"""Dispositions of lines that use nothing up."""


@dataclass(frozen=True, slots=True)
class History:
    """Claim lines of earlier runs, with the columns of COLUMNS and those that say whose units they are.

    `begins` is the first day (an ordinal) from which every line is in it: what was used before is not known.
    """

    begins: int
    lines: pd.DataFrame

    def used(self) -> pd.DataFrame:
        """Give the lines that use units up."""
        return self.lines[~self.lines[DISPOSITION].isin(NOT_COUNTED)]
