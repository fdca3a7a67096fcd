"""Combinations are numbered as they first appear, whichever way they are told apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesheet.coding import view
from codesheet.coding.columns import Index
from codesheet.coding.view import distinct

NUMBERS = st.one_of(st.integers(-3, 3), st.integers(-(2**40), 2**40))
COLUMNS = st.integers(0, 100).flatmap(
    lambda rows: st.lists(st.lists(NUMBERS, min_size=rows, max_size=rows), max_size=4).map(
        lambda columns: (columns, rows)
    )
)


def by_numpy(columns: list[Index], rows: int) -> tuple[Index, Index]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view, "_FEW_ROWS", -1)
        return distinct(columns, rows)


@given(COLUMNS)
def test_numbers_and_first_rows(drawn: tuple[list[list[int]], int]) -> None:
    columns, rows = [np.array(column, dtype=np.int64) for column in drawn[0]], drawn[1]
    keys = list(zip(*(column.tolist() for column in columns), strict=True)) if columns else [()] * rows
    once = list(dict.fromkeys(keys))
    for numbers, firsts in (distinct(columns, rows), by_numpy(columns, rows)):
        assert numbers.tolist() == [once.index(key) for key in keys]
        assert firsts.tolist() == [keys.index(key) for key in once]
