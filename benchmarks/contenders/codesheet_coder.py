"""codesheet itself: Coder over an in-memory frame, from the workbook (or from compiled rules)."""

from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa

from codesheet.coding.coded import Coded
from codesheet.coding.coder import Coder
from codesheet.coding.columns import MISSING, Column, Frame
from codesheet.model import Origin
from contenders.wording import JOINT
from tasks import Task
from tasks import load as load_rulebook


def write(task: Task, folder: Path) -> Path:
    """Give the workbook's folder: it is codesheet's language."""
    del folder
    return task.source


def load(rules: Path) -> Coder:
    """Read, check and compile."""
    return Coder(load_rulebook(rules))


def prepare(loaded: Coder, rows: pa.Table) -> Frame:
    """Encode text columns by their distinct words, as reading an export does."""
    frame = Frame(rows.num_rows, {})
    for field in loaded.ruleset.rulebook.fields.values():
        if field.origin is not Origin.READ:
            continue
        column = rows[field.name].combine_chunks()
        if field.type.is_text:
            encoded = column.dictionary_encode()
            ids = np.append(frame.vocabulary.ids_of(encoded.dictionary.to_pylist()), MISSING)
            places = encoded.indices.fill_null(len(ids) - 1).to_numpy()
            frame.columns[field.name] = Column(field.type, ids[places].astype(np.int32))
        else:
            data = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
            frame.columns[field.name] = Column(field.type, data)
    return frame


def decide(loaded: Coder, rows: Frame) -> Coded:
    """Code the rows, short of making tables of results."""
    return loaded.code_frame(rows, {})


def answers(loaded: Coder, given: Coded) -> list[str]:
    """Read the decided field, or the claim lines."""
    frame = given.view.frame
    if "Answer" in loaded.ruleset.rulebook.fields:
        words = [JOINT.join(w) if isinstance(w, tuple) else w for w in frame.vocabulary.words]
        return [words[i] if i != MISSING else "" for i in frame["Answer"].data.tolist()]
    lines = given.lines
    texts: list[list[str]] = [[] for _ in range(frame.rows)]
    codes, units = lines.frame["Code"].data.tolist(), lines.frame["Units"].data.tolist()
    for row, code, count in zip(lines.row.tolist(), codes, units, strict=True):
        texts[row].append(f"{lines.frame.vocabulary.words[code]} x {int(count)}")
    return [JOINT.join(text) for text in texts]


def versions() -> str:
    """Name what ran."""
    return f"codesheet {version('codesheet')}, durable-rules {version('durable-rules')}"
