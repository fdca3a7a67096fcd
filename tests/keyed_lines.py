"""Makes a claim line of each code that is keyed: the rulebook that tests of claim edits write theirs upon."""

KEYED_LINES = """
## core.xlsx
# Fields
| Fields          |                 |
| Visit key       | Visit ID        |
| Date of service | Date of service |
| Field           | Type         | Required |
| Visit ID        | text         | yes      |
| Date of service | date         | yes      |
| Patient ID      | text         | no       |
| HCPCS           | code         | no       |
| Quantity        | whole number | no       |
# Lines
| Decision   | Lines       |
| Result     | claim lines |
| IF           | THEN    | THEN     |
| HCPCS        | Code    | Units    |
| is not blank | {HCPCS} | Quantity |
"""

CAPPED_LINES = (
    KEYED_LINES
    + """
# Whose
| Fields  |              |
| Field   | Type         | Required  |
| Payer   | text         | no        |
| Months  | whole number | when used |
# Limits
| Unit limits        | Caps              |
| Per                | Patient ID, Payer |
| Months since start | Months            |
| Code  | Limit | Per                   | Payer    | Action |
| 95165 | 20    | 12 months rolling     | Rolling  | deny   |
| 95165 | 20    | calendar year         | Calendar | deny   |
| 95165 | 20    | 12 months since start | Start    | deny   |
| 95165 | 20    | lifetime              | Life     | deny   |
# What follows
| Decision   | What follows |
| Result     | edits        |
| Hit policy | Collect      |
| IF               | THEN        | THEN                                     |
| Units over limit | Disposition | Message                                  |
| >= 1             | deny        | {Units before} + {Units} of {Unit limit} |
"""
)
"""20 doses of 95165 a patient, over a span that the payer is named for."""

CAPPED_HEAD = "Visit ID,Date of service,Patient ID,Payer,HCPCS,Quantity,Months"
