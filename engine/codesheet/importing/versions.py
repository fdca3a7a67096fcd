"""Which release a published file is, and from when it holds: read from its name."""

import re
from dataclasses import dataclass
from datetime import date

_FIRST_NCCI_YEAR = 1994
"""Version 30.0 is the first quarter of 2024."""

_NCCI = re.compile(r"v(\d{2})(\d)r\d", re.IGNORECASE)
_EFFECTIVE = re.compile(r"eff[_-](\d{2})-(\d{2})-(\d{4})", re.IGNORECASE)
_QUARTER = re.compile(r"(20\d\d)[_-]?q([1-4])", re.IGNORECASE)
_HCPCS = re.compile(r"hcpc(20\d\d)_(jan|apr|jul|oct)", re.IGNORECASE)
_ICD = re.compile(r"icd10cm.*?(20\d\d)", re.IGNORECASE)
_MONTHS = {"jan": 1, "apr": 4, "jul": 7, "oct": 10}


@dataclass(frozen=True, slots=True)
class Version:
    """A release as people call it, and the first day it holds."""

    name: str
    first_day: date


def version_of(file: str) -> Version | None:
    """Read the version from a file's name; None where it does not say."""
    if found := _NCCI.search(file):
        year, quarter = _FIRST_NCCI_YEAR + int(found[1]), int(found[2]) + 1
        return _quarter(year, quarter) if quarter <= len(_MONTHS) else None
    if found := _EFFECTIVE.search(file):
        day = date(int(found[3]), int(found[1]), int(found[2]))
        return Version(f"{day.year}Q{(day.month + 2) // 3}", day)
    if found := _HCPCS.search(file):
        day = date(int(found[1]), _MONTHS[found[2].lower()], 1)
        return Version(f"{day.year}Q{(day.month + 2) // 3}", day)
    if found := _QUARTER.search(file):
        return _quarter(int(found[1]), int(found[2]))
    if found := _ICD.search(file):
        return Version(f"FY{found[1]}", date(int(found[1]) - 1, 10, 1))
    return None


def _quarter(year: int, quarter: int) -> Version:
    return Version(f"{year}Q{quarter}", date(year, quarter * 3 - 2, 1))


def setting_of(file: str) -> str:
    """Read from a file's name whose claims it is about; blank where it does not say."""
    name = file.casefold()
    if "ccioph" in name or "outpatienthospital" in name or "-oph" in name:
        return "outpatient hospital"
    if "ccipra" in name or "practitioner" in name or "-pra" in name:
        return "practitioner"
    if "dme" in name:
        return "DME supplier"
    return ""
