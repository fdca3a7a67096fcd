"""Damages to decision tables, claim edits and periods."""

from damages import (
    Case,
    add_column,
    add_label,
    add_sheet,
    at,
    blank_label,
    copy_row,
    day,
    heading,
    label,
    role,
    set_cell,
    set_where,
    several,
)

CASES: dict[str, Case] = {
    "a row copied under Unique": ("allergy.xlsx", "T201", copy_row("Venom code", 1)),
    "a row copied under First": ("infusion.xlsx", "T204", copy_row("Given as", 2)),
    "a row copied under Collect": ("infusion.xlsx", "T205", copy_row("Infusion and push code", 0)),
    "a claim line without units": ("allergy.xlsx", "T105", set_cell("Venom code", "Units", 0, None)),
    "an answer not said": ("infusion.xlsx", "T208", blank_label("Given as", "If no rule matches")),
    "days without a rule": (
        "drugs.xlsx",
        "D101",
        set_where("Drugs", ("Effective from", day(2026, 1, 1)), "Effective from", day(2026, 2, 1), "row"),
    ),
    "a rule that ended": (
        "payers/texas_medicaid.xlsx",
        "D102",
        at("Visits beside tests", set_cell("Visits beside tests", "Effective to", 0, day(2025, 1, 1))),
    ),
    "a rule that begins later": (
        "payers/horizon.xlsx",
        "D103",
        at("Records", set_cell("Records", "Effective from", 0, day(2027, 1, 1))),
    ),
    "a base that ended": (
        "allergy.xlsx",
        "D104",
        at(
            "payers/highmark.xlsx!Complete service!9",
            add_column("Complete service", "TO", None, [day(2026, 1, 1)], ""),
        ),
    ),
    "a rule not ended": (
        "payers/texas_medicaid.xlsx",
        "D105",
        copy_row("Visits beside tests", 1, {"Effective from": day(2020, 1, 15), "Effective to": None}),
    ),
    "a circle": (
        "fields.xlsx",
        "G101",
        set_where("Derived", ("Field", "Drug or code"), "Formula", "Drug or code or else Drug", "A"),
    ),
    "too many conditions": (
        "infusion.xlsx",
        "G102",
        at(
            "Second access!9",
            add_label("Second access", "Applies to", "; ".join(f"Minutes <> {n}" for n in range(1000, 1210))),
        ),
    ),
    "two codes in a pair's cell": (
        "cms/ncci_pairs_2024q3.xlsx",
        "K101",
        set_cell("NCCI pairs", "Column 1", 0, "95115, 95117"),
    ),
    "an indicator of no kind": (
        "cms/ncci_pairs_2024q3.xlsx",
        "K102",
        set_cell("NCCI pairs", "Modifier indicator", 0, "5"),
    ),
    "a limit in words": ("claim_edits.xlsx", "K103", set_cell("Payers' limits", "Limit", 0, "many")),
    "a limit over nothing": ("claim_edits.xlsx", "K104", set_cell("Payers' limits", "Per", 0, "fortnight")),
    "months not said": (
        "claim_edits.xlsx",
        "K105",
        several(
            blank_label("Payers' limits", "Months since start"),
            set_cell("Payers' limits", "Per", 0, "12 months since start"),
        ),
    ),
    "whose units not said": (
        "claim_edits.xlsx",
        "K106",
        several(
            blank_label("Payers' limits", "Per"), set_cell("Payers' limits", "Per", 0, "365 days rolling")
        ),
    ),
    "two limits at once": ("claim_edits.xlsx", "K107", copy_row("Payers' limits", 0, {"Limit": 7})),
    "a table that gives nothing": (
        "payers/aetna.xlsx",
        "T101",
        several(
            role("Test limits", "Message", "NOTE"),
            role("Test limits", "Queue", "NOTE"),
            role("Test limits", "Disposition", "NOTE", "sheet"),
        ),
    ),
    "a column of another result": ("payers/aetna.xlsx", "T102", heading("Test limits", "Queue", "Units")),
    "no word on the claim": (
        "infusion.xlsx",
        "T103",
        label("Given as", "If no rule matches", "ask the nurse"),
    ),
    "a row that gives nothing": ("infusion.xlsx", "T104", set_cell("Family", "Family", 3, None, "row")),
    "an overlay that gives nothing": (
        "payers/medicaid_drugs.xlsx",
        "T104",
        set_cell("NDC wanted", "NDC wanted?", 0, None, "row"),
    ),
    "an edit's column misspelt": ("payers/aetna.xlsx", "T102", heading("Test limits", "Message", "Mesage")),
    "an edit without words": ("payers/aetna.xlsx", "T106", set_cell("Test limits", "Message", 0, None)),
    "a label of another policy": ("visits.xlsx", "T107", add_label("Program", "Per", "Visit ID")),
    "a label needed": ("infusion.xlsx", "T108", blank_label("Initial service", "Per")),
    "a policy of numbers": (
        "infusion.xlsx",
        "T109",
        at("Family", label("Family", "Hit policy", "Collect sum")),
    ),
    "an order twice": (
        "infusion.xlsx",
        "T110",
        at("visits.xlsx!Modifier 25", label("Second access", "Order", "10")),
    ),
    "First in two workbooks": (
        "payers/aetna.xlsx",
        "T111",
        at(
            "infusion.xlsx!Family",
            add_sheet(
                "Family",
                [
                    ["Decision", "Family"],
                    ["Result", "fields"],
                    ["Hit policy", "First"],
                    ["IF", "THEN"],
                    ["Service", "Family"],
                    ["hydration", "hydration"],
                ],
            ),
        ),
    ),
    "a sheet sorted": ("infusion.xlsx", "T112", at("Family!11", set_cell("Family", "Rule", 1, 7))),
    "a rule id twice": ("infusion.xlsx", "T113", set_cell("Family", "Rule", 2, 2, "row")),
    "a scope not tested": (
        "payers/medicaid_drugs.xlsx",
        "T114",
        at("NDC wanted", label("NDC wanted", "Scope", "Payer; Plan")),
    ),
    "a scope not connected": (
        "infusion.xlsx",
        "T115",
        at("Listed family", label("Listed family", "Scope", "Payer < Program; Drug or code")),
    ),
    "a scope without ids": (
        "payers/horizon.xlsx",
        "T116",
        at("Records!8", add_label("Records", "Scope", "Service")),
    ),
    "an otherwise of no value": (
        "infusion.xlsx",
        "T117",
        several(
            add_sheet("Fields", [["Fields"], ["Field", "Type"], ["Shelf", "text"]]),
            heading("Initial service", "Because", "Shelf"),
            label("Initial service", "Otherwise", "no"),
        ),
    ),
    "rules that disagree": ("infusion.xlsx", "T202", at("Family!9", label("Family", "Hit policy", "Any"))),
    "rules that cross": ("allergy.xlsx", "T203", copy_row("Doses billed", 0, {"Doses billed": "Doses"})),
    "a rule that adds nothing": (
        "infusion.xlsx",
        "T206",
        copy_row("Infusion and push code", 0, {"Minutes run": ">= 20"}),
    ),
    "rows that could be one": (
        "payers/horizon.xlsx",
        "T207",
        copy_row("Records", 0, {"Months known": "<= 3"}),
    ),
    "a policy that could be simpler": (
        "visits.xlsx",
        "T210",
        at("Program", label("Program", "Hit policy", "First")),
    ),
    "what cannot be judged": ("infusion.xlsx", "T209", blank_label("Site that counts", "If no rule matches")),
}
