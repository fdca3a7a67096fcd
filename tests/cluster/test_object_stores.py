"""Exports in an object store, of a real S3 server on this machine: coded as files are."""

import hashlib
import json
import logging
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from distributed import LocalCluster
from killed_workers import one_killed_once
from pyarrow import compute, csv, fs, parquet
from typer.testing import CliRunner, Result

from codesheet import cli
from codesheet.exports import object_stores
from codesheet.exports.addresses import Address, place_of
from codesheet.exports.inputs import at_hand
from codesheet.exports.object_stores import find_objects
from codesheet.exports.table import UnreadableExport

ROOT = Path(__file__).parent.parent.parent
SAMPLE = next((ROOT / "workbooks" / "samples").glob("*.csv"))
TABLES = ("claim_lines", "visits", "rows", "review", "rejected", "rules_used", "summary")
SECRET = "wJalr/XUtnFEMI"  # noqa: S105 - as they look, slash and all
VISITS = "s3://clinic/visits/"

pytestmark = pytest.mark.usefixtures("exports")


@pytest.fixture(scope="module")
def store() -> Iterator[fs.S3FileSystem]:
    """Start a server, with credentials for it in the environment, which workers take over."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - only these tests fail where it is missing

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIANOBODY")
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield fs.S3FileSystem(endpoint_override=f"http://{host}:{port}", allow_bucket_creation=True)
    server.stop()


@pytest.fixture(scope="module")
def exports(store: fs.S3FileSystem, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cut the sample month into parquet files, and put them into the store as well."""
    folder = tmp_path_factory.mktemp("exports")
    names = SAMPLE.read_text(encoding="utf-8").splitlines()[0].split(",")
    table = csv.read_csv(
        SAMPLE, convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    )
    store.create_dir("clinic")
    for number, begin in enumerate(range(0, table.num_rows, 700)):
        parquet.write_table(table.slice(begin, 700), folder / f"visits_{number}.parquet")
    for file in folder.iterdir():
        put(store, f"visits/{file.name}", file.read_bytes())
    put(store, "visits/_notes/of_others.parquet", b"not read")
    put(store, "notes/readme.txt", b"nothing to code")
    return folder


def put(store: fs.S3FileSystem, key: str, content: bytes) -> None:
    with store.open_output_stream(f"clinic/{key}") as stream:
        stream.write(content)


def run(*words: str) -> Result:
    result = CliRunner().invoke(cli.app, ["code", *words, "--rulebook", str(ROOT / "rules")])
    assert SECRET not in result.output
    assert "AKIA" not in result.output
    assert "Traceback" not in result.output
    return result


def coded(target: Path, *words: str) -> Path:
    result = run(*words, "-o", str(target))
    assert result.exit_code == 0, result.output
    assert [path.name for path in target.parent.iterdir()] == [target.name]  # no copy is left
    return target


@pytest.fixture(scope="module")
def local(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("local") / "coded"
    return coded(target, str(exports / "*.parquet"), "--format", "parquet")


def content(path: Path) -> Any:  # noqa: ANN401 - rows, whatever they hold
    """Give the rows of a table in any order, and objects under the names of their files."""
    table = parquet.read_table(path)
    for place, column in enumerate(table.columns):
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            table = table.set_column(place, table.field(place), compute.replace_substring(column, VISITS, ""))
    return sorted(map(repr, table.to_pylist()))


def assert_same(found: Path, expected: Path) -> None:
    for name in TABLES:
        assert content(found / f"{name}.parquet") == content(expected / f"{name}.parquet"), name
    one, other = (json.loads((folder / "run.json").read_text()) for folder in (found, expected))
    assert one["counts"] == other["counts"]
    inputs = [{**file, "name": f"{VISITS}{file['name']}"} for file in other["inputs"]]
    assert one["inputs"] == inputs


@pytest.mark.parametrize("named", [f"{VISITS}*.parquet", "s3://clinic/visits"])
def test_one_machine_codes_objects_as_it_codes_files(named: str, local: Path, tmp_path: Path) -> None:
    assert_same(coded(tmp_path / "coded", named, "--format", "parquet"), local)


def test_a_cluster_codes_objects_as_one_machine_codes_files(
    exports: Path, local: Path, tmp_path: Path
) -> None:
    damaged, target = tmp_path / "damaged", tmp_path / "whole" / "coded"
    target.parent.mkdir()
    options = {"threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
    with LocalCluster(n_workers=2, **options) as running:
        words = ("--scheduler", running.scheduler_address)
        assert_same(coded(target, f"{VISITS}*.parquet", *words), local)
        names = parquet.read_table(target / "rows.parquet").column("File").unique().to_pylist()
        assert sorted(names) == [f"{VISITS}{file.name}" for file in sorted(exports.iterdir())]
        result = run("s3://clinic/visits", "s3://clinic/notes/readme.txt", "-o", str(damaged), *words)
        assert result.exit_code == 1
        assert "s3://clinic/notes/readme.txt" in result.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["whole"]


def test_a_worker_that_is_killed_while_objects_are_read_changes_nothing(local: Path, tmp_path: Path) -> None:
    target = tmp_path / "coded"
    options = {"threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
    with (
        LocalCluster(n_workers=2, **options) as running,
        one_killed_once(".coded.*.working/file.*", tmp_path, running),
    ):
        assert_same(coded(target, f"{VISITS}*.parquet", "--scheduler", running.scheduler_address), local)


def test_csv_and_excel_objects(store: fs.S3FileSystem, tmp_path: Path) -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()[:40]
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for line in lines:
        sheet.append(line.split(","))
    book.save(tmp_path / "may.xlsx")
    (tmp_path / "may.csv").write_text("\n".join(lines), encoding="utf-8")
    for name in ("may.xlsx", "may.csv"):
        put(store, f"months/{name}", (tmp_path / name).read_bytes())
        target = tmp_path / name.replace(".", "_") / "coded"
        target.parent.mkdir()
        coded(target, f"s3://clinic/months/{name}", "--format", "csv")
        record = json.loads((target / "run.json").read_text())
        digest = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        assert record["inputs"] == [{"name": f"s3://clinic/months/{name}", "sha256": digest, "rows": 39}]
        assert f"s3://clinic/months/{name}" in (target / "rows.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("s3://clinic/visits/june.parquet", "there is no such object"),
        ("s3://clinic/visits/*.csv", "no object has such a name"),
        ("s3://clinic/notes", "it is a folder without any .parquet object"),
        ("s3://hospital/visits/*.parquet", "there is no bucket hospital"),
        ("s3:///visits/may.parquet", "its address names no bucket"),
        ("ftp://clinic/may.csv", "addresses of ftp:// are not known"),
        ("s3://clinic/may.csv?colour=blue", "its address has an unknown option after the ?"),
        ("gs://clinic/may.csv?colour=blue", "its address cannot be understood"),
    ],
)
def test_each_fault_is_told(named: str, told: str, tmp_path: Path) -> None:
    result = run(named, "-o", str(tmp_path / "coded.xlsx"))
    assert result.exit_code == 1
    shown = " ".join(result.stderr.split())
    assert f"{named.partition('?colour')[0]}: error[R101] cannot be read: {told}" in shown
    assert list(tmp_path.iterdir()) == []


def test_faults_of_the_content_name_the_address(tmp_path: Path) -> None:
    result = run(f"{VISITS}*.parquet", "s3://clinic/notes/readme.txt", "-o", str(tmp_path / "coded.xlsx"))
    assert result.exit_code == 1
    assert "s3://clinic/notes/readme.txt" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_object_is_named_once(tmp_path: Path) -> None:
    result = run("s3://clinic/visits", f"{VISITS}visits_1.parquet", "-o", str(tmp_path / "coded.xlsx"))
    assert result.exit_code == 1
    assert f"{VISITS}visits_1.parquet: error[R109]" in " ".join(result.stderr.split())


def test_denied_access(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from moto import settings  # noqa: PLC0415 - see `store`

    monkeypatch.setattr(settings, "INITIAL_NO_AUTH_ACTION_COUNT", 0)
    result = run(f"{VISITS}*.parquet", "-o", str(tmp_path / "coded.xlsx"))
    assert result.exit_code == 1
    assert "its store denies access" in result.stderr
    assert "to this process and to every worker" in " ".join(result.stderr.split())


def test_a_store_that_does_not_answer_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_stores, "_SECONDS", 1)
    monkeypatch.setattr(object_stores, "_ATTEMPTS", 1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        result = run(f"{VISITS}*.parquet", "-o", str(tmp_path / "coded.xlsx"))
    assert result.exit_code == 1
    assert "its store does not answer" in result.stderr


def test_nothing_secret_of_an_address_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = f"s3://AKIASOMEBODY:{SECRET}@clinic/visits/visits_0.parquet?region=us-east-1"
    target = tmp_path / "coded"
    monkeypatch.setattr(sys, "argv", ["codesheet", "code", named, "--format", "csv"])
    coded(target, named, "--format", "csv")
    for file in target.iterdir():
        text = file.read_text(encoding="utf-8")
        assert SECRET not in text
        assert "AKIA" not in text
    options = json.loads((target / "run.json").read_text())["options"]
    assert options == ["code", f"{VISITS}visits_0.parquet", "--format", "csv"]
    for wrong in (named.replace("visits_0", "june"), named.replace("@", "/"), f"{named}&secret_key={SECRET}"):
        assert run(wrong, "-o", str(tmp_path / "other.xlsx")).exit_code == 1
        assert SECRET not in repr(place_of(wrong))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            (
                "AWS Error UNKNOWN (HTTP status 301) during HeadObject operation: No response body. "
                "Looks like the configured region is 'us-east-1' while the bucket is located in 'eu-west-1'."
            ),
            "its bucket is in another region; set AWS_REGION=eu-west-1",
        ),
        (
            "AWS Error SLOW_DOWN during ListObjectsV2 operation: for key AKIANOBODY",
            "its store answers SLOW_DOWN; check the address, the region and the credentials",
        ),
        (f"something else: {SECRET}", "its store cannot be read; check"),
    ],
)
def test_what_the_library_says_is_said_in_other_words(
    words: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Address) -> None:
        raise OSError(words)

    monkeypatch.setattr(object_stores, "_connected", fail)
    with pytest.raises(UnreadableExport) as caught:
        find_objects(Address("s3", "clinic", "visits"))
    assert told in str(caught.value)
    assert SECRET not in str(caught.value)
    assert "AKIA" not in str(caught.value)


def test_a_copy_is_there_as_long_as_it_is_read(exports: Path, tmp_path: Path) -> None:
    with at_hand(place_of(f"{VISITS}visits_0.parquet"), tmp_path) as source:
        assert source.path.read_bytes() == (exports / "visits_0.parquet").read_bytes()
        assert source.path.is_relative_to(tmp_path)
        assert source.name == f"{VISITS}visits_0.parquet"
    assert list(tmp_path.iterdir()) == []


def test_an_object_that_is_changed_meanwhile(
    store: fs.S3FileSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, "growing/may.csv", b"a" * 100)
    real = object_stores._block  # noqa: SLF001

    def block(address: Address, source: pa.NativeFile) -> bytes:
        found = real(address, source)
        put(store, "growing/may.csv", b"b" * 101)
        return found

    monkeypatch.setattr(object_stores, "_block", block)
    growing = place_of("s3://clinic/growing/may.csv")
    with pytest.raises(UnreadableExport) as caught, at_hand(growing, tmp_path):
        pass
    assert "it was changed while it was read" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("s3://clinic/shapes/*.csv", ["a.csv", "b.csv"]),
        ("s3://clinic/shapes/?.csv", ["a.csv", "b.csv"]),
        ("s3://clinic/shapes/[b]*", ["b.csv"]),
        ("s3://clinic/shapes/**/*.parquet", ["d/c.parquet", "d/e/f.parquet"]),
        ("s3://clinic/shapes/d*", ["d/c.parquet", "d/e/f.parquet"]),
        ("s3://clinic/*/d/e/f.parquet", ["d/e/f.parquet"]),
        ("s3://clinic/shapes/", ["d/c.parquet", "d/e/f.parquet"]),
    ],
)
def test_patterns(pattern: str, found: list[str], store: fs.S3FileSystem) -> None:
    for key in ("a.csv", "b.csv", ".hidden.csv", "d/c.parquet", "d/e/f.parquet"):
        put(store, f"shapes/{key}", b"any")
    place = place_of(pattern)
    assert isinstance(place, Address)
    assert [one.key for one in find_objects(place)] == [f"shapes/{key}" for key in found]


def test_results_do_not_go_to_a_store(tmp_path: Path) -> None:
    (tmp_path / "may.csv").write_text("a\n1\n", encoding="utf-8")
    result = run(str(tmp_path / "may.csv"), "-o", "s3://clinic/coded")
    assert result.exit_code == 2
    assert "results go to a folder, not to an object store" in " ".join(result.output.split())
