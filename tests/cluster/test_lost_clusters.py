"""A cluster that cannot do the work, or is lost in the middle of it, is told in words that say what to do."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata

import pytest
from distributed import LocalCluster

from codesheet.cluster import scheduler
from codesheet.cluster.scheduler import ClusterError, workers_of


def local_cluster(workers: int) -> LocalCluster:
    return LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(scheduler, "_SECONDS_FOR_A_WORKER", 1)
    monkeypatch.setattr(scheduler, "_SECONDS_TO_LOOK_AGAIN", 1)
    return monkeypatch


@pytest.mark.usefixtures("soon")
def test_a_scheduler_without_workers() -> None:
    with local_cluster(0) as running:
        address = running.scheduler_address
        with pytest.raises(ClusterError) as caught, workers_of(address):
            pass
    assert str(caught.value) == f"the scheduler at {address} has no workers: start some"


def test_workers_of_another_version(soon: pytest.MonkeyPatch) -> None:
    real = scheduler._version()  # noqa: SLF001
    with local_cluster(1) as running:
        soon.setattr(metadata, "version", lambda _: "9.9")  # in this process, not in the worker's
        with pytest.raises(ClusterError) as caught, workers_of(running.scheduler_address):
            pass
        soon.undo()
    assert str(caught.value) == (
        f"this is codesheet 9.9, and workers of {running.scheduler_address} have {real}: install the same "
        "version on every one of them"
    )


def test_workers_without_this_program(soon: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise ModuleNotFoundError("No module named 'codesheet'")

    with local_cluster(1) as running:
        soon.setattr(scheduler, "_version", missing)
        with pytest.raises(ClusterError) as caught, workers_of(running.scheduler_address):
            pass
    told = str(caught.value)
    assert told.startswith(f"the workers of {running.scheduler_address} cannot run codesheet (ModuleNotFound")
    assert told.endswith("install the same version on every one of them")


def test_a_scheduler_that_is_killed_in_the_middle(capfd: pytest.CaptureFixture[str]) -> None:
    with scheduler_and_worker() as (process, address), workers_of(address) as workers:
        results = workers.each(time.sleep, [(0,), (300,)])
        assert next(results) is None
        process.kill()
        with pytest.raises(ClusterError) as caught:
            next(results)
    assert str(caught.value) == f"the scheduler at {address} is gone; nothing was written"
    assert "Traceback" not in capfd.readouterr().err


@contextmanager
def scheduler_and_worker() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Start both as processes of their own; the address is that of the scheduler."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    options = ["--host", "127.0.0.1", "--port", address.rpartition(":")[2], "--no-dashboard"]
    running = [_module("distributed.cli.dask_scheduler", *options)]
    try:
        alone = ["--no-nanny", "--nthreads", "1", "--no-dashboard"]
        running.append(_module("distributed.cli.dask_worker", address, *alone))
        yield running[0], address
    finally:
        for process in running:
            process.kill()
            process.wait()


def _module(name: str, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", name, *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
