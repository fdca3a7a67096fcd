"""Tables of every large shape, from a real workbook to coded visits, as plain set logic has them."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "large_tables.py"
SHAPES = ["500 matches", "200 conditions", "no conditions", "3,000 wildcards"]
SLOW = ["open ranges", "3,000 values", "same last test", "100,000 alternatives", "10,000 rules"]


@pytest.mark.parametrize("shape", [*SHAPES, *(pytest.param(shape, marks=pytest.mark.slow) for shape in SLOW)])
def test_shape(shape: str) -> None:
    command = [sys.executable, str(SCRIPT), shape]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert shape in done.stdout
