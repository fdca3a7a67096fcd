"""Labels that raise an edit: `review: no code for {Drug}`, `review for Charge: …`, `nothing`."""

from codesheet.issues import IssueCode
from codesheet.language.values import fold, tidy
from codesheet.model import Disposition, EditText
from codesheet.sheets.cells import Cell, CellReader

_DISPOSITIONS = (Disposition.REVIEW, Disposition.DENY, Disposition.INFORM)
NOTHING = "nothing"


def read_edit_text(
    cell: Cell, reader: CellReader, stand_ins: dict[str, str] | None = None
) -> EditText | None:
    """Read such a label; None, with an issue, where it cannot be read.

    `stand_ins` are words in braces that are no fields (`{key}`, `{table}`), and what each stands for.
    """
    if fold(cell.text) == NOTHING:
        return EditText(Disposition.BILL, None, cell.text, cell.at)
    head, colon, message = cell.text.partition(":")
    word, _, queue = tidy(head).partition(" for ")
    disposition = next((one for one in _DISPOSITIONS if one.value == fold(word)), None)
    if disposition is None or not colon or not message.strip():
        words = ", ".join(f"{one.value}: a message" for one in _DISPOSITIONS)
        words += f", review for a queue: a message, or {NOTHING}"
        reader.report(IssueCode.BAD_EDIT_TEXT, cell.at, text=cell.text, words=words)
        return None
    for stand_in, meaning in (stand_ins or {}).items():
        message = message.replace(f"{{{stand_in}}}", meaning)
    formula = reader.message(Cell(tidy(message), cell.at))
    return None if formula is None else EditText(disposition, formula, cell.text, cell.at, queue)
