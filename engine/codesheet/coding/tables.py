"""Decision tables at work: which rules count for which rows or lines, and what is asked and objected to."""

import numpy as np

from codesheet.coding.alike import Alike
from codesheet.coding.columns import MISSING, Column, Ids, Index, Mask
from codesheet.coding.comparisons import agree
from codesheet.coding.context import Context
from codesheet.coding.edits import DISPOSITIONS, REVIEW, EditKind
from codesheet.coding.evaluate import message
from codesheet.coding.hit_policies import Decision, Rules
from codesheet.coding.hits import Hits, RuleCounts
from codesheet.coding.judging import Judged, TableJudge
from codesheet.coding.outputs import NO_RULE, output_columns
from codesheet.coding.ragged import Ragged
from codesheet.coding.reasons import Reasons
from codesheet.coding.text_functions import join_words
from codesheet.coding.view import View, period_breaks
from codesheet.compiling.ruleset import Matching
from codesheet.language.values import FieldType, fold
from codesheet.model import DecisionTable, HitPolicy, Rulebook
from codesheet.sheets.edit_fields import edit_row_fields
from codesheet.sheets.levels import decision_reads

_SPECIAL_TYPES = {
    "Add modifiers": FieldType.CODE_LIST,
    "Remove modifiers": FieldType.CODE_LIST,
    "Split off": FieldType.WHOLE,
    "Disposition": FieldType.TEXT,
    "Reason": FieldType.TEXT,
    "Queue": FieldType.TEXT,
    "Message": FieldType.TEXT,
}


GATHERED = {
    HitPolicy.COLLECT: "list",
    HitPolicy.RULE_ORDER: "list",
    HitPolicy.COLLECT_SUM: "sum",
    HitPolicy.COLLECT_MIN: "min",
    HitPolicy.COLLECT_MAX: "max",
    HitPolicy.COLLECT_COUNT: "count",
}
"""How the hits of a row become one value of a field, by hit policy."""


FEWER = 4
"""So many times fewer must the kinds of rows be: to tell rows apart costs as well."""
_MANY = 1_000
"""Fewer rows say nothing of how alike others will be."""


class Table:
    """One decision table ready to run: matching, hit policy, cells and reasons."""

    def __init__(self, table: DecisionTable, matching: Matching, rulebook: Rulebook) -> None:
        self.definition = table
        self.judge = TableJudge(table, matching)
        types = {name: field.type for name, field in rulebook.fields.items()} | _SPECIAL_TYPES
        self.outputs = output_columns(table, types)
        self.reasons = Reasons(table)
        reads = decision_reads(table)
        self._edit_rows = edit_row_fields(reads, rulebook.fields)
        self._reads = tuple(dict.fromkeys([*reads, *self._edit_rows]))
        self._breaks = set(period_breaks(rule.period for rule in table.rules))
        self._seldom_alike = False
        self.counts = RuleCounts(len(table.rules))

    def hits(self, context: Context, *, counted: bool = True) -> tuple[Judged, Hits]:
        """Judge the rows of a context; ask, object and count; give the hits that stand.

        Hits that are not to be `counted` here may be later.
        """
        judged = self.judged(context)
        hits = self._agreeing(context, judged, self._expand(judged))
        if counted:
            self.counts.count(hits, context.stand_for)
        return judged, hits

    def alike(self, context: Context) -> Alike | None:
        """Tell rows (or lines) apart by what this table reads; None where it had better decide each one."""
        if self._seldom_alike or context.judged is not None or context.deciders is not None:
            return None
        found = Alike.of(context, self._reads, [*self._breaks, *context.view.sets.all_breaks])
        rows = context.view.frame.rows
        if found.kinds * FEWER <= rows:
            return found
        self._seldom_alike = rows > _MANY  # to tell them apart again would be in vain
        return None

    def judged(self, context: Context) -> Judged:
        """Judge the rows of a context; ask and object."""
        judged = self.judge.judge_rows(context.view, context.judged)
        self.ask(context, judged)
        self.no_rule(context, judged)
        self._crossing(context, judged)
        return judged

    def ask(self, context: Context, judged: Judged) -> None:
        """Ask for the facts that undecided rules wait for."""
        asking = [
            bool(d.undecided) or (is_open and (bool(rules) or self.speaks or self.counts_matches))
            for d, rules, is_open in zip(judged.decisions, judged.open_rules, judged.guard_open, strict=True)
        ]
        if any(asking):
            rows = np.flatnonzero(np.array(asking)[judged.decision])
            context.ask(judged.rows[rows], judged.roots[rows], self.definition.name)

    @property
    def speaks(self) -> bool:
        """Say whether `If no rule matches` raises something."""
        return self.definition.if_no_rule is not None and self.definition.if_no_rule.message is not None

    @property
    def gathers_constants(self) -> bool:
        """Say whether its fields are gathered from all hits, and nothing in its cells reads the row."""
        return (
            self.definition.hit_policy in GATHERED
            and not self.definition.scope
            and not self.reasons.has_because
            and all(column.is_constant for column in self.outputs.values())
        )

    @property
    def counts_matches(self) -> bool:
        """Say whether no match at all is an answer too: it is 0."""
        return self.definition.hit_policy is HitPolicy.COLLECT_COUNT

    def no_rule(self, context: Context, judged: Judged) -> None:
        """Raise what `If no rule matches` says."""
        speaks = self.definition.if_no_rule
        if speaks is None or speaks.message is None:
            return
        silent = [
            not (fired or undecided or is_open)
            for fired, undecided, is_open in zip(
                judged.matched, judged.open_rules, judged.guard_open, strict=True
            )
        ]
        if any(silent):
            rows = np.flatnonzero(np.array(silent)[judged.decision])
            context.raise_edit(
                EditKind.NO_RULE,
                judged.rows[rows],
                message(speaks.message, judged.view.take(rows)).data.astype(np.int32),
                weight=DISPOSITIONS.index(speaks.disposition),
                queue=speaks.queue,
                rule=str(self.definition.at),
                table=self.definition.name,
            )

    def _crossing(self, context: Context, judged: Judged) -> None:
        for number, decision in enumerate(judged.decisions):
            if decision.crossing:
                rows = judged.rows[judged.decision == number]
                self.conflict(context, rows, decision.crossing, "")

    def conflict(self, context: Context, places: Index, rules: Rules, output: str) -> None:
        """Send rows whose rules contradict each other to review, naming every cell."""
        cells = [self._cell(rule, output) for rule in rules]
        what = f"rules disagree on {output}" if output else "several rules match where one may"
        context.raise_edit(
            EditKind.CONFLICT,
            places,
            f"{self.definition.name}: {what}: {', '.join(cells)}",
            rule="; ".join(self.reasons.addresses[rule] for rule in rules),
            table=self.definition.name,
        )

    def _cell(self, rule: int, output: str) -> str:
        found = self.definition.rules[rule].output(output) if output else None
        return str(self.definition.rules[rule].at if found is None else found.at)

    def _expand(self, judged: Judged) -> Hits:
        """Repeat each row for every rule that counts there."""
        decisions = judged.decisions
        found = Ragged.of(d.hits for d in decisions)
        rows, rule = found.expand(judged.decision)
        decision = judged.decision[rows]
        by_output = dict.fromkeys(self.definition.outputs, rule)
        if any(d.by_output is not None for d in decisions):
            known_by = [d.hits[0] if len(d.hits) == 1 else NO_RULE for d in decisions]
            for place, name in enumerate(self.definition.outputs):
                speaking = [_speaking(d, place) for d in decisions]
                if speaking != known_by:
                    by_output[name] = np.array(speaking, dtype=np.int64)[decision]
        whole = len(rows) == len(judged.rows) and bool((found.lengths == 1).all())
        return Hits(judged.rows[rows], rule, by_output, judged.view if whole else judged.view.take(rows))

    def _agreeing(self, context: Context, judged: Judged, hits: Hits) -> Hits:
        """Send hits whose rules should agree and do not to review, without their outputs."""
        decisions = judged.decisions
        place_in_judged = np.searchsorted(judged.rows, hits.places)
        decision = judged.decision[place_in_judged] if len(hits.places) else hits.places
        standing = np.ones(len(hits.places), dtype=bool)
        for number, one in enumerate(decisions):
            groups = [] if one.by_output is None else list(enumerate(one.by_output))
            tied = [(place, rules) for place, rules in groups if len(rules) > 1]
            tied += [(place, rules) for rules in one.rivals for place in range(len(self.definition.outputs))]
            for place, rules in tied:
                name = self.definition.outputs[place]
                rows = np.flatnonzero((decision == number) & (hits.by_output[name] == rules[0]))
                broken = rows[self._differ(name, rules, hits.view.take(rows))]
                if len(broken):
                    self.conflict(context, hits.places[broken], rules, name)
                    self._silence(hits, name, broken, standing)
        return hits.keep(standing)

    def _differ(self, name: str, rules: Rules, view: View) -> Mask:
        column = self.outputs[name]
        everywhere = np.full(view.frame.rows, rules[0], dtype=np.int64)
        first, given = column.values(everywhere, view), column.given(everywhere)
        cleared = column.cleared(everywhere)
        differ = np.zeros(view.frame.rows, dtype=bool)
        for rule in rules[1:]:
            other = np.full(view.frame.rows, rule, dtype=np.int64)
            differ |= ~agree(first, column.values(other, view), view)
            differ |= (given != column.given(other)) | (cleared != column.cleared(other))
        return differ

    def _silence(self, hits: Hits, name: str, broken: Index, standing: Mask) -> None:
        """Take back the disputed output, or the whole hit where its outputs belong together."""
        if self.definition.hit_policy is HitPolicy.OVERRIDE and self.definition.result.value == "fields":
            rules = hits.by_output[name].copy()
            rules[broken] = NO_RULE
            hits.by_output[name] = rules
        else:
            standing[broken] = False

    def raise_all_edits(self, context: Context) -> None:
        """Raise this table's edits on the rows (or lines) of a context, alike ones as one."""
        alike = self.alike(context)
        if alike is None:
            self.raise_edits(context)
        else:
            self.raise_edits(alike.context)
            alike.hand_over(context)

    def raise_edits(self, context: Context, *, counted: bool = True) -> Hits:
        """Raise this table's edits on the rows (or lines) of a context; give its hits."""
        _, hits = self.hits(context, counted=counted)
        if not len(hits.places):
            return hits
        values = {
            name: column.values(hits.by_output[name], hits.view) for name, column in self.outputs.items()
        }
        absent = np.full(len(hits.places), MISSING, dtype=np.int32)
        texts = values["Message"].data if "Message" in values else absent
        if (texts == MISSING).any():
            why = self.why(hits, context)
            texts = np.where(texts == MISSING, why, texts)
        weights: Ids = np.full(len(hits.places), REVIEW, dtype=np.int32)
        if "Disposition" in values:
            weights = disposition_weights(values["Disposition"], hits.view, REVIEW)
        context.raise_edit(
            EditKind.RULE,
            hits.places,
            texts.astype(np.int32),
            weight=weights,
            queue=values["Queue"].data.astype(np.int32) if "Queue" in values else None,
            rule=self.addresses_of(hits, context),
            table=self.definition.name,
        )
        return hits

    def why(self, hits: Hits, context: Context) -> Ids:
        """Give each hit's reason, with the words of the tables that decided the fields its rule tested."""
        return self.reasons.why(hits.rule, hits.view, hits.places, context.because)

    def addresses_of(self, hits: Hits, context: Context) -> Ids:
        """Give each hit's rule as workbook!sheet!row, and after it the row of the claim edit it turned on."""
        ids = self._rules_of(hits, context)
        for name in self._edit_rows:
            ids = join_words([ids, hits.view.frame[name].data], "; ", context.view.frame)
        return ids

    def _rules_of(self, hits: Hits, context: Context) -> Ids:
        """Give each hit's rule as workbook!sheet!row; under Override all that give something, if any."""
        words = context.view.frame.vocabulary
        own = words.ids_of(self.reasons.addresses)[hits.rule] if len(self.reasons.addresses) else hits.rule
        if self.definition.hit_policy is not HitPolicy.OVERRIDE or not len(hits.rule):
            return own.astype(np.int32)
        mixed = np.stack(list(hits.by_output.values()), axis=1)
        distinct_rules, numbers = np.unique(mixed, axis=0, return_inverse=True)
        texts = [
            "; ".join(self.reasons.addresses[r] for r in dict.fromkeys(rules) if r != NO_RULE) or None
            for rules in distinct_rules.tolist()
        ]
        mixed_ids = words.ids_of(texts)[numbers.reshape(-1)]
        return np.where(mixed_ids == MISSING, own, mixed_ids).astype(np.int32)


def _speaking(decision: Decision, place: int) -> int:
    if decision.by_output is None:
        return decision.hits[0] if decision.hits else NO_RULE
    return decision.by_output[place][0] if decision.by_output[place] else NO_RULE


def disposition_weights(column: Column, view: View, missing: int) -> Ids:
    """Read dispositions as weights; what is no disposition is a review."""
    known = {fold(d.value): weight for weight, d in enumerate(DISPOSITIONS)}
    words = view.frame.vocabulary.words
    present, numbers = np.unique(column.data, return_inverse=True)
    weights = [missing if i == MISSING else known.get(fold(str(words[i])), REVIEW) for i in present.tolist()]
    return np.array(weights, dtype=np.int32)[numbers] if len(present) else np.zeros(0, dtype=np.int32)
