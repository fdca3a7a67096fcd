"""What can be wrong with a user's workbooks or export: one closed list, a chapter a file.

A code begins with its chapter's letter: W1 workbooks and their sheets, W2 what Excel does, F fields, V value
sets, L lookups, C codes, U unary tests, X formulas, T decision tables, D dates, K claim edits, E examples,
G the compiled rulebook, R visit exports and runs.
"""

from codesheet.issues.claim_edits import ClaimEditIssues
from codesheet.issues.codes import CodeIssues
from codesheet.issues.compiled_rules import CompiledRulesIssues
from codesheet.issues.dates import DateIssues
from codesheet.issues.decision_tables import DecisionTableIssues
from codesheet.issues.examples import ExampleIssues
from codesheet.issues.excel_damage import ExcelDamage
from codesheet.issues.exports import ExportIssues
from codesheet.issues.fields import FieldIssues
from codesheet.issues.formulas import FormulaIssues
from codesheet.issues.issue import Issue, IssueKind, Severity, has_errors, without_notes
from codesheet.issues.lookups import LookupIssues
from codesheet.issues.unary_tests import UnaryTestIssues
from codesheet.issues.value_sets import ValueSetIssues
from codesheet.issues.workbooks import WorkbookIssues

__all__ = ["ISSUE_KINDS", "Issue", "IssueCode", "IssueKind", "Severity", "has_errors", "without_notes"]


class IssueCode(
    WorkbookIssues,
    ExcelDamage,
    FieldIssues,
    ValueSetIssues,
    LookupIssues,
    CodeIssues,
    UnaryTestIssues,
    FormulaIssues,
    DecisionTableIssues,
    DateIssues,
    ClaimEditIssues,
    ExampleIssues,
    CompiledRulesIssues,
    ExportIssues,
):
    """Every kind of issue, by the name of the fault: ``IssueCode.RULES_OVERLAP``."""


ISSUE_KINDS: tuple[IssueKind, ...] = tuple(
    member
    for chapter in IssueCode.__bases__
    for member in vars(chapter).values()
    if isinstance(member, IssueKind)
)
"""Every kind of issue, chapter by chapter."""
