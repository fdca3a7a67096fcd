"""Cases that a table leaves open although it must answer."""

from collections.abc import Iterator

from codesheet.checks.coverage import Box, TooLarge, uncovered
from codesheet.checks.dimensions import Dimension, independent
from codesheet.checks.geometry import DATES, Geometry
from codesheet.issues import Issue, IssueCode
from codesheet.language.unary_test_printer import show_unary_test
from codesheet.language.unary_tests import Anything, Equals, Interval, NotBlank
from codesheet.language.values import FieldType, show_value
from codesheet.model import HitPolicy, Origin, Required, Result

_ONE_ANSWER = (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.PRIORITY)
_MOST_FOUND, _MOST_SHOWN = 60, 5


def gaps(geometry: Geometry) -> Iterator[Issue]:
    """Judge tables that set fields by one rule and do not say what happens if none matches.

    Tables of claim lines, changes and edits need not answer each row, nor do those that gather.
    """
    table = geometry.table
    if table.result is not Result.FIELDS or table.hit_policy not in _ONE_ANSWER or table.if_no_rule:
        return
    dimensions = geometry.dimensions
    domains = [_domain(geometry, dimension) for dimension in dimensions]
    open_fields = [d.name for d, (_, is_open) in zip(dimensions, domains, strict=True) if is_open]
    try:
        boxes = uncovered(geometry, [bits for bits, _ in domains], _MOST_FOUND)
    except TooLarge:
        facts = {"what": "what this table leaves open", "why": "its columns mix in too many ways"}
        yield IssueCode.NOT_JUDGED.issue(table.at, **facts)
        return
    boxes = [box for box in boxes if not _lapses(box, dimensions, open_fields)]
    sure = [box for box in boxes if independent(dimensions[place] for place, _ in box.bits)]
    if open_fields:
        values = f"other values of {' and '.join(open_fields)} than those written in the table"
        facts = {"what": f"what it says of {values}", "why": "nothing lists all values of that field"}
        yield IssueCode.NOT_JUDGED.issue(table.at, **facts)
    if len(sure) < len(boxes):
        facts = {
            "what": f"{len(boxes) - len(sure)} cases no rule takes",
            "why": "whether they occur depends on fields made of the same facts",
        }
        yield IssueCode.NOT_JUDGED.issue(table.at, **facts)
    if sure:
        yield _issue(geometry, sure)


def _lapses(box: Box, dimensions: list[Dimension], open_fields: list[str]) -> bool:
    """Say whether a case is a value of free text that the table names on other days: it may have lapsed."""
    names = {dimensions[place].name for place, _ in box.bits}
    return DATES in names and not names.isdisjoint(open_fields)


def _domain(geometry: Geometry, dimension: Dimension) -> tuple[int, bool]:
    """Give the classes a table must answer for, and whether the field may hold others.

    A missing fact must be answered for where it is lawfully blank (Required no); others are asked for.
    """
    if dimension.name == DATES:
        return _days(dimension), False
    if dimension.classes is None:
        return dimension.everything & ~1, False
    if all(cell.bits.sure == dimension.everything for cell in dimension.cells):
        return 1 << 1 if len(dimension.classes.classes) > 1 else 1, False
    bits, is_open = dimension.classes.domain
    field = geometry.rulebook.fields.get(dimension.name)
    lawful = (
        field is not None
        and field.origin is Origin.READ
        and field.required in (Required.NO, Required.OPTIONAL)
    )
    rest = 1 << (len(dimension.classes.classes) - 1)
    meant_whole = not is_open or any(cell.bits.sure & rest for cell in dimension.cells)
    bits |= 1 if lawful and meant_whole else 0
    guard = geometry.guard.get((dimension.name, ""))
    return (bits & guard.sure, is_open and bool(guard.sure & ~bits & ~1)) if guard else (bits, is_open)


def _days(dimension: Dimension) -> int:
    """Give the days from the first of any rule to the last of any."""
    used = 0
    for cell in dimension.cells:
        used |= cell.bits.sure
    if not used:
        return 0
    low = (used & -used).bit_length() - 1
    return ((1 << used.bit_length()) - 1) >> low << low


def _issue(geometry: Geometry, boxes: list[Box]) -> Issue:
    table = geometry.table
    count = f"{len(boxes)} cases" if len(boxes) > 1 else "one case"
    shown = [_described(geometry, box) for box in boxes[:_MOST_SHOWN]]
    more = f"; and {len(boxes) - _MOST_SHOWN} more" if len(boxes) > _MOST_SHOWN else ""
    facts = {"outputs": " and ".join(table.outputs), "count": count, "gaps": "; ".join(shown) + more}
    return IssueCode.GAP.issue(table.at, **facts).with_rows(_row(geometry, box) for box in boxes)


def _described(geometry: Geometry, box: Box) -> str:
    parts = []
    for place, bits in sorted(box.bits):
        dimension = geometry.dimensions[place]
        if dimension.name == DATES:
            first, last = _period(dimension, bits)
            parts.append(
                " ".join(p for p in (f"from {first}" if first else "", f"to {last}" if last else "") if p)
            )
        else:
            parts.append(f"{dimension.name} {_cell(geometry, dimension, bits)}")
    return ", ".join(parts) or "every row"


def _row(geometry: Geometry, box: Box) -> list[str]:
    """Give the cells of a row that would close a gap: the IF columns in sheet order, then FROM and TO."""
    narrowed = dict(box.bits)
    row = []
    for name in geometry.table.inputs:
        place = next(i for i, d in enumerate(geometry.dimensions) if d is geometry.dimension(name))
        bits = narrowed.get(place)
        row.append("" if bits is None else _cell(geometry, geometry.dimensions[place], bits))
    days = narrowed.get(len(geometry.dimensions) - 1)
    return [*row, *(_period(geometry.dates, days) if days is not None else ())]


def _cell(geometry: Geometry, dimension: Dimension, bits: int) -> str:
    if dimension.classes is None:
        return "compared otherwise"
    domain = _domain(geometry, dimension)[0]
    if bits == domain & ~1 and bits != domain:
        return show_unary_test(NotBlank(), dimension.kind)
    test = dimension.classes.test_of(bits)
    if isinstance(test, Interval) and test.low is not None and test.low <= 0 and test.high is not None:
        test = Interval(None, test.high, high_open=test.high_open)
    return "-" if isinstance(test, Anything) else show_unary_test(test, dimension.kind)


def _period(dimension: Dimension, bits: int) -> tuple[str, str]:
    if dimension.classes is None:
        return "", ""
    test = dimension.classes.test_of(bits)
    match test:
        case Interval(low, high):
            ends = low, high
        case Equals(float(day)):
            ends = day, day
        case _:
            ends = None, None
    first, last = ("" if end is None else show_value(end, FieldType.DATE) for end in ends)
    return first, last
