"""A coded batch as the tables of DESIGN §8: claim lines, visits, rows, review, edits."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from codesheet.coding.batch import CodedBatch, Encounters
from codesheet.coding.coded import DISPOSITION_TEXTS, Coded, identity, shown
from codesheet.coding.columns import MISSING, Ids, Index, text_column
from codesheet.coding.edit_tables import edit_table, review_table
from codesheet.coding.edits import DROP, NO_LINE
from codesheet.coding.history import CODE, DAY, DISPOSITION, UNITS, VISIT
from codesheet.coding.lines import Lines
from codesheet.coding.text_functions import exact_codes
from codesheet.coding.view import View, distinct
from codesheet.compiling.ruleset import Ruleset
from codesheet.language.values import FieldType, show_value
from codesheet.model import Level, Origin, Rulebook

STATUSES = ("coded", "review", "no lines", "rejected")
_STATUSES = pa.array(STATUSES, pa.large_string())


def report(coded: Coded, encounters: Encounters, ruleset: Ruleset, rule_counts: dict[str, int]) -> CodedBatch:
    """Make the result tables of a batch."""
    rulebook = ruleset.rulebook
    standing = np.flatnonzero(coded.verdict.line_weight != DROP)
    lines, weight = coded.lines.take(standing), coded.verdict.line_weight[standing]
    renumbered = np.full(len(coded.lines) + 1, NO_LINE, dtype=np.int64)  # the last place serves NO_LINE
    renumbered[standing] = np.arange(len(standing))
    visits = _Visits.of(coded.view)
    claim_lines = _claim_lines(lines, weight, coded, rulebook)
    edits = edit_table(coded, renumbered, claim_lines, visits.number, rulebook)
    status = visits.statuses(coded, lines)
    kept_rows = int((status[visits.number] == STATUSES.index("review")).sum())
    return CodedBatch(
        claim_lines=claim_lines,
        visits=_visits(visits, status, lines, edits, coded, encounters, rulebook),
        rows=_rows(coded, encounters, status[visits.number], rulebook),
        review=review_table(edits, coded, encounters, rulebook),
        edits=edits.drop(columns=["_visit", "_row", "_facts"]),
        rejected=encounters.rejected,
        rule_counts=rule_counts,
        rows_in=encounters.row_count,
        rows_coded=coded.view.frame.rows - kept_rows,
        rows_review=kept_rows,
        rows_rejected=encounters.rejected_rows,
    )


def history_lines(coded: Coded, per: tuple[str, ...]) -> pd.DataFrame:
    """Give the lines as a history keeps them: days as ordinals, whose units they are as text."""
    frame = coded.lines.frame
    words = frame.vocabulary
    visits = coded.view.frame[coded.view.rulebook.visit_key].data[coded.lines.row]
    columns: dict[str, object] = {
        VISIT: words.column(visits),
        DAY: coded.view.days[coded.lines.row],
        CODE: words.column(frame["Code"].data),
        UNITS: frame["Units"].data,
        DISPOSITION: text_column(DISPOSITION_TEXTS, coded.verdict.line_weight),
    }
    for name in per:
        column = frame[name]
        if column.type.is_text:
            columns[name] = words.column(column.data)
            continue
        values, numbers = np.unique(column.data, return_inverse=True)
        said = ["" if np.isnan(value) else show_value(value, column.type) for value in values.tolist()]
        columns[name] = text_column(pa.array(said, pa.large_string()), numbers)
    return pd.DataFrame(columns)


@dataclass(slots=True)
class _Visits:
    """Visits in order of appearance: each row's number, and the first row of each by Row order."""

    number: Index
    first: Index

    @classmethod
    def of(cls, view: View) -> "_Visits":
        number, first = distinct([view.visit_ids], view.frame.rows)
        ranked = np.argsort(view.order)  # a visit's rows stand together in it
        leads = ranked[np.flatnonzero(np.diff(number[ranked], prepend=-1))]
        first[number[leads]] = leads
        return cls(number, first)

    def statuses(self, coded: Coded, lines: Lines) -> Index:
        """Give each visit's status, a place in STATUSES."""
        status = np.full(len(self.first), STATUSES.index("no lines"), dtype=np.int64)
        status[self.number[lines.row]] = STATUSES.index("coded")
        status[self.number[coded.verdict.in_review]] = STATUSES.index("review")
        return status


def _claim_lines(lines: Lines, weight: Ids, coded: Coded, rulebook: Rulebook) -> pd.DataFrame:
    frame = lines.frame
    number = _line_numbers(coded.view.visit_ids[lines.row])
    columns = identity(lines.row, coded, rulebook, {"Line": pd.Series(number)})
    names = ["Code", "Modifiers", "Units"]
    names += [n for n in _line_names(lines, rulebook) if n not in names]
    of_edits = [name for name in names if rulebook.fields[name].origin is Origin.CLAIM_EDIT]
    for name in names:
        if name not in of_edits:
            columns[name] = shown(frame[name], frame)
    columns["Disposition"] = text_column(DISPOSITION_TEXTS, weight)
    columns["Why"] = frame.vocabulary.column(lines.why)
    columns["Rule"] = frame.vocabulary.column(lines.address)
    columns |= {name: shown(frame[name], frame) for name in of_edits}  # what limits and pairs turned on
    return pd.DataFrame(columns)


def _line_names(lines: Lines, rulebook: Rulebook) -> list[str]:
    """Name the line fields that results show: those tables and line lookups set."""
    decided = [
        name
        for name, field in rulebook.fields.items()
        if field.level is Level.LINE and field.origin in (Origin.LOOKUP, Origin.DECISION, Origin.CLAIM_EDIT)
    ]
    hidden = ("Disposition", "Reason")
    known = [name for name in (*lines.set_names, *decided) if name not in hidden]
    return [name for name in dict.fromkeys(known) if name in lines.frame]


def _line_numbers(visits: Ids) -> Index:
    """Give lines numbers within their visit; the lines of a visit stand together."""
    count = np.arange(len(visits))
    leads = np.ones(len(visits), dtype=bool)
    leads[1:] = visits[1:] != visits[:-1]
    return count - np.maximum.accumulate(np.where(leads, count, 0)) + 1 if len(visits) else count


def _visits(
    visits: _Visits,
    status: Index,
    lines: Lines,
    edits: pd.DataFrame,
    coded: Coded,
    encounters: Encounters,
    rulebook: Rulebook,
) -> pd.DataFrame:
    columns = identity(visits.first, coded, rulebook, {})
    columns["Status"] = text_column(_STATUSES, status)
    columns["Codes"] = _joined_by(visits.number[lines.row], _code_texts(lines), len(visits.first))
    words = (edits["Disposition"].astype("str") + ": " + edits["Message"].astype("str")).to_numpy(
        dtype="object"
    )
    columns["Edits"] = _joined_by(edits["_visit"].to_numpy(dtype=np.int64), words, len(visits.first))
    table = pd.DataFrame(columns)
    rejected = [visit for visit in dict.fromkeys(encounters.rejected["Visit ID"]) if visit]
    seen = set(table["Visit ID"][table["Visit ID"].isin(rejected)]) if rejected else set()
    lost = [visit for visit in rejected if visit not in seen]
    if lost:
        said: dict[str, object] = {
            "Visit ID": lost,
            "Status": "rejected",
            "Edits": "no row of it could be read",
        }
        texts = {name: said.get(str(name), "") for name in table if _is_text(table[name])}
        table = pd.concat([table, pd.DataFrame(texts, index=range(len(lost)))], ignore_index=True)
    return table


def _is_text(column: pd.Series) -> bool:
    types = pd.api.types
    return not (types.is_numeric_dtype(column.dtype) or types.is_datetime64_any_dtype(column.dtype))


def _code_texts(lines: Lines) -> np.ndarray:
    """Write lines as a biller would jot them: J9271-JZ, and the units if not 1."""
    frame = lines.frame
    columns = [frame["Code"], frame["Modifiers"], frame["Units"]]
    numbers, first = distinct([exact_codes(column) for column in columns], frame.rows)
    words = frame.vocabulary.texts()
    codes, modifiers = (words[column.data[first]].tolist() for column in columns[:2])
    units = [show_value(u, FieldType.NUMBER) for u in columns[2].data[first].tolist()]
    jotted = [
        code + "".join(f"-{m}" for m in mods.split(", ") if m) + (f" x {count}" if count != "1" else "")
        for code, mods, count in zip(codes, modifiers, units, strict=True)
    ]
    return np.array(jotted, dtype="object")[numbers]


def _joined_by(numbers: Index, words: np.ndarray, count: int) -> pd.Series:
    """Join the words of each number, in their order."""
    ends = np.cumsum(np.bincount(numbers, minlength=count))
    ordered = pa.array(words[np.argsort(numbers, kind="stable")], pa.string())
    lists = pa.ListArray.from_arrays(np.concatenate([[0], ends]).astype(np.int32), ordered)
    return pd.Series(pc.binary_join(lists, "; ").cast(pa.large_string()), dtype="str")


def _rows(coded: Coded, encounters: Encounters, status: Index, rulebook: Rulebook) -> pd.DataFrame:
    frame = coded.view.frame
    why = np.full(frame.rows, MISSING, dtype=np.int64)
    for rows, words in zip(coded.nothing.rows, coded.nothing.why, strict=True):
        why[rows] = words
    columns: dict[str, object] = {
        "File": encounters.file_of_row.to_numpy(),
        "Row": encounters.file_rows.to_numpy(),
        "Status": text_column(_STATUSES, status),
        "No line because": frame.vocabulary.column(why),
    }
    table = pd.DataFrame(columns)
    derived = {
        name: shown(frame[name], frame)
        for name, field in rulebook.fields.items()
        if field.level is Level.ROW and field.origin is not Origin.READ and name in frame
    }
    carried = encounters.carried.reset_index(drop=True)
    clash = {
        name: f"{name} (as came)" for name in carried.columns if name in table.columns or name in derived
    }
    return pd.concat([table, carried.rename(columns=clash), pd.DataFrame(derived)], axis=1)
