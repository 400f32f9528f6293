"""A task that decides conditions: what it knows them by, the params it takes for them, the results that tell them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

import attrs

from flowdsl.decide.wire import GIVEN, NO_ELEMENTS, Decision, Json, written, written_fields
from flowdsl.ir.conditions import Cel, Expression, Fetched, Formula, Known, Operand, Test, mapped
from flowdsl.ir.conditions import shown as in_words
from flowdsl.ir.nodes import Node, ParamDecl, ResultDecl, TaskDef, Text
from flowdsl.ir.refs import result_refs
from flowdsl.ir.types import BOOLEAN, FLOAT, INTEGER, STRING, Kind, TypeSpec
from flowdsl.ir.variables import RESULT, variable
from flowdsl.kube.conventions import DECIDED, FILLED, NAME_MOST

OWN = re.compile(r"\$\(tasks\.([^.()]+)\.results\.([^()\[.]+)\)")
"""A whole result of a task."""
_LIST = TypeSpec(Kind.ARRAY, "list[str]", item=STRING)
_KINDS = {Kind.INTEGER: "int", Kind.FLOAT: "float", Kind.BOOLEAN: "bool"}
_DIGEST = 7


@attrs.define
class Host:
    """A task that decides: what it gets to know beside its own results, and what it tells."""

    node: Node
    own: Mapping[str, TypeSpec]
    given: dict[str, str] = attrs.field(factory=dict)
    lists: set[str] = attrs.field(factory=set)
    decisions: list[Decision] = attrs.field(factory=list)
    names: dict[Expression, str] = attrs.field(factory=dict)
    fields: dict[tuple[str, tuple[str | int, ...]], str] = attrs.field(factory=dict)

    def decide(self, expression: Expression) -> str:
        """The result that says whether it holds."""
        if expression not in self.names:
            carried = mapped(expression, self._carried)
            some = isinstance(expression, Test) and expression.sign == "some"
            self.names[expression] = name = self._name(FILLED if some else DECIDED)
            self.decisions.append(Decision(name, in_words(carried), _json(carried)))
        return self.names[expression]

    def _name(self, beginning: str) -> str:
        taken = {variable(RESULT, each.name) for each in self.node.task.results}
        taken |= {variable(RESULT, each.name) for each in self.decisions}
        number = 1
        while variable(RESULT, f"{beginning}{number}") in taken:
            number += 1
        return f"{beginning}{number}"

    def _carried(self, operand: Known | Fetched) -> Operand:
        """An operand as the task's own script knows it: a result of its own, or a param."""
        if isinstance(operand, Known):
            if isinstance(operand.value, (str, bool)):
                return operand
            kind = INTEGER if isinstance(operand.value, int) else FLOAT
            name = self._param(repr(operand.value), kind)
            return Fetched(f"param.{name}", kind, name.removeprefix("flowdsl-"))
        own = OWN.fullmatch(operand.text)
        if own and own[1] == self.node.name and own[2] in self.own:
            label = operand.label.partition(".")[2] if operand.path else own[2]
            return self._inside(f"result.{own[2]}", operand, label)
        if any(task == self.node.name for task, _ in result_refs(operand.text)):
            return self._joined(operand.text)
        kind = STRING if operand.path else operand.type
        return self._inside(f"param.{self._param(operand.text, kind)}", operand, operand.label)

    def _inside(self, name: str, operand: Fetched, label: str) -> Operand:
        """A value by its name, or a field of it by a name of its own."""
        if operand.path:
            name = self.fields.setdefault((name, operand.path), f"field.{len(self.fields) + 1}")
        return Fetched(name, operand.type, label)

    def _joined(self, text: str) -> Operand:
        """Text around results of the task and other values."""
        parts: list[Operand] = []
        for piece in re.split(r"(\$\([^()]*\))", text):
            if piece:
                known = not piece.startswith("$(")
                parts.append(Known(piece) if known else self._carried(Fetched(piece, STRING, piece[2:-1])))
        return Formula("join", tuple(parts))

    def _param(self, text: str, kind: TypeSpec) -> str:
        name = self.given.setdefault(text, f"{GIVEN}{len(self.given) + 1}")
        if kind.kind is Kind.ARRAY:
            self.lists.add(name)
        return name

    def arguments(self) -> dict[str, Text]:
        """What the task is given to decide by."""
        return {name: (text,) if name in self.lists else text for text, name in self.given.items()}

    def task(self, task: TaskDef, script: str) -> TaskDef:
        """The variant of its task that decides."""
        params = tuple(
            ParamDecl(name, _LIST if name in self.lists else STRING, task.location, description="A condition's value.")
            for name in self.given.values()
        )
        results = tuple(ResultDecl(each.name, BOOLEAN, description=each.shown) for each in self.decisions)
        text = written(self.decisions)
        fields = written_fields({name: at for at, name in self.fields.items()})
        takes = [[each.name, each.type.tekton] for each in params]
        # Not of its script: an edit of the task is to show as one, not as another Task.
        content = json.dumps([task.name, text, takes, *([fields] if fields else ())])
        digest = hashlib.sha256(content.encode()).hexdigest()[:_DIGEST]
        return attrs.evolve(
            task,
            name=f"{task.name[: NAME_MOST - _DIGEST - 1].rstrip('-')}-{digest}",
            params=(*task.params, *params),
            results=(*task.results, *results),
            script=script,
            decisions=text,
            decided_fields=fields,
            shared=task.name,
        )


def _json(expression: Expression) -> Json:
    """A condition as `flowdsl.decide.wire` has it."""
    assert not isinstance(expression, Cel), "CEL is Tekton's to evaluate"
    parts = [
        _json(part) if not isinstance(part, (Known, Fetched, Formula)) else _operand(part) for part in expression.parts
    ]
    if expression.sign == "some":
        return ["not", ["in", *parts, NO_ELEMENTS]]
    return [expression.sign, *parts]


def _operand(operand: Operand) -> Json:
    if isinstance(operand, Known):
        return ["is", operand.value]
    if isinstance(operand, Formula):
        return [operand.sign, *map(_operand, operand.parts)]
    item = operand.type.item if operand.type.kind is Kind.ARRAY and operand.type.item is not None else None
    kind = _KINDS.get((item or operand.type).kind, "text")
    return ["value", operand.text, f"list {kind}" if item is not None else kind, operand.label]
