"""The folder of compiled rules: canonical JSON, so that a change of policy is a readable diff.

There is one file a table. `rulebook.json` holds the fields, the order of the steps, the workbooks, and the
sha256 of every other file. The same workbooks give the same bytes. Examples are not part of it: they
are tests of the workbooks.
"""

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from codesheet.compiling.notation import NotationProblem, decode, encode
from codesheet.compiling.reads import claim_edit_tables
from codesheet.compiling.ruleset import Matching, Ruleset, Shard, Step, Test
from codesheet.issues import Issue, IssueCode
from codesheet.language.values import DateForm
from codesheet.location import CellRef
from codesheet.model import (
    AddOnCodes,
    CodePairs,
    DecisionTable,
    Field,
    LookupTable,
    Rulebook,
    Source,
    UnitLimits,
    ValueSet,
)
from codesheet.replacing import replacing_file

T = TypeVar("T")

INDEX = "rulebook.json"
_FORMAT = 3
_OURS = re.compile(r"(decisions|edits|lookups|sets)/[a-z0-9-]+\.json")
_SETTINGS = (
    "visit_key",
    "date_of_service",
    "row_order",
    "date_forms",
    "shown",
    "columns_present",
    "queues",
    "queue_otherwise",
)
_NOT_FILE_NAMES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}

Json = Any
"""A plain JSON value."""


# --- writing ---------------------------------------------------------------------------------------------


def rules_bytes(ruleset: Ruleset) -> dict[str, bytes]:
    """Give every file of the compiled rules by its path in their folder."""
    book = ruleset.rulebook
    files = {
        **_named("sets", book.sets, _set_json),
        **_named("lookups", book.lookups, _lookup_json),
        **_named("edits", {kind.value: table for kind, table in claim_edit_tables(book).items()}, _rows_json),
        **_named("decisions", book.decisions, lambda table: _decision_json(table, ruleset.matchings)),
    }
    written = {path: _text(content).encode() for path, content in files.items()}
    index = {
        "format": _FORMAT,
        **{name: encode(getattr(book, name)) for name in _SETTINGS},
        "sources": [encode(source) for source in book.sources],
        "row_steps": [f"{step.kind} {step.name}" for step in ruleset.row_steps],
        "line_steps": [f"{step.kind} {step.name}" for step in ruleset.line_steps],
        "fields": [encode(field) for field in book.fields.values()],
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in written.items()},
    }
    return {INDEX: _text(index).encode(), **written}


def with_digest(ruleset: Ruleset) -> Ruleset:
    """Give the ruleset with the sha256 that names this version of the compiled rules."""
    return ruleset if ruleset.digest else dataclasses.replace(ruleset, digest=_digest(rules_bytes(ruleset)))


def _digest(files: Mapping[str, bytes]) -> str:
    return hashlib.sha256(files[INDEX]).hexdigest()  # it holds the sha256 of all the others


def write_rules(ruleset: Ruleset, folder: Path) -> None:
    """Write the compiled rules, each file at once or not at all, and delete those of tables that are gone.

    Raises WriteError where the folder cannot be written.
    """
    files = rules_bytes(ruleset)
    stale = _files_there(folder) - set(files)
    for path, data in reversed(files.items()):  # the index last: it vouches for the others
        _write(folder / path, data)
    for path in stale:
        (folder / path).unlink(missing_ok=True)


def differences(ruleset: Ruleset, folder: Path) -> list[str]:
    """Say in a sentence each how the files in a folder differ from what would be written."""
    files = rules_bytes(ruleset)
    found = [_difference(path, data, folder / path) for path, data in files.items()]
    stale = sorted(_files_there(folder) - set(files))
    return [said for said in found if said] + [f"{path} belongs to no table any more" for path in stale]


def _difference(path: str, data: bytes, there: Path) -> str | None:
    if not there.is_file():
        return f"{path} is missing"
    lines, others = data.splitlines(), there.read_bytes().splitlines()
    for number, (line, other) in enumerate(zip(lines, others, strict=False), start=1):
        if line != other:
            return f"{path} differs from line {number} on"
    return None if data == there.read_bytes() else f"{path} differs at its end"


def _files_there(folder: Path) -> set[str]:
    """Give the files that an earlier compile wrote, as its index lists them."""
    try:
        listed = json.loads((folder / INDEX).read_bytes())["files"]
        return {path for path in listed if _OURS.fullmatch(path) and (folder / path).is_file()}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _write(path: Path, data: bytes) -> None:
    with replacing_file(path) as new:
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(data)


def _named(folder: str, tables: Mapping[str, T], content: Callable[[T], Json]) -> dict[str, Json]:
    paths: dict[str, Json] = {}
    for name, table in tables.items():
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "table"
        slug = f"{slug}-table" if slug in _NOT_FILE_NAMES else slug
        path, turn = f"{folder}/{slug}.json", 1
        while path in paths:
            turn += 1
            path = f"{folder}/{slug}-{turn}.json"
        paths[path] = content(table)
    return paths


def _set_json(named: ValueSet) -> Json:
    return _with_parts(named, "members")


def _lookup_json(lookup: LookupTable) -> Json:
    return _with_parts(lookup, "rows")


def _rows_json(table: CodePairs | UnitLimits | AddOnCodes) -> Json:
    return _with_parts(table, "rows")


def _decision_json(table: DecisionTable, matchings: Mapping[str, Matching]) -> Json:
    matching = matchings[table.name]
    return {
        **_with_parts(table, "rules"),
        "tests": encode(matching.tests),
        "groups": encode(matching.groups),
        "rule_groups": encode(matching.rule_groups),
        "shards": [[list(shard.tests), list(shard.gates), shard.turn] for shard in matching.shards],
        **{f"ruleset {n}": shard.definition for n, shard in enumerate(matching.shards, start=1)},
    }


def _with_parts(table: Any, parts: str) -> dict[str, Json]:  # noqa: ANN401 - any kind of table
    """Encode a table with its longest part last."""
    whole = encode(dataclasses.replace(table, **{parts: ()}))
    return {**whole, parts: [encode(part) for part in getattr(table, parts)]}


def _text(content: Mapping[str, Json]) -> str:
    """Write JSON with one line for each entry of an object or item of a list of lists or objects."""
    lines = [f"{_line(name)}: {_block(value)}" for name, value in content.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _block(value: Json) -> str:
    if isinstance(value, dict) and value:
        return "{\n" + ",\n".join(f"  {_line(name)}: {_line(item)}" for name, item in value.items()) + "\n}"
    if isinstance(value, list) and value and isinstance(value[0], list | dict | str):
        return "[\n" + ",\n".join(f"  {_line(item)}" for item in value) + "\n]"
    return _line(value)


def _line(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


# --- reading ---------------------------------------------------------------------------------------------


class _Unreadable(Exception):  # noqa: N818 - not a bug of ours: what is wrong with a user's file
    """One file cannot be read; the message is a clause."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(why)
        self.path = path


def read_rules(folder: Path) -> tuple[Ruleset | None, list[Issue]]:
    """Read compiled rules back; None, with issues, where a file was damaged or edited by hand."""
    try:
        index_bytes, index = _load(folder, INDEX)
        _expect_format(index)
        files = {path: _load_listed(folder, path, sha) for path, sha in index["files"].items()}
        return _ruleset(index, files, _digest({INDEX: index_bytes})), []
    except _Unreadable as problem:
        return None, [IssueCode.UNREADABLE_RULES.issue(CellRef(problem.path), why=problem)]
    except NotationProblem as problem:
        return None, [IssueCode.UNREADABLE_RULES.issue(CellRef(INDEX), why=problem)]
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        why = f"it is not as compiling wrote it ({type(problem).__name__}: {problem})"
        return None, [IssueCode.UNREADABLE_RULES.issue(CellRef(INDEX), why=why)]


def _load(folder: Path, path: str) -> tuple[bytes, Json]:
    try:
        data = (folder / path).read_bytes()
        return data, json.loads(data)
    except OSError as problem:
        raise _Unreadable(path, f"{problem.strerror or problem}") from problem
    except (ValueError, RecursionError) as problem:
        raise _Unreadable(path, f"it is no JSON ({problem})") from problem


def _load_listed(folder: Path, path: str, sha: str) -> Json:
    if not _OURS.fullmatch(path):
        raise _Unreadable(INDEX, f'it lists "{path}", which is no compiled table')
    data, content = _load(folder, path)
    if hashlib.sha256(data).hexdigest() != sha:
        raise _Unreadable(path, "it was changed after it was compiled")
    return content


def _expect_format(index: Json) -> None:
    if not isinstance(index, dict) or index.get("format") != _FORMAT:
        raise _Unreadable(INDEX, "another version of codesheet wrote it")


def _ruleset(index: Json, files: Mapping[str, Json], digest: str) -> Ruleset:
    def of_kind(folder: str) -> Iterable[Json]:
        return (content for path, content in files.items() if path.startswith(f"{folder}/"))

    fields = [decode(Field, item) for item in index["fields"]]
    sets = [decode(ValueSet, content) for content in of_kind("sets")]
    lookups = [decode(LookupTable, content) for content in of_kind("lookups")]
    decisions = [_read_decision(content) for content in of_kind("decisions")]
    rulebook = Rulebook(
        fields={field.name: field for field in fields},
        sets={one.name: one for one in sets},
        lookups={lookup.name: lookup for lookup in lookups},
        decisions={table.name: table for table, _ in decisions},
        examples=(),
        sources=decode(tuple[Source, ...], index["sources"]),
        visit_key=decode(str, index["visit_key"]),
        date_of_service=decode(str, index["date_of_service"]),
        row_order=decode(str, index["row_order"]),
        shown=decode(tuple[str, ...], index["shown"]),
        date_forms=decode(frozenset[DateForm], index["date_forms"]),
        columns_present=decode(str, index["columns_present"]),
        queues=decode(tuple[str, ...], index["queues"]),
        queue_otherwise=decode(str, index["queue_otherwise"]),
        code_pairs=_edits(CodePairs, files, "edits/code-pairs.json"),
        unit_limits=_edits(UnitLimits, files, "edits/unit-limits.json"),
        add_on_codes=_edits(AddOnCodes, files, "edits/add-on-codes.json"),
    )
    matchings = {table.name: matching for table, matching in decisions}
    return Ruleset(rulebook, _steps(index["row_steps"]), _steps(index["line_steps"]), matchings, digest)


def _edits(kind: type[T], files: Mapping[str, Json], path: str) -> T | None:
    return decode(kind, files[path]) if path in files else None


def _read_decision(content: Json) -> tuple[DecisionTable, Matching]:
    names = {field.name for field in dataclasses.fields(DecisionTable)}
    table = decode(DecisionTable, {name: value for name, value in content.items() if name in names})
    matching = Matching(
        table.name,
        decode(tuple[Test, ...], content["tests"]),
        decode(tuple[tuple[int, ...], ...], content["groups"]),
        decode(tuple[int, ...], content["rule_groups"]),
        tuple(
            Shard(tuple(tests), tuple(map(tuple, gates)), content[f"ruleset {number}"], turn)
            for number, (tests, gates, turn) in enumerate(content["shards"], start=1)
        ),
    )
    return table, matching


def _steps(texts: Iterable[str]) -> tuple[Step, ...]:
    return tuple(Step(*text.split(" ", 1)) for text in texts)
