"""Spoiled workbooks by the thousand: whatever is wrong with a file, there are issues, and no traceback.

`MUTATED_WORKBOOKS=5000 pytest tests/sheets/test_mutated_workbooks.py` tries more of them than the usual run.
"""

import os
import shutil
import time
import zipfile
from io import BytesIO
from pathlib import Path
from random import Random

import pytest

from codesheet.commands.rulebooks import check_rulebook
from codesheet.issues import Issue
from example_sheets import build_example_workbook
from measuring import peak
from own_process import in_own_process

COUNT = int(os.environ.get("MUTATED_WORKBOOKS", "200"))
SLOWEST, MOST_MEMORY = 30, 500_000_000  # seconds for one workbook; bytes for all

PIECES = [
    b"<",
    b">",
    b'"',
    b"&",
    b"\0",
    b"<f>",
    b'<f t="shared" si="0"/>',
    b"<v>1e999</v>",
    b't="s"',
    b't="e"',
    b't="d"',
    b'r="A1"',
    b'r="XFD1048576"',
]
PIECES += [
    b'r="ZZZ99999999"',
    b"</row>",
    b'<mergeCell ref="A1:XFD9"/>',
    b'hidden="1"',
    b's="99999"',
    b"&#x1F600;",
    b"NaN",
    b"-1",
    b"99999999999999999999",
]


def spoil_bytes(data: bytes, dice: Random) -> bytes:
    """Change bytes of a file: most often a broken zip."""
    spoiled = bytearray(data)
    for _ in range(dice.choice((1, 3, 20))):
        spoiled[dice.randrange(len(spoiled))] = dice.randrange(256)
    return bytes(spoiled[: dice.choice((len(spoiled), len(spoiled), dice.randrange(len(spoiled))))])


def spoil_parts(data: bytes, dice: Random) -> bytes:
    """Change the XML inside: cut it, put pieces into it, drop a part, give one another's content."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(dice.choice((1, 1, 2, 5))):
        name = dice.choice(sorted(parts))
        part = parts[name]
        at = dice.randrange(len(part) + 1)
        match dice.randrange(6):
            case 0:
                del parts[name]
                if not parts:
                    break
            case 1:
                parts[name] = part[:at]
            case 2:
                parts[name] = parts[dice.choice(sorted(parts))]
            case 3:
                parts[name] = part[:at] + part[dice.randrange(len(part) + 1) :]
            case _:
                parts[name] = part[:at] + dice.choice(PIECES) + part[at:]
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, part in parts.items():
            target.writestr(name, part)
    return out.getvalue()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("sound")
    build_example_workbook(folder)
    (file,) = folder.glob("*.xlsx")
    return file.read_bytes()


def test_no_workbook_brings_the_check_down(sound: bytes, tmp_path: Path) -> None:
    slowest, most_memory = in_own_process(check_spoiled, sound, tmp_path)
    assert slowest < SLOWEST
    assert most_memory < MOST_MEMORY


def check_spoiled(sound: bytes, tmp_path: Path) -> tuple[float, int]:
    """Check one spoiled workbook after the other; give the slowest's seconds and the peak memory in bytes."""
    slowest = 0.0
    for seed in range(COUNT):
        dice = Random(seed)
        spoil = spoil_bytes if seed % 3 == 0 else spoil_parts
        folder = tmp_path / str(seed)
        folder.mkdir()
        (folder / "book.xlsx").write_bytes(spoil(sound, dice))
        before = time.monotonic()
        found = check_rulebook(folder, lambda _: None)
        slowest = max(slowest, time.monotonic() - before)
        assert all(isinstance(issue, Issue) for issue in found), seed
        shutil.rmtree(folder)
    return slowest, peak()
