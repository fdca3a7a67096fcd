"""Whatever an export holds: no bytes give a traceback, and a file's form does not change what is read."""

import csv
import io
import tempfile
from pathlib import Path

import numpy as np
import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st
from rulebooks import VISIT, field, rulebook

from codesheet.coding.batch import Encounters
from codesheet.coding.plain_values import values_of
from codesheet.exports.reader import read_encounters

FIELDS = [
    VISIT,
    field("Item", "whole number"),
    field("Day", "date"),
    field("Notes"),
    field("Codes", "code list"),
]
BOOK = rulebook(FIELDS)
HEADINGS = ["Visit ID", "Item", "Day", "Notes", "Codes", "Unknown"]

printable = st.text(st.characters(codec="cp1252", exclude_categories=("Cc", "Cs")), max_size=8)
texts = st.one_of(printable, st.text(st.sampled_from("ab,;|\t\"\n' 0"), max_size=9))
visits = st.text(st.sampled_from("V0123 "), min_size=1, max_size=4)
items = st.sampled_from(["1", "2", " 3", "", "4.0", "x"])
days = st.sampled_from(["2026-05-04", "", "2026-13-01", "2025-12-31"])
tables = st.lists(st.tuples(visits, items, days, texts, texts, texts), max_size=12)


def read(data: bytes, name: str) -> Encounters | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        encounters, issues = read_encounters([path], BOOK)
        assert encounters or issues
        return encounters


def content(encounters: Encounters | None) -> object:
    assert encounters is not None
    frame = encounters.frame
    columns = {name: values_of(column, frame.vocabulary) for name, column in frame.columns.items()}
    faults = encounters.rejected.drop(columns="File").to_dict("list")
    rows = encounters.file_rows.to_list()
    return columns, encounters.carried.to_dict("list"), faults, rows, encounters.row_count


def csv_bytes(
    rows: list[tuple[str, ...]], delimiter: str, line_end: str, encoding: str, quoting: int
) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([HEADINGS, *rows])
    return out.getvalue().encode(encoding)


def xlsx_bytes(rows: list[tuple[str, ...]]) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for number, row in enumerate([HEADINGS, *rows], start=1):
        for column, text in enumerate(row, start=1):
            if text:
                sheet.cell(number, column).value = text
                sheet.cell(number, column).data_type = "s"
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def is_filled(row: tuple[str, ...]) -> bool:
    return any(cell.strip() for cell in row)


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"Visit ID,Item\n", b"PK\x03\x04", b"PAR1", b"\xff\xfe", b'"']),
)
@settings(deadline=None)
def test_no_bytes_give_a_traceback(data: bytes, start: bytes) -> None:
    read(start + data, "visits.csv")


WORKBOOK = xlsx_bytes([("V1", "1", "2026-05-04", "a", "b", "c")])


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_no_damage_to_a_workbook_gives_a_traceback(data: st.DataObject) -> None:
    workbook = bytearray(WORKBOOK)
    for at in data.draw(st.lists(st.integers(0, len(workbook) - 1), min_size=1, max_size=3)):
        workbook[at] = data.draw(st.integers(0, 255))
    read(bytes(workbook), "visits.xlsx")


@given(
    tables,
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@settings(deadline=None)
def test_csv_text_comes_back_as_it_was_written(
    rows: list[tuple[str, ...]], delimiter: str, line_end: str, encoding: str, quoting: int
) -> None:
    found = read(csv_bytes(rows, delimiter, line_end, encoding, quoting), "visits.csv")
    assert found is not None
    bad = set(found.rejected["Row"])
    filled = [(number, row) for number, row in enumerate(rows, start=2) if is_filled(row)]
    begins = {row[0].strip(): number for number, row in reversed(filled)}
    kept = [(number, row) for number, row in filled if number not in bad]
    kept.sort(key=lambda numbered: begins[numbered[1][0].strip()])
    assert found.file_rows.to_list() == [number for number, _ in kept]
    assert list(found.carried.itertuples(index=False, name=None)) == [row for _, row in kept]
    assert (found.row_count, found.rejected_rows) == (len(filled), len(bad))
    for _, row in filled:
        wrong = not row[0].strip() or row[1] == "x" or row[2] == "2026-13-01"
        assert wrong == (row not in [r for _, r in kept])


@given(tables)
@settings(deadline=None, max_examples=60)
def test_csv_and_xlsx_of_one_table_are_read_alike(rows: list[tuple[str, ...]]) -> None:
    # Excel files have no carriage returns and no cells of nothing but space to speak of.
    rows = [tuple(cell.strip(" \n\t") for cell in row) for row in rows]
    of_csv = read(csv_bytes(rows, ",", "\n", "utf-8", csv.QUOTE_MINIMAL), "visits.csv")
    of_xlsx = read(xlsx_bytes(rows), "visits.xlsx")
    assert content(of_csv) == content(of_xlsx)


@given(tables)
@settings(deadline=None, max_examples=30)
def test_a_missing_value_is_its_own_root_and_a_value_has_none(rows: list[tuple[str, ...]]) -> None:
    found = read(csv_bytes(rows, ",", "\n", "utf-8", csv.QUOTE_ALL), "visits.csv")
    assert found is not None
    for name, column in found.frame.columns.items():
        roots = column.roots if column.roots is not None else np.zeros(len(column), dtype=np.int32)
        assert [found.frame.roots.sets[i] == {name} for i in roots] == column.missing.tolist()


@given(st.text(st.sampled_from('"",\n\r ab'), max_size=40))
@settings(deadline=None, max_examples=400)
def test_odd_quotes_are_read_as_a_strict_parser_does_or_refused(text: str) -> None:
    source = "Visit ID,Item\n" + text
    found = read(source.encode(), "visits.csv")
    try:
        records = list(csv.reader(io.StringIO(source, newline=""), strict=True))
    except csv.Error:
        assert found is None
        return
    assert found is not None
    rows = [
        (number, tuple(cells)) for number, cells in enumerate(records, start=1) if is_filled(tuple(cells))
    ][1:]
    assert found.row_count == len(rows)
    bad = set(found.rejected["Row"])
    kept = [(number, cells) for number, cells in rows if number not in bad]
    assert all(len(cells) == 2 for _, cells in kept)
    assert found.file_rows.to_list() == [number for number, _ in kept]
    assert list(found.carried.itertuples(index=False, name=None)) == [cells for _, cells in kept]
