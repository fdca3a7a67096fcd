"""Exports in object stores: what an address finds, and a copy of an object. The one door to pyarrow.fs."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from glob import has_magic
from pathlib import Path
from urllib.parse import parse_qsl, unquote

import pyarrow as pa
from pyarrow import fs

from codesheet.exports.addresses import Address
from codesheet.exports.table import UnreadableExport
from codesheet.location import CellRef

_SCHEMES = ("s3", "gs", "gcs", "abfs", "abfss")
_SECONDS = 5
_ATTEMPTS = 3
_SECONDS_OF_GOOGLE = 30
_AT_ONCE = 1 << 23  # bytes
_S3_OPTIONS = {"region", "scheme", "endpoint_override"}
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
_CHECK = "check the address, and that the store holds it"
_CREDENTIALS = (
    "give credentials that may list and read it (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, say) to this "
    "process and to every worker"
)
_NO_ANSWER = re.compile(r"NETWORK_CONNECTION|curlCode|timed? ?out|resolve host|connect", re.IGNORECASE)
_DENIED = re.compile(
    r"ACCESS_DENIED|INVALID_ACCESS_KEY_ID|INVALID_CLIENT_TOKEN|SIGNATURE_DOES_NOT_MATCH|EXPIRED|InvalidToken"
    r"|HTTP status 40[13]|permission|denied|unauthorized|forbidden|credential",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"bucket is located in '([\w-]+)'")
_ANSWERED = re.compile(r"AWS Error ([A-Za-z_]+(?: \(HTTP status \d+\))?)")


def find_objects(address: Address) -> list[Address]:
    """Give the objects of an address in order: itself, those of a pattern, the parquet ones of a folder.

    Raises:
        UnreadableExport: there are none, or the store cannot be asked.

    """
    with _explained(address):
        store, base = _connected(address)
        whole = _path(base, address.key)
        kind = store.get_file_info(whole).type if address.key else fs.FileType.Directory
        if kind == fs.FileType.File:
            return [address]
        if store.get_file_info(base).type == fs.FileType.NotFound:
            raise _unreadable(address, f"there is no bucket {address.store}", _CHECK)
        if kind == fs.FileType.Directory:
            found, why = _parquet_objects(store, whole), "it is a folder without any .parquet object"
        elif has_magic(address.key):
            found, why = _of_pattern(store, base, address.key.split("/")), "no object has such a name"
        else:
            raise _unreadable(address, "there is no such object", _CHECK)
        keys = sorted({path.removeprefix(f"{base}/") for path in found})
    if not keys:
        raise _unreadable(address, why, "name the objects, or a folder that holds them")
    return [address.at(key) for key in keys]


def copy_object(address: Address, target: Path) -> None:
    """Copy an object into a file, a block at a time.

    Raises:
        UnreadableExport: the object cannot be read, or was changed meanwhile.

    """
    with _explained(address):
        store, base = _connected(address)
        path = _path(base, address.key)
        before = store.get_file_info(path)
        if before.type != fs.FileType.File:
            raise _unreadable(address, "there is no such object", _CHECK)
        source = store.open_input_file(path)
    size = 0
    with source, target.open("wb") as file:
        while block := _block(address, source):
            size += file.write(block)
    with _explained(address):
        after = store.get_file_info(path)
    if (after.mtime_ns, after.size, size) != (before.mtime_ns, before.size, before.size):
        raise _unreadable(address, "it was changed while it was read", "run again when it is complete")


def _block(address: Address, source: pa.NativeFile) -> bytes:
    with _explained(address):
        return source.read(_AT_ONCE)


def _connected(address: Address) -> tuple[fs.FileSystem, str]:
    """Give the store, and the path of its bucket in it."""
    if address.scheme not in _SCHEMES:
        raise _unreadable(
            address, f"addresses of {address.scheme}:// are not known", f"known are {', '.join(_SCHEMES)}"
        )
    if not address.store:
        raise _unreadable(address, "its address names no bucket", "write s3://bucket/folder/visits.parquet")
    if address.scheme == "s3":
        return _s3(address), address.store
    credentials = address.user + (f":{address.password}" if address.password else "")
    options = address.options
    if address.scheme in ("gs", "gcs") and "retry_limit_seconds=" not in options:
        options = f"{options}&retry_limit_seconds={_SECONDS_OF_GOOGLE}".lstrip("&")
    where = f"{credentials}@{address.store}" if credentials else address.store
    store, base = fs.FileSystem.from_uri(f"{address.scheme}://{where}/" + (f"?{options}" if options else ""))
    return store, base.rstrip("/")


def _s3(address: Address) -> fs.S3FileSystem:
    """Connect as `from_uri` does, which knows no limits of time: by itself it waits for minutes."""
    options = dict(parse_qsl(address.options, keep_blank_values=True))
    if not options.keys() <= _S3_OPTIONS:
        known = ", ".join(sorted(_S3_OPTIONS))
        raise _unreadable(address, "its address has an unknown option after the ?", f"known are {known}")
    endpoint = next(filter(None, map(os.environ.get, _ENDPOINTS)), "")
    if endpoint and "endpoint_override" not in options:
        options["endpoint_override"] = endpoint
    if not options.keys() & {"region", "endpoint_override"} and not any(map(os.environ.get, _REGIONS)):
        options["region"] = fs.resolve_s3_region(address.store)
    return fs.S3FileSystem(
        access_key=unquote(address.user) or None,
        secret_key=unquote(address.password) or None,
        request_timeout=_SECONDS,
        connect_timeout=_SECONDS,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=_ATTEMPTS),
        **options,
    )


def _path(base: str, key: str) -> str:
    return f"{base}/{key}".rstrip("/") if key else base


def _of_pattern(store: fs.FileSystem, folder: str, pattern: Sequence[str]) -> Iterator[str]:
    """Give what a pattern finds, as it does among files: folders stand for their parquet objects."""
    first, rest = pattern[0], pattern[1:]
    if first == "**" and rest:
        yield from _of_pattern(store, folder, rest)
    elif not has_magic(first) and rest:
        yield from _of_pattern(store, f"{folder}/{first}", rest)
        return
    for found in store.get_file_info(fs.FileSelector(folder, allow_not_found=True)):
        is_folder, name = found.type == fs.FileType.Directory, found.base_name
        if not fnmatchcase(name, first) or (name.startswith(".") and not first.startswith(".")):
            continue
        if is_folder and (first == "**" or rest):
            yield from _of_pattern(store, found.path, pattern if first == "**" else rest)
        elif is_folder:
            yield from _parquet_objects(store, found.path)
        elif not rest:
            yield found.path


def _parquet_objects(store: fs.FileSystem, folder: str) -> Iterator[str]:
    for found in store.get_file_info(fs.FileSelector(folder, recursive=True)):
        inside = found.path.removeprefix(f"{folder}/").split("/")
        hidden = any(part.startswith(("_", ".")) for part in inside)
        if found.type == fs.FileType.File and found.extension == "parquet" and not hidden:
            yield found.path


@contextmanager
def _explained(address: Address) -> Iterator[None]:
    """Say in our own words what went wrong: the library's may hold what nobody should read."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise _unreadable(address, *_reason(address, problem)) from None


def _reason(address: Address, problem: Exception) -> tuple[str, str]:
    """Give why, and what to do."""
    text = str(problem)
    if elsewhere := _ELSEWHERE.search(text):
        return "its bucket is in another region", f"set AWS_REGION={elsewhere[1]}"
    if isinstance(problem, pa.ArrowNotImplementedError):
        return f"this pyarrow was built without {address.scheme}://", "install pyarrow's wheel"
    if isinstance(problem, ValueError):
        return "its address cannot be understood", "write it as s3://bucket/folder/visits.parquet"
    if "NO_SUCH_BUCKET" in text or ("resolving region" in text and "not found" in text.lower()):
        return f"there is no bucket {address.store}", _CHECK
    if _NO_ANSWER.search(text):
        return "its store does not answer", "check the endpoint, the region and the network, and run again"
    if _DENIED.search(text):
        return "its store denies access", _CREDENTIALS
    if isinstance(problem, FileNotFoundError):
        return "there is no such object", _CHECK
    answered = _ANSWERED.search(text)
    said = f"its store answers {answered[1]}" if answered else "its store cannot be read"
    return said, "check the address, the region and the credentials"


def _unreadable(address: Address, why: str, remedy: str) -> UnreadableExport:
    return UnreadableExport.because(CellRef(address.name), why, remedy)
