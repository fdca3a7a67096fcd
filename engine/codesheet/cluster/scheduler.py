"""The one door to Dask: tasks to a scheduler's workers, their results in order, and what went wrong."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from distributed import Client

_SECONDS_TO_CONNECT = 10
_SECONDS_FOR_A_WORKER = 30
_SECONDS_TO_LOOK_AGAIN = 5
_AHEAD = 2
"""Tasks under way for each worker: one that it does and one that waits."""


class ClusterError(RuntimeError):
    """The cluster cannot do the work; the message is for whoever ran the program."""


class Workers:
    """The workers of a scheduler that is listening."""

    def __init__(self, client: "Client", address: str) -> None:
        self._client = client
        self._address = address

    def each(self, function: Callable[..., Any], calls: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """Call a function of a module with each of these arguments; give the results in their order.

        Tasks of a worker that is lost are done by another one.

        Raises:
            ClusterError: a task failed, or nobody is left to do it.

        """
        waiting: deque[Any] = deque()
        try:
            for arguments in calls:
                waiting.append(self._client.submit(function, *arguments, pure=False))
                if len(waiting) >= _AHEAD * max(self._count(), 1):
                    yield self._result(waiting.popleft())
            while waiting:
                yield self._result(waiting.popleft())
        finally:
            self._client.cancel(list(waiting))

    def demand_same_version(self) -> None:
        """Refuse workers that would code with another version of this program."""
        try:
            found = self._client.run(_version)
        except Exception as problem:
            raise ClusterError(
                f"the workers of {self._address} cannot run codesheet ({_words(problem)}): install the same "
                "version on every one of them"
            ) from problem
        own = _version()
        others = sorted({version for version in found.values() if version != own})
        if others:
            raise ClusterError(
                f"this is codesheet {own}, and workers of {self._address} have {', '.join(others)}: install "
                "the same version on every one of them"
            )

    def _count(self) -> int:
        return len(self._client.scheduler_info(n_workers=-1)["workers"])

    def _result(self, future: Any) -> Any:  # noqa: ANN401 - what the task gives
        while True:
            try:
                return future.result(timeout=_SECONDS_TO_LOOK_AGAIN)
            except TimeoutError as problem:
                if future.done():  # the task itself timed out
                    raise ClusterError(f"a worker failed: {_words(problem)}") from problem
                self._demand_workers()
            except Exception as problem:
                self._demand_scheduler(problem)
                raise ClusterError(f"a worker failed: {_words(problem)}") from problem

    def _demand_scheduler(self, problem: BaseException | None = None) -> None:
        if self._client.status != "running":
            raise ClusterError(f"the scheduler at {self._address} is gone; nothing was written") from problem

    def _demand_workers(self) -> None:
        self._demand_scheduler()
        _wait_for_workers(self._client, self._address)


@contextmanager
def workers_of(address: str) -> Iterator[Workers]:
    """Connect with a scheduler, as long as it takes to do the work.

    Raises:
        ClusterError: Dask is not installed, nobody listens there, or no worker is there.

    """
    try:
        from distributed import Client  # noqa: PLC0415 - an extra, and slow to load
    except ImportError as problem:
        raise ClusterError(
            'a scheduler needs Dask, which is not installed: pip install "codesheet[dask]"'
        ) from problem
    for name in [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is raised, once
    try:
        client = Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as problem:
        raise ClusterError(
            f"no scheduler answers at {address} ({_words(problem)}): is it running, and is the address right?"
        ) from problem
    try:
        _wait_for_workers(client, address)
        workers = Workers(client, address)
        workers.demand_same_version()
        yield workers
    finally:
        client.close()


def _wait_for_workers(client: "Client", address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_SECONDS_FOR_A_WORKER)
    except TimeoutError as problem:
        raise ClusterError(f"the scheduler at {address} has no workers: start some") from problem


def _version() -> str:
    return metadata.version("codesheet")


def _words(problem: BaseException) -> str:
    return f"{type(problem).__name__}: {problem}".removesuffix(": ")
