"""Verifying a coded batch: a sample of its rows, coded a second time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codesheet.coding.batch import CodedBatch, Encounters
from codesheet.coding.coder import Coder, broken_visits
from codesheet.coding.columns import Index
from codesheet.coding.history import CODE, DAY, UNITS, History
from codesheet.coding.plain_values import values_of
from codesheet.compiling.ruleset import Ruleset
from codesheet.language.values import Scalar, fold, show_value
from codesheet.model import Origin, Rulebook
from codesheet.oracle.edit_rows import ClaimState
from codesheet.oracle.visits import code_rows
from codesheet.verifying.comparison import Difference, compare
from codesheet.verifying.sample import sample_rows

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Verification:
    """What was coded again, and what came out otherwise."""

    rows: int
    visits: int
    differences: tuple[Difference, ...]

    def after(self, earlier: "Verification | None") -> "Verification":
        """Add what an earlier batch of the same run came to."""
        if earlier is None:
            return self
        differences = (*earlier.differences, *self.differences)
        rows, visits = earlier.rows + self.rows, earlier.visits + self.visits
        return Verification(rows, visits, differences)

    @property
    def outcome(self) -> str:
        """Say it in a sentence without patient data."""
        checked = f"{self.rows:,} rows ({self.visits:,} visits) against the plain evaluator"
        if not self.differences:
            return f"verified {checked}: no difference"
        visits = len({difference.visit for difference in self.differences})
        places = sorted({f"{d.place} ({d.rule})" if d.rule else d.place for d in self.differences})
        more = f" and {len(places) - _MOST_NAMED} more" if len(places) > _MOST_NAMED else ""
        return f"verified {checked}: {visits:,} visits differ, in {'; '.join(places[:_MOST_NAMED])}{more}"


def verify(
    ruleset: Ruleset, encounters: Encounters, batch: CodedBatch, rows: int, history: History | None = None
) -> Verification:
    """Compare about so many rows of a coded batch with what the plain evaluator makes of them.

    `history` is what the batch was coded with.
    """
    picked = sample_rows(ruleset, encounters, batch, rows)
    rulebook = ruleset.rulebook
    rows_again = _plain_rows(rulebook, encounters, picked)
    past = None if history is None else _plain_past(rulebook, history, rows_again)
    plain = code_rows(rulebook, rows_again, broken_visits(encounters), past)
    found = compare(plain, rulebook, encounters, batch, picked)
    return Verification(len(picked), len(plain.visits), tuple(found))


def code_and_verify(
    coder: Coder, encounters: Encounters, rows: int, of_rows: int
) -> tuple[CodedBatch, Verification | None]:
    """Code a chunk of a run of `of_rows` rows, and verify its share of the `rows` that are to be verified."""
    batch = coder.code(encounters)
    if not rows:
        return batch, None
    share = -(-rows * encounters.row_count // max(of_rows, 1))
    return batch, verify(coder.ruleset, encounters, batch, share, coder.history)


def _plain_past(
    rulebook: Rulebook, history: History, rows: Sequence[Mapping[str, Scalar | None]]
) -> ClaimState:
    """Give the days and units of earlier runs by whose they are, of those that some rows can concern."""
    per = rulebook.unit_limits.per if rulebook.unit_limits is not None else ()
    read = [name for name in per if rulebook.fields[name].origin is Origin.READ]
    texts = {
        name: {
            fold(show_value(value, rulebook.fields[name].type)) for row in rows if (value := row.get(name))
        }
        for name in read
    }
    past: dict[tuple[str, ...], list[tuple[float, float]]] = {}
    for line in history.of(texts)[[*per, CODE, DAY, UNITS]].itertuples(index=False, name=None):
        past.setdefault(tuple(map(str, line[:-2])), []).append((float(line[-2]), float(line[-1])))
    return ClaimState(past=past, begins=history.begins)


def differences(ruleset: Ruleset, encounters: Encounters) -> list[str]:
    """Code all rows both ways; give every difference."""
    batch = Coder(ruleset).code(encounters)
    return [str(one) for one in verify(ruleset, encounters, batch, encounters.frame.rows).differences]


def _plain_rows(rulebook: Rulebook, encounters: Encounters, picked: Index) -> list[dict[str, Scalar | None]]:
    read = [name for name, field in rulebook.fields.items() if field.origin is Origin.READ]
    columns = {
        name: values_of(encounters.frame[name].take(picked), encounters.frame.vocabulary)
        for name in read
        if name in encounters.frame
    }
    return [{name: column[place] for name, column in columns.items()} for place in range(len(picked))]
