"""What a manager reads at a glance: a coded batch counted by status, payer, code and queue."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from codesheet.compiling.ruleset import Ruleset
from codesheet.model import Disposition
from codesheet.results.counting import (
    Chunks,
    Counted,
    Named,
    count_by_name,
    count_totals,
    count_values,
    named,
    named_texts,
)
from codesheet.results.run_record import RunRecord
from codesheet.results.spooled_table import SpooledTable
from codesheet.results.tables import Counts, Results

STATUSES = ("coded", "review", "no lines", "rejected")
NO_QUEUE = "(no queue)"

CODES_SHOWN, VALUES_SHOWN, MESSAGES_SHOWN = 300, 30, 10


@dataclass(frozen=True, slots=True)
class Item:
    """One counted thing; `counts` align with its section's measures."""

    name: str
    counts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the summary. `share_of` is the measure whose share of `totals` is shown.

    `chart` names what draws it: `doughnut`, `bars` or nothing.
    """

    title: str
    measures: tuple[str, ...]
    totals: tuple[float, ...]
    items: tuple[Item, ...]
    share_of: int
    chart: str = ""

    def share(self, item: Item) -> float:
        """Give an item's share of the whole."""
        whole = self.totals[self.share_of]
        return item.counts[self.share_of] / whole if whole else 0.0


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary in words and in tables."""

    title: str
    subtitle: str
    headline: str
    reconciliation: str
    sections: tuple[Section, ...]


def summarise(results: Results, ruleset: Ruleset, run: RunRecord) -> Summary:
    """Count the results of a run."""
    files = ", ".join(file.name for file in run.inputs[:3]) + (" …" if len(run.inputs) > 3 else "")  # noqa: PLR2004
    statuses = count_by_name(lambda: _by_status(results["Visits"]), len(STATUSES))
    return Summary(
        title=f"Coding results  ·  {run.rulebook_title}",
        subtitle=f"Run {run.started_at:%Y-%m-%d %H:%M}  ·  {files}  ·  rules {run.ruleset_digest[:12]}",
        headline=_headline(results, statuses),
        reconciliation=_reconciliation(results.counts),
        sections=tuple(_sections(results, statuses, ruleset)),
    )


def summary_frame(summary: Summary) -> pd.DataFrame:
    """Give the summary as one table for programs: Section, Item, Measure, Value."""
    rows = [
        (section.title, item.name, measure, count)
        for section in summary.sections
        for item in section.items
        for measure, count in zip(section.measures, item.counts, strict=True)
    ]
    return pd.DataFrame(rows, columns=["Section", "Item", "Measure", "Value"])


def counted(number: int, one: str, many: str = "") -> str:
    """Write a count with its noun: `1 visit`, `1,204 visits`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _headline(results: Results, statuses: dict[str, Counted]) -> str:
    status = {name: _rows_of(statuses, name) for name in STATUSES}
    parts = [
        f"{counted(status['coded'], 'visit')} of {results['Visits'].num_rows:,} coded",
        f"{status['review']:,} held for review ({counted(results['Review'].num_rows, 'question')})",
        f"{status['no lines']:,} without lines",
        f"{status['rejected']:,} not readable",
        counted(results["Claim lines"].num_rows, "claim line"),
    ]
    return "   ·   ".join(parts)


def _rows_of(counts: dict[str, Counted], name: str) -> int:
    return counts[name].rows if name in counts else 0


def _reconciliation(counts: Counts) -> str:
    return (
        f"✓  Every row is accounted for: {counts.rows_in:,} rows in = {counts.rows_coded:,} coded "
        f"+ {counts.rows_review:,} in review + {counts.rows_rejected:,} rejected"
    )


def _sections(results: Results, statuses: dict[str, Counted], ruleset: Ruleset) -> Iterator[Section]:
    lines, review = results["Claim lines"], results["Review"]
    yield _rows_section(results.counts)
    yield _status_section(statuses, results["Visits"].num_rows)
    yield _disposition_section(lines)
    if review.num_rows:
        yield _review_section("Review by queue", lambda: _by_queue(review), VALUES_SHOWN, "bars")
        questions = _Questions(review)
        yield _review_section("What review asks most", questions.chunks, MESSAGES_SHOWN)
    shown = [name for name in ruleset.rulebook.shown if name in lines.column_names]
    for place, name in enumerate(shown):
        chart = "bars" if place == 0 else ""
        yield _lines_section(f"Claim lines by {name}", lines, name, VALUES_SHOWN, chart)
    yield _rules_section(ruleset, results.counts.fired)
    yield _lines_section("Claim lines by code", lines, "Code", CODES_SHOWN, "bars")


def _rows_section(counts: Counts) -> Section:
    items = (
        Item("coded", (counts.rows_coded,)),
        Item("review", (counts.rows_review,)),
        Item("rejected", (counts.rows_rejected,)),
    )
    return Section("Where every input row went", ("rows",), (counts.rows_in,), items, 0)


def _status_section(statuses: dict[str, Counted], visits: int) -> Section:
    items = tuple(Item(status, (_rows_of(statuses, status),)) for status in STATUSES)
    return Section("Visits by status", ("visits",), (visits,), items, 0, "doughnut")


def _rules_section(ruleset: Ruleset, rule_counts: dict[str, int]) -> Section:
    """Count the rules of decision tables that fired in this run, and those that did not."""
    rules = [str(rule.at) for table in ruleset.rulebook.decisions.values() for rule in table.rules]
    fired = sum(rule_counts.get(at, 0) > 0 for at in rules)
    items = (Item("fired", (fired,)), Item("did not fire", (len(rules) - fired,)))
    return Section("Rules (each is in Rules used)", ("rules",), (len(rules),), items, 0)


def _by_status(visits: SpooledTable) -> Iterator[Named]:
    for table in visits.encoded_tables(["Visit ID", "Status"]):
        yield named(table, "Status", "Visit ID")


def _lines_section(title: str, lines: SpooledTable, by: str, at_most: int, chart: str = "") -> Section:
    def chunks() -> Iterator[Named]:
        for table in lines.encoded_tables(list(dict.fromkeys(["Visit ID", by, "Units"]))):
            yield named(table, by, "Visit ID", "Units")

    measures = ("visits", "lines", "units")
    return _section(title, measures, chunks, at_most, chart)


def _section(title: str, measures: tuple[str, ...], chunks: Chunks, at_most: int, chart: str = "") -> Section:
    def counts(found: Counted) -> tuple[float, ...]:
        return (found.visits, found.rows, found.units)[: len(measures)]

    items = tuple(Item(name, counts(found)) for name, found in count_by_name(chunks, at_most).items())
    return Section(title, measures, counts(count_totals(chunks())), items, 1, chart)


def _disposition_section(lines: SpooledTable) -> Section:
    section = _lines_section("Claim lines by disposition", lines, "Disposition", VALUES_SHOWN)
    weights = {disposition.value: place for place, disposition in enumerate(Disposition)}
    items = sorted(section.items, key=lambda item: weights.get(item.name, len(weights)))
    return Section(section.title, section.measures, section.totals, tuple(items), section.share_of)


def _review_section(title: str, chunks: Chunks, at_most: int, chart: str = "") -> Section:
    return _section(title, ("visits", "edits"), chunks, at_most, chart)


def _by_queue(review: SpooledTable) -> Iterator[Named]:
    for table in review.encoded_tables(["Visit ID", "Queue"]):
        yield named(table, "Queue", "Visit ID", blank=NO_QUEUE)


class _Questions:
    """Review edits by the most frequent wording of their queue and rule: they ask the same thing."""

    def __init__(self, review: SpooledTable) -> None:
        self._review = review
        asked = (frame[["Queue", "Rule", "Message"]] for frame in self._frames())
        sizes = count_values(asked).rename("size").reset_index()
        wordings = sizes.groupby(["Queue", "Rule"], sort=False)["Message"].agg(["first", "size"])
        self._texts = {
            key: _question(key[0], wording, count)
            for key, wording, count in zip(
                wordings.index, wordings["first"].tolist(), wordings["size"].tolist(), strict=True
            )
        }

    def _frames(self) -> Iterator[pd.DataFrame]:
        for frame in self._review.frames(["Visit ID", "Queue", "Rule", "Message"]):
            yield frame.astype(object).fillna("")

    def chunks(self) -> Iterator[Named]:
        """Give each edit's visit, and the wording as its name."""
        for frame in self._frames():
            texts = [self._texts[key] for key in zip(frame["Queue"], frame["Rule"], strict=True)]
            yield named_texts(pd.Series(texts, dtype="object"), frame["Visit ID"])


def _question(queue: str, wording: str, wordings: int) -> str:
    more = f" (and {counted(wordings - 1, 'similar wording')})" if wordings > 1 else ""
    return f"{queue}: {wording}{more}" if queue else f"{wording}{more}"
