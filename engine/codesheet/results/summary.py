"""What a manager reads at a glance: a coded batch counted by status, payer, code and queue."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from codesheet.coding.batch import CodedBatch
from codesheet.compiling.ruleset import Ruleset
from codesheet.model import Disposition
from codesheet.results.run_record import RunRecord

STATUSES = ("coded", "review", "no lines", "rejected")
BLANK, NO_QUEUE = "(blank)", "(no queue)"

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


def summarise(batch: CodedBatch, ruleset: Ruleset, run: RunRecord) -> Summary:
    """Count a batch."""
    files = ", ".join(file.name for file in run.inputs[:3]) + (" …" if len(run.inputs) > 3 else "")  # noqa: PLR2004
    return Summary(
        title=f"Coding results  ·  {run.rulebook_title}",
        subtitle=f"Run {run.started_at:%Y-%m-%d %H:%M}  ·  {files}  ·  rules {run.ruleset_digest[:12]}",
        headline=_headline(batch),
        reconciliation=_reconciliation(batch),
        sections=tuple(_sections(batch, ruleset)),
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


def _headline(batch: CodedBatch) -> str:
    statuses = batch.visits["Status"].value_counts()
    status = {name: int(statuses.get(name, 0)) for name in STATUSES}
    lines = len(batch.claim_lines)
    parts = [
        f"{counted(status['coded'], 'visit')} of {len(batch.visits):,} coded",
        f"{status['review']:,} held for review ({counted(len(batch.review), 'question')})",
        f"{status['no lines']:,} without lines",
        f"{status['rejected']:,} not readable",
        counted(lines, "claim line"),
    ]
    return "   ·   ".join(parts)


def _reconciliation(batch: CodedBatch) -> str:
    return (
        f"✓  Every row is accounted for: {batch.rows_in:,} rows in = {batch.rows_coded:,} coded "
        f"+ {batch.rows_review:,} in review + {batch.rows_rejected:,} rejected"
    )


def _sections(batch: CodedBatch, ruleset: Ruleset) -> Iterator[Section]:
    lines, review = batch.claim_lines, batch.review
    yield _rows_section(batch)
    yield _status_section(batch.visits)
    yield _disposition_section(lines)
    if len(review):
        queues = review["Queue"].where(_is_filled(review["Queue"]), NO_QUEUE)
        yield _review_section("Review by queue", review, queues, VALUES_SHOWN, "bars")
        yield _review_section("What review asks most", review, _questions(review), MESSAGES_SHOWN)
    shown = [name for name in ruleset.rulebook.shown if name in lines]
    for place, name in enumerate(shown):
        chart = "bars" if place == 0 else ""
        yield _lines_section(f"Claim lines by {name}", lines, lines[name], VALUES_SHOWN, chart)
    yield _rules_section(ruleset, batch.rule_counts)
    yield _lines_section("Claim lines by code", lines, lines["Code"], CODES_SHOWN, "bars")


def _rows_section(batch: CodedBatch) -> Section:
    items = (
        Item("coded", (batch.rows_coded,)),
        Item("review", (batch.rows_review,)),
        Item("rejected", (batch.rows_rejected,)),
    )
    return Section("Where every input row went", ("rows",), (batch.rows_in,), items, 0)


def _status_section(visits: pd.DataFrame) -> Section:
    counts = visits["Status"].value_counts()
    items = tuple(Item(status, (int(counts.get(status, 0)),)) for status in STATUSES)
    return Section("Visits by status", ("visits",), (len(visits),), items, 0, "doughnut")


def _rules_section(ruleset: Ruleset, rule_counts: dict[str, int]) -> Section:
    """Count the rules of decision tables that fired in this run, and those that did not."""
    rules = [str(rule.at) for table in ruleset.rulebook.decisions.values() for rule in table.rules]
    fired = sum(rule_counts.get(at, 0) > 0 for at in rules)
    items = (Item("fired", (fired,)), Item("did not fire", (len(rules) - fired,)))
    return Section("Rules (each is in Rules used)", ("rules",), (len(rules),), items, 0)


def _lines_section(title: str, lines: pd.DataFrame, by: pd.Series, at_most: int, chart: str = "") -> Section:
    measures = ("visits", "lines", "units")
    totals = (lines["Visit ID"].nunique(), len(lines), float(lines["Units"].sum()))
    items = _items(_counts(lines["Visit ID"], by, at_most, lines["Units"]))
    return Section(title, measures, totals, items, 1, chart)


def _disposition_section(lines: pd.DataFrame) -> Section:
    section = _lines_section("Claim lines by disposition", lines, lines["Disposition"], VALUES_SHOWN)
    weights = {disposition.value: place for place, disposition in enumerate(Disposition)}
    items = sorted(section.items, key=lambda item: weights.get(item.name, len(weights)))
    return Section(section.title, section.measures, section.totals, tuple(items), section.share_of)


def _review_section(
    title: str, review: pd.DataFrame, by: pd.Series, at_most: int, chart: str = ""
) -> Section:
    totals = (review["Visit ID"].nunique(), len(review))
    items = _items(_counts(review["Visit ID"], by, at_most))
    return Section(title, ("visits", "edits"), totals, items, 1, chart)


def _counts(visits: pd.Series, by: pd.Series, at_most: int, units: pd.Series | None = None) -> pd.DataFrame:
    """Count visits, rows (and units) of each value, most rows first; the values beyond are one, last."""
    names = by.astype(object).where(_is_filled(by), BLANK)
    ranked = names.value_counts()
    others = f"{len(ranked) - at_most:,} others"
    if len(ranked) > at_most:
        names = names.where(names.isin(ranked.index[:at_most]), others)
    table = pd.DataFrame({"name": names, "visit": pd.factorize(visits)[0]})
    table["units"] = np.nan if units is None else units
    groups = table.groupby("name", sort=True)
    counts = pd.DataFrame({"visits": groups["visit"].nunique(), "rows": groups.size()})
    if units is not None:
        counts["units"] = groups["units"].sum()
    counts = counts.sort_values("rows", ascending=False, kind="stable")
    last = counts.index == others
    return pd.concat([counts[~last], counts[last]])


def _is_filled(values: pd.Series) -> pd.Series:
    return values.notna() & (values.astype(object) != "")


def _items(counts: pd.DataFrame) -> tuple[Item, ...]:
    return tuple(
        Item(str(name), tuple(row))
        for name, row in zip(counts.index, counts.to_numpy().tolist(), strict=True)
    )


def _questions(review: pd.DataFrame) -> pd.Series:
    """Give each review edit the most frequent wording of its queue and rule: they ask the same thing."""
    keys = [review["Queue"].fillna(""), review["Rule"].fillna("")]
    messages = review["Message"].fillna("")
    sizes = messages.groupby([*keys, messages]).size().rename("size").reset_index()
    sizes = sizes.sort_values("size", ascending=False, kind="stable")
    wordings = sizes.groupby(["Queue", "Rule"], sort=False)["Message"].agg(["first", "size"])
    texts = {
        key: _question(key[0], wording, count)
        for key, wording, count in zip(
            wordings.index, wordings["first"].tolist(), wordings["size"].tolist(), strict=True
        )
    }
    return pd.Series([texts[key] for key in zip(*keys, strict=True)], index=review.index, dtype="object")


def _question(queue: str, wording: str, wordings: int) -> str:
    more = f" (and {counted(wordings - 1, 'similar wording')})" if wordings > 1 else ""
    return f"{queue}: {wording}{more}" if queue else f"{wording}{more}"
