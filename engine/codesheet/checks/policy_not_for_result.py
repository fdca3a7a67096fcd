"""A hit policy that does not go with what its table does."""

from collections.abc import Iterator

from codesheet.issues import Issue, IssueCode
from codesheet.language.values import FieldType
from codesheet.model import DecisionTable, HitPolicy, Level, Result, Rulebook

_GATHER = (HitPolicy.COLLECT, HitPolicy.RULE_ORDER)
_CALCULATE = (
    HitPolicy.COLLECT_SUM,
    HitPolicy.COLLECT_MIN,
    HitPolicy.COLLECT_MAX,
    HitPolicy.COLLECT_COUNT,
)


def policy_not_for_result(rulebook: Rulebook) -> Iterator[Issue]:
    """Many rules that match must be able to give one value, or the policy must choose one rule."""
    for table in rulebook.decisions.values():
        for what, remedy in _misfits(table, rulebook):
            policy = table.hit_policy.value
            yield IssueCode.POLICY_NOT_FOR_RESULT.issue(table.at, policy=policy, what=what, remedy=remedy)


def _misfits(table: DecisionTable, rulebook: Rulebook) -> Iterator[tuple[str, str]]:
    if table.result is not Result.FIELDS:
        if table.hit_policy in (*_CALCULATE, HitPolicy.FIRST_IN_GROUP):
            yield f"Result {table.result.value}", f"it goes with Result {Result.FIELDS.value}"
        return
    if table.hit_policy is HitPolicy.FIRST_IN_GROUP and table.level is Level.LINE:
        yield "claim lines", "it groups encounter rows"
    for name in table.outputs:
        kind = rulebook.fields[name].type
        if table.hit_policy in _GATHER and kind is not FieldType.CODE_LIST:
            remedy = "make it a code list, or use Collect sum, min, max or count, or another policy"
            yield f"the {kind.value} field {name}", remedy
        if table.hit_policy in _CALCULATE and not kind.is_number:
            yield f"the {kind.value} field {name}", "it calculates with numbers"
