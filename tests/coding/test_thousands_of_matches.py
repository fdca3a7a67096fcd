"""Thousands of rules that one visit matches: a table filled down by mistake, or a long list of edits."""

from codesheet.coding.hit_policies import Decision, Judge
from grid import rulebook_of
from rulebook_grids import with_fields

COUNT = 5_000


def judge(head: str, row: str) -> Judge:
    rows = "".join(f"{row.format(n)}\n" for n in range(COUNT))
    (table,) = rulebook_of(with_fields(f"# A\n| Decision | A |\n{head}{rows}")).decisions.values()
    return Judge(table)


def test_of_rules_of_one_scope_under_override_all_count() -> None:
    head = "| Result | fields |\n| Hit policy | Override |\n| Scope | Plan |\n"
    head += "| IF | IF | THEN |\n| Plan | Drug | Size |\n| - | - | 0 |\n"
    everything = tuple(range(COUNT + 1))
    found = judge(head, "| x | A{} | 1 |").decide(everything, ())
    assert found == Decision(hits=(1,), by_output=(everything[1:],))


def test_of_rules_of_one_id_and_scope_under_collect_the_first_speaks() -> None:
    head = "| Result | edits |\n| Hit policy | Collect |\n| Scope | Plan |\n"
    head += "| RULE | IF | IF | THEN |\n|  | Plan | Drug | Message |\n| limit | - | - | wide |\n"
    everything = tuple(range(COUNT + 1))
    found = judge(head, "| limit | x | A{} | narrow |").decide(everything, ())
    assert found == Decision(hits=(1,), rivals=(everything[1:],))
