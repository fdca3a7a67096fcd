"""Results appear whole or not at all, the older ones stay untouched, and the message says what to do."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

import pytest
from invented import invented_batch, invented_ruleset, invented_run, results_of

from codesheet import replacing
from codesheet.commands.batches import code_visits
from codesheet.exports import pieces
from codesheet.replacing import WriteError
from codesheet.results.writer import refuse_target, write_results
from grid import write_workbooks
from keyed_lines import KEYED_LINES

_NOBODY = 65534
FORMS = ["xlsx", "csv", "parquet"]


def write(target: Path, form: str = "xlsx") -> None:
    write_results(results_of(invented_batch(300)), invented_ruleset(), invented_run(), target, form)


def older(target: Path, form: str) -> dict[str, bytes]:
    """Write an older result, and give its bytes."""
    write_results(results_of(invented_batch(5)), invented_ruleset(), invented_run(), target, form)
    return contents(target)


def contents(target: Path) -> dict[str, bytes]:
    files = [target] if target.is_file() else sorted(target.iterdir())
    return {path.name: path.read_bytes() for path in files}


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """Make writing fail as on a full disk (Python ignores the signal that comes with it)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("form", FORMS)
def test_new_results_replace_older_ones(tmp_path: Path, form: str) -> None:
    target = tmp_path / "coded"
    before = older(target, form)
    write(target, form)
    assert contents(target).keys() == before.keys()
    assert contents(target) != before
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("form", FORMS)
def test_when_a_file_cannot_grow_older_results_stay(tmp_path: Path, form: str) -> None:
    target = tmp_path / "coded"
    before = older(target, form)
    with files_no_longer_than(3_000), pytest.raises(WriteError) as problem:
        write(target, form)
    assert str(problem.value).startswith(f"{target} cannot be written: file too large")
    assert str(problem.value).endswith("What was there before is unchanged.")
    assert contents(target) == before
    assert list(tmp_path.iterdir()) == [target]


WRITE_ON_FULL_DISK = """
    import sys
    from pathlib import Path
    sys.path[:0] = [sys.argv[1], str(Path(sys.argv[1]).parent)]
    from test_writing_safely import WriteError, write
    try:
        write(Path(sys.argv[2]), sys.argv[3])
    except WriteError as problem:
        print(problem)
"""


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "tiny"
    disk.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield disk
    subprocess.run(["/bin/umount", str(disk)], check=True)


def on_full_disk(target: Path, form: str, temporary: Path) -> str:
    """Write in a process of its own; give what it printed, errors of libraries included."""
    told = subprocess.run(
        [sys.executable, "-c", dedent(WRITE_ON_FULL_DISK), Path(__file__).parent, target, form],
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout + told.stderr


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_full_disk(tiny_disk: Path, tmp_path: Path, form: str) -> None:
    target = tiny_disk / ("coded.xlsx" if form == "xlsx" else "coded")
    told = on_full_disk(target, form, tmp_path)
    why = "no space left on device. What was there before is unchanged."
    assert told == f"{target} cannot be written: {why}\n"
    assert list(tiny_disk.iterdir()) == []


def test_a_full_folder_for_temporary_files(tiny_disk: Path, tmp_path: Path) -> None:
    """The writer's own report of its failure names sources nobody has: it is not shown."""
    told = on_full_disk(tmp_path / "coded.xlsx", "xlsx", tiny_disk)
    assert told == (
        f"{tmp_path / 'coded.xlsx'} cannot be written: no space left on device (in the folder for temporary "
        f"files, {tiny_disk}). What was there before is unchanged.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_a_target_that_is_open_in_excel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses to replace an open file."""
    target = tmp_path / "coded.xlsx"
    before = older(target, "xlsx")

    def refuse(_: Path, __: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(WriteError, match="If it is open in Excel, close it and run again"):
        write(target)
    assert contents(target) == before
    assert list(tmp_path.iterdir()) == [target]


def test_no_room_for_the_rows_of_a_long_export_is_no_fault_of_the_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "_ROWS_IN_MEMORY", 0)
    visits, (book, results) = tmp_path / "visits.csv", (tmp_path / name for name in ("book", "results"))
    rows = [f"V{number},2026-05-04,P{number},A1111,1" for number in range(999)]
    visits.write_text("\n".join(["Visit ID,Date of service,Patient ID,HCPCS,Quantity", *rows]))
    write_workbooks(KEYED_LINES, book)
    results.mkdir()
    with (
        files_no_longer_than(3_000),
        pytest.raises(WriteError, match="coded cannot be written: file too large"),
    ):
        code_visits([visits], book, results / "coded", "csv", print)
    assert list(results.iterdir()) == []


@contextmanager
def not_root() -> Iterator[None]:
    """No folder is read-only to root."""
    before = os.geteuid()
    os.seteuid(before or _NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.mark.parametrize("mode", [0o555, 0o000])
@pytest.mark.parametrize("form", FORMS)
def test_a_folder_without_permission(form: str, mode: int) -> None:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(mode)
        with not_root(), pytest.raises(WriteError, match="no permission"):
            write(Path(folder) / "coded", form)
        Path(folder).chmod(0o700)
        assert list(Path(folder).iterdir()) == []


def test_a_folder_where_a_workbook_should_go(tmp_path: Path) -> None:
    attempts: list[Callable[[], None]] = [
        lambda: refuse_target(tmp_path, "xlsx", []),
        lambda: write(tmp_path),
    ]
    for attempt in attempts:
        with pytest.raises(WriteError, match=r"is a folder; name a file to write, such as coded\.xlsx"):
            attempt()


def test_a_file_where_a_folder_should_go(tmp_path: Path) -> None:
    target = tmp_path / "coded"
    target.write_text("mine")
    attempts: list[Callable[[], None]] = [
        lambda: refuse_target(target, "csv", []),
        lambda: write(target, "csv"),
    ]
    for attempt in attempts:
        with pytest.raises(WriteError, match="is a file; name a folder"):
            attempt()
    assert target.read_text() == "mine"


def test_a_folder_with_other_files_is_never_replaced(tmp_path: Path) -> None:
    target = tmp_path / "coded"
    older(target, "csv")
    (target / "notes.txt").write_text("mine")
    attempts: list[Callable[[], None]] = [
        lambda: refuse_target(target, "csv", []),
        lambda: write(target, "csv"),
    ]
    for attempt in attempts:
        with pytest.raises(WriteError, match=r"holds other files \(notes\.txt\)"):
            attempt()
    assert (target / "notes.txt").read_text() == "mine"


def test_results_of_another_form_are_replaced(tmp_path: Path) -> None:
    target = tmp_path / "coded"
    older(target, "parquet")
    write(target, "csv")
    assert {path.suffix for path in target.iterdir()} == {".csv", ".json"}


@pytest.mark.parametrize("form", FORMS)
def test_a_folder_that_is_not_there(tmp_path: Path, form: str) -> None:
    target = tmp_path / "no such" / "coded"
    attempts: list[Callable[[], None]] = [
        lambda: refuse_target(target, form, []),
        lambda: write(target, form),
    ]
    for attempt in attempts:
        with pytest.raises(WriteError, match=r"there is no folder .*no such\. Make it first\."):
            attempt()


def test_the_visits_are_never_written_over(tmp_path: Path) -> None:
    visits, link = tmp_path / "may.xlsx", tmp_path / "link.xlsx"
    visits.write_bytes(b"visits")
    link.symlink_to(visits)
    for target in (visits, link, tmp_path / "." / "may.xlsx"):
        with pytest.raises(WriteError, match="holds the visits that are to be coded"):
            refuse_target(target, "xlsx", [visits])
    assert visits.read_bytes() == b"visits"


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    target, link = tmp_path / "archive" / "may.xlsx", tmp_path / "coded.xlsx"
    link.symlink_to(target)
    write(link)
    assert link.is_symlink()
    assert target.read_bytes()[:2] == b"PK"


def test_what_a_killed_run_left_is_removed_and_a_running_one_s_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "_is_running", lambda process: process == 2)
    for process in (1, 2):
        (tmp_path / f".coded.xlsx.{process}.partial").write_bytes(b"half")
    write(tmp_path / "coded.xlsx")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".coded.xlsx.2.partial", "coded.xlsx"]


def test_older_results_are_back_where_a_run_was_killed_while_it_put_its_own_in_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "_is_running", lambda _: False)
    (tmp_path / ".coded.1.old").mkdir()
    (tmp_path / ".coded.1.old" / "visits.csv").write_text("older")
    with pytest.raises(KeyboardInterrupt), replacing.replacing_folder(tmp_path / "coded", {"visits.csv"}):
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["coded"]
    assert (tmp_path / "coded" / "visits.csv").read_text() == "older"
