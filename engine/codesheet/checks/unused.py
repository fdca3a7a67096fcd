"""What a rulebook declares and nothing reads: often the other half of a slip of the pen."""

from collections.abc import Iterator

from codesheet.checks.reading import reads_of
from codesheet.issues import Issue, IssueCode
from codesheet.model import Level, Origin, Result, Rulebook


def unused(rulebook: Rulebook) -> Iterator[Issue]:
    """Name read fields, decided fields, value sets and lookups that have no effect on any claim."""
    reads = reads_of(rulebook)
    kept = {
        rulebook.visit_key,
        rulebook.date_of_service,
        rulebook.row_order,
        *rulebook.shown,
        "Place of service",
    }
    for field in rulebook.fields.values():
        if field.name in reads.fields or field.name in kept or field.level is Level.LINE:
            continue
        if field.origin is Origin.READ:
            yield IssueCode.FIELD_NOT_USED.issue(field.at, field=field.name)
        elif field.origin is Origin.FORMULA:
            yield IssueCode.RESULT_NOT_READ.issue(field.at, field=field.name, giver="its formula gives it")
    for name, value_set in rulebook.sets.items():
        if name not in reads.sets:
            yield IssueCode.SET_NOT_USED.issue(value_set.at, set=name)
    for lookup in rulebook.lookups.values():
        if not reads.fields.intersection(lookup.values) and not lookup.code_table_for:
            yield IssueCode.LOOKUP_NOT_USED.issue(lookup.at, lookup=lookup.name)
    for table in rulebook.decisions.values():
        unread = [name for name in table.outputs if name not in reads.fields and name not in kept]
        if table.result is Result.FIELDS and table.level is Level.ROW and len(unread) == len(table.outputs):
            giver = "this table gives it"
            yield IssueCode.RESULT_NOT_READ.issue(table.at, field=" and ".join(unread), giver=giver)
