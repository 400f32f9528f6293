"""Branches of any shape: in every run what takes `either(...)` is there once, with what plain Python would choose."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.conditions import Cel, Expression, Fetched, Junction, Known, Operand
from flowdsl.ir.nodes import Condition, Node, Text
from flowdsl.library.loading import load_pipeline

HEAD = """\
from flowdsl import *

@task(image="python:3.12-slim")
def make(text: str) -> str: return text

@task(image="python:3.12-slim")
def use(text: str, again: str = "") -> str: return text

@pipeline
def p(a: str = "x", b: str = "x", n: int = 1):
"""
TESTS = ['a == "x"', 'a != "x"', 'b == "y"', 'isin(a, "y", "z")', "n > 1", "n <= 1"]
SIMPLE = st.sampled_from(TESTS)
CONDITION = st.one_of(
    SIMPLE,
    st.builds("({}) & ({})".format, SIMPLE, SIMPLE),
    st.builds("({}) | ({})".format, SIMPLE, SIMPLE),
    st.builds("not_(({}) & ({}))".format, SIMPLE, SIMPLE),
)
WORLDS = [{"a": a, "b": b, "n": n} for a, b, n in itertools.product("xyzo", "xyo", (1, 2))]
World = Mapping[str, object]


@st.composite
def programs(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, list[str]]], bool]:
    """The lines, the values with the conditions under which they are made, as Python, and whether there is a default."""
    lines: list[str] = []
    made: list[tuple[str, list[str]]] = []

    def block(indent: str, outer: list[str], deep: bool) -> None:
        before: list[str] = []
        kinds = ["when", *(["elif_"] if draw(st.booleans()) else []), *(["otherwise"] if draw(st.booleans()) else [])]
        for kind in kinds:
            own = draw(CONDITION) if kind != "otherwise" else ""
            lines.append(f"{indent}with {kind}({own}):")
            held = [*outer, *(f"not ({each})" for each in before), *([own] if own else [])]
            before.append(own)
            name = f"v{len(made)}"
            lines.append(f'{indent}    {name} = use(make("{name}"))')
            made.append((name, held))
            if deep and draw(st.booleans()):
                block(indent + "    ", held, False)

    for _ in range(draw(st.integers(1, 2))):
        block("    ", [], True)
    order = draw(st.permutations(made))[: draw(st.integers(1, 3))]
    default = draw(st.booleans()) or len(order) == 1
    names = ", ".join([name for name, _ in order] + (['default="none"'] if default else []))
    lines.append(f"    x = either({names})")
    lines += ['    use.with_options(name="end")(x, again=x)', "    return x"]
    return lines, list(order), default


def by_python(condition: str, world: World) -> bool:
    text = condition.replace("not_(", "not (").replace("&", "and").replace("|", "or")
    text = text.replace('isin(a, "y", "z")', 'a in ("y", "z")')
    return bool(eval(text, {}, dict(world)))


def value_of(operand: Operand, world: World) -> object:
    if isinstance(operand, Known):
        return operand.value
    assert isinstance(operand, Fetched)
    return world[operand.text.removeprefix("$(params.").removesuffix(")")]


def truth(expression: Expression, world: World) -> bool:
    if isinstance(expression, Junction):
        parts = [truth(part, world) for part in expression.parts]
        return not parts[0] if expression.sign == "not" else (all if expression.sign == "and" else any)(parts)
    assert not isinstance(expression, Cel)
    first, *others = (value_of(part, world) for part in expression.parts)
    if expression.sign in ("in", "=="):
        return first in others
    return {">": first > others[0], "<=": first <= others[0]}[expression.sign]  # type: ignore[operator]


def holds(condition: Condition, world: World) -> bool:
    if condition.expression is not None:
        return truth(condition.expression, world) != condition.opposite
    text = str(world[condition.input.removeprefix("$(params.").removesuffix(")")])
    return (text in condition.values) == (condition.operator == "in")


def runs(node: Node, nodes: Mapping[str, Node], world: World) -> bool:
    """As Tekton has it: its own conditions, and every task that it takes a result of."""
    producers = [name for name in nodes if f"$(tasks.{name}.results" in str(node.arguments)]
    return all(holds(each, world) for each in node.when) and all(runs(nodes[each], nodes, world) for each in producers)


def traced_to(text: Text, nodes: Mapping[str, Node]) -> Text:
    """What a reference comes to, in the end."""
    while isinstance(text, str) and text.startswith("$(tasks."):
        given = nodes[text.split(".")[1]].arguments
        text = given["text"] if "text" in given else given["value"]
    return text


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs())
def test_the_value_is_what_python_chooses(program: tuple[list[str], list[tuple[str, list[str]]], bool]) -> None:
    lines, order, default = program
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "user.py"
        file.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
        made = load_pipeline(str(file))
        assert isinstance(made, Pipeline)
        traced = made.trace()

    def expected(world: World) -> str | None:
        there = (name for name, held in order if all(by_python(each, world) for each in held))
        return next(there, "none" if default else None)

    if traced.definition is None:
        codes = {each.code for each in traced.findings.items}
        assert codes <= {"FLOW052", "FLOW054"}, traced.findings.items
        # `n > 1` and `n <= 1` both fail for what is no number: only a person knows that there is none.
        numbers = any("n >" in each or "n <" in each for _, held in order for each in held)
        assert "FLOW054" in codes or numbers or any(expected(world) is None for world in WORLDS)
        return
    nodes = {node.name: node for node in traced.definition.nodes}
    ends = [node for name, node in nodes.items() if name == "end" or name.startswith("end-")]
    assert len(ends) <= 8
    for world in WORLDS:
        there = [node for node in ends if runs(node, nodes, world)]
        assert len(there) == 1, (lines, world)
        text = there[0].arguments["text"]
        assert there[0].arguments["again"] == text
        assert traced_to(text, nodes) == expected(world), (lines, world)
        values = [str(each.value) for each in traced.definition.results]
        given = [each for each in values if runs(nodes[each.split(".")[1]], nodes, world)]
        assert [traced_to(each, nodes) for each in given] == [expected(world)], (lines, world)
