"""`@task`: a function that is a plain function outside a pipeline and a node inside one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, NoReturn, ParamSpec, TypeVar, cast, overload

import attrs

from flowdsl.diagnostics import Collector, Location
from flowdsl.frontend import places
from flowdsl.frontend.arguments import Binder, by_name
from flowdsl.frontend.call_options import AS_DECLARED, CallOptions, use_options
from flowdsl.frontend.choices import Alternative, Choice, ways
from flowdsl.frontend.encode import Mismatch, encode_scalar
from flowdsl.frontend.fanned import asks_to_run, filled, with_empty
from flowdsl.frontend.guards import Guard, together
from flowdsl.frontend.handles import NodeHandle, surely_none
from flowdsl.frontend.opaque import Opaque, Told, holds_told, named
from flowdsl.frontend.parameters import without_receiver
from flowdsl.frontend.proxies import Reference
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.shown import runs
from flowdsl.frontend.trace import CURRENT, Trace
from flowdsl.frontend.unrolled import Runs, before, limit_of, single_calls
from flowdsl.frontend.uses import use_of
from flowdsl.ir.nodes import Node, TaskDef
from flowdsl.ir.options import Build, OnError
from flowdsl.ir.types import NOTHING, TypeSpec
from flowdsl.ir.volumes import EnvValue

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)


def _included(value: object, spec: TypeSpec) -> str:
    """The text of one value of an `include`. Raises Mismatch."""
    meant = value._meant("giving it to include") if isinstance(value, Opaque) else value
    if not isinstance(meant, Opaque):
        return encode_scalar(meant, spec)
    if not isinstance(meant, Reference):
        raise Mismatch(f"expected {spec}, got {named(meant)}")
    return str(meant)


def _combinations(value: object) -> list[Mapping[str, object]]:
    """What `map` is given for single combinations; FLOW002 where it is no list of dicts."""
    if value is None:
        return []
    if not isinstance(value, (list, tuple)) or not all(isinstance(each, Mapping) for each in value):
        refuse("FLOW002", f"include= of map takes a list of dicts, got {value!r}", 'write include=[{"name": "value"}]')
    return list(value)


def _that_run(trace: Trace, made: list[Alternative]) -> list[Alternative]:
    """Without fan-outs that have an empty list in the way that they are for: Tekton skips those in every run."""
    idle = [
        each.value for each in made if isinstance(each.value, NodeHandle) and not all(each.value._node.matrix.values())
    ]
    if len(idle) == len(made):
        return made
    for handle in idle:
        del trace.nodes[handle._node.name]
    return [each for each in made if not any(each.value is handle for handle in idle)]


def _with_options(self: Task[P, R_co], /, **options: object) -> Task[P, R_co]:
    call, asked = use_options(options, self._call)
    definition = use_of(self.definition, asked, self.problems) if asked else self.definition
    return Task(self.function, definition, self._order, self.problems, call)


class Task(Generic[P, R_co]):
    """A task. `definition` is its contract; `problems` what was found wrong with it at the decorator."""

    def __init__(
        self,
        function: Callable[P, R_co],
        definition: TaskDef,
        order: tuple[str, ...],
        problems: Collector,
        call: CallOptions | None = None,
    ) -> None:
        self.function = function
        self.definition = definition
        self.problems = problems
        self._order = order
        self._call = call or AS_DECLARED
        functools.update_wrapper(self, function)

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Run the plain function, or, inside a pipeline, add a node and give back its handle."""
        trace = CURRENT.get()
        if trace is None:
            return cast("Callable[P, R_co]", self.definition.called or self.function)(*args, **kwargs)
        return self._node(trace, args, kwargs, fan_out=False)  # type: ignore[return-value]

    @overload
    def with_options(
        self,
        *,
        name: str = "",
        retries: int | None = None,
        timeout: str = "",
        on_error: OnError = "",
        display_name: str = "",
        after: object = (),
        when: bool | Sequence[bool] = (),
        image: str = "",
        cpu: str = "",
        memory: str = "",
        gpu: int | None = None,
        gpu_resource: str = "",
        env: Mapping[str, EnvValue] = NOTHING,
        node_selector: Mapping[str, str] = NOTHING,
        tolerations: Sequence[Mapping[str, object]] = (),
        service_account: str = "",
        requires: list[str] | tuple[str, ...] = (),
        packages: str | list[str] | tuple[str, ...] = (),
        packages_cache: str = "",
        packages_image: str | Build = "",
        apt: list[str] | tuple[str, ...] = (),
        python: str = "",
        labels: Mapping[str, str] = NOTHING,
        annotations: Mapping[str, str] = NOTHING,
        variant: str = "",
    ) -> Task[P, R_co]: ...
    @overload
    def with_options(
        self,
        *,
        extra: Mapping[str, object],
        name: str = "",
        retries: int | None = None,
        timeout: str = "",
        on_error: OnError = "",
        display_name: str = "",
        after: object = (),
        when: bool | Sequence[bool] = (),
        image: str = "",
        cpu: str = "",
        memory: str = "",
        gpu: int | None = None,
        gpu_resource: str = "",
        env: Mapping[str, EnvValue] = NOTHING,
        node_selector: Mapping[str, str] = NOTHING,
        tolerations: Sequence[Mapping[str, object]] = (),
        service_account: str = "",
        requires: list[str] | tuple[str, ...] = (),
        packages: str | list[str] | tuple[str, ...] = (),
        packages_cache: str = "",
        packages_image: str | Build = "",
        apt: list[str] | tuple[str, ...] = (),
        python: str = "",
        labels: Mapping[str, str] = NOTHING,
        annotations: Mapping[str, str] = NOTHING,
        variant: str = "",
    ) -> Task[..., R_co]: ...
    @runs(_with_options)
    def with_options(
        self,
        *,
        name: str = "",
        retries: int | None = None,
        timeout: str = "",
        on_error: OnError = "",
        display_name: str = "",
        extra: Mapping[str, object] = NOTHING,
        after: object = (),
        when: bool | Sequence[bool] = (),
        image: str = "",
        cpu: str = "",
        memory: str = "",
        gpu: int | None = None,
        gpu_resource: str = "",
        env: Mapping[str, EnvValue] = NOTHING,
        node_selector: Mapping[str, str] = NOTHING,
        tolerations: Sequence[Mapping[str, object]] = (),
        service_account: str = "",
        requires: list[str] | tuple[str, ...] = (),
        packages: str | list[str] | tuple[str, ...] = (),
        packages_cache: str = "",
        packages_image: str | Build = "",
        apt: list[str] | tuple[str, ...] = (),
        python: str = "",
        labels: Mapping[str, str] = NOTHING,
        annotations: Mapping[str, str] = NOTHING,
        variant: str = "",
    ) -> Task[P, R_co] | Task[..., R_co]:
        """The same task, with what its next call says of it.

        From `image` on it asks for what the task says otherwise; what is not given is as the task says. What stands in
        a Task's document makes a variant of the Task, named after what is other: `train-gpu-2`.

        Args:
            name: The name of the call in the pipeline, where it is not the task's.
            retries: How often this call is tried again, in place of what the task says.
            timeout: How long this call may take, in place of what the task says.
            on_error: What a failure does to the run: `"continue"` or `"stopAndFail"`.
            display_name: The name that people read.
            extra: Fields of the PipelineTask as Tekton has them; they stand for what would be there, arguments too.
            after: A task of this pipeline, or a list of them, to run after, although nothing flows between them.
            when: A condition, or a list of them that must all hold.
            image: Where this call's step runs.
            cpu: A quantity or a range for this call, as the task's.
            memory: The same for memory.
            gpu: How many GPUs this call requests; 0 takes them away.
            gpu_resource: The resource that `gpu` counts.
            env: Variables of this call, over those of the task, name by name.
            node_selector: The labels of the nodes on which this call's pod may run, over those of the task.
            tolerations: The taints of nodes that this call's pod tolerates, in place of the task's.
            service_account: The account of this call's pod in the emitted run.
            requires: Modules that this call's image has.
            packages: Requirements that `flowdsl lock` pins for this call, in place of the task's.
            packages_cache: A claim in which this call's packages stay.
            packages_image: A repository for an image that has this call's packages, or a `Build`.
            apt: Packages of Debian or Ubuntu that this image has, too.
            python: The interpreter in this call's image.
            labels: Labels of this call's Task, over those of the task.
            annotations: Annotations of this call's Task, over those of the task.
            variant: The name of the Task that this call makes, where it is not to be made of what is other.
        """
        raise NotImplementedError

    def map(self, combinations: list[Mapping[str, object]] | None = None, /, **arguments: Any) -> Any:
        """Fan out over lists: Tekton's matrix (docs/matrix.md).

        With `on_empty="run"`, where a list is empty in the run, what takes the results is given `[]`; else it is
        skipped, as Tekton skips the fan-out.

        A list given to a parameter that takes one value fans out; lists given to several fan out over all
        combinations. `include=[{...}]` adds or changes single combinations; a `name` key in one names it. A task with
        a parameter named `include` takes them by position: `train.map([{...}], include=...)`. Other arguments are the
        same for all. Results come back as lists.

        With `max_parallel=4` at most so many run at once: each run is then a task of its own, and what comes back is a
        Python list of calls, in order. The lists must be known before the run.
        """
        trace = CURRENT.get()
        if trace is None:
            refuse("FLOW011", "map has a meaning only inside a @pipeline function", "move it into the pipeline")
        own = {each.python for each in self.definition.params} | {each.python for each in self.definition.workspaces}
        if combinations is None and "include" not in own:
            combinations = arguments.pop("include", None)
        most, runs = limit_of(arguments, own), asks_to_run(arguments, own)
        included = _combinations(combinations)
        if most and (calls := single_calls(trace, self.definition, arguments, included)):
            return self._chains(trace, calls, most)
        return self._node(trace, (), arguments, fan_out=True, include=included, on_empty=runs)

    def _node(
        self,
        trace: Trace,
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
        *,
        fan_out: bool,
        include: list[Mapping[str, object]] | None = None,
        on_empty: bool = False,
    ) -> NodeHandle | Choice:
        location = places.caller()
        trace.collector.extend(self.problems)
        order, args = without_receiver(self.function, self._order, args)
        given = by_name(f"task {self.definition.name!r}", order, args, kwargs, trace.collector, location)
        if holds_told([given, include]):
            return cast("NodeHandle", Told())
        held = trace.conditions + self._call.when
        found = [] if not include and surely_none(given.values()) else ways([given, include], held)
        if not found and not on_empty:
            return self._one(trace, given, location, fan_out=fan_out, include=include)
        made: list[Alternative] = []
        for each, guard in found or [([given, include], ())]:
            of_it, included = cast("tuple[dict[str, object], list[Mapping[str, object]] | None]", each)
            handle = self._one(trace, of_it, location, fan_out=fan_out, include=included, guard=guard, again=bool(made))
            made += self._alternatives(trace, handle, together(held, guard), on_empty=on_empty)
        return Choice(trace, tuple(_that_run(trace, made)))

    def _chains(self, trace: Trace, calls: list[dict[str, object]], most: int) -> Runs[object]:
        """A node for each call, of which at most so many run at once. Those after the first are numbered."""
        made = Runs[object]()
        for number, given in enumerate(calls, 1):
            name = f"{self._call.name}-{number}" if self._call.name and number > 1 else self._call.name
            call = attrs.evolve(self._call, name=name, after=self._call.after + before(made, most))
            one = Task(self.function, self.definition, self._order, self.problems, call)
            made.append(one._node(trace, (), given, fan_out=False))
        made.name_results(self.definition)
        return made

    def _alternatives(self, trace: Trace, handle: NodeHandle, held: Guard, *, on_empty: bool) -> list[Alternative]:
        """What a node gives, and what a fan-out gives without elements; it then has the condition that it has some."""
        if not on_empty:
            return [Alternative(handle, held)]
        node = trace.nodes.pop(handle._node.name)
        full = filled(node.matrix, trace.nodes)
        if full is not None:
            node = trace.nodes[node.name] = attrs.evolve(node, when=node.when + full)
        return with_empty(NodeHandle(trace, node), full, held)

    def _one(
        self,
        trace: Trace,
        given: Mapping[str, object],
        location: Location,
        *,
        fan_out: bool,
        include: list[Mapping[str, object]] | None = None,
        guard: Guard = (),
        again: bool = False,
    ) -> NodeHandle:
        """One node, under a guard beside the conditions of the call; `again` where the call has made another."""
        task, call = trace.shared(self.definition), self._call
        name = trace.name_for(call.name or task.name, location, explicit=bool(call.name) and not again)
        binder = Binder(task, name, trace.collector, location, verbatim=trace.verbatim, elsewhere=frozenset(call.extra))
        extra = self._include(trace, include, location) if include else ()
        told = len(trace.collector.items)
        binder.bind(given, fan_out=fan_out, covered=frozenset().union(*include) if include else frozenset())
        if fan_out and not binder.matrix and not extra and told == len(trace.collector.items):
            trace.collector.error(
                "FLOW017",
                f"map of task {task.name!r} has no list to fan out over",
                location,
                hint="give a list to a parameter that takes one value: `x=[1, 2]`",
            )
        node = Node(
            name=name,
            task=task,
            location=location,
            arguments=binder.arguments,
            bindings=binder.bindings,
            matrix=binder.matrix,
            include=extra,
            when=trace.conditions + call.when + guard,
            after=call.after,
            final=trace.final,
            retries=call.retries if call.retries is not None else task.options.retries,
            timeout=call.timeout or task.options.timeout,
            on_error=call.on_error,
            said=call.said,
            display_name=call.display_name,
            extra=call.extra,
        )
        trace.nodes[name] = node
        return NodeHandle(trace, node)

    def _include(
        self, trace: Trace, include: list[Mapping[str, object]], location: Location
    ) -> tuple[tuple[str, Mapping[str, str]], ...]:
        found = []
        for entry in include:
            params = {}
            for name, value in entry.items():
                param = next((each for each in self.definition.params if each.python == name), None)
                if name == "name" and param is None:
                    continue
                if param is None:
                    trace.collector.error(
                        "FLOW003",
                        f"include names {name!r}, which task {self.definition.name!r} has not",
                        location,
                        hint="name a parameter of the task",
                    )
                    continue
                try:
                    params[param.name] = _included(value, param.type)
                except Mismatch as error:
                    trace.collector.error(
                        "FLOW005",
                        f"include of {self.definition.name}({name}=...): {error}",
                        location,
                        hint=f"pass {param.type}",
                    )
            label = entry.get("name", "") if self.definition.param("name") is None else ""
            found.append((str(label), params))
        return tuple(found)

    def _words(self) -> str:
        return f"the task {self.definition.name} itself; call it to pass on what it returns"

    def __repr__(self) -> str:
        return f"<task {self.definition.name}>"

    def __str__(self) -> str:
        if CURRENT.get() is not None:
            name = self.definition.name
            refuse("FLOW005", f"the task {name} itself can't stand inside a string", "call it, and use what it returns")
        return repr(self)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __getattr__(self, name: str) -> NoReturn:
        # What a class of Python's or a tool asks for has an underscore; `definition` is not there while one is copied.
        if name.startswith("_") or "definition" not in vars(self) or CURRENT.get() is None:
            raise AttributeError(name)
        hint = "call it: what the call gives has the results of the task"
        refuse("FLOW008", f"the task {self.definition.name} itself has no `.{name}`", hint)
