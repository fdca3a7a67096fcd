"""Rows told apart by a regular expression hold what a parser of XML reads, whatever is done to them."""

from datetime import datetime
from io import BytesIO
from random import Random
from xml.parsers import expat

import pytest

from codesheet.sheets.plain_rows import NotPlain, read_plain_rows
from codesheet.sheets.sheet_cells import SheetCells
from codesheet.sheets.sheet_layout import Layout, Styles
from codesheet.sheets.sheet_xml import HostileXml, read_sheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRINGS = ["Drug", "J9271", " \u00a0", "a & b", "95115"]
STYLES = Styles(
    struck=frozenset({"1"}), padded={"2": 5}, dates=frozenset({"3", "4"}), durations=frozenset({"4"})
)
TRIES = 4000

EXCEL = (
    '<row r="1" spans="1:3" ht="30" customHeight="1" x14ac:dyDescent="0.25">'
    '<c r="A1" s="1" t="s"><v>0</v></c><c r="B1" t="s"><v>3</v></c><c r="C1" s="2"><v>603</v></c></row>'
    '<row r="2" hidden="1"><c r="A2" s="3"><v>46146</v></c><c r="AB2" t="b"><v>1</v></c>'
    '<c r="C2" s="4"/></row>'
    '<row r="5"/>'
)
OPENPYXL = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Minutes</t></is></c>'
    '<c r="B1" s="1" t="inlineStr"><is><t xml:space="preserve"> &lt;= 30 &amp; é </t></is></c></row>'
    '<row r="3"><c r="A3" t="n"><v>0.5</v></c><c r="B3" t="e"><v>#N/A</v></c><c r="C3" s="40" /></row>'
)
LIBREOFFICE = (
    '<row r="1" customFormat="false" ht="12.8" hidden="false" customHeight="false" outlineLevel="0">'
    '<c r="A1" s="0" t="s"><v>4</v></c><c r="B1" s="0" t="n"><v>1e3</v></c></row>'
)
PIECES = [
    "<",
    ">",
    "&",
    "&amp;",
    "&#65;",
    "&bad;",
    '"',
    "</row>",
    "<row>",
    '<row r="2">',
    '<row r="9"/>',
    "</c>",
]
PIECES += [
    '<c r="D1"/>',
    "<c><v>1</v></c>",
    "<v>2</v>",
    "<!-- c -->",
    "<![CDATA[x]]>",
    "]]>",
    "<?p i?>",
    "\r\n",
]
PIECES += [
    "\0",
    "\x0b",
    "\x1f",
    "\ufffe",
    "😀",
    "</sheetData>",
    "<sheetData>",
    ' r="7"',
    ' t="s"',
    ' s="1"',
    "<f>1</f>",
]
PIECES += ["<!DOCTYPE a>", "\t", "\n", " ", "'", "x:", "<x/>", "9", "-", "A", "a"]


def sheet(rows: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>\r\n') -> str:
    return (
        f'{head}<worksheet xmlns="{MAIN}"><cols><col min="2" max="3" hidden="1"/></cols>'
        f'<sheetData>{rows}</sheetData><autoFilter ref="A1:C9"/>'
        '<mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>'
    )


def new() -> SheetCells:
    return SheetCells(STRINGS, STYLES, datetime(1899, 12, 30), lambda _: False)  # noqa: DTZ001


def outcome(xml: bytes) -> tuple[object, ...] | str:
    """Give all that is read of a sheet, or that it is damaged or hostile."""
    try:
        cells = read_sheet(BytesIO(xml), new)
    except HostileXml:
        return "hostile"
    except (expat.ExpatError, ValueError, LookupError):
        return "damaged"
    return cells.rows, cells.formulas, cells.errors, cells.layout(is_hidden=False)


def by_parser(xml: bytes) -> bytes:
    """Give the same sheet with a comment, so that the parser has to read it."""
    return xml.replace(b"<worksheet", b"<!-- --><worksheet", 1)


def is_plain(xml: bytes) -> bool:
    try:
        read_plain_rows(xml, new())
    except NotPlain:
        return False
    return True


@pytest.mark.parametrize("rows", [EXCEL, OPENPYXL, LIBREOFFICE, ""])
def test_rows_as_programs_write_them(rows: str) -> None:
    xml = sheet(rows).encode()
    assert is_plain(xml)
    assert not is_plain(by_parser(xml))
    assert outcome(xml) == outcome(by_parser(xml))
    assert isinstance(outcome(xml), tuple)


def test_what_excel_wrote_is_read() -> None:
    found = outcome(sheet(EXCEL).encode())
    assert found[0] == {
        1: {1: "Drug", 2: "a & b", 3: 603},
        2: {1: datetime(2026, 5, 4), 28: True},  # noqa: DTZ001
    }
    assert found[1:3] == ({}, set())
    assert found[3] == Layout(
        is_hidden=False,
        is_filtered=True,
        hidden_rows=frozenset({2}),
        hidden_columns=((2, 3),),
        merged=((1, 1, 2, 2),),
        struck=frozenset({(1, 1)}),
        padded={(1, 3): 5},
    )


@pytest.mark.parametrize("head", ["", '<?xml version="1.0"?>', "<?xml version='1.0' encoding='utf-8'?>\n"])
def test_texts_with_names_for_characters(head: str) -> None:
    xml = sheet(OPENPYXL, head).encode()
    assert is_plain(xml)
    assert outcome(xml)[0] == {1: {1: "Minutes", 2: " <= 30 & é "}, 3: {1: 0.5, 2: "#N/A"}}


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_another_encoding_is_the_parsers(encoding: str) -> None:
    xml = sheet(OPENPYXL, f'<?xml version="1.0" encoding="{encoding}"?>').encode(encoding)
    assert not is_plain(xml)
    assert outcome(xml)[0] == outcome(sheet(OPENPYXL).encode())[0]


@pytest.mark.parametrize("rows", [EXCEL, OPENPYXL, LIBREOFFICE])
def test_spoiled_rows_are_read_or_refused_alike(rows: str) -> None:
    sound = sheet(rows)
    kinds = {"plain": 0, "other": 0, "refused": 0}
    for seed in range(TRIES):
        xml = spoiled(sound, Random(seed)).encode()
        found = outcome(xml)
        assert found == outcome(by_parser(xml)), (seed, xml)
        kinds["refused" if isinstance(found, str) else "plain" if is_plain(xml) else "other"] += 1
    assert min(kinds.values()) > TRIES // 50, kinds


def spoiled(text: str, dice: Random) -> str:
    """Put a piece somewhere, or take something away, or move it."""
    for _ in range(dice.choice((1, 1, 2))):
        at, length = dice.randrange(len(text)), dice.choice((0, 0, 1, 3, 12))
        taken = text[at : at + length]
        match dice.randrange(3):
            case 0:
                text = text[:at] + dice.choice(PIECES) + text[at:]
            case 1:
                text = text[:at] + dice.choice(PIECES) + text[at + length :]
            case _:
                rest = text[:at] + text[at + length :]
                to = dice.randrange(len(rest))
                text = rest[:to] + taken + rest[to:]
    return text
