"""What a cell can be chosen from: words of the grammar, fields, value sets, and the values a field has."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from codesheet.coding.report import STATUSES
from codesheet.language.unary_tests import AnyOf, Equals, UnaryTest
from codesheet.language.values import FieldType, fold, show_value
from codesheet.model import Disposition, Field, Origin, Result, Rulebook
from codesheet.sheets.examples import EXPECTED_WORDS
from codesheet.sheets.outputs import DISPOSITION, QUEUE, REASON, special_columns

_NONE = "none"
_YES_NO = ("yes", "no")


@dataclass(frozen=True, slots=True)
class Choices:
    """The entries of a drop-down, and the name of the list.

    `closed`: nothing else can stand there, so Excel asks before it takes another entry. Otherwise the entries
    are suggestions.
    """

    name: str
    entries: tuple[str, ...]
    closed: bool = False


def words(name: str, entries: Iterable[str], *, closed: bool = True) -> Choices:
    """Give a list of words of the grammar."""
    return Choices(name, tuple(entries), closed)


class Vocabulary:
    """The names and values of one rulebook, as lists to choose from."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self._known = _known_values(rulebook)

    def find_field(self, heading: str) -> Field | None:
        """Give the field a heading names, None for other headings."""
        fields = self.rulebook.fields
        return next((field for name, field in fields.items() if fold(name) == fold(heading)), None)

    def fields(self, *, closed: bool = False) -> Choices:
        """Give all fields."""
        return self._fields("fields", lambda _: True, closed=closed)

    def read_fields(self) -> Choices:
        """Give the fields that are read from the export."""
        return self._fields("fields of the export", lambda field: field.origin is Origin.READ)

    def lookup_fields(self) -> Choices:
        """Give the fields that a lookup may give: those with no other origin."""
        other = (Origin.FORMULA, Origin.DECISION, Origin.LINE)
        return self._fields("fields of lookups", lambda field: field.origin not in other, closed=False)

    def then_columns(self, result: Result | None) -> Choices:
        """Give the headings a THEN column may have."""
        special = special_columns(result) if result else ()
        if result is Result.EDITS:
            return Choices(f"columns of {result.value}", special, closed=True)
        other = (Origin.FORMULA, Origin.LOOKUP)
        fields = (name for name, field in self.rulebook.fields.items() if field.origin not in other)
        named = result.value if result else "decisions"
        return Choices(f"columns of {named}", (*fields, *special))

    def expected_columns(self) -> Choices:
        """Give the headings an EXPECT column may have."""
        given = (name for name, field in self.rulebook.fields.items() if field.origin is not Origin.READ)
        return Choices("columns expected", (*EXPECTED_WORDS, *given))

    def sets(self) -> Choices:
        """Give the names of the value sets."""
        return Choices("value sets", tuple(self.rulebook.sets))

    def queues(self) -> Choices:
        """Give the queues: those listed, or those that tables name."""
        listed = self.rulebook.queues
        return Choices("queues", listed or self._known.get(fold(QUEUE), ()), closed=bool(listed))

    def tested(self, field: Field) -> Choices:
        """Give what an IF or KEY cell of a field is likely to say."""
        entries = self._values(field)
        if field.type in (FieldType.CODE, FieldType.CODE_LIST) or not entries:
            entries = (*entries, *(f"in {name}" for name in self._sets_for(field)))
        return Choices(f"tests of {field.name}", (*entries, "is blank") if entries else ())

    def given(self, column: str) -> Choices:
        """Give what a THEN cell of a field, or of a column with a meaning of its own, is likely to say."""
        if fold(column) == fold(DISPOSITION):
            return words("dispositions", (one.value for one in Disposition))
        if fold(column) == fold(QUEUE):
            return self.queues()
        field = self.find_field(column)
        entries = self._values(field) if field else self._known.get(fold(column), ())
        clears = field is not None and bool(entries)
        return Choices(f"results in {column}", (*entries, _NONE) if clears else entries)

    def recorded(self, field: Field) -> Choices:
        """Give the values an export or a code table may hold in a field."""
        return Choices(f"values of {field.name}", self._values(field))

    def expected(self, column: str) -> Choices:
        """Give what an EXPECT cell is likely to say."""
        if fold(column) == "status":
            return words("statuses", STATUSES)
        return self.given(column)

    def _fields(self, name: str, which: Callable[[Field], bool], *, closed: bool = True) -> Choices:
        return Choices(name, tuple(f.name for f in self.rulebook.fields.values() if which(f)), closed)

    def _values(self, field: Field) -> tuple[str, ...]:
        """Give a field's allowed values; where none are declared, those that tables give or ask for."""
        if field.type is FieldType.YES_NO:
            return _YES_NO
        if field.allowed is not None:
            named = self.rulebook.sets.get(field.allowed.set_name or "")
            return field.allowed.values or (_texts(one.test for one in named.members) if named else ())
        return self._known.get(fold(field.name), ()) if field.type.is_text else ()

    def _sets_for(self, field: Field) -> tuple[str, ...]:
        coded = field.type in (FieldType.CODE, FieldType.CODE_LIST)
        return tuple(self.rulebook.sets) if coded and field.allowed is None else ()


def _known_values(rulebook: Rulebook) -> Mapping[str, tuple[str, ...]]:
    """Collect by folded column what lookups and decisions write as plain text."""
    known: dict[str, dict[str, str]] = {}
    for column, text in (*_looked_up(rulebook), *_decided(rulebook)):
        if text and fold(text) != _NONE:
            known.setdefault(fold(column), {}).setdefault(fold(text), text)
    return {column: tuple(texts.values()) for column, texts in known.items()}


def _looked_up(rulebook: Rulebook) -> Iterator[tuple[str, str]]:
    for lookup in rulebook.lookups.values():
        for row in lookup.rows:
            for key, test in zip(lookup.keys, row.keys, strict=True):
                yield from ((key, text) for text in _texts([test]))
            for column, value in zip(lookup.values, row.values, strict=True):
                if isinstance(value, str):
                    yield column, value


def _decided(rulebook: Rulebook) -> Iterator[tuple[str, str]]:
    fields = rulebook.fields
    plain = {name for name, field in fields.items() if field.type in (FieldType.TEXT, FieldType.CODE)}
    plain = (plain | {QUEUE}) - {REASON}
    for table in rulebook.decisions.values():
        for output in (output for rule in table.rules for output in rule.outputs):
            if output.field in plain and "{" not in output.text:
                yield output.field, output.text


def _texts(tests: Iterable[UnaryTest]) -> tuple[str, ...]:
    """Give the texts that tests name outright; wildcards, ranges and sets are left out."""
    alone = (one for test in tests for one in (test.tests if isinstance(test, AnyOf) else (test,)))
    return tuple(show_value(one.value, FieldType.TEXT) for one in alone if isinstance(one, Equals))
