"""Families of rows against a plain search, with files of which only a part may be looked at together."""

import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from codesheet.exports import families as module
from codesheet.exports.families import Families, RowKeys


def plain_families(keys: list[list[int]]) -> list[int]:
    """Give for each row the first row that it shares a key with, directly or by way of others."""
    family = list(range(len(keys[0])))
    changed = True
    while changed:
        changed = False
        for values in keys:
            for row, value in enumerate(values):
                lowest = min(family[other] for other, one in enumerate(values) if one == value)
                changed |= family[row] != lowest
                family[row] = lowest
    return family


def keyed(rows: np.ndarray, keys: list[list[int]]) -> RowKeys:
    hashes = [pd.util.hash_array(np.array(values, dtype=np.int64)) for values in keys]
    return RowKeys(rows, hashes, [np.empty(0, dtype=np.int64) for _ in keys])


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("where", ["disk", "memory"])
def test_rows_that_share_a_key_are_one_family(
    seed: int, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 7)
    dice = random.Random(seed)
    keys = [[dice.randrange(40) for _ in range(60)] for _ in range(dice.choice((1, 2)))]
    families = Families(tmp_path if where == "disk" else None, len(keys))
    cuts = sorted(dice.sample(range(1, 60), 4))
    bounds = list(zip([0, *cuts], [*cuts, 60], strict=True))
    for first, last in bounds:
        families.add(keyed(np.arange(first, last), [values[first:last] for values in keys]))
    found = [one for piece in range(len(bounds)) for one in families.of_piece(piece).tolist()]
    assert found == plain_families(keys)


def test_rows_set_apart_stand_where_the_file_has_them() -> None:
    """The broken row, given last, stands first in the file: it leads the family."""
    families = Families(None, 1)
    families.add(keyed(np.array([11, 12, 10]), [[1, 2, 2]]))
    assert families.of_piece(0).tolist() == [1, 0, 0]


def test_never_many_rows_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rows an export has, about ROWS_AT_ONCE of them are in memory together."""
    most = 500
    monkeypatch.setattr(module, "ROWS_AT_ONCE", most)
    seen: list[int] = []
    read = module._read  # noqa: SLF001 - the only place where rows of several pieces meet
    monkeypatch.setattr(module, "_read", lambda *given: note(seen, read(*given)))
    families = Families(tmp_path, 1)
    for piece in range(60):
        rows = np.arange(200) + 200 * piece
        families.add(keyed(rows, [(rows // 3).tolist()]))
    assert families.of_piece(59)[-1] == 11_997
    assert sum(seen) == 2 * 12_000
    assert max(seen) < 2 * most


def note(seen: list[int], rows: np.ndarray) -> np.ndarray:
    seen.append(len(rows))
    return rows


def test_rows_without_a_key_are_alone() -> None:
    families = Families(None, 1)
    for piece in range(2):
        keys = keyed(np.array([2, 3, 4]) + 3 * piece, [[0, 0, 5]])
        families.add(RowKeys(keys.rows, keys.hashes, [np.array([0, 1])]))
    assert [families.of_piece(piece).tolist() for piece in range(2)] == [[0, 1, 2], [3, 4, 2]]
