"""Who decides the conditions that Tekton's `when` can't hold: the task that makes their values, CEL, or one of its own.

A task that decides is a variant under a name of its own (`evaluate-1f2e3d4`), with a result for each condition and a
param for each threshold: the Task that others use stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

import attrs

from flowdsl.compiler.cel import cel_of
from flowdsl.compiler.hosts import OWN, Host
from flowdsl.compiler.own_scripts import deciding_step, own_step
from flowdsl.diagnostics import Collector
from flowdsl.ir.conditions import Cel, Expression, Fetched, fetched, tests
from flowdsl.ir.conditions import shown as in_words
from flowdsl.ir.nodes import Condition, Node, PipelineDef, TaskDef, image_with_python
from flowdsl.ir.options import TaskOptions
from flowdsl.ir.refs import argument_refs, result_refs, uses_status
from flowdsl.ir.types import SCALARS, Kind, TypeSpec
from flowdsl.kube.conventions import CEL, NAME_MOST

_DECIDE = "decide"
_SHOWN = 100
_ONE_TEXT = SCALARS | {Kind.JSON}


def with_decisions(pipeline: PipelineDef, alpha: frozenset[str], collector: Collector) -> PipelineDef:
    """The pipeline with a `when` expression of Tekton's for every condition; FLOW037 for what nothing can decide."""
    if any(node.pipeline is not None for node in pipeline.nodes):
        nodes = tuple(
            attrs.evolve(node, pipeline=with_decisions(node.pipeline, alpha, collector)) if node.pipeline else node
            for node in pipeline.nodes
        )
        pipeline = attrs.evolve(pipeline, nodes=nodes)
    if not any(condition.expression for node in pipeline.nodes for condition in node.when):
        return pipeline
    return _Deciding(pipeline, collector, cel=CEL in alpha).decided()


class _Deciding:
    """One pipeline's conditions, and who decides them."""

    def __init__(self, pipeline: PipelineDef, collector: Collector, *, cel: bool) -> None:
        self._pipeline = pipeline
        self._collector = collector
        self._cel = cel
        self._nodes = {node.name: node for node in pipeline.nodes}
        self._hosts: dict[str, Host] = {}
        self._alone: dict[frozenset[Expression], Host] = {}
        self._shown: dict[str, str] = {}

    def decided(self) -> PipelineDef:
        """The pipeline with all of them decided."""
        nodes: list[Node] = []
        for node in self._pipeline.nodes:
            known = len(self._alone)
            self._prepare(node)
            when = tuple(self._settled(node, condition) for condition in node.when)
            nodes += [host.node for host in list(self._alone.values())[known:]]
            nodes.append(attrs.evolve(node, when=when))
        shown = json.dumps(self._shown, ensure_ascii=False) if self._shown else ""
        return attrs.evolve(self._pipeline, nodes=tuple(map(self._hosting, nodes)), decided=shown)

    def _hosting(self, node: Node) -> Node:
        """A task as it is, or with what it decides."""
        # Not at the top: most pipelines have nothing to decide.
        from flowdsl.frontend.script.deciding import deciding, decision_script

        host = self._hosts.get(node.name)
        if host is None:
            return node
        fields, arguments = bool(host.fields), {**node.arguments, **host.arguments()}
        if (step := own_step(node.task)) is not None:
            made = host.task(node.task, "")
            step = deciding_step(step, node.task, made, deciding(step.script, fields=fields))
            made = attrs.evolve(made, options=attrs.evolve(made.options, steps=(step,)))
            return attrs.evolve(node, task=made, arguments=arguments)
        script = (
            deciding(node.task.script, fields=fields) if node.task.script else decision_script(_DECIDE, fields=fields)
        )
        return attrs.evolve(node, task=host.task(node.task, script), arguments=arguments)

    def _prepare(self, node: Node) -> None:
        """See to it that each of a task's conditions has somebody who decides it; one task for all that have nobody."""
        left: dict[Expression, None] = {}
        for condition in node.when:
            expression = condition.expression
            if expression is not None and not self._problem(expression) and not self._known(condition):
                left[expression] = None
        for decided in self._alone:
            if decided <= left.keys():
                left = {each: None for each in left if each not in decided}
        if left:
            self._alone[frozenset(left)] = self._for_it_alone(node, list(left))

    def _known(self, condition: Condition) -> bool:
        assert condition.expression is not None, "it is asked for what Tekton has no expression for"
        return self._host_of(condition.expression) is not None or bool(self._cel_of(condition))

    def _cel_of(self, condition: Condition) -> str:
        if not self._cel or condition.expression is None:
            return ""
        return cel_of(condition.expression, opposite=condition.opposite, ours=self._is_ours)

    def _settled(self, node: Node, condition: Condition) -> Condition:
        """The condition with a `when` expression of Tekton's."""
        expression = condition.expression
        if expression is None:
            return condition
        if problem := self._problem(expression):
            where = condition.location or node.location
            message = f"`{condition.shown}` can't be decided: {problem[0]}"
            self._collector.error("FLOW037", message, where, hint=problem[1])
            return Condition("", "in", ("true",), location=condition.location)
        host = self._host_of(expression)
        if host is None and (text := self._cel_of(condition)):
            return Condition(cel=text, location=condition.location, shown=condition.shown)
        if host is None:
            wanted = {each.expression for each in node.when}
            host = next(each for key, each in self._alone.items() if expression in key and key <= wanted)
        result = host.decide(expression)
        self._shown[f"{host.node.name}.{result}"] = in_words(expression)
        operator = "notin" if condition.opposite else "in"
        given = f"$(tasks.{host.node.name}.results.{result})"
        return attrs.evolve(condition, input=given, operator=operator, values=("true",), expression=None)

    def _problem(self, expression: Expression) -> tuple[str, str] | None:
        """Why nothing can decide it, and what to do."""
        if any(isinstance(test, Cel) for test in tests(expression)):
            return (
                "CEL is Tekton's to evaluate, the rest is not",
                "write all of it in CEL, or give them to when one by one",
            )
        texts = [each.text for each in fetched(expression)]
        if any(uses_status(text) for text in texts):
            hint = 'compare how tasks ended alone: `with when(status(a) == "Failed"):`; nested blocks join conditions'
            return "how tasks ended is known when nothing can start any more that decides", hint
        late = [name for name in self._producers(expression) if name in self._nodes and self._nodes[name].final]
        if late:
            return f"{late[0]!r} runs in finally, which nothing can wait for", "decide it in that task"
        return None

    def _producers(self, expression: Expression) -> list[str]:
        return list(dict.fromkeys(task for each in fetched(expression) for task, _ in result_refs(each.text)))

    def _is_ours(self, task: str) -> bool:
        """Whether our own code has written the task's results, as their types say."""
        node = self._nodes.get(task)
        return node is not None and bool(_own_results(node))

    def _host_of(self, expression: Expression) -> Host | None:
        """The task that knows all the values when it ends; None where there is none."""
        producers = self._producers(expression)
        for name in producers:
            node = self._nodes.get(name)
            own = _own_results(node) if node is not None and not node.mapped else {}
            if node is None or not _readable(fetched(expression), name, own):
                continue
            before = {task for task, _ in argument_refs(node)}
            if before.issuperset(other for other in producers if other != name):
                return self._hosts.setdefault(name, Host(node, own))
        return None

    def _for_it_alone(self, node: Node, expressions: list[Expression]) -> Host:
        """A task that only decides these."""
        name = self._free(f"{_DECIDE}-{node.name}"[:NAME_MOST].rstrip("-"))
        task = TaskDef(
            _DECIDE,
            node.location,
            display_name="Decides conditions",
            description="Whether the tasks that wait for it may run.",
            has_body=True,
            options=TaskOptions(image=image_with_python(self._pipeline.nodes), cpu="100m", memory="64Mi"),
        )
        shown = ", ".join(map(in_words, expressions))
        made = Node(
            name, task, node.location, display_name=shown if len(shown) <= _SHOWN else shown[: _SHOWN - 3] + "..."
        )
        self._nodes[name] = made
        self._hosts[name] = host = Host(made, {})
        return host

    def _free(self, name: str) -> str:
        number, wanted = 1, name
        while name in self._nodes:
            number += 1
            name = f"{wanted[: NAME_MOST - 4]}-{number}"
        return name


def _own_results(node: Node) -> dict[str, TypeSpec]:
    """The results that our part of the task's script writes, each as one text; none where the script isn't ours."""
    task = node.task
    ours = (task.has_body and not task.options.verbatim) or own_step(task) is not None
    if not ours or task.reference or node.pipeline or node.final:
        return {}
    return {each.name: each.type for each in task.results if not each.value and each.type.kind in _ONE_TEXT}


def _readable(values: Iterable[Fetched], name: str, own: dict[str, TypeSpec]) -> bool:
    """Whether a script can read all of the values: lists, and parts of its own results, it can't."""
    for each in values:
        if each.type.kind is Kind.ARRAY:
            return False
        for reference in _references(each.text, name):
            found = OWN.fullmatch(reference)
            if not found or found[2] not in own:
                return False
    return True


def _references(text: str, task: str) -> Iterator[str]:
    for found in re.finditer(r"\$\(tasks\.([^.()]+)\.[^()]*\)", text):
        if found[1] == task:
            yield found[0]
