"""Drools: the table as its executable model, which DRL and spreadsheet decision tables compile into.

Tests that are alike have one name, by which Drools shares them among rules. Java sources are compiled by
`javac` and run in a Java process of their own, which is told what to do line by line; batches of facts are
inserted, the rules fire, and the facts are taken back. Under First the topmost rule (by salience) takes the
fact away.
"""

import json
import subprocess
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import IO, cast

import pyarrow as pa

from codesheet.language.unary_tests import AnyOf, Blank, Equals, Interval, Not, NotBlank, UnaryTest, Wildcard
from contenders.wording import identifier, infix, number, prefix
from tasks import PlainRule, Task

PART = 20
RUNNER = Path(__file__).with_name("DroolsRows.java")


class Loaded:
    """A Java process with its rules, and the folder in which rows and answers pass."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        archive = next(Path(str(files("drools.jars"))).glob("*.jar"))
        classes = folder / "classes"
        sources = [str(folder / "Table.java"), str(RUNNER)]
        path = ["-cp", f"{archive}:{classes}"]
        subprocess.run(["javac", "-nowarn", "-d", str(classes), *path, *sources], check=True)  # noqa: S607
        self.process = subprocess.Popen(
            ["java", *path, "DroolsRows"],  # noqa: S607
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._wait_for("ready")

    def tell(self, what: str) -> None:
        """Tell the process what to do, and wait until it is done."""
        told = cast("IO[str]", self.process.stdin)
        told.write(f"{what}\n")
        told.flush()
        self._wait_for("done")

    def _wait_for(self, word: str) -> None:
        said = cast("IO[str]", self.process.stdout).readline().strip()
        if said != word:
            raise RuntimeError(f"Java says {said or 'nothing'}, not {word}")

    def __del__(self) -> None:
        """End the process: its input ends."""
        if hasattr(self, "process"):
            cast("IO[str]", self.process.stdin).close()
            self.process.wait()


def write(task: Task, folder: Path) -> Path:
    """Write the class of the facts and the rules."""
    (folder / "fields.json").write_text(json.dumps(list(task.fields)), encoding="utf-8")
    (folder / "Table.java").write_text(_source(task), encoding="utf-8")
    return folder


def load(rules: Path) -> Loaded:
    """Compile the rules, and start the process."""
    return Loaded(rules)


def processes(loaded: Loaded) -> list[int]:
    """Name the process that decides."""
    return [loaded.process.pid]


def prepare(loaded: Loaded, rows: pa.Table) -> None:
    """Let the process read the rows."""
    names = json.loads((loaded.folder / "fields.json").read_text(encoding="utf-8"))
    columns = [rows[name].cast(pa.string()).to_pylist() for name in names]
    file = loaded.folder / "rows.tsv"
    with file.open("w", encoding="utf-8") as stream:
        for row in zip(*columns, strict=True):
            stream.write("\t".join(value or "" for value in row) + "\n")
    loaded.tell(f"rows {file}")


def decide(loaded: Loaded, rows: None) -> None:
    """Decide all rows."""
    del rows
    loaded.tell("decide")


def answers(loaded: Loaded, given: None) -> list[str]:
    """Let the process write what it decided."""
    del given
    file = loaded.folder / "answers.txt"
    loaded.tell(f"answers {file}")
    return file.read_text(encoding="utf-8").splitlines()


def versions() -> str:
    """Name what ran."""
    return f"Drools as in drools-jpy {version('drools-jpy')}"


def _source(task: Task) -> str:
    """Write the facts' class, how a row becomes one, and the model.

    Rules stand in classes of a few, since Java bounds how large a class's code is.
    """
    names = [(identifier(field), kind.is_text) for field, kind in task.fields.items()]
    fields = "\n".join(f"        public {'String' if text else 'Double'} {name};" for name, text in names)
    values = "\n".join(
        f"        visit.{name} = cells[{place}].isEmpty() ? null : "
        + (f"cells[{place}];" if text else f"Double.valueOf(cells[{place}]);")
        for place, (name, text) in enumerate(names)
    )
    rules = [_rule(place, rule, task) for place, rule in enumerate(task.rules)]
    parts = "\n\n".join(
        f"    private static class Part{start} {{\n{chr(10).join(rules[start : start + PART])}\n    }}"
        for start in range(0, len(rules), PART)
    )
    added = "\n".join(
        f"        model.addRule(Part{place - place % PART}.rule{place}());" for place in range(len(rules))
    )
    return f"""import static org.drools.model.PatternDSL.*;

import org.drools.model.Index.ConstraintType;
import org.drools.model.Model;
import org.drools.model.Rule;
import org.drools.model.Variable;
import org.drools.model.impl.ModelImpl;

public class Table {{
    public static class Visit extends DroolsRows.Fact {{
{fields}
    }}

    public static Visit visit(String[] cells) {{
        Visit visit = new Visit();
{values}
        return visit;
    }}

{parts}

    public static Model model() {{
        ModelImpl model = new ModelImpl();
{added}
        return model;
    }}
}}
"""


def _rule(place: int, rule: PlainRule, task: Task) -> str:
    constraints = "".join(
        f"\n                .expr({json.dumps(_test(field, test))}, "
        f"x -> {_test('x.' + identifier(field), test)}"
        f"{_index(identifier(field), test, list(task.fields).index(field))})"
        for field, test in rule.conditions
    )
    say = f"x.say({place}, {_text(rule)});"
    then = f"(drools, x) -> {{ {say} drools.delete(x); }}" if task.first_only else f"x -> {say[:-1]}"
    salience = f".attribute(Rule.Attribute.SALIENCE, {-place})" if task.first_only else ""
    return f"""    private static Rule rule{place}() {{
        Variable<Visit> visit = declarationOf(Visit.class);
        return rule("rule {place}"){salience}.build(
            pattern(visit){constraints},
            on(visit).execute({then}));
    }}"""


def _index(name: str, test: UnaryTest, field: int) -> str:
    """Index what compares with one text, as Drools does for its own rules."""
    if not isinstance(test, Equals) or not isinstance(test.value, str):
        return ""
    constant = _constant(test.value)
    return (
        f", alphaIndexedBy(String.class, ConstraintType.EQUAL, {field}, x -> x.{name}, {constant})"
        f', reactOn("{name}")'
    )


def _test(value: str, test: UnaryTest) -> str:
    match test:
        case Equals(constant) if isinstance(constant, str):
            return f"{_constant(constant)}.equals({value})"
        case Equals(constant):
            return f"({value} != null && {value} == {_constant(constant)})"
        case AnyOf(parts):
            return f"({' || '.join(_test(value, part) for part in parts)})"
        case Not(inner):
            return f"({value} != null && !{_test(value, inner)})"
        case Wildcard(pattern):
            return f"({value} != null && {value}.startsWith({_constant(prefix(pattern))}))"
        case Interval(low, high, low_open, high_open):
            ends = [f"{value} {'>' if low_open else '>='} {number(low)}"] if low is not None else []
            ends += [f"{value} {'<' if high_open else '<='} {number(high)}"] if high is not None else []
            return f"({value} != null && {' && '.join(ends)})"
        case Blank():
            return f"{value} == null"
        case NotBlank():
            return f"{value} != null"
    raise NotImplementedError(test)


def _text(rule: PlainRule) -> str:
    if rule.units is None:
        return _constant(rule.code)
    units = infix(rule.units, lambda field: f"x.{identifier(field)}")
    units = units.replace("floor(", "DroolsRows.floor(")
    return f'"{rule.code} x " + (long) ({units})'


def _constant(value: str | float) -> str:
    return f"{number(value)}.0" if isinstance(value, float) else json.dumps(value)
