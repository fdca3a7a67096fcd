"""Csv exports: what separates cells, what encodes letters, and rows that cannot be read."""

from pathlib import Path

import pytest
from rulebooks import VISIT, field, rejected, rulebook, values

from codesheet.coding.batch import Encounters
from codesheet.exports.reader import read_encounters, read_export
from codesheet.model import Rulebook

BOOK = rulebook([VISIT, field("Item", "whole number"), field("NDC", "code"), field("Notes")])


def read(path: Path, data: str | bytes, book: Rulebook = BOOK) -> Encounters:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    encounters, issues = read_encounters([path], book)
    assert encounters is not None, issues
    return encounters


def faults(path: Path, data: str | bytes, book: Rulebook = BOOK) -> list[str]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    encounters, issues = read_encounters([path], book)
    assert encounters is None
    return [str(issue) for issue in issues]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return tmp_path / "visits.csv"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_delimiter_encoding_and_line_end(
    export: Path, delimiter: str, encoding: str, line_end: str
) -> None:
    lines = ["Visit ID;Item;NDC;Notes", "V1;1;00006302602;Müller", "", 'V2;2;;"a;b"']
    text = line_end.join(line.replace(";", delimiter) for line in lines) + line_end
    data = ("\ufeff" + text).encode("utf-16-le") if encoding == "utf-16-le-bom" else text.encode(encoding)
    found = read(export, data)
    assert values(found, "NDC") == ["00006302602", None]
    assert values(found, "Notes") == ["Müller", f"a{delimiter}b".replace("\t", " ")]
    assert values(found, "Item") == [1.0, 2.0]
    assert found.file_rows.to_list() == [2, 4]
    assert (found.row_count, found.rejected_rows) == (2, 0)
    assert found.notes == (
        ["visits.csv is not UTF-8: it was read as Windows-1252"] if encoding == "cp1252" else []
    )


def test_delimiter_inside_quoted_headings_does_not_count(export: Path) -> None:
    assert values(read(export, '"Notes, of, the, day";"Visit ID";Item;NDC\nx;V1;1;2\n'), "Visit ID") == ["V1"]


def test_quoted_line_breaks_count_as_one_row(export: Path) -> None:
    found = read(export, 'Visit ID,Item,NDC,"Notes\n"\nV1,1,,"one\n\ntwo"\n\nV2,x,,\nV3,1,,\n')
    assert found.file_rows.to_list() == [2, 5]
    assert rejected(found) == [(4, "V2", "Item", "x", "is not a number")]
    assert found.carried["Notes"].to_list() == ["one\n\ntwo", ""]
    assert values(found, "Notes") == ["one two", None]


def test_blank_rows_are_skipped_but_counted(export: Path) -> None:
    found = read(export, "\n\nVisit ID,Item,NDC,Notes\n,,,\n , ,,\n\n,,,,,,\nV1,1,,\n,,\n")
    assert found.file_rows.to_list() == [8]
    assert (found.row_count, found.rejected_rows) == (1, 0)


def test_rows_with_too_many_or_too_few_cells_are_rejected(export: Path) -> None:
    found = read(export, 'Visit ID,Item,NDC,Notes\nV1,1,,\nV2,1,"a\nb",c,d\n"V3",1\nV4,1,,\n')
    assert values(found, "Visit ID") == ["V1", "V4"]
    assert found.file_rows.to_list() == [2, 5]
    assert rejected(found) == [
        (3, "V2", "", 'V2,1,"a\nb",c,d', "the row has 5 cells, and there are 4 headings"),
        (4, "V3", "", '"V3",1', "the row has 2 cells, and there are 4 headings"),
    ]
    assert (found.row_count, found.rejected_rows) == (4, 2)


def test_one_row_can_have_several_faults(export: Path) -> None:
    book = rulebook([VISIT, field("Item", "whole number"), field("Day", "date", required="yes")])
    found = read(
        export, "Visit ID,Item,Day\nV1,1.5,5/4/2026\nV2,1,\n ,1,2026-05-04\n#N/A,1,2026-05-04\n", book
    )
    assert rejected(found) == [
        (2, "V1", "Item", "1.5", "is not a whole number"),
        (2, "V1", "Day", "5/4/2026", "is not a date (yyyy-mm-dd)"),
        (3, "V2", "Day", "", "is blank, and every row needs Day"),
        (4, "", "Visit ID", " ", "is blank, and every row needs Visit ID"),
        (5, "#N/A", "Visit ID", "#N/A", "is an error of Excel, not a value"),
    ]
    assert (found.row_count, found.rejected_rows, found.frame.rows) == (4, 4, 0)


def test_no_text_but_space_is_a_missing_value(export: Path) -> None:
    found = read(export, "Visit ID,Item,NDC,Notes\nNA,1,null,None\nnan,1,NULL, \n")
    assert values(found, "Visit ID") == ["NA", "nan"]
    assert values(found, "NDC") == ["null", "NULL"]
    assert values(found, "Notes") == ["None", None]


def test_missing_values_have_their_field_as_root(export: Path) -> None:
    found = read(export, "Visit ID,Item,NDC\nV1,1,\nV2,,\n")
    frame = found.frame
    for name, missing in (("Item", [False, True]), ("NDC", [True, True]), ("Notes", [True, True])):
        roots = frame[name].roots
        assert roots is not None
        assert [frame.roots.sets[i] for i in roots] == [
            frozenset({name}) if m else frozenset() for m in missing
        ]
    assert found.notes == ["visits.csv has no column for Notes: not recorded in any of its rows"]


def test_a_column_that_is_optional_may_be_absent_quietly(export: Path) -> None:
    book = rulebook(
        [VISIT, field("Item", "whole number"), field("NDC", "code"), field("Lot", required="optional")]
    )
    export.write_text("Visit ID,Item\nV1,1\n")
    found, issues = read_export([export], book, None)
    assert issues == []
    assert found is not None
    noted = "visits.csv has no column for NDC: not recorded in any of its rows"
    assert found.notes == [noted]
    assert found.records == [noted, "visits.csv has no column for the optional Lot"]
    (encounters,) = found.chunks()
    assert values(encounters, "Lot") == [None]


def test_visit_keys_are_exact_and_other_text_is_tidy(export: Path) -> None:
    found = read(export, "Visit ID,Item,NDC,Notes\n a  1 ,1,, x   y \na 1,1,,\n")
    assert values(found, "Visit ID") == ["a  1", "a 1"]
    assert values(found, "Notes") == ["x y", None]
    assert found.carried["Visit ID"].to_list() == [" a  1 ", "a 1"]


def test_quotes_amid_a_cell_are_text(export: Path) -> None:
    found = read(export, 'Visit ID,Item,NDC,Notes\nV1,1,,5" tube\nV2,1,,"a ""b"" c"\n')
    assert values(found, "Notes") == ['5" tube', 'a "b" c']


def test_comma_in_a_number_between_semicolons_is_ambiguous(export: Path) -> None:
    found = read(export, "Visit ID;Item;NDC;Notes\nV1;1,500;;a,b\nV2;1;;a,b\n")
    assert rejected(found) == [
        (2, "V1", "Item", "1,500", "has a comma, which may be a decimal one or a thousands one")
    ]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('V1,1,,"never closed\nV2,1,,\nV3,1,,\n', 2),
        ('V1,1,,\nV2,1,,"open\nV3,1,,\nV4,1,,"closed"\nV5,1,,\n', 3),
        ('V1,1,,"Bob" Smith\n', 2),
        ('V1,1,,"' + "x" * 300_000 + "\n" + "V2,1,,\n" * 9, 2),
        ('V1,1,,"' + "x\n" * 17_000_000, 2),
    ],
)
def test_a_quote_that_is_not_closed_stops_the_run(export: Path, text: str, row: int) -> None:
    (fault,) = faults(export, "Visit ID,Item,NDC,Notes\n" + text)
    assert fault.startswith(f"visits.csv!{row}: error[R107]")


def test_many_blocks_with_broken_rows(export: Path) -> None:
    lines = [f"V{i},{i},,{'x' * 90}" if i % 7 else f"V{i},{i}" for i in range(2, 400_000)]
    found = read(export, "Visit ID,Item,NDC,Notes\n" + "\n".join(lines))
    assert found.file_rows.to_list() == [i for i in range(2, 400_000) if i % 7]
    assert values(found, "Item") == [float(i) for i in range(2, 400_000) if i % 7]
    assert found.rejected["Row"].to_list() == [i for i in range(2, 400_000) if not i % 7]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "visits.csv: error[R102]"),
        (b"\n \r\n\n", "visits.csv: error[R102]"),
        (b"\xef\xbb\xbf", "visits.csv: error[R102]"),
        (b"Visit ID,Item\nV1,\0\n", "visits.csv: error[R101] cannot be read: it holds NUL"),
        (b"Visit ID,Item\nV1,\x81\n", "visits.csv: error[R101] cannot be read: it is neither UTF-8"),
        (b"\xff\xfeV", "visits.csv: error[R101] cannot be read: it is neither UTF-8"),
        (b"\xd0\xcf\x11\xe0....", "visits.csv: error[R101] cannot be read: it has a password"),
        (b"PK\x03\x04....", "visits.csv: error[R101] cannot be read: the file is damaged"),
        (b"PAR1....", "visits.csv: error[R101] cannot be read: it is no parquet"),
        (b"Smith,Anna\nJones,Bob\n", "visits.csv!1: error[R103]"),
        (b"Item,NDC,Vist ID\n1,2,3\n", "visits.csv!1: error[R104]"),
        (b"Visit ID,Item,item#\n1,2,3\n", "visits.csv!1: error[R105]"),
        (b"Visit ID,Item,Other,Other\n1,2,3,4\n", "visits.csv!1: error[R106]"),
        (b"Visit ID,Item,ITEM\n1,2,3\n", "visits.csv!1: error[R106]"),
    ],
)
def test_faults_that_stop_the_run(export: Path, data: bytes, message: str) -> None:
    (fault,) = faults(export, data)
    assert fault.startswith(message)


def test_no_message_shows_cells(export: Path) -> None:
    """Requirement: what stands in the first row of a file without headings is a patient's."""
    assert "Smith" not in faults(export, "Smith,Anna,V1,1\n")[0]
    assert "Smith" not in faults(export, 'Visit ID,Item,NDC,"Notes\nV1,1,,Smith\n')[0]


def test_missing_heading_names_what_was_found_and_the_nearest(export: Path) -> None:
    (fault,) = faults(export, "Item,NDC,Vist ID\n1,2,3\n")
    assert 'nearest: "Vist ID"' in fault
    assert 'headings found: "Item", "NDC", "Vist ID"' in fault
    assert 'looked for "Visit ID"' in fault


def test_files_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    paths = [tmp_path / "none.csv", tmp_path / "folder"]
    encounters, issues = read_encounters(paths, BOOK)
    assert encounters is None
    remedy = "check its name, and that you may read it"
    assert [str(issue) for issue in issues] == [
        f"none.csv: error[R101] cannot be read: no such file or directory; {remedy}",
        f"folder: error[R101] cannot be read: is a directory; {remedy}",
    ]


def test_a_file_of_headings_only_is_a_warning(export: Path) -> None:
    export.write_text("Visit ID,Item\n")
    encounters, issues = read_encounters([export], BOOK)
    assert [str(issue) for issue in issues] == [
        "visits.csv: warning[R108] holds headings but no visits: export them again if there should be some"
    ]
    assert values(encounters, "Visit ID") == []
    assert encounters is not None
    assert (encounters.frame.rows, encounters.row_count) == (0, 0)


def test_several_files_are_one_batch(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("Visit ID,Item,Site\nV1,1,north\nV2,x,\n")
    second.write_text("Ward;Item;VisitID\nw;;V3\n;2;V1\n")
    counts: list[int] = []
    found, issues = read_encounters([first, second], BOOK, counts.append)
    assert not issues
    assert found is not None
    assert values(found, "Visit ID") == ["V1", "V1", "V3"], "rows of a visit stand together"
    assert values(found, "Item") == [1.0, 2.0, None]
    assert found.file_of_row.to_list() == ["a.csv", "b.csv", "b.csv"]
    assert found.file_rows.to_list() == [2, 3, 2]
    assert found.carried.to_dict("list") == {
        "Visit ID": ["V1", "V1", "V3"],
        "Item": ["1", "2", ""],
        "Site": ["north", "", ""],
        "Ward": ["", "", "w"],
    }
    assert found.rejected.to_dict("list") == {
        "File": ["a.csv"],
        "Row": [3],
        "Visit ID": ["V2"],
        "Column": ["Item"],
        "Value": ["x"],
        "Why": ["is not a number"],
    }
    assert (found.row_count, found.rejected_rows) == (4, 1)
    assert counts[-1] == 4


def test_the_same_file_twice_would_be_coded_twice(export: Path) -> None:
    export.write_text("Visit ID,Item\nV1,1\n")
    encounters, (issue,) = read_encounters([export, export.parent / "." / export.name], BOOK)
    assert encounters is None
    assert issue.kind.code == "R109"


def test_headings_match_without_case_space_or_punctuation(export: Path) -> None:
    book = rulebook([VISIT, field("Dose", "number", headings=("Dose given", "dose_mg"))])
    found = read(export, "VISIT_id,DOSE-MG,Dose\nV1,2.5,x\n", book)
    assert values(found, "Dose") == [2.5]
    assert found.carried["Dose"].to_list() == ["x"]


def test_columns_without_heading_are_carried_only_if_they_hold_something(export: Path) -> None:
    found = read(export, "Visit ID,,Item,\nV1,x,1,\n")
    assert list(found.carried.columns) == ["Visit ID", "(column 2)", "Item"]


def test_the_row_that_tells_excel_the_delimiter_is_no_heading(export: Path) -> None:
    found = read(export, "sep=;\nVisit ID;Item\nV1;1\n")
    assert values(found, "Visit ID") == ["V1"]
    assert found.file_rows.to_list() == [2]


def test_a_broken_row_can_be_very_long(export: Path) -> None:
    found = read(export, f"Visit ID,Item,NDC,Notes\nV1,{'x' * 200_000}\nV2,1,,\n")
    assert [row[:3] for row in rejected(found)] == [(2, "V1", "")]
