"""Importing what CMS publishes, as it comes."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from published import ADD_ONS, DIAGNOSES, HCPCS, LIMITS, PAIRS, fixed_width_hcpcs, write

from codesheet.coding.coder import Coder
from codesheet.commands.loading import load_ruleset
from codesheet.compiling.rules_files import read_rules, write_rules
from codesheet.exports.reader import read_encounters
from codesheet.importing.imported import write_imported
from codesheet.importing.imports import read_files
from codesheet.importing.options import Options
from codesheet.importing.published_files import ImportProblem
from codesheet.importing.versions import Version, setting_of, version_of
from grid import printed, wrapped, write_workbooks

Rows = list[list[str | None]]


def sheets_in(path: Path) -> dict[str, Rows]:
    book = load_workbook(path)
    return {
        sheet.title: [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]  # type: ignore[misc]
        for sheet in book.worksheets
    }


def imported(kind: str, files: list[Path], options: Options = Options()) -> dict[str, Rows]:  # noqa: B008
    target = files[0].parent / "imported.xlsx"
    write_imported(read_files(kind, files, options, None), target)
    return sheets_in(target)


def test_pairs_with_preamble_stars_and_lines_of_headings(tmp_path: Path) -> None:
    sheets = imported("ncci", [write(tmp_path, "ccipra-v322r0-f1.txt", PAIRS)])
    source = "CMS NCCI procedure-to-procedure edits 2026Q3: ccipra-v322r0-f1.txt"
    assert sheets["About"] == [
        ["About"],
        ["Title", "NCCI procedure-to-procedure edits"],
        ["Source", source],
        ["Effective from", "2026-07-01"],
    ]
    words = "CPT Manual or CMS manual coding instruction"
    assert sheets["NCCI pairs"] == [
        ["Code pairs", "NCCI pairs"],
        ["Version", "NCCI 2026Q3"],
        ["Source", source],
        ["Column 1", "Column 2", "Modifier indicator", "Effective", "Deletion", "Setting", "Rationale"],
        ["0001A", "0591T", "1", "2022-01-01", "2023-12-31", "practitioner", words],
        ["0001A", "90473", "9", "2022-01-01", "2022-01-01", "practitioner", words],
        [
            "96413",
            "96372",
            "1",
            "2005-01-01",
            "practitioner",
            "Misuse of Column Two code with Column One code",
        ],
        ["96413", "36000", "1", "1996-01-01", "practitioner", "Standards of medical / surgical practice"],
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_limits_with_a_quoted_preamble_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    name = "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"
    sheets = imported("mue", [write(tmp_path, name, LIMITS.replace("\n", "\r\n"), encoding)])
    assert sheets["MUE"][3:] == [
        ["Code", "Limit", "Per", "Setting", "Adjudication", "Rationale"],
        ["0001U", "1", "day", "practitioner", "2", "Code Descriptor / CPT Instruction"],
        ["95165", "30", "day", "practitioner", "3", "Clinical: Data, and more"],
        ["J9271", "400", "line", "practitioner", "1", "Prescribing Information"],
    ]


def test_add_ons_from_text_and_xlsx(tmp_path: Path) -> None:
    expected = [
        ["Primary", "Add-on", "Type", "Effective", "Deletion"],
        ["96413", "96415", "1", "2013-04-01"],
        ["96360", "96361", "1", "2013-04-01", "2024-12-31"],
        ["CCCCC", "99292", "2", "2013-04-01", "2029-12-31"],
    ]
    assert (
        imported("add-on", [write(tmp_path, "AOC_V2025Q4_01-MCR.txt", ADD_ONS)])["NCCI add-on codes"][3:]
        == expected
    )
    book = Workbook()
    for line in ADD_ONS.splitlines():
        book.worksheets[0].append([int(c) if c.isdigit() else c or None for c in line.split(",")])
    book.save(tmp_path / "AOC_V2025Q4-MCR.xlsx")
    assert imported("add-on", [tmp_path / "AOC_V2025Q4-MCR.xlsx"])["NCCI add-on codes"][3:] == expected


def test_add_ons_of_fixed_width_without_headings(tmp_path: Path) -> None:
    lines = "\n".join(
        [
            "96415" + " " * 7 + "96413" + " " * 7 + "1" + "2013091" + " " * 7,
            "96361" + " " * 7 + "96360" + "2024366" + "1" + "2013091" + " " * 7 + "96360 Practitioner Only",
            "99292" + "2030001" + "CCCCC" + " " * 7 + "2" + "2013091" + "2029365",
        ]
    )
    sheets = imported("add-on", [write(tmp_path, "AOC_V2025Q4-MCR.txt", lines)])
    assert sheets["NCCI add-on codes"][4:] == [
        ["96413", "96415", "1", "2013-04-01"],
        ["96360", "96361", "1", "2013-04-01", "2024-12-31"],
        ["CCCCC", "99292", "2", "2013-04-01", "2029-12-31"],
    ]
    unsure = write(tmp_path, "AOC_V2026Q1-MCR.txt", lines.splitlines()[0])
    with pytest.raises(ImportProblem, match="which of two codes is the primary cannot be told"):
        read_files("add-on", [unsure], Options(), None)
    broken = write(tmp_path, "AOC_V2026Q2-MCR.txt", lines + "\n96366 96365")
    with pytest.raises(ImportProblem, match="line 4: no add-on code"):
        read_files("add-on", [broken], Options(), None)


def test_hcpcs_as_reference_files_that_a_rulebook_reads(tmp_path: Path) -> None:
    book = tmp_path / "book"
    book.mkdir()
    text = """
        ## core.xlsx
        # Fields
        | Fields          |                 |
        | Visit key       | Visit ID        |
        | Date of service | Date of service |
        | Row order       | Visit ID        |
        | Field             | Type | Required |
        | Visit ID          | text | yes      |
        | Date of service   | date | yes      |
        | HCPCS             | code | no       |
        | HCPCS description | text | no       |
    """
    write_workbooks(text, book)
    file = write(tmp_path, "HCPC2026_OCT_ANWEB.csv", HCPCS)
    write_imported(read_files("hcpcs", [file], Options(), None), book / "hcpcs.parquet")
    assert sorted(one.name for one in book.glob("*.parquet")) == [
        "hcpcs.parquet",
        "hcpcs_hcpcs_modifiers.parquet",
    ]
    ruleset, issues = load_ruleset(book, lambda _: None)
    assert printed(issues) == []
    assert ruleset is not None
    lookup = ruleset.rulebook.lookups["HCPCS codes"]
    assert [str(row.at) for row in lookup.rows] == ["hcpcs.parquet!Lookup!7", "hcpcs.parquet!Lookup!8"]
    assert len(ruleset.rulebook.sets["HCPCS modifiers"].members) == 1


def test_hcpcs_codes_as_a_lookup_and_modifiers_as_a_set(tmp_path: Path) -> None:
    sheets = imported("hcpcs", [write(tmp_path, "HCPC2026_OCT_ANWEB.csv", HCPCS)])
    assert sheets["HCPCS codes"][4:] == [
        ["KEY", "VALUE", "FROM", "TO"],
        ["HCPCS", "HCPCS description", "Effective from", "Effective to"],
        ["J9271", "Inj of something", "2016-01-01"],
        ["J9031", "Bladder thing", "1997-01-01", "2019-06-30"],
    ]
    assert sheets["HCPCS modifiers"][2:] == [
        ["Set", "Member", "Effective from", "Effective to"],
        ["HCPCS modifiers", "JG", "2018-01-01", "2024-12-31"],
    ]
    fixed = imported("hcpcs", [write(tmp_path, "HCPC2026_OCT_CONTR_ANWEB.txt", fixed_width_hcpcs())])
    assert fixed["HCPCS codes"][6:] == [["J9271", "Inj of something", "2016-01-01"]]
    assert fixed["HCPCS modifiers"][3:] == [["HCPCS modifiers", "JG", "2018-01-01", "2024-12-31"]]


def test_diagnoses_get_their_point_and_only_billable_ones_count(tmp_path: Path) -> None:
    sheets = imported("icd10", [write(tmp_path, "icd10cm_order_2026.txt", DIAGNOSES)])
    assert sheets["About"][-1] == ["Effective from", "2025-10-01"]
    assert [row[1] for row in sheets["ICD-10-CM codes"][3:]] == ["A00.0", "J30.1", "T63.441A"]


def test_releases_and_settings_are_read_from_names() -> None:
    assert version_of("ccioph-v313r0-f4.TXT") == Version("2025Q4", date(2025, 10, 1))
    assert version_of("ccipra-v320r0-f1.xlsx") == Version("2026Q1", date(2026, 1, 1))
    assert version_of("AOC_V2025Q4_01-MCR.txt") == Version("2025Q4", date(2025, 10, 1))
    assert version_of("mue_subset.csv") is None
    assert setting_of("MCR_MUE_OutpatientHospitalServices_Eff_07-01-2026.csv") == "outpatient hospital"


def said(kind: str, files: list[Path], options: Options = Options()) -> str:  # noqa: B008
    with pytest.raises(ImportProblem) as problem:
        read_files(kind, files, options, None)
    return str(problem.value)


def test_what_is_wrong_with_a_file_is_said(tmp_path: Path) -> None:
    name = "ccipra-v322r0-f1.txt"
    assert said("ncci", [write(tmp_path, "pairs.txt", PAIRS)]) == (
        "pairs.txt: its name does not say which release it is; say --version, as 2026Q3"
    )
    assert said("ncci", [write(tmp_path, "pairs.txt", PAIRS)], Options(version="spring")) == (
        'from when does release "spring" hold? say --effective-from, as 2026-07-01'
    )
    assert said("ncci", [write(tmp_path, name, LIMITS)]) == (
        f"{name}: no row of headings with Column 1, Column 2, Modifier indicator in its first 80 rows"
    )
    assert said("ncci", [write(tmp_path, name, PAIRS.replace("96413\t96372", "9641\t96372"))]) == (
        f'{name}, line 9: "9641" is no code; correct the file, or get it again'
    )
    assert said("ncci", [write(tmp_path, name, PAIRS.replace("*\t1\tMis", "*\t7\tMis"))]) == (
        f'{name}, line 9: Modifier indicator is "7"; get the file again'
    )
    assert said("ncci", [write(tmp_path, name, PAIRS.replace("20050101", "20051301"))]) == (
        f'{name}: "20051301" is no date as CMS writes them (20260401, or * where it is open)'
    )
    other = write(tmp_path, "ccipra-v321r0-f1.txt", PAIRS)
    assert said("ncci", [write(tmp_path, name, PAIRS), other]) == (
        "the files are of several releases (2026Q2, 2026Q3): import each release by itself"
    )
    assert said("icd10", [write(tmp_path, "icd10cm_order_2026.txt", PAIRS)]).startswith(
        "icd10cm_order_2026.txt, line 1: is no line of the order file"
    )
    assert said("mue", [tmp_path / "nothing_2026q1.csv"]).endswith(
        "nothing_2026q1.csv: No such file or directory"
    )


BOOK = """
## core.xlsx
# Fields
| Fields          |                 |
| Visit key       | Visit ID        |
| Date of service | Date of service |
| Field           | Type         | Level | Required  |
| Visit ID        | text         |       | yes       |
| Date of service | date         |       | yes       |
| HCPCS           | code         |       |           |
| Setting         | text         |       |           |
# Lines
| Decision   | Lines       |
| Result     | claim lines |
| Hit policy | Collect     |
| IF           | THEN    | THEN |
| HCPCS        | Code    | Units |
| is not blank | {HCPCS} | 1 |
# Codes
| Value sets |        |
| Set   | Member       |
| known | 96413        |
| known | 96370..96379 |
"""


def test_a_reference_file_gives_only_the_rows_whose_codes_the_workbooks_name(tmp_path: Path) -> None:

    book = write_workbooks(BOOK, tmp_path / "book")
    file = write(tmp_path, "ccipra-v322r0-f1.txt", PAIRS)
    imported = read_files("ncci", [file], Options(), None)
    (book / "cms").mkdir()
    write_imported(imported, book / "cms" / "ncci.parquet")
    ruleset, issues = load_ruleset(book, print)
    assert printed(issues) == []
    assert ruleset is not None
    pairs = ruleset.rulebook.code_pairs
    assert pairs is not None
    assert [(row.column_1, row.column_2, str(row.at), row.version) for row in pairs.rows] == [
        ("96413", "96372", "cms/ncci.parquet!Code pairs!7", "NCCI 2026Q3")
    ]
    assert pairs.left_out == ("0001A", "0591T", "36000", "90473")
    assert [source.workbook for source in ruleset.rulebook.sources] == ["core.xlsx", "cms/ncci.parquet"]
    write_rules(ruleset, tmp_path / "rules")
    again, issues = read_rules(tmp_path / "rules")
    assert again is not None, issues
    assert again.rulebook.code_pairs == pairs

    export = tmp_path / "visits.csv"
    rows = ["V1,2026-05-04,96413", "V1,2026-05-04,96372", "V2,2026-05-04,96413", "V2,2026-05-04,36000"]
    lines = ["Visit ID,Date of service,HCPCS,Setting", *(f"{row},practitioner" for row in rows)]
    export.write_text("\n".join(lines), encoding="utf-8")
    encounters, _ = read_encounters([export], again.rulebook)
    assert encounters is not None
    batch = Coder(again).code(encounters)
    assert batch.claim_lines["Pair with"].tolist() == ["", "96413", "", ""]
    assert batch.edits["Message"].tolist() == wrapped("""
        36000 is named in no workbook, so its rows of Code pairs were left out of the rules: name it in a
            table or value set, and check this claim by hand
    """)


def test_two_releases_stand_side_by_side_and_the_day_of_service_chooses(tmp_path: Path) -> None:

    book = write_workbooks(BOOK, tmp_path / "book")
    for name, text in (
        ("ccipra-v322r0-f1.txt", PAIRS),
        ("ccipra-v323r0-f1.txt", PAIRS.replace("*\t1\tMis", "*\t0\tMis")),
    ):
        imported = read_files("ncci", [write(tmp_path, name, text)], Options(), book)
        write_imported(imported, book / f"{name}.xlsx")
    ruleset, issues = load_ruleset(book, print)
    assert printed(issues) == []
    assert ruleset is not None
    assert ruleset.rulebook.code_pairs is not None
    rows = [(r.version, r.indicator, r.period.first, r.period.last) for r in ruleset.rulebook.code_pairs.rows]
    october = date(2026, 10, 1).toordinal()
    assert rows == [
        ("NCCI 2026Q3", "1", date(2005, 1, 1).toordinal(), october - 1),
        ("NCCI 2026Q4", "0", october, None),
    ]
