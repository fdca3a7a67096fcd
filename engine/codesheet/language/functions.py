"""The closed table of functions and aggregates that formulas may call: what each takes and gives."""

from dataclasses import dataclass

from codesheet.language.values import FieldType


@dataclass(frozen=True, slots=True)
class Parameter:
    """What an argument must be: one of some types, or (no types) the name of a value set."""

    types: frozenset[FieldType]
    words: str

    @property
    def is_set(self) -> bool:
        """Say whether the argument is the name of a value set."""
        return not self.types


NUMBER = Parameter(frozenset({FieldType.NUMBER, FieldType.WHOLE}), "a number")
TEXT = Parameter(frozenset({FieldType.TEXT, FieldType.CODE}), "text or a code")
LIST = Parameter(frozenset({FieldType.CODE_LIST}), "a code list")
CODES = Parameter(TEXT.types | LIST.types, "text, a code or a code list")
DATE = Parameter(frozenset({FieldType.DATE}), "a date")
TIME = Parameter(frozenset({FieldType.TIME}), "a time")
YES_NO = Parameter(frozenset({FieldType.YES_NO}), "a yes/no")
ORDERED = Parameter(NUMBER.types | DATE.types | TIME.types, "a number, a date or a time")
ANYTHING = Parameter(frozenset(FieldType), "a value")
COUNTED = Parameter(ANYTHING.types - YES_NO.types, "a value that is not yes/no")
VALUE_SET = Parameter(frozenset(), "a value set")


@dataclass(frozen=True, slots=True)
class Function:
    """One function: `required` of its parameters must be given; `result` None is the arguments' own type."""

    parameters: tuple[Parameter, ...]
    result: FieldType | None
    required: int
    repeats: bool = False

    def parameter(self, place: int) -> Parameter | None:
        """Give the parameter for an argument's place (from 0), None where there are too many."""
        if place < len(self.parameters):
            return self.parameters[place]
        return self.parameters[-1] if self.repeats else None

    @property
    def wanted(self) -> str:
        """Say what it takes: `a code list, a number`."""
        words = [parameter.words for parameter in self.parameters]
        optional = [f"perhaps {word}" for word in words[self.required :]]
        return ", ".join([*words[: self.required], *optional, *(["…"] if self.repeats else [])])


def _function(*parameters: Parameter, result: FieldType | None) -> Function:
    return Function(parameters, result, required=len(parameters))


FUNCTIONS: dict[str, Function] = {
    "ceiling": _function(NUMBER, result=FieldType.WHOLE),
    "floor": _function(NUMBER, result=FieldType.WHOLE),
    "round": Function((NUMBER, NUMBER), FieldType.NUMBER, required=1),
    "min": Function((NUMBER, NUMBER), None, required=2, repeats=True),
    "max": Function((NUMBER, NUMBER), None, required=2, repeats=True),
    "abs": _function(NUMBER, result=None),
    "number": _function(TEXT, result=FieldType.NUMBER),
    "days between": _function(DATE, DATE, result=FieldType.WHOLE),
    "minutes between": _function(TIME, TIME, result=FieldType.NUMBER),
    "length": _function(CODES, result=FieldType.WHOLE),
    "contains": _function(CODES, TEXT, result=FieldType.YES_NO),
    "starts with": _function(TEXT, TEXT, result=FieldType.YES_NO),
    "item": _function(LIST, NUMBER, result=FieldType.CODE),
    "join": _function(LIST, TEXT, result=FieldType.TEXT),
    "only": _function(CODES, VALUE_SET, result=FieldType.CODE_LIST),
    "positions": _function(CODES, LIST, result=FieldType.CODE_LIST),
}
"""Functions of the values of one row. `minutes between` is missing where the second time is the earlier:
whether that is past midnight nobody can know."""

AGGREGATES: dict[str, Function] = {
    "sum": _function(NUMBER, result=None),
    "count": Function((COUNTED,), FieldType.WHOLE, required=0),
    "min": _function(ORDERED, result=None),
    "max": _function(ORDERED, result=None),
    "any": _function(YES_NO, result=FieldType.YES_NO),
    "all": _function(YES_NO, result=FieldType.YES_NO),
    "first": _function(ANYTHING, result=None),
    "rank": _function(ORDERED, result=FieldType.WHOLE),
    "previous": _function(ANYTHING, result=None),
    "list": _function(ANYTHING, result=FieldType.CODE_LIST),
}
"""Functions over the rows of a Per group; each may end in `where …`."""
