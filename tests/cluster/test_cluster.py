"""An export coded on a Dask cluster of processes: the same results as on one machine, come what may."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from distributed import LocalCluster
from killed_workers import one_killed_once
from pyarrow import csv, parquet
from typer.testing import CliRunner, Result

from codesheet import cli
from codesheet.cluster import coding, scheduler, tasks
from codesheet.cluster.scheduler import ClusterError, workers_of
from codesheet.coding import hit_policies
from codesheet.commands.loading import load_ruleset
from codesheet.model import HitPolicy

ROOT = Path(__file__).parent.parent.parent
SAMPLE = next((ROOT / "workbooks" / "samples").glob("*.csv"))
TABLES = ("claim_lines", "visits", "rows", "review", "rejected", "rules_used", "summary")


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as running:
        yield running


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cut the sample month into parquet files, the rows of some visits in two of them."""
    folder = tmp_path_factory.mktemp("exports")
    options = csv.ConvertOptions(column_types={name: pa.string() for name in headings()})
    table = csv.read_csv(SAMPLE, convert_options=options)
    cuts = [0, 700, 701, 1500, table.num_rows]
    for number in range(len(cuts) - 1):
        part = table.slice(cuts[number], cuts[number + 1] - cuts[number])
        parquet.write_table(part, folder / f"visits_{number}.parquet")
    return folder


def headings() -> list[str]:
    return SAMPLE.read_text(encoding="utf-8").splitlines()[0].split(",")


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["code", *words, "--rulebook", str(ROOT / "rules")])


@pytest.fixture(scope="module")
def alone(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("alone") / "coded"
    result = run(str(exports / "*.parquet"), "-o", str(target), "--format", "parquet")
    assert result.exit_code == 0, result.stderr
    return target


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding, "ROWS_AT_ONCE", 200)


def sorted_bytes(path: Path) -> bytes:
    table = parquet.read_table(path)
    columns = [(name, "ascending") for name in table.column_names]
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.sort_by(columns).combine_chunks())
    return bytes(sink.getvalue())


def assert_same(found: Path, expected: Path) -> None:
    for name in TABLES:
        one, other = (folder / f"{name}.parquet" for folder in (found, expected))
        assert sorted_bytes(one) == sorted_bytes(other), name
    counts = [json.loads((folder / "run.json").read_text())["counts"] for folder in (found, expected)]
    assert counts[0] == counts[1]


@pytest.mark.usefixtures("small_chunks")
def test_a_cluster_gives_what_one_machine_gives(
    cluster: LocalCluster, exports: Path, alone: Path, tmp_path: Path
) -> None:
    target = tmp_path / "coded"
    result = run(str(exports), "-o", str(target), "--scheduler", cluster.scheduler_address)
    assert result.exit_code == 0, result.output
    assert_same(target, alone)
    parts = sorted(path.name for path in (target / "claim_lines.parquet").iterdir())
    assert len(parts) > 5
    assert parts[0] == "part-000000.parquet"
    assert [path.name for path in tmp_path.iterdir()] == ["coded"]  # nothing else is left
    again = run(str(exports), "-o", str(target), "--scheduler", cluster.scheduler_address)
    assert again.exit_code == 0, again.output


@pytest.mark.usefixtures("small_chunks")
def test_a_worker_that_is_killed_in_the_middle_changes_nothing(
    cluster: LocalCluster, exports: Path, alone: Path, tmp_path: Path
) -> None:
    target = tmp_path / "coded"
    with one_killed_once(".coded.*.working/coded.*/Rows.0", tmp_path, cluster):
        result = run(str(exports), "-o", str(target), "--scheduler", cluster.scheduler_address)
    assert result.exit_code == 0, result.output
    assert_same(target, alone)


def test_a_failing_task_is_told_in_its_own_words(cluster: LocalCluster, tmp_path: Path) -> None:
    with workers_of(cluster.scheduler_address) as workers, pytest.raises(ClusterError) as caught:
        list(workers.each(tasks.survey, [(tmp_path / "nowhere", SAMPLE)]))
    assert "a worker failed: FileNotFoundError" in str(caught.value)
    assert "nowhere/ruleset" in str(caught.value)


def test_faults_of_a_file_stop_the_run(cluster: LocalCluster, exports: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(b"PAR1 and then nothing")
    target = tmp_path / "coded"
    words = (str(exports), str(damaged), "-o", str(target), "--scheduler", cluster.scheduler_address)
    result = run(*words)
    assert result.exit_code == 1
    assert "damaged.parquet" in result.stderr
    assert not target.exists()


def test_no_scheduler_is_told_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "_SECONDS_TO_CONNECT", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    target = tmp_path / "coded"
    result = run(str(SAMPLE), "-o", str(target), "--scheduler", f"tcp://127.0.0.1:{port}")
    assert result.exit_code == 1
    assert f"no scheduler answers at tcp://127.0.0.1:{port}" in result.stderr
    assert not target.exists()


def test_without_the_extra_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    result = run(str(SAMPLE), "-o", str(tmp_path / "coded"), "--scheduler", "tcp://127.0.0.1:1")
    assert result.exit_code == 1
    assert 'pip install "codesheet[dask]"' in result.stderr


@pytest.mark.parametrize("more", [["--format", "xlsx"], ["--format", "csv"]])
def test_what_a_cluster_does_not_do_is_refused(more: list[str], tmp_path: Path) -> None:
    result = run(str(SAMPLE), "-o", str(tmp_path / "coded"), "--scheduler", "tcp://127.0.0.1:1", *more)
    assert result.exit_code == 2


@pytest.mark.usefixtures("small_chunks")
def test_each_chunk_verifies_its_share_of_the_rows(
    cluster: LocalCluster, exports: Path, alone: Path, tmp_path: Path
) -> None:
    target = tmp_path / "coded"
    words = (str(exports), "-o", str(target), "--scheduler", cluster.scheduler_address)
    result = run(*words, "--verify", "60")
    assert result.exit_code == 0, result.output
    assert_same(target, alone)
    verified = json.loads((target / "run.json").read_text())["verified"]
    found = re.fullmatch(
        r"verified (\d+) rows \(\d+ visits\) against the plain evaluator: no difference", verified
    )
    assert found is not None
    assert 60 <= int(found[1]) < 200
    assert verified in result.stderr
    assert run(*words).exit_code == 0
    assert json.loads((target / "run.json").read_text())["verified"] == "not asked for (--verify)"


def test_a_difference_stops_the_run_before_anything_is_written(
    exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def last(judge: hit_policies.Judge, fired: tuple[int, ...], undecided: tuple[int, ...]) -> object:
        del judge, undecided
        return hit_policies.Decision(hits=fired[-1:])

    policies = {**hit_policies._POLICIES, HitPolicy.FIRST: last}  # noqa: SLF001 - a planted fault
    monkeypatch.setattr(hit_policies, "_POLICIES", policies)
    with LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0") as here:
        words = (str(exports), "-o", str(tmp_path / "coded"), "--scheduler", here.scheduler_address)
        result = run(*words, "--verify", "60")
    assert result.exit_code == 1
    assert "visits differ, in" in result.stderr
    assert "nothing was written" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_rules_reach_the_workers_once(tmp_path: Path) -> None:
    ruleset, _ = load_ruleset(ROOT / "rules", lambda _: None)
    assert ruleset is not None
    tasks.share_ruleset(ruleset, tmp_path)
    assert tasks._coder(tmp_path) is tasks._coder(tmp_path)  # noqa: SLF001
    assert tasks._coder(tmp_path).ruleset.digest == ruleset.digest  # noqa: SLF001
