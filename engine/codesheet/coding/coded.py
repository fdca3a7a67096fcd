"""A coded batch before it is written out as tables, and how tables show its columns."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from codesheet.coding.columns import Column, Frame, Index, text_column
from codesheet.coding.edits import DISPOSITIONS, EditLog
from codesheet.coding.lines import Lines
from codesheet.coding.made_lines import NoLines
from codesheet.coding.verdict import Verdict
from codesheet.coding.view import View
from codesheet.language.values import FieldType, show_value
from codesheet.model import Rulebook

DISPOSITION_TEXTS = pa.array([disposition.value for disposition in DISPOSITIONS], pa.large_string())
_EPOCH = 719163  # the ordinal of 1970-01-01, where numpy's days begin


@dataclass(slots=True)
class Coded:
    """A coded batch before it is written out as tables."""

    view: View
    lines: Lines
    log: EditLog
    nothing: NoLines
    verdict: Verdict


def shown(column: Column, frame: Frame) -> pd.Series:
    """Give a column the way results show it: text, numbers, dates."""
    if column.type.is_text:
        return frame.vocabulary.column(column.data)
    if column.type is FieldType.DATE:
        days = np.where(np.isnan(column.data), np.nan, column.data - _EPOCH)
        return pd.Series(pd.to_datetime(days, unit="D"))
    if column.type in (FieldType.YES_NO, FieldType.TIME):
        numbers, values = pd.factorize(column.data)  # -1, the last place, where missing
        words = [*(show_value(v, column.type) for v in values.tolist()), ""]
        return text_column(pa.array(words, pa.large_string()), np.where(numbers < 0, len(values), numbers))
    return pd.Series(column.data)


def identity(
    rows: Index, coded: Coded, rulebook: Rulebook, after_visit: dict[str, object]
) -> dict[str, object]:
    """Give the columns that say which visit: key, then others, date of service, shown fields."""
    frame = coded.view.frame
    columns: dict[str, object] = {"Visit ID": shown(frame[rulebook.visit_key].take(rows), frame)}
    columns |= after_visit
    columns["Date of service"] = shown(frame[rulebook.date_of_service].take(rows), frame)
    for name in rulebook.shown:
        columns[name] = shown(frame[name].take(rows), frame)
    return columns
