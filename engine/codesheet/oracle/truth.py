"""Whether a condition holds of a record."""

from enum import Enum


class Truth(Enum):
    """Yes, no, or undecided for want of a fact."""

    NO = "no"
    YES = "yes"
    UNDECIDED = "undecided"
