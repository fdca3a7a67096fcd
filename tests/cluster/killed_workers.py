"""Kills a worker of a cluster in the middle of a run."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import LocalCluster

_PATIENCE, _SOON = 30.0, 0.02  # seconds


@contextmanager
def one_killed_once(pattern: str, folder: Path, cluster: LocalCluster) -> Iterator[None]:
    """Kill one worker as soon as a file of this pattern lies in a folder; fail where none ever does."""
    killed: list[int] = []

    def wait_and_kill() -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if any(folder.glob(pattern)):
                worker = next(iter(cluster.workers.values()))
                killed.append(worker.process.pid)
                os.kill(worker.process.pid, signal.SIGKILL)
                return
            time.sleep(_SOON)

    killer = threading.Thread(target=wait_and_kill)
    killer.start()
    yield
    killer.join()
    assert len(killed) == 1
