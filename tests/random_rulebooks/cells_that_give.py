"""Formulas of the Fields sheet and THEN cells, by the type of what they give."""

from collections.abc import Callable, Sequence

from random_rulebooks.cells_that_test import quoted
from random_rulebooks.draft import Draft
from random_rulebooks.pools import NUMERIC, Known

Form = Callable[[], str]

_DEEPEST = 2


class Formulas:
    """Draws formulas that read some fields; with `per`, aggregates too."""

    def __init__(self, draft: Draft, reads: Sequence[Known], *, per: bool = False) -> None:
        self._draft = draft
        self._reads = reads
        self._per = per

    def of(self, kind: str, depth: int = 0) -> str:
        """Draw a formula of a type."""
        plain = [*self._plain(kind), *self._of_lists(kind)]
        if depth == _DEEPEST:
            return self._draft.pick(plain)()
        forms = [*self._by_type(kind, depth + 1), *self._joined(kind, depth + 1)]
        forms += self._aggregates(kind, depth + 1) if self._per else []
        return self._draft.pick(forms if self._draft.chance(70 if depth == 0 else 45) else plain)()

    def aggregate(self, kind: str) -> str:
        """Draw a formula that is an aggregate, where there is one of that type."""
        forms = self._aggregates(kind, 1)
        return self._draft.pick(forms)() if forms else self.of(kind)

    def _named(self, *kinds: str) -> list[str]:
        return [known.name for known in self._reads if known.type in kinds]

    def _plain(self, kind: str) -> list[Form]:
        draft = self._draft
        kinds = {"number": NUMERIC, "text": ("text", "code"), "code": ("code", "text")}.get(kind, (kind,))
        names = self._named(*kinds)
        forms: list[Form] = 3 * [lambda: draft.pick(names)] if names else []
        literals = {
            "number": ("1", "0", "2.5", "10"),
            "whole number": ("1", "0", "2", "15"),
            "text": ('"Acme"', '"shot"', '"none"'),
            "code": ('"J1000"', '"T1"'),
            "yes/no": ("yes", "no"),
            "date": ("2026-01-01", "2026-06-30"),
            "time": ("9:00", "23:30"),
        }
        if kind in literals:
            forms.append(lambda: draft.pick(literals[kind]))
        if kind == "code list" and draft.sets and names:
            forms.append(lambda: f'only({draft.pick(names)}, "{draft.pick(draft.sets)}")')
        return forms or [lambda: '"T1"']  # no list can be read: a list of one code

    def _joined(self, kind: str, depth: int) -> list[Form]:
        def choice() -> str:
            return f"(if {self.of('yes/no', depth)} then {self.of(kind, depth)} else {self.of(kind, depth)})"

        return [lambda: f"({self.of(kind, depth)} or else {self.of(kind, depth)})", choice]

    def _by_type(self, kind: str, depth: int) -> list[Form]:
        match kind:
            case "number" | "whole number":
                return self._numbers(kind, depth)
            case "yes/no":
                return self._truths(depth)
            case _:
                return []

    def _of_lists(self, kind: str) -> list[Form]:
        draft, lists = self._draft, self._named("code list")
        if not lists:
            return []
        match kind:
            case "text":
                return [lambda: f'join({draft.pick(lists)}, "-")']
            case "code":
                return [lambda: f"item({draft.pick(lists)}, {draft.pick((1, 2))})"]
            case "code list":
                codes = self._named("code", "code list")
                return [lambda: f"positions({draft.pick(codes)}, {draft.pick(lists)})"]
            case _:
                return []

    def _numbers(self, kind: str, depth: int) -> list[Form]:
        draft = self._draft

        def pair(operator: str) -> str:
            return f"({self.of(kind, depth)} {operator} {self.of(kind, depth)})"

        def several() -> str:
            return f"{draft.pick(('min', 'max'))}({self.of(kind, depth)}, {self.of(kind, depth)})"

        forms: list[Form] = [
            lambda: pair("+"),
            lambda: pair("-"),
            lambda: pair("*"),
            lambda: pair("/"),
            lambda: f"{draft.pick(('ceiling', 'floor'))}({self.of('number', depth)})",
            several,
            lambda: f"abs({self.of(kind, depth)})",
            lambda: f"-{self.of(kind, depth)}",
        ]
        if kind == "number":
            forms.append(lambda: f"round({self.of('number', depth)}, 1)")
            forms.append(lambda: f"number({self.of('text', depth)})")
        if texts := self._named("text", "code", "code list"):
            forms.append(lambda: f"length({draft.pick(texts)})")
        if len(dates := self._named("date")) > 1:
            forms.append(lambda: f"days between({draft.pick(dates)}, {draft.pick(dates)})")
        if times := self._named("time"):
            forms += 2 * [lambda: f"minutes between({draft.pick(times)}, {draft.pick(times)})"]
        return forms

    def _truths(self, depth: int) -> list[Form]:
        draft = self._draft
        names = [known.name for known in self._reads]

        def compared(kind: str, operators: Sequence[str]) -> str:
            return f"{self.of(kind, depth)} {draft.pick(operators)} {self.of(kind, depth)}"

        forms: list[Form] = [
            lambda: compared("number", (">=", "=", "<", "<>")),
            lambda: compared("text", ("=", "<>")),
            lambda: f"({self.of('yes/no', depth)} and {self.of('yes/no', depth)})",
            lambda: f"({self.of('yes/no', depth)} or {self.of('yes/no', depth)})",
            lambda: f"not ({self.of('yes/no', depth)})",
            lambda: f"{draft.pick(names)} {draft.pick(('is blank', 'is not blank'))}",
            lambda: f'starts with({self.of("text", depth)}, "{draft.pick(("A", "sh", "j1"))}")',
        ]
        # A comparison inside another would be a chain; parentheses part them.
        forms = [lambda form=form: f"({form()})" for form in forms]  # type: ignore[misc]
        if lists := self._named("code list"):
            forms.append(lambda: f"contains({draft.pick(lists)}, {self.of('text', depth)})")
        if dates := self._named("date"):
            forms.append(lambda: f'({draft.pick(dates)} >= "{draft.pick(("2026-01-01", "2026-06-30"))}")')
        if draft.sets:
            in_or_not = ("in", "not in")
            forms.append(
                lambda: f'({self.of("text", depth)} {draft.pick(in_or_not)} "{draft.pick(draft.sets)}")'
            )
        return forms

    def _aggregates(self, kind: str, depth: int) -> list[Form]:
        draft = self._draft
        names = self._named(*(NUMERIC if kind == "number" else (kind,)))

        def where() -> str:
            return f" where {self.of('yes/no', depth)}" if draft.chance(50) else ""

        def over(words: Sequence[str], operands: Sequence[str]) -> Form:
            return lambda: f"{draft.pick(words)}({draft.pick(operands)}{where()})"

        forms: list[Form] = []
        if names and kind in ("number", "whole number"):
            forms += 3 * [over(("sum", "min", "max"), names)]
        if names and kind in ("date", "time"):
            forms += 2 * [over(("min", "max"), names)]
        if names and kind not in ("code list", "yes/no"):
            forms += 2 * [over(("first", "previous"), names)]
        if kind in ("number", "whole number"):
            ranked = self._named("number", "whole number", "date", "time")
            counted = [known.name for known in self._reads if known.type != "yes/no"]
            forms += [over(("rank",), ranked)] if ranked else []
            forms += [over(("count",), counted), lambda: f"count({where().strip()})"]
        if kind == "yes/no":
            forms += 2 * [
                lambda: f"{draft.pick(('any', 'all'))}({self.of('yes/no', depth)}{where()})",
            ]
        if kind == "code list":
            listed = self._named("text", "code", "whole number", "code list")
            forms += 3 * [over(("list",), listed)] if listed else []
        return forms


def then_cell(draft: Draft, known: Known, reads: Sequence[Known], *, blank: int = 15) -> str:
    """Draw a THEN cell that sets a field: a value, a formula, `none`, or nothing."""
    if draft.chance(blank):
        return draft.pick(["", "", "none"])
    value = quoted(draft.pick([known.values[0], *known.values]))  # rules agree now and then
    if known.type == "code list":
        value = ", ".join(draft.some(known.values, 1, 3))
    if known.type in ("number", "whole number"):
        plain = draft.pick(["1", "2", "0"] if known.type == "whole number" else ["1", "2.5", "10"])
        return Formulas(draft, reads).of(known.type) if draft.chance(40) else plain
    if not draft.chance(35) or not reads:
        return value
    if known.type not in ("text", "code", "code list"):
        return Formulas(draft, reads).of(known.type)
    return with_braces(draft, known, reads, value)


def with_braces(draft: Draft, known: Known, reads: Sequence[Known], value: str) -> str:
    """Draw text that takes in fields."""
    codes = [f"{{{read.name}}}" for read in reads if read.type in ("text", "code")]
    lists = [f"{{{read.name}}}" for read in reads if read.type == "code list"]
    if draft.chance(35):
        return f"{{{Formulas(draft, reads).of(known.type)}}}"
    if known.type == "code list":
        return ", ".join(draft.some([value, *codes, *lists], 1, 3))
    if known.type == "code":
        return draft.pick([value, *codes])
    return draft.pick([message(draft, reads), *codes])


def message(draft: Draft, reads: Sequence[Known], words: str = "said") -> str:
    """Draw a text for people: plain, or with fields in it."""
    names = [f"{{{known.name}}}" for known in draft.some(reads, 0, 2)]
    return " ".join([words, *names])
