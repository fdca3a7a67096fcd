"""Whether a condition holds of a record."""

from enum import Enum


class Truth(Enum):
    """Yes, no, or undecided for want of a fact."""

    NO = "no"
    YES = "yes"
    UNDECIDED = "undecided"


def all_of(truths: list[Truth]) -> Truth:
    """Judge conditions together: one that fails settles it, then one that is undecided."""
    if Truth.NO in truths:
        return Truth.NO
    return Truth.UNDECIDED if Truth.UNDECIDED in truths else Truth.YES
