"""What coding takes and gives: encounter rows in, claim lines, edits and counts out."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from codesheet.coding.columns import Frame


@dataclass(slots=True)
class Encounters:
    """Encounter rows as read: typed columns, and where each row stood.

    `frame` has a column for every read field of the rulebook, absent headings as missing values. `file_rows`
    are the rows of `files` as a spreadsheet shows them (the header is row 1); `carried` holds the export's
    columns exactly as they came (text), unknown ones included, in the export's order, aligned with the frame.
    `rejected` has one row a fault: File, Row, Visit ID, Column, Value, Why (a row can have several);
    `rejected_rows` counts the distinct rows. `row_count` is every data row that was in the files.
    """

    frame: Frame
    file_of_row: pd.Series
    file_rows: pd.Series
    carried: pd.DataFrame
    rejected: pd.DataFrame
    rejected_rows: int
    row_count: int
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class CodedBatch:
    """The result tables of a batch, with the columns of DESIGN §8, ready to be written.

    `claim_lines`: Visit ID, Line, Date of service, shown fields, Code, Modifiers, Units, other line fields,
    Disposition, Why, Rule. `visits`: Visit ID, Date of service, shown fields, Status, Codes, Edits.
    `rows`: File, Row, Status, No line because, the export's columns as they came, then derived fields.
    `review`: Visit ID, Date of service, shown fields, Queue, Message, Facts, Rule, Row; by queue, visit.
    `edits`: every edit: Visit ID, Line, Code, Disposition, Queue, Message, Rule (deny, inform and drop too).
    `rejected`: see Encounters. `rule_counts`: fired count of each rule, keyed by its address.
    `seconds`: by stage. `history_lines`: what a history file keeps of the lines, where the rulebook has unit
    limits. Dates are datetime64, numbers floats, everything else text.
    """

    claim_lines: pd.DataFrame
    visits: pd.DataFrame
    rows: pd.DataFrame
    review: pd.DataFrame
    edits: pd.DataFrame
    rejected: pd.DataFrame
    rule_counts: dict[str, int]
    rows_in: int
    rows_coded: int
    rows_review: int
    rows_rejected: int
    seconds: dict[str, float] = field(default_factory=dict)
    history_lines: pd.DataFrame | None = None


def visits_of(encounters: Encounters, visit_key: str) -> list[str]:
    """Give the visits of encounter rows, each once."""
    words = encounters.frame.vocabulary.words
    return [str(words[i]) for i in np.unique(encounters.frame[visit_key].data).tolist()]
