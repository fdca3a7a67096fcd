"""Lines of earlier runs: what a patient has used before, so that limits over months can be counted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

VISIT, DAY, CODE, UNITS, DISPOSITION = "Visit ID", "Date of service", "Code", "Units", "Disposition"
COLUMNS = (VISIT, DAY, CODE, UNITS, DISPOSITION)
NOT_COUNTED = ("deny", "drop")
"""Dispositions of lines that use nothing up."""


@dataclass(frozen=True, slots=True)
class History:
    """What lines of earlier runs used up, those of visits that are coded anew left out.

    `lines` have DAY (an ordinal), UNITS and, as categories of folded text, CODE and the fields that say whose
    units they are. `begins` is the first day from which every line is in it: what was used before is not
    known.
    """

    begins: int
    lines: pd.DataFrame

    def of(self, texts: Mapping[str, Collection[str]]) -> pd.DataFrame:
        """Give the lines whose folded texts of some fields are among these."""
        kept = np.ones(len(self.lines), dtype=bool)
        for name, wanted in texts.items():
            column = self.lines[name].cat
            known = np.append(column.categories.isin(list(wanted)), [False])
            kept &= known[column.codes.to_numpy()]
        return self.lines[kept]
