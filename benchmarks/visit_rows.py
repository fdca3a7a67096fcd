"""Rows to decide, as Arrow tables: the sample month's, and uniform ones of which hardly two are alike.

Both are typed and spelt as the rules spell them, since engines other than codesheet compare text letter by
letter. Days are proleptic ordinals (1 is 0001-01-01), numbers whole; what is not recorded is null.
"""

from datetime import date
from itertools import count, islice

import numpy as np
import pyarrow as pa
from pyarrow import compute

from invented_rulebooks import DIAGNOSES, PLACES, SERVICES, payer_names
from make_load import Load, batches
from make_sample import PAYERS

VISIT, DAY = "Visit ID", "Date of service"
_PAYER_OF = {spelling.strip(): payer[0] for payer in PAYERS for spelling in payer[4]}


def sample_rows(rows: int, seed: int = 1) -> pa.Table:
    """Give the rows of an invented month, with its skew: few payers and services make most of it.

    Rows whose day cannot be read are left out, as coding rejects them: a few less than asked for.
    """
    load = pa.concat_tables(typed(table) for table in batches(Load(rows, seed)))
    return with_visits(load.combine_chunks())


def typed(load: pa.Table) -> pa.Table:
    """Type and spell a part of a load as the rules of the comparison have it."""
    texts = {name: compute.utf8_trim_whitespace(load[name]) for name in _SOURCES}
    payers = texts["Payer"].combine_chunks().dictionary_encode()
    names = pa.array([_PAYER_OF.get(text, text) for text in payers.dictionary.to_pylist()])
    first_diagnosis = compute.replace_substring_regex(texts["Diagnoses"], ";.*", "")
    table = pa.table(
        {
            DAY: texts[DAY],
            "Payer": _or_null(names.take(payers.indices)),
            "Service": _or_null(compute.utf8_lower(texts["Service"])),
            "Place of service": _or_null(texts["Place of service"]),
            "Diagnosis": _or_null(first_diagnosis),
            "Minutes": _whole(texts["Minutes"]),
            "Dose": _whole(texts["Dose"]),
        }
    ).filter(compute.match_substring(texts[DAY], "-"))
    days = table[DAY].cast(pa.date32()).cast(pa.int32()).cast(pa.int64())
    return table.set_column(0, DAY, compute.add(days, date(1970, 1, 1).toordinal()))


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


def _or_null(texts: pa.Array) -> pa.Array:
    return compute.if_else(compute.equal(texts, ""), None, texts)


def _whole(texts: pa.Array) -> pa.Array:
    digits = compute.match_substring_regex(texts, "^[0-9]+$")
    return compute.if_else(digits, texts, None).cast(pa.int64())
