"""IF cells of every form, and the conditions of Only when and Applies to."""

from collections.abc import Callable

from random_rulebooks.draft import Draft
from random_rulebooks.pools import ORDERED, Known

OPERATORS = (">=", ">", "<", "<=", "<>", "≥", "≤", "≠")


def quoted(value: str) -> str:
    """Write a value as a cell must: in quotes where it holds a comma."""
    return f'"{value}"' if "," in value else value


def if_cell(draft: Draft, known: Known, *, lines: bool = False, blank: int = 35) -> str:
    """Draw an IF cell for a field, blank in so many of a hundred cases."""
    if draft.chance(blank):
        return draft.pick(["", "", "", "-", "any"])
    return draft.pick(_forms(draft, known, lines=lines))()


Form = Callable[[], str]


def _forms(draft: Draft, known: Known, *, lines: bool) -> list[Form]:
    def value() -> str:
        return quoted(draft.pick(known.values))

    def listed() -> str:
        return ", ".join(map(quoted, draft.some(known.values, 2, 3)))

    forms: list[Form] = [
        value,
        value,
        lambda: f"{value()}, is blank",
        lambda: draft.pick(["is blank", "is not blank"]),
    ]
    if known.type == "yes/no":
        return [*forms, lambda: draft.pick(["Y", "n", "<> yes"])]
    forms += [
        listed,
        listed,
        lambda: "\\n".join(map(quoted, draft.some(known.values, 2, 3))),
        lambda: f"not {listed()}",
        lambda: f"not {value()}",
        lambda: f"<> {value()}",
    ]
    if known.is_textual:
        forms += _of_text(draft, known, value)
    else:
        forms += _of_numbers(draft, known, value)
    others = _comparable(draft, known, lines=lines)
    if others:
        forms.append(lambda: _compared(draft, known, others))
    return forms


def _of_text(draft: Draft, known: Known, value: Form) -> list[Form]:
    forms = [lambda: wildcard(draft, known), lambda: f"not {wildcard(draft, known)}"]
    if known.ranges:
        forms += 2 * [lambda: draft.pick(known.ranges)]
        forms += [
            lambda: f"not {draft.pick(known.ranges)}",
            lambda: f"{value()}, {draft.pick(known.ranges)}",
        ]
    if draft.sets:
        forms += 2 * [lambda: f"in {draft.pick(draft.sets)}"]
        forms += [
            lambda: f"not in {draft.pick(draft.sets)}",
            lambda: f"{value()}, in {draft.sets[0]}",
        ]
    return forms


def _of_numbers(draft: Draft, known: Known, value: Form) -> list[Form]:
    return [
        *3 * [lambda: f"{draft.pick(OPERATORS)} {value()}"],
        *2 * [lambda: interval(draft, known)],
        lambda: f"not {interval(draft, known)}",
        lambda: f"{value()}, {draft.pick(OPERATORS[:4])} {value()}",
        lambda: f"{interval(draft, known)}, is blank",
    ]


def wildcard(draft: Draft, known: Known) -> str:
    """Write a value with stars or question marks in it."""
    value = draft.pick([value for value in known.values if "," not in value])
    if len(value) < 2:
        return f"{value}*"
    return draft.pick([f"{value[:2]}*", f"*{value[-2:]}", f"{value[0]}?{value[2:]}", f"*{value[1]}*"])


def interval(draft: Draft, known: Known) -> str:
    """Write a range in one of its forms."""
    low, high = sorted(draft.some(known.values, 2, 2), key=_ascending)
    forms = ("{}..{}", "[{}..{}]", "[{}..{})", "({}..{}]", "({}..{})", "{} to {}")
    return draft.pick(forms).format(low, high)


def _ascending(value: str) -> tuple[float, str]:
    try:
        return float(value), ""
    except ValueError:
        return 0.0, value


def _comparable(draft: Draft, known: Known, *, lines: bool) -> list[str]:
    kinds = {"text": ("text", "code"), "code": ("text", "code"), "code list": ()}
    kinds |= {"number": ("number", "whole number"), "whole number": ("number", "whole number")}
    allowed = kinds.get(known.type, (known.type,))
    return [other.name for other in draft.of_types(*allowed, lines=lines) if other.name != known.name]


def _compared(draft: Draft, known: Known, others: list[str]) -> str:
    operators = OPERATORS if known.type in ORDERED else ("<>", "≠")
    text = f"{draft.pick(operators)} {{{draft.pick(others)}}}"
    if draft.chance(25):
        return f"{text}, is blank"
    # A cell that begins with = would be a formula of Excel's; behind another test it is not.
    return f"{quoted(known.values[0])}, = {{{draft.pick(others)}}}" if draft.chance(25) else text


# --- conditions: Only when, Applies to -------------------------------------------------------------------


def condition(draft: Draft, known: Known) -> str:
    """Draw one term: a field, and what is said of it."""
    value = quoted(draft.pick(known.values))
    forms = [f"{known.name} = {value}", f"{known.name} <> {value}", f"{known.name} is not blank"]
    if known.type == "yes/no":
        return draft.pick([*forms, f"{known.name} is blank"])
    listed = ", ".join(map(quoted, draft.some(known.values, 2, 3)))
    forms += [f"{known.name} = {listed}", f"{known.name} in {listed}", f"{known.name} not {listed}"]
    if known.type in ORDERED:
        forms += [f"{known.name} {draft.pick(OPERATORS)} {value}"]
    elif draft.sets:
        forms += [f"{known.name} {draft.pick(['in', 'not in'])} {draft.pick(draft.sets)}"]
    return draft.pick(forms)


def conditions(draft: Draft, options: list[Known], most: int) -> str:
    """Draw one term or several, joined by semicolons."""
    return "; ".join(condition(draft, known) for known in draft.some(options, 1, most))
