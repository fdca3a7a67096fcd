"""Where the command begins: an interrupt, a kill or a fault of the program ends without a traceback."""

import gc
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from types import FrameType

from codesheet.collecting import while_importing

TRACEBACK = "CODESHEET_TRACEBACK"
"""An environment variable: when set, a fault of the program prints its traceback."""

_FAULT, _BY_SIGNAL = 1, 128
_SOON = 0.01  # seconds


def main() -> None:
    """Run the command line. A fault of this program itself is told without the data it stood over."""
    signal.signal(signal.SIGTERM, _end)  # as an exception, so that what is half written is removed
    sys.unraisablehook = _again
    try:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # no matrices here: no threads to start
        with while_importing():
            from codesheet.cli import app  # noqa: PLC0415  (an interrupt while importing is caught as well)
        app()
    except KeyboardInterrupt:
        sys.exit(_BY_SIGNAL + signal.SIGINT)
    except Exception as fault:
        if TRACEBACK in os.environ:
            raise
        sys.stderr.write(_without_data(fault))
        sys.exit(_FAULT)
    finally:
        gc.freeze()  # all is freed with the process: to look for circles first takes a tenth of a check


def _end(number: int, _: FrameType | None) -> None:
    sys.exit(_BY_SIGNAL + number)


def _again(unraisable: "sys.UnraisableHookArgs") -> None:
    """Repeat a signal that Python dropped because it struck inside a finaliser, once that has ended."""
    if isinstance(unraisable.exc_value, (KeyboardInterrupt, SystemExit)):
        threading.Timer(_SOON, signal.raise_signal, [signal.SIGTERM]).start()
    else:
        sys.__unraisablehook__(unraisable)


def _without_data(fault: Exception) -> str:
    """Say what failed and where: a fault's own message may hold a patient's data."""
    at = traceback.extract_tb(fault.__traceback__)[-1]
    return (
        f"codesheet itself failed ({type(fault).__name__} in {Path(at.filename).name}, line {at.lineno}), "
        f"and nothing was written. Please report this; {TRACEBACK}=1 shows the whole, "
        "which may hold patient data.\n"
    )


if __name__ == "__main__":
    main()
