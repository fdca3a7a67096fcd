"""A hit policy that chooses among matches where there is never more than one."""

from collections.abc import Iterator

from codesheet.checks.geometry import Geometry
from codesheet.issues import Issue, IssueCode
from codesheet.model import HitPolicy

_CHOOSING = (HitPolicy.FIRST, HitPolicy.PRIORITY, HitPolicy.ANY)


def simpler_policy(geometry: Geometry) -> Iterator[Issue]:
    """Say where Unique would do: then a row added by mistake is noticed."""
    table = geometry.table
    if table.hit_policy not in _CHOOSING or geometry.count < 2:  # noqa: PLR2004 - one rule has no rival
        return
    cells = (cell for dimension in geometry.dimensions for cell in dimension.cells)
    if not all(cell.bits.is_exact for cell in cells):
        return
    if all(geometry.meeting(rule) & ~(1 << rule) == 0 for rule in range(geometry.count)):
        yield IssueCode.POLICY_COULD_BE_SIMPLER.issue(table.at, policy=table.hit_policy.value)
