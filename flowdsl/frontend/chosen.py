"""Values of the branch that ran as results of the pipeline.

Tekton leaves out a result whose task was skipped (ApplyTaskResultsToPipelineResults in
pkg/reconciler/pipelinerun/resources/apply.go of v1.15.0), and does not ask that results have names of their own
(validatePipelineResults in pkg/apis/pipeline/v1/pipeline_validation.go; the list is atomic). So such a result is there
once for each branch, under one name: a run has the one whose branch ran. What says by itself nothing of the branch (a
default, a value that counts only where another is not there) goes through a small task that runs just then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import attrs

from flowdsl.diagnostics import Location
from flowdsl.frontend.arguments import Binder
from flowdsl.frontend.choices import guard_of_text, ways
from flowdsl.frontend.guards import Guard, possible, together, without
from flowdsl.frontend.naming import kube_name
from flowdsl.frontend.opaque import Opaque
from flowdsl.frontend.proxies import FileValue, Reference
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.result_values import as_result, composed
from flowdsl.frontend.script.choosing import VALUE, carried, choosing_script, given_as
from flowdsl.frontend.trace import Trace
from flowdsl.ir.nodes import Node, ParamDecl, ResultDecl, TaskDef, Text, image_with_python
from flowdsl.ir.options import TaskOptions
from flowdsl.ir.refs import result_refs, uses_status
from flowdsl.ir.types import STRING, Kind, TypeSpec
from flowdsl.kube.conventions import GIVES_BACK

_DIGEST = 7
_OPTIONS = frozenset({"image", "cpu", "memory"})


def chosen(name: str, value: object, trace: Trace, location: Location) -> list[tuple[Text, TypeSpec]]:
    """The values of one result of the pipeline, one for each way in which the choices in it come out; none without.

    Of these at most one is there in a run. What needs a task gets one.
    """
    found = ways(value, ())
    spec = next((each for given, _ in found if (each := _type(given)) is not None), STRING)
    made = []
    for given, guard in found:
        read = as_result(given)
        there = guard_of_text(trace, read[0]) if read is not None else ()
        if not possible(together(guard, there), trace.nodes):
            continue
        if read is not None and any(True for _ in result_refs(read[0])) and not without(guard, there):
            made.append(read)
        else:
            node = _node(name, given, spec, guard, trace, location)
            kind = STRING if spec.kind in (Kind.FILE, Kind.DIRECTORY) else spec
            many = kind.kind in (Kind.ARRAY, Kind.OBJECT)
            made.append((f"$(tasks.{node}.results.{VALUE}{'[*]' if many else ''})", kind))
    return made


def _type(value: object) -> TypeSpec | None:
    meant = value._meant("returning it") if isinstance(value, Opaque) else value
    if isinstance(meant, (Reference, FileValue)):
        return meant._type
    read = composed(meant)
    return read[1] if read is not None else None


def _node(name: str, given: object, spec: TypeSpec, guard: Guard, trace: Trace, location: Location) -> str:
    """Adds the task that gives back a value where its guard holds; its name."""
    task = _task(spec, trace, location)
    beginning, shown = GIVES_BACK
    node = trace.name_for(kube_name(f"{beginning}{name}"), location, explicit=False)
    read, takes = composed(given), given_as(spec)
    if read is not None:
        arguments: Mapping[str, Text] = {takes: read[0]}
        binder = Binder(task, node, trace.collector, location)
    else:
        binder = Binder(attrs.evolve(task, params=(ParamDecl(takes, spec, location),)), node, trace.collector, location)
        binder.bind({takes: given})
        arguments = binder.arguments
    sources = [source for text in arguments.values() for source, _ in result_refs(text)]
    if any(trace.nodes[source].final for source in sources if source in trace.nodes):
        hint = "return a result for each branch; or choose it in a task"
        refuse("FLOW053", f"the pipeline's result {name!r} chooses what tasks of on_finish give", hint)
    trace.nodes[node] = Node(
        node,
        task,
        location,
        arguments,
        binder.bindings,
        when=guard,
        final=any(uses_status(text) for each in guard for text in (each.input, *each.values, each.cel)),
        display_name=f"{shown}{name}",
    )
    return node


def _task(spec: TypeSpec, trace: Trace, location: Location) -> TaskDef:
    """The task for values of a type, the same for all of a pipeline."""
    kind = carried(spec)
    script = choosing_script(kind)
    name = f"choose-{hashlib.sha256(script.encode()).hexdigest()[:_DIGEST]}"
    for node in trace.nodes.values():
        if node.task.name == name:
            return node.task
    image = image_with_python(trace.nodes.values())
    return TaskDef(
        name,
        location,
        (ParamDecl(given_as(kind), kind, location),),
        (ResultDecl(VALUE, kind),),
        display_name="Chooses a value",
        description="Gives back the value of the branch that ran.",
        has_body=True,
        script=script,
        options=TaskOptions(image=image, cpu="100m", memory="64Mi"),
        given=_OPTIONS if image else _OPTIONS - {"image"},
    )
