"""A cluster that cannot do the work is told in words that say what to do."""

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
