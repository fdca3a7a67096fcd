"""Writes an invented month of visits as csv: services in a practice's proportions, with the usual dirt.

The same seed gives the same bytes: python benchmarks/make_sample.py --visits 2000 --seed 1 OUT.csv
"""

import argparse
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TypeAlias

Item: TypeAlias = dict[str, str]
Maker: TypeAlias = Callable[[Random], list[Item]]

COLUMNS = [
    "Visit ID",
    "Item",
    "Patient ID",
    "Date of service",
    "Payer",
    "Plan",
    "State",
    "Claim type",
    "Place of service",
    "Provider role",
    "Service",
    "Drug",
    "HCPCS",
    "Drug class",
    "Route",
    "Method",
    "Minutes",
    "Start time",
    "Stop time",
    "Access site",
    "Concurrent",
    "Same bag as",
    "Dose",
    "Dose unit",
    "Vials opened",
    "Opened amount",
    "Vial type",
    "NDC",
    "NDC quantity",
    "NDC unit",
    "Injections",
    "Extract supplied by",
    "Vial cc",
    "Vials",
    "Doses",
    "Planned injections",
    "Venoms",
    "Hours",
    "Tests",
    "Lesions",
    "Visit code",
    "Visit separately identifiable",
    "Diagnoses",
    "Units in last 12 months",
    "Months on therapy",
    "Self-administered",
    "Preparation phase",
    "Notes",
    "Same drug as",
    "Site reason",
    "Billing unit",
    "Clinic",
    "Captured by",
]
"""The export's columns, and two of the sending system's own at the end."""


@dataclass(frozen=True)
class Drug:
    """A drug of the formulary: the doses given, the vials in stock, and how it is given.

    NDCs that begin with 99999 are invented.
    """

    name: str
    doses: tuple[float, ...]
    vials: tuple[int, ...]
    route: str = "IV"
    minutes: tuple[int, ...] = (30,)
    unit: str = "mg"
    diagnosis: str = "Z51.12; C34.11"
    ndc: str = "99999000101"
    ml_a_unit: float = 0.05


CHECKPOINT_INHIBITORS = (
    Drug("pembrolizumab", (200, 400), (100,), ndc="00006302602", ml_a_unit=0.04),
    Drug("nivolumab", (240, 360, 480), (240, 120, 40), ndc="00003373413", ml_a_unit=0.1),
    Drug("atezolizumab", (1200, 840, 1680), (1200, 840), minutes=(30, 60)),
    Drug("durvalumab", (1500, 740, 820), (500, 120), minutes=(60,)),
    Drug("cemiplimab", (350,), (350,)),
    Drug("avelumab", (800,), (200,), minutes=(60,)),
    Drug("dostarlimab", (500, 1000), (500,)),
    Drug("ipilimumab", (80, 72, 235), (200, 50)),
)
ASTHMA_ANTIBODIES = (
    Drug("omalizumab", (150, 300, 300, 375, 600), (150, 75), "SC", diagnosis="J45.50"),
    Drug("benralizumab", (30,), (30,), "SC", diagnosis="J82.83"),
    Drug("mepolizumab", (100, 100, 300), (100,), "SC", diagnosis="J45.50"),
    Drug("tezepelumab", (210,), (210,), "SC", diagnosis="J45.50"),
)
SUBCUTANEOUS_CANCER_DRUGS = (
    Drug("nivolumab-hyaluronidase", (1200, 600), (600,), "SC"),
    Drug("atezolizumab-hyaluronidase", (1875,), (1875,), "SC"),
    Drug("pembrolizumab-berahyaluronidase", (395, 790), (395,), "SC"),
)
RESLIZUMAB = Drug("reslizumab", (210, 240, 300), (100,), minutes=(25, 40), diagnosis="J82.83")
BCG = Drug("BCG live", (50,), (50,), "intravesical", diagnosis="C67.9")
TALIMOGENE = Drug(
    "talimogene laherparepvec", (4, 2, 400), (100, 1), "intralesional", (), "million PFU", "C43.59"
)

PAYERS = (  # name, plan, state, weight, spellings an export may hold
    ("Medicare", "Medicare Part B", "", 30, ("MEDICARE", "Medicare Part B", "medicare ")),
    ("Commercial", "Commercial", "", 12, ("COMMERCIAL",)),
    ("UnitedHealthcare", "Commercial", "", 10, ("UHC", "United Healthcare", "UNITEDHEALTHCARE")),
    ("Aetna", "Commercial", "", 8, ("AETNA", "Aetna PPO")),
    ("Anthem", "Commercial", "", 6, ("Anthem BCBS", "Anthem Blue Cross")),
    ("Cigna", "Commercial", "", 6, ("CIGNA", "Cigna Healthcare")),
    ("UnitedHealthcare", "Medicare Advantage", "", 5, ("UHC",)),
    ("Highmark", "Commercial", "", 3, ("Highmark BCBS",)),
    ("Horizon BCBSNJ", "Commercial", "", 3, ("Horizon Blue Cross",)),
    ("Horizon NJ Health", "Medicaid", "NJ", 2, ("HORIZON NJ HEALTH",)),
    ("Texas Medicaid", "Medicaid", "TX", 2, ("TMHP", "Texas Medicaid (TMHP)")),
    ("Regence", "Commercial", "", 2, ("Regence BlueShield",)),
    ("BridgeSpan", "Commercial", "", 1, ("Bridge Span",)),
    ("Select Health", "Commercial", "", 1, ("SelectHealth",)),
    ("UnitedHealthcare Community Plan", "Medicaid", "NJ", 1, ("UHC Community Plan",)),
    ("TRICARE", "Commercial", "", 1, ("TRICARE East",)),
)
UNKNOWN_PAYERS = ("Sunrise Health Co-op", "Teamsters Local 9", "Medcare", "SELF PAY")
SATURDAY = 5
_PAYER_WEIGHTS = [payer[3] for payer in PAYERS]


def happens(rng: Random, share: float) -> bool:
    """Decide for one case of a share of all."""
    return rng.random() < share


def office_visit(rng: Random, *, separate: float = 0.8) -> Item:
    """Give an office visit, mostly documented as separate."""
    level = rng.choices(("99211", "99212", "99213", "99214", "99215", "99203"), (1, 2, 8, 7, 1, 1))[0]
    answer = "Y" if happens(rng, separate) else "N"
    return {"Service": "office visit", "Visit code": level, "Visit separately identifiable": answer}


def allergy_shots(rng: Random) -> list[Item]:
    """Give the commonest visit: shots from vials made earlier."""
    supplier = rng.choices(("this practice", "patient", "other practice"), (8, 1, 1))[0]
    shots = str(rng.choices((1, 2, 3, 4), (4, 5, 2, 1))[0])
    items = [{"Service": "allergy injection", "Injections": shots, "Extract supplied by": supplier}]
    if happens(rng, 0.08):
        items.append(office_visit(rng))
    return [{**item, "Provider role": "injects", "Diagnoses": "J30.1; J30.89"} for item in items]


def extract(rng: Random) -> list[Item]:
    """Give a vial set made up, perhaps with the first shot from it."""
    role = rng.choices(("prepares", "both"), (5, 4))[0]
    kind = rng.choices(("multi-dose", "single-dose", "treatment board"), (16, 1, 3))[0]
    doses = rng.choice((10, 10, 20, 30))
    made = {"Service": "extract preparation", "Vial type": kind, "Vials": str(rng.choice((1, 2, 3)))}
    if kind == "multi-dose":
        made |= {"Vial cc": rng.choices(("10", "5", "2.5"), (16, 4, 1))[0], "Doses": str(doses)}
        made |= {"Preparation phase": rng.choice(("build-up", "maintenance"))}
    elif kind == "treatment board":
        made |= {"Doses": "1", "Vials": ""}
    used = str(rng.choice((0, 10, 20, 40, 60, 90, 110, 140, 155)))
    made |= {"Units in last 12 months": used, "Months on therapy": str(rng.randrange(40))}
    items = [made, {"Service": "allergy injection", "Injections": "2"}] if role == "both" else [made]
    return [{**item, "Provider role": role, "Diagnoses": "J30.1; J45.20"} for item in items]


def venom(rng: Random) -> list[Item]:
    """Give a venom preparation."""
    venoms, doses = str(rng.choice((1, 3, 4, 5))), str(rng.choice((5, 10)))
    made = {"Service": "venom preparation", "Venoms": venoms, "Doses": doses, "Provider role": "prepares"}
    return [{**made, "Diagnoses": "Z91.030"}]


def tests(rng: Random) -> list[Item]:
    """Give a work-up: percutaneous tests, sometimes intradermal ones, mostly with a visit."""
    items = [
        {"Service": "skin test", "Route": "percutaneous", "Tests": str(rng.choice((25, 40, 48, 60, 72)))}
    ]
    if happens(rng, 0.2):
        intradermal = {
            "Service": "skin test",
            "Route": "ID",
            "HCPCS": "95024",
        }  # keyed: the chart has no technique
        items.append({**intradermal, "Tests": str(rng.choice((6, 10, 15)))})
    if happens(rng, 0.7):
        items.append(office_visit(rng, separate=0.95))
    return [{**item, "Diagnoses": "J30.9"} for item in items]


def other_allergy(rng: Random) -> list[Item]:
    """Give one of the rare allergy services."""
    rare: tuple[Item, ...] = (
        {"Service": "sublingual drops", "Route": "SL", "Doses": "30", "Diagnoses": "J30.2"},
        {"Service": "rapid desensitization", "Drug": "penicillin", "Hours": rng.choice(("3", "4", "2.5"))},
        {"Service": "fire ant preparation", "Doses": "10", "Provider role": "prepares"},
        {"Service": "skin test", "Drug": "penicillin", "Route": "percutaneous", "Tests": "3"},
    )
    return [rng.choices(rare, (4, 2, 1, 2))[0]]


def charge(drug: Drug, rng: Random) -> Item:
    """Give the dose columns: the vials that cover a dose."""
    dose = rng.choice(drug.doses)
    opened: list[tuple[int, int]] = []
    left = dose
    for size in drug.vials:
        last = size == drug.vials[-1]
        count = int(-(-left // size)) if last else int(left // size)
        if count > 0:
            opened.append((count, size))
            left -= count * size
    amount = sum(count * size for count, size in opened)
    return {
        "NDC": drug.ndc,
        "NDC quantity": f"{amount * drug.ml_a_unit:g}",
        "NDC unit": "ML",
        "Drug": drug.name,
        "Route": drug.route,
        "Dose": f"{dose:g}",
        "Dose unit": drug.unit,
        "Vials opened": " + ".join(f"{count} x {size}" for count, size in opened),
        "Opened amount": str(amount),
        "Vial type": "single-dose",
        "Diagnoses": drug.diagnosis,
    }


def infused(drug: Drug, rng: Random) -> Item:
    """Give a named drug's infusion."""
    minutes = rng.choice(drug.minutes) + rng.choice((0, 0, 0, 1, 3, 8))
    return {"Service": "infusion", "Method": "infusion", "Minutes": str(minutes), **charge(drug, rng)}


def supportive(rng: Random) -> Item:
    """Give a premedication, by push or short infusion, known only by its class."""
    if happens(rng, 0.6):
        return {"Service": "push", "Method": "push", "Drug class": "therapeutic", "Route": "IV"}
    minutes = str(rng.choice((15, 20, 30)))
    run = {"Service": "infusion", "Method": "infusion", "Drug class": "therapeutic", "Route": "IV"}
    return {**run, "Minutes": minutes}


def immunotherapy(rng: Random) -> list[Item]:
    """Give a checkpoint inhibitor, sometimes two, sometimes with chemotherapy, premedication or a visit."""
    drug = rng.choices(CHECKPOINT_INHIBITORS, (12, 8, 4, 3, 2, 1, 1, 0.5))[0]
    items = [infused(drug, rng)]
    if drug.name == "nivolumab" and happens(rng, 0.3):
        items.append(infused(CHECKPOINT_INHIBITORS[-1], rng))
    if happens(rng, 0.25):
        items += [supportive(rng) for _ in range(rng.choice((1, 2, 3)))]
        items.append({**supportive(rng), "Drug class": "chemo", "Notes": "Chemotherapy of the same day"})
        items = [{**item, "Diagnoses": f"Z51.11; {drug.diagnosis}"} for item in items]
    if happens(rng, 0.3):
        items.append({**office_visit(rng), "Diagnoses": items[0]["Diagnoses"]})
    return items


def subcutaneous(rng: Random) -> list[Item]:
    """Give a biologic or an antineoplastic under the skin, perhaps beside allergy shots."""
    drugs = ASTHMA_ANTIBODIES if happens(rng, 0.85) else SUBCUTANEOUS_CANCER_DRUGS
    dose = charge(rng.choice(drugs), rng)
    counts = (int(part.split(" x ")[0]) for part in dose["Vials opened"].split(" + "))
    needles = sum(counts) if drugs is ASTHMA_ANTIBODIES else 1
    given = {"Service": "injection", "Method": "injection", "Injections": str(needles), **dose}
    items = [{**given, "Months on therapy": str(rng.randrange(30))}]
    if drugs is ASTHMA_ANTIBODIES and happens(rng, 0.1):
        items.append({"Service": "allergy injection", "Injections": "1", "Provider role": "injects"})
        items[0]["Provider role"] = "injects"
    return items


def infusion_chair(rng: Random) -> list[Item]:
    """Give an infusion that is not immunotherapy: a drug known by its code or class, hydration."""
    hydration = {"Service": "hydration", "Route": "IV", "Method": "infusion"}
    hydration["Minutes"] = str(rng.choice((25, 31, 45, 60, 75, 91, 120, 180)))
    dehydrated = happens(rng, 0.8)
    coded = {"Service": "infusion", "HCPCS": "J1745", "Drug class": "therapeutic", "Route": "IV"}
    dose = rng.choice((300, 320, 400, 500))
    opened = -(-dose // 100) * 100
    coded |= {"Method": "infusion", "Minutes": str(rng.choice((90, 120, 125, 150, 155))), "Dose": str(dose)}
    coded |= {"Dose unit": "mg", "Opened amount": str(opened), "Vials opened": f"{opened // 100} x 100"}
    coded |= {"Vial type": "single-dose", "Billing unit": "10 mg", "Diagnoses": "M05.79"}
    choices = (
        [hydration],
        [coded],
        [coded, supportive(rng)],
        [hydration, supportive(rng)],
        [supportive(rng)],
    )
    items = [dict(item) for item in rng.choices(choices, (2, 4, 3, 2, 2))[0]]
    if items[0]["Service"] == "hydration" and dehydrated:
        items = [{**item, "Diagnoses": "E86.0; R11.2"} for item in items]
    return items


def two_accesses(rng: Random) -> list[Item]:
    """Give two infusions through two accesses, or side by side."""
    first = {
        "Service": "infusion",
        "Method": "infusion",
        "Drug class": "chemo",
        "Route": "IV",
        "Minutes": "60",
    }
    second = {**first, "Drug class": rng.choice(("chemo", "therapeutic")), "Minutes": "45"}
    if happens(rng, 0.5):
        reason = rng.choice(("protocol", "clinical need", "convenience"))
        return [{**first, "Access site": "1"}, {**second, "Access site": "2", "Site reason": reason}]
    return [first, {**second, "Concurrent": "Y"}]


def procedures(rng: Random) -> list[Item]:
    """Give an instillation, an intralesional injection, cells, a port flush or a drug alone."""
    bladder = {"Service": "instillation", **charge(BCG, rng)}
    lesions = {"Service": "intralesional injection", "Lesions": str(rng.choice((2, 5, 7, 9)))}
    alone = {"Service": "drug only", "HCPCS": "J9000", "Dose": "30", "Dose unit": "mg", "Opened amount": "40"}
    alone |= {"Vials opened": "2 x 20", "Vial type": "single-dose", "Billing unit": "10 mg"}
    provenge = {"Service": "infusion", "Method": "infusion", "Drug": "sipuleucel-T", "Route": "IV"}
    provenge |= {"Minutes": "60", "Dose": "1", "Dose unit": "infusion", "Diagnoses": "C61"}
    kinds = (
        bladder,
        {**lesions, **charge(TALIMOGENE, rng)},
        {
            "Service": "cell therapy",
            "Drug class": "CAR-T",
            "Method": "infusion",
            "Claim type": "institutional",
        },
        {"Service": "port flush"},
        alone,
        provenge,
        infused(RESLIZUMAB, rng),
    )
    return [rng.choices(kinds, (8, 2, 1, 6, 2, 1, 3))[0]]


def visit_alone(rng: Random) -> list[Item]:
    """Give an office visit and nothing else."""
    return [
        {**office_visit(rng), "Visit separately identifiable": rng.choice(("Y", "")), "Diagnoses": "J45.30"}
    ]


MAKERS: tuple[tuple[Maker, float, float], ...] = (  # what, weight, share in a hospital
    (allergy_shots, 46, 0.02),
    (immunotherapy, 14, 0.4),
    (subcutaneous, 9, 0.1),
    (tests, 7, 0.02),
    (extract, 8, 0.0),
    (infusion_chair, 6, 0.3),
    (visit_alone, 4, 0.05),
    (procedures, 3, 0.3),
    (venom, 1, 0.0),
    (two_accesses, 1, 0.5),
    (other_allergy, 1, 0.1),
)

BLANKED = [
    "Minutes",
    "Dose",
    "Dose unit",
    "Opened amount",
    "Vial type",
    "Route",
    "Injections",
    "Doses",
    "Vial cc",
    "Vials",
    "Venoms",
    "Tests",
    "Visit separately identifiable",
    "Visit code",
    "Plan",
    "Units in last 12 months",
    "Drug",
    "Billing unit",
    "Lesions",
    "Payer",
]
UNREADABLE = {"Date of service": "05/04/26", "Minutes": "30 min", "Dose": "n/a", "Injections": "two"}


def common(number: int, first: date, hospital: float, rng: Random) -> Item:
    """Give the columns that are the same on every row of a visit; a hospital bills nearly all its own."""
    payer, plan, state, _, spellings = rng.choices(PAYERS, _PAYER_WEIGHTS)[0]
    if happens(rng, 0.12):
        payer = rng.choice(spellings)
    elif happens(rng, 0.006):
        payer = rng.choice(UNKNOWN_PAYERS)
    place, claim = "11", "professional"
    if happens(rng, hospital):
        place, claim = "22", "professional" if happens(rng, 0.06) else "institutional"
    day = first + timedelta(days=rng.randrange(31))
    while day.weekday() > SATURDAY or (day.weekday() == SATURDAY and happens(rng, 0.9)):
        day = first + timedelta(days=rng.randrange(31))
    return {
        "Visit ID": f"{first:%y%m}-{number:06d}",
        "Patient ID": f"P{int(rng.paretovariate(0.6)) * 7919 % 900_000:06d}",
        "Date of service": day.isoformat(),
        "Payer": payer,
        "Plan": plan,
        "State": state,
        "Claim type": claim,
        "Place of service": place,
        "Clinic": rng.choice(("North", "Main Street", "Riverside")),
        "Captured by": rng.choice(("kiosk", "ehr", "paper")),
    }


def by_the_clock(item: Item, rng: Random) -> None:
    """Chart an item by start and stop times in place of its minutes; now and then nobody notes the stop."""
    start = rng.randrange(8 * 60, 16 * 60)
    stop = start + int(item["Minutes"])
    item["Minutes"] = ""
    item["Start time"] = f"{start // 60:02d}:{start % 60:02d}"
    if happens(rng, 0.9):
        item["Stop time"] = f"{stop // 60:02d}:{stop % 60:02d}"


def soil(item: Item, rng: Random) -> None:
    """Add the usual dirt to one row, in a few rows of a hundred."""
    if item.get("Minutes") and happens(rng, 0.12):
        by_the_clock(item, rng)
    if happens(rng, 0.03):
        item[rng.choice([column for column in BLANKED if item.get(column)])] = ""
    if happens(rng, 0.02):
        column = rng.choice([column for column in COLUMNS if item.get(column)])
        item[column] = f" {item[column]}  "
    if happens(rng, 0.004):
        column = rng.choice([column for column in UNREADABLE if item.get(column)])
        item[column] = UNREADABLE[column]
    if happens(rng, 0.01):
        item["Service"] = item["Service"].upper()


def one_visit_a_day(shared: Item, seen: set[tuple[str, str]]) -> None:
    """Give the visit to the next patient who has none that day: two would be taken for a duplicate."""
    while (shared["Patient ID"], shared["Date of service"]) in seen:
        shared["Patient ID"] = f"P{(int(shared['Patient ID'][1:]) + 1) % 900_000:06d}"
    seen.add((shared["Patient ID"], shared["Date of service"]))


def make_rows(visits: int, seed: int, first: date) -> Iterator[list[str]]:
    """Give the rows of so many visits, in order of the visit."""
    rng = Random(seed)
    weights = [weight for _, weight, _ in MAKERS]
    seen: set[tuple[str, str]] = set()
    for number in range(1, visits + 1):
        make, _, hospital = rng.choices(MAKERS, weights)[0]
        shared = common(number, first, hospital, rng)
        one_visit_a_day(shared, seen)
        for place, item in enumerate(make(rng), 1):
            row = {**shared, **item, "Item": str(place)}
            soil(row, rng)
            yield [row.get(column, "") for column in COLUMNS]


def write_sample(target: Path, visits: int, seed: int, first: date) -> None:
    """Write the export, headings first."""
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(make_rows(visits, seed, first))


def main() -> None:
    """Read the command line and write the file."""
    parser = argparse.ArgumentParser(description="Write an invented month of visits as a csv export.")
    parser.add_argument("target", type=Path, metavar="OUT.csv")
    parser.add_argument("--visits", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--month", type=date.fromisoformat, default=date(2026, 5, 1), metavar="2026-05-01")
    given = parser.parse_args()
    write_sample(given.target, given.visits, given.seed, given.month)


if __name__ == "__main__":
    main()
