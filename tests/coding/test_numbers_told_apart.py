"""Numbers of a column are told apart exactly, whether by their distance or by hashing."""

import numpy as np
import pytest

from codesheet.coding.columns import Column
from codesheet.language.values import FieldType

NONE = float("nan")


@pytest.mark.parametrize(
    "numbers",
    [
        [],
        [NONE],
        [3.0, 1.0, NONE, 3.0, 2.0],
        [-1.0, 0.0, NONE, -1.0],
        [-5.0, 0.0, 1e-20, -3.0, NONE, 0.5, 2.0, 2.0],
        [1.0, 1e9, NONE, 1.0],
        [np.inf, 1.0, 2.0, -np.inf],
    ],
)
def test_each_number_is_found_again(numbers: list[float]) -> None:
    places, values = Column(FieldType.NUMBER, np.array(numbers, dtype=np.float64)).numbered
    assert np.array_equal(np.append(values, NONE)[places], numbers, equal_nan=True)
    assert len(set(values.tolist())) == len(values)
