"""Rows to decide, as Arrow tables: the sample month's, and uniform ones of which hardly two are alike.

Both are typed and spelt as the rules spell them, since engines other than codesheet compare text letter by
letter. Days are proleptic ordinals (1 is 0001-01-01), numbers whole; what is not recorded is null.
"""

from datetime import date
from itertools import count, islice

import numpy as np
import pyarrow as pa

from invented_rulebooks import DIAGNOSES, PLACES, SERVICES, payer_names
from make_sample import COLUMNS, PAYERS, make_rows

VISIT, DAY = "Visit ID", "Date of service"
MONTH = date(2026, 5, 1)

_PLACE = {name: place for place, name in enumerate(COLUMNS)}
_PAYER_OF = {spelling.strip(): payer[0] for payer in PAYERS for spelling in payer[4]}


def sample_rows(rows: int, seed: int = 1) -> pa.Table:
    """Give the rows of an invented month, with its skew: few payers and services make most of it."""
    cells = islice(make_rows(rows, seed, MONTH), rows)  # a visit has a row at least
    picked = [[row[_PLACE[name]].strip() for name in _SOURCES] for row in cells]
    picked = [row for row in picked if "-" in row[0]]  # a row without a day that can be read is rejected
    columns = dict(zip(_SOURCES, zip(*picked, strict=True), strict=True))
    return table_of(
        {
            DAY: [date.fromisoformat(text).toordinal() for text in columns[DAY]],
            "Payer": [_PAYER_OF.get(text, text) or None for text in columns["Payer"]],
            "Service": [text.lower() or None for text in columns["Service"]],
            "Place of service": [text or None for text in columns["Place of service"]],
            "Diagnosis": [text.split(";")[0] or None for text in columns["Diagnoses"]],
            "Minutes": [_whole(text) for text in columns["Minutes"]],
            "Dose": [_whole(text) for text in columns["Dose"]],
        }
    )


_SOURCES = (DAY, "Payer", "Service", "Place of service", "Diagnoses", "Minutes", "Dose")


def uniform_rows(rows: int, payers: int = 16, seed: int = 1) -> pa.Table:
    """Give rows with each column drawn evenly: remembering combinations does not help with them."""
    rng = np.random.default_rng(seed)

    def one_of(values: list[str] | tuple[str, ...]) -> pa.Array:
        return pa.array(np.array(values, dtype=object)[rng.integers(len(values), size=rows)], pa.string())

    def number(low: int, high: int) -> pa.Array:
        return pa.array(rng.integers(low, high, size=rows), pa.int64(), mask=rng.random(rows) < 0.05)

    return table_of(
        {
            DAY: pa.array(
                rng.integers(date(2026, 1, 1).toordinal(), date(2026, 12, 31).toordinal(), size=rows)
            ),
            "Payer": one_of(payer_names(payers)),
            "Service": one_of(SERVICES),
            "Place of service": one_of(PLACES),
            "Diagnosis": one_of(DIAGNOSES),
            "Minutes": number(0, 400),
            "Dose": number(0, 3000),
        }
    )


def resampled(rows: pa.Table, size: int, payers: int, seed: int = 1) -> pa.Table:
    """Draw rows with replacement, and give them payers: the nth has 1/n of the first one's visits."""
    rng = np.random.default_rng(seed)
    drawn = rows.take(pa.array(rng.integers(rows.num_rows, size=size)))
    names = np.array(payer_names(payers), dtype=object)
    weights = 1 / np.arange(1, payers + 1)
    chosen = names[rng.choice(payers, size=size, p=weights / weights.sum())]
    place = drawn.column_names.index("Payer")
    return with_visits(drawn.set_column(place, "Payer", pa.array(chosen, pa.string())))


def table_of(columns: dict[str, list[object] | pa.Array]) -> pa.Table:
    """Make a table of columns (text, or whole numbers) with a visit a row."""
    return with_visits(pa.table({name: pa.array(values) for name, values in columns.items()}))


def with_visits(rows: pa.Table) -> pa.Table:
    """Give each row a visit of its own."""
    numbers = pa.array([f"V{number}" for number in islice(count(1), rows.num_rows)])
    place = rows.column_names.index(VISIT) if VISIT in rows.column_names else None
    return rows.add_column(0, VISIT, numbers) if place is None else rows.set_column(place, VISIT, numbers)


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
