"""What is written appears whole or not at all: written beside its place under another name, then renamed."""

import errno
import glob
import os
import re
import shutil
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path


class WriteError(Exception):
    """Something could not be written; the message is for whoever ran the program."""


@contextmanager
def replacing_file(target: Path) -> Iterator[Path]:
    """Give a file to write; it takes the target's place when all went well, and is gone otherwise."""
    _refuse_target_folder(target)
    with _explained(target):
        target = target.resolve()  # a link stays, and what it leads to is replaced
        new = _beside(target, "partial")
        try:
            yield new
            new.replace(target)
        finally:
            new.unlink(missing_ok=True)


@contextmanager
def replacing_folder(target: Path, ours: Collection[str]) -> Iterator[Path]:
    """Give a folder to fill; it takes the target's place as a whole.

    A folder that holds anything but `ours` (names of files) is somebody's, and is never replaced.
    """
    _refuse_foreign(target, ours)
    with _explained(target):
        new, old = _beside(target, "partial"), _beside(target, "old")
        try:
            new.mkdir()
            yield new
            _swap(new, target, old)
        finally:
            shutil.rmtree(new, ignore_errors=True)


@contextmanager
def working_folder(target: Path) -> Iterator[Path]:
    """Give a folder of this run's own beside a target, for what does not fit into memory; gone in the end.

    Nobody but this user can look into it: it may hold patients' data.
    """
    with _explained(target):
        folder = _beside(target, "working")
        try:
            folder.mkdir(mode=0o700)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def refuse_file(target: Path) -> None:
    """Raise WriteError where no file can be written, before any work is done for it."""
    with _explained(target):
        _refuse_target_folder(target)
        _refuse_parent(target)


def refuse_folder(target: Path, ours: Collection[str]) -> None:
    """Raise WriteError where no folder can be written, or where one holds anything but `ours`."""
    with _explained(target):
        _refuse_parent(target)
        _refuse_foreign(target, ours)


def _refuse_target_folder(target: Path) -> None:
    if target.is_dir():
        raise WriteError(f"{target} is a folder; name a file to write, such as coded.xlsx.")


def _refuse_parent(target: Path) -> None:
    if target.parent.is_file():
        raise WriteError(f"{target} cannot be written: {target.parent} is a file, not a directory.")
    if not target.parent.is_dir():
        raise WriteError(f"{target} cannot be written: there is no folder {target.parent}. Make it first.")


def _swap(new: Path, target: Path, old: Path) -> None:
    if not target.exists():
        new.rename(target)
        return
    target.rename(old)
    try:
        new.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _refuse_foreign(target: Path, ours: Collection[str]) -> None:
    if target.exists() and not target.is_dir():
        raise WriteError(f"{target} is a file; name a folder to write csv or parquet files to.")
    foreign = (
        sorted(path.name for path in target.iterdir() if path.name not in ours) if target.is_dir() else []
    )
    if foreign:
        raise WriteError(
            f"{target} holds other files ({', '.join(foreign[:3])}) and would be replaced as a whole. "
            "Name a new folder, or one of earlier results."
        )


def _beside(target: Path, what: str) -> Path:
    _remove_leftovers(target, what)
    return target.parent / f".{target.name}.{os.getpid()}.{what}"


def _remove_leftovers(target: Path, what: str) -> None:
    """Remove what runs that were killed outright left beside a target."""
    for path in target.parent.glob(f".{glob.escape(target.name)}.*.{what}"):
        process = path.name.removeprefix(f".{target.name}.").removesuffix(f".{what}")
        if process.isdecimal() and not _is_running(int(process)):
            if what == "old" and not target.exists():
                path.rename(target)  # the run was killed before its own took their place
            else:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_running(process: int) -> bool:
    """Say whether a process is there; where that cannot be asked (Windows), that it may be."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        number = _system_number(problem)
        if number in (errno.EACCES, errno.EPERM):
            raise WriteError(
                f"{target} cannot be written: no permission. If it is open in Excel, close it and run again."
            ) from problem
        words = os.strerror(number) if number else problem.strerror or str(problem)
        why = words[:1].lower() + words[1:]
        raise WriteError(
            f"{target} cannot be written: {why}. What was there before is unchanged."
        ) from problem


def _system_number(problem: OSError) -> int | None:
    """Give the system's number of an error; libraries in other languages put it into a text of their own."""
    number = re.search(r"(?:os error|errno) (\d+)", str(problem), re.IGNORECASE)
    return int(number[1]) if number and not problem.strerror else problem.errno
