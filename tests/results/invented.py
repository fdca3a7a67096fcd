"""An invented batch: infusion visits of a small practice, with every kind of result."""

import random
from datetime import UTC, date, datetime

import pandas as pd

from codesheet.coding.batch import CodedBatch
from codesheet.compiling.ruleset import Ruleset
from codesheet.language.formulas import Literal
from codesheet.language.unary_tests import Equals
from codesheet.language.values import FieldType
from codesheet.location import CellRef
from codesheet.model import (
    Condition,
    DecisionTable,
    Field,
    HitPolicy,
    Level,
    Origin,
    Output,
    Period,
    Result,
    Rule,
    Rulebook,
    Source,
)
from codesheet.results.run_record import InputFile, RunRecord
from codesheet.results.tables import Results

PAYERS = ["Medicare", "Regence", "BridgeSpan", "Aetna", "Cigna", "Tricare", "=Odd & Sons"]
CODES = ["96413", "96415", "96417", "96365", "96366", "96372", "J9271", "J1569", "J2350", "95115", "95117"]
SHEET = "core.xlsx", "Administration code"
QUESTIONS = [
    ("Nursing", "Minutes run not recorded for {} of infusion", "Minutes run"),
    ("Pharmacy", "Dose wasted not recorded for {}", "Wasted"),
    ("Front desk", "Payer {} is not in Payers on 2026-03-04", "Payer name"),
    ("", "no table codes this row ({})", ""),
]


def rule(row: int, family: str, code: str, period: Period = Period()) -> Rule:  # noqa: B008 - frozen
    at = CellRef(*SHEET, row)
    return Rule(
        id=str(row * 10),
        conditions=(Condition("Family", Equals(family), family, at.at("A")),),
        outputs=(Output("Code", Literal(code, FieldType.CODE), code, at.at("E")),),
        because=None,
        priority=None,
        period=period,
        at=at,
    )


def invented_ruleset() -> Ruleset:
    first = date(2026, 1, 1).toordinal()
    rules = tuple(
        rule(9 + place, f"family {place}", code, Period(first, None if place else first + 364))
        for place, code in enumerate([*CODES, "99999"])
    )
    table = DecisionTable(
        name="Administration code",
        result=Result.CLAIM_LINES,
        hit_policy=HitPolicy.COLLECT,
        level=Level.ROW,
        inputs=("Family",),
        outputs=("Code",),
        rules=rules,
    )
    payer = Field("Payer", FieldType.TEXT, Level.ROW, Origin.LOOKUP, description="Who pays, by our own name.")
    rulebook = Rulebook(
        fields={"Payer": payer},
        sets={},
        lookups={},
        decisions={table.name: table},
        examples=(),
        sources=(Source("core.xlsx", "ab" * 32, "Infusion coding", "Coding team", "", Period(first, None)),),
        visit_key="Visit ID",
        date_of_service="Date of service",
        row_order="Row",
        shown=("Payer",),
    )
    return Ruleset(rulebook, (), (), {}, "cd" * 32)


def invented_run() -> RunRecord:
    return RunRecord(
        program_version="0.1.0",
        python_version="3.11.9",
        libraries={"pandas": "3.1.1"},
        sources=invented_ruleset().rulebook.sources,
        ruleset_digest="cd" * 32,
        inputs=(InputFile("visits.csv", "ef" * 32, 0),),
        started_at=datetime(2026, 4, 1, 7, 30, tzinfo=UTC),
        options=("code", "visits.csv", "-o", "coded.xlsx"),
        seconds={"read": 0.5},
        notes=("visits.csv has no column for Wasted",),
    )


def invented_batch(visits: int = 400, seed: int = 7) -> CodedBatch:
    chance = random.Random(seed)
    lines, rows, seen, review = [], [], [], []
    for number in range(visits):
        visit = f"{number:06d}"
        day = pd.Timestamp(date(2026, 3, 1)) + pd.Timedelta(days=chance.randrange(31))
        payer = chance.choices(PAYERS, weights=[40, 20, 12, 10, 8, 6, 1])[0]
        status = chance.choices(["coded", "review", "no lines"], weights=[86, 10, 4])[0]
        codes = [chance.choices(CODES, weights=range(22, 0, -2))[0] for _ in range(chance.randint(1, 5))]
        codes = [] if status == "no lines" else codes
        said = ""
        if status == "review":
            queue, message, fact = chance.choices(QUESTIONS, weights=[8, 4, 2, 1])[0]
            said = message.format(chance.choice(CODES))
            review.append(
                (
                    visit,
                    day,
                    payer,
                    queue,
                    said,
                    fact,
                    "core.xlsx!Administration code!9",
                    "visits.csv",
                    number + 2,
                )
            )
        for place, code in enumerate(codes, start=1):
            modifiers = chance.choice(["", "", "59", "JZ", "25, 59"])
            units = float(chance.choice([1, 1, 1, 2, 10]))
            disposition = (
                "review" if status == "review" else chance.choices(["bill", "inform", "deny"], [95, 3, 2])[0]
            )
            why = f"{code}: Minutes run {chance.randint(16, 200)} (>= 16); Given as infusion; first here."
            at = f"core.xlsx!Administration code!{9 + CODES.index(code)}"
            lines.append((visit, place, day, payer, code, modifiers, units, "11", "A", disposition, why, at))
        seen.append((visit, day, payer, status, "; ".join(codes), f"review: {said}" if said else ""))
        rows.append(
            (
                "visits.csv",
                number + 2,
                status,
                "",
                visit,
                day.date().isoformat(),
                "-" if said else "=1+1",
                payer,
            )
        )
    line_columns = ["Visit ID", "Line", "Date of service", "Payer", "Code", "Modifiers", "Units"]
    line_columns += ["Place of service", "Diagnosis pointer", "Disposition", "Why", "Rule"]
    claim_lines = pd.DataFrame(lines, columns=line_columns)
    in_review = len(review)
    return CodedBatch(
        claim_lines=claim_lines,
        visits=pd.DataFrame(
            seen, columns=["Visit ID", "Date of service", "Payer", "Status", "Codes", "Edits"]
        ),
        rows=pd.DataFrame(
            rows, columns=["File", "Row", "Status", "No line because", "VISIT_ID", "DOS", "Remark", "Payer"]
        ),
        review=pd.DataFrame(
            review,
            columns=[
                "Visit ID",
                "Date of service",
                "Payer",
                "Queue",
                "Message",
                "Facts",
                "Rule",
                "File",
                "Row",
            ],
        ).astype({"Date of service": "datetime64[us]"}),
        edits=pd.DataFrame({"Visit ID": [r[0] for r in review]}),
        rejected=pd.DataFrame(
            [("visits.csv", visits + 2, "", "DOS", "5/4/2026", "5/4/2026 can be two days")],
            columns=["File", "Row", "Visit ID", "Column", "Value", "Why"],
        ),
        rule_counts={str(at): int(count) for at, count in claim_lines["Rule"].value_counts().items()},
        rows_in=visits + 1,
        rows_coded=visits - in_review,
        rows_review=in_review,
        rows_rejected=1,
        seconds={"match": 0.25},
    )


def results_of(*batches: CodedBatch) -> Results:
    """Give the results of a run of some batches."""
    results = Results()
    for batch in batches:
        results.add(batch)
    return results
