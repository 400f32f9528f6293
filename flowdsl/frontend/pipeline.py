"""`@pipeline`: a function that is traced into a PipelineDef."""

from __future__ import annotations

import copy
import dataclasses
import functools
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast

import attrs

from flowdsl.diagnostics import Collector, Finding, FlowError, Location
from flowdsl.frontend import places
from flowdsl.frontend.arguments import Binder, by_name
from flowdsl.frontend.aside import aside_of
from flowdsl.frontend.bodies import shown_texts
from flowdsl.frontend.call_options import AS_DECLARED, OF_A_TASK, call_options
from flowdsl.frontend.choices import ways
from flowdsl.frontend.handles import NodeHandle
from flowdsl.frontend.identity import identity_tests
from flowdsl.frontend.in_texts import left_in_texts
from flowdsl.frontend.naming import kube_name, task_name
from flowdsl.frontend.opaque import RUN, Told, holds_told, named
from flowdsl.frontend.options_check import check_pod_options, only, read_options, time_problems
from flowdsl.frontend.outputs import pipeline_results
from flowdsl.frontend.parameters import names_of, without_receiver
from flowdsl.frontend.proxies import Reference, WorkspaceValue
from flowdsl.frontend.refusal import REFUSED, refuse
from flowdsl.frontend.shown import runs
from flowdsl.frontend.signature import Signature, read_signature
from flowdsl.frontend.trace import CURRENT, Trace
from flowdsl.frontend.twice import name_twice
from flowdsl.ir.nodes import (
    Node,
    ParamDecl,
    PipelineDef,
    PipelineWorkspace,
    ResultDecl,
    TaskDef,
    WorkspaceDecl,
    WorkspaceUse,
)
from flowdsl.ir.options import OnError, PipelineOptions
from flowdsl.ir.types import NOTHING
from flowdsl.kube.conventions import NESTED

Self = TypeVar("Self", bound="Pipeline")


@dataclasses.dataclass(frozen=True)
class Traced:
    """A traced pipeline and what was found on the way; `definition` is None when the function could not be run."""

    definition: PipelineDef | None
    findings: Collector


_INLINED = frozenset({"name", "when"})


def _with_options(self: Self, /, *, embed: object = None, **options: object) -> Self:
    if embed is None:
        # What an earlier `with_options` said holds, as for every other option.
        embed = self._embed
    if not isinstance(embed, bool):
        refuse("FLOW002", f"embed= takes True or False, got {named(embed)}", "write `embed=True`")
    own = next((name for name in options if name in OF_A_TASK), "")
    if own:
        hint = f"give it to a task's call: `work.with_options({own}=...)`; what is for all pods goes to @pipeline"
        refuse("FLOW002", f"{own}= is said of one use of a task, and {self.name!r} is a pipeline", hint)
    if not embed:
        # The others are those of one PipelineTask; the tasks of an inlined pipeline have their own.
        only(_INLINED, options, "with_options of a pipeline without embed=True")
    made = copy.copy(self)
    made._call = call_options(options, self._call)
    made._embed = embed
    return made


class Pipeline:
    """A pipeline. `trace()` runs the function once with references in place of values."""

    def __init__(self, function: Callable[..., object], given: Mapping[str, object]) -> None:
        self.function = function
        self.location = places.of_function(function)
        self.problems = Collector()
        self.options = read_options(PipelineOptions, given, self.location, self.problems)
        self.name = task_name(self.options.name, function.__name__, self.location, self.problems)
        self.signature: Signature = read_signature(function, self.location, self.problems, for_pipeline=True)
        self._call = AS_DECLARED
        self._embed = False
        name_twice(function, self.location, self.problems)
        for _, message, hint in time_problems(self.options):
            self.problems.error("FLOW014", message, self.location, hint=hint)
        check_pod_options(self.options, self.location, self.problems)
        functools.update_wrapper(cast("Callable[..., object]", self), function)

    @property
    def params(self) -> tuple[ParamDecl, ...]:
        """The params that a run of this pipeline takes."""
        return self.signature.params

    def trace(self, alpha: frozenset[str] = frozenset()) -> Traced:
        """Run the function and gather its tasks. Never raises for the user's mistakes: they are in `findings`."""
        allowed = alpha | self.options.alpha
        trace = Trace(Collector(list(self.problems.items)), self.name, allowed, verbatim=self.options.verbatim)
        identity_tests(self.function, trace.collector)
        values = self._declare(trace)
        if not values.keys() >= {*names_of(self.function)}:
            return Traced(None, trace.collector)  # a parameter that could not be read: that is told, and nothing else
        token, seen = CURRENT.set(trace), REFUSED.set([])
        try:
            with aside_of(self.function):
                returned = self.function(**values)
        except FlowError as error:
            trace.collector.extend([*(REFUSED.get() or []), *error.diagnostics])
            return Traced(None, trace.collector)
        except Exception as error:  # the user's own code may raise anything; it is theirs to see, at their line
            trace.collector.extend(self._ended(error, REFUSED.get() or []))
            return Traced(None, trace.collector)
        finally:
            caught = REFUSED.get() or []
            CURRENT.reset(token)
            REFUSED.reset(seen)
            if trace.lines:
                _told_rebound(trace)
        if caught:
            # The function caught what was refused, and went on as if it had an answer; or the trace did, for more.
            trace.collector.extend(caught)
            return Traced(None, trace.collector)
        return Traced(self._definition(trace, returned), trace.collector)

    def called(self, /, *args: object, **kwargs: object) -> object:
        """Inside another pipeline: inline this one under its name as a prefix. Outside: FLOW011."""
        trace = CURRENT.get()
        if trace is None:
            refuse(
                "FLOW011",
                f"pipeline {self.name!r} is compiled, not called",
                f"run `flowdsl compile {self.location.file}`, or call it inside another pipeline",
            )
        order, args = without_receiver(self.function, self.signature.positional, args)
        given = by_name(f"pipeline {self.name!r}", order, args, kwargs, trace.collector, places.caller())
        return self._embedded(trace, given) if self._embed else self._inlined(trace, given)

    @runs(_with_options)
    def with_options(
        self: Self,
        *,
        embed: bool | None = None,
        name: str = "",
        retries: int | None = None,
        timeout: str = "",
        on_error: OnError = "",
        display_name: str = "",
        extra: Mapping[str, object] = NOTHING,
        after: object = (),
        when: bool | Sequence[bool] = (),
    ) -> Self:
        """The pipeline with a name and conditions for the next call, which inlines its tasks.

        Args:
            embed: Make it a real pipeline-in-pipeline (alpha) instead; the options after `name` and `when` need it.
            name: What the names of its tasks begin with, or the name of the embedded pipeline.
            retries: How often it is tried again.
            timeout: How long it may take.
            on_error: What its failure does to the run: `"continue"` or `"stopAndFail"`.
            display_name: The name that people read.
            extra: Fields of the PipelineTask as Tekton has them; they stand for what would be there.
            after: A task of this pipeline, or a list of them, to run after, although nothing flows between them.
            when: A condition, or a list of them that must all hold, for all its tasks.
        """
        raise NotImplementedError

    def _inlined(self, trace: Trace, given: dict[str, object]) -> object:
        from flowdsl.frontend.inlined import Outputs

        location = places.caller()
        trace.collector.extend(self.problems)
        known = set(self.signature.order)
        for name in given:
            if name not in known:
                trace.collector.error(
                    "FLOW003",
                    f"pipeline {self.name!r} has no parameter {name!r}",
                    location,
                    hint=f"it takes: {', '.join(self.signature.order)}",
                )
        prefix = trace.prefix_for(self._call.name or self.name)
        outer, trace.prefix = trace.prefix, prefix
        conditions, trace.conditions = trace.conditions, trace.conditions + self._call.when
        branches, trace.branches = trace.branches, ()
        try:
            values = {name: value for name, value in given.items() if name in known}
            for each, _ in () if holds_told(values) else ways(values, trace.conditions) or [(values, ())]:
                self._check_inlined(trace, cast("dict[str, object]", each), location)
            identity_tests(self.function, trace.collector, values)
            return Outputs(self.name, self.function(**(self._lifted(trace, values) | values)), location)
        finally:
            trace.prefix, trace.conditions, trace.branches = outer, conditions, branches

    def _check_inlined(self, trace: Trace, given: dict[str, object], location: Location) -> None:
        """Bind the arguments once against this pipeline's contract, for its findings only."""
        spaces = dict(self.signature.sources)
        contract = TaskDef(
            self.name,
            self.location,
            self.signature.params,
            workspaces=tuple(space for space in self.signature.workspaces if space.python not in spaces),
        )
        binder = Binder(contract, self.name, trace.collector, location)
        binder.bind({name: value for name, value in given.items() if name not in spaces})
        if trace.collector.has_errors:
            raise FlowError(tuple(trace.collector.items))

    def _lifted(self, trace: Trace, given: dict[str, object]) -> dict[str, object]:
        """Workspaces of an inlined pipeline that bring their own volume become workspaces of the outer one."""
        values: dict[str, object] = {}
        for name, source in self.signature.sources:
            if name not in given:
                lifted = kube_name(f"{trace.prefix}{name}")
                trace.workspaces[lifted] = PipelineWorkspace(lifted, source, location=self.location)
                values[name] = WorkspaceValue(WorkspaceUse(lifted), lifted, self.location)
        return values

    def _embedded(self, trace: Trace, given: dict[str, object]) -> NodeHandle:
        location = places.caller()
        if NESTED not in trace.alpha:
            refuse(
                "FLOW018",
                "a pipeline in a pipeline is alpha in Tekton: a cluster with default flags rejects it",
                f'opt in: `@pipeline(alpha=["{NESTED}"])` and run the cluster with '
                "`enable-api-fields: alpha`; or call it without embed to inline its tasks",
            )
        if holds_told(given):
            return cast("NodeHandle", Told())
        if ways(given, trace.conditions):
            hint = "call it without embed=True, so that its tasks are inlined; or call it in each branch"
            refuse(
                "FLOW053", f"pipeline {self.name!r} is embedded: it can't take the value of the branch that ran", hint
            )
        traced = self.trace(trace.alpha)
        trace.collector.extend(traced.findings)
        inner = traced.definition or PipelineDef(self.name, self.location)
        results = tuple(ResultDecl(result.name, result.type) for result in inner.results)
        # The nested pipeline knows its workspaces by their Kubernetes names, so the bindings are made under those.
        spaces = tuple(attrs.evolve(space, name=workspace_name(space), field="") for space in self.signature.workspaces)
        contract = TaskDef(self.name, self.location, self.signature.params, results, spaces)
        name = trace.name_for(self._call.name or self.name, location, explicit=bool(self._call.name))
        binder = Binder(contract, name, trace.collector, location)
        names = {space.python: workspace_name(space) for space in self.signature.workspaces}
        given = self._lifted(trace, given) | given
        binder.bind({names.get(key, key): value for key, value in given.items()})
        node = Node(
            name,
            contract,
            location,
            binder.arguments,
            binder.bindings,
            when=trace.conditions + self._call.when,
            after=self._call.after,
            final=trace.final,
            pipeline=inner,
            retries=self._call.retries,
            timeout=self._call.timeout,
            on_error=self._call.on_error,
            display_name=self._call.display_name,
            extra=self._call.extra,
        )
        trace.nodes[name] = node
        return NodeHandle(trace, node, self.function)

    def _declare(self, trace: Trace) -> dict[str, object]:
        values: dict[str, object] = {}
        for param in self.signature.params:
            text = f"$(params.{param.name})"
            values[param.python] = Reference(text, param.type, f"param {param.name}", self.location)
        sources = dict(self.signature.sources)
        for space in self.signature.workspaces:
            name = workspace_name(space)
            trace.workspaces[name] = PipelineWorkspace(
                name, sources.get(space.python), space.optional, space.description, self.location
            )
            values[space.python] = WorkspaceValue(WorkspaceUse(name), space.python, self.location)
        return values

    def _definition(self, trace: Trace, returned: object) -> PipelineDef:
        if not any(not node.final for node in trace.nodes.values()):
            trace.collector.error(
                "FLOW019",
                f"pipeline {self.name!r} calls no task",
                self.location,
                hint="call at least one task outside on_finish",
            )
        for block, at in trace.unused.values():
            trace.collector.error(
                "FLOW023", f"{block}(...) without `with` holds for no task", at, hint=f"write `with {block}(...):`"
            )
        for node, words, at in left_in_texts(trace):
            message = f"{words} stands in a text of {node!r} that is there once for all branches"
            trace.collector.error(
                "FLOW053", message, at, hint="give the text to a task as an argument, or set it in each branch"
            )
        options = self.options
        place = {name: index for index, name in enumerate(options.task_order)}
        display_name, description = shown_texts(self.function, options)
        # Before the tasks are listed: a result may need one.
        token = CURRENT.set(trace)  # which knows what stands in texts
        try:
            results = tuple(pipeline_results(returned, self.location, trace))
        finally:
            CURRENT.reset(token)
        return PipelineDef(
            name=self.name,
            location=self.location,
            params=self.signature.params,
            workspaces=tuple(trace.workspaces.values()),
            nodes=tuple(sorted(trace.nodes.values(), key=lambda node: place.get(node.name, len(place)))),
            results=results,
            display_name=display_name,
            description=description,
            options=options,
        )

    def _ended(self, error: Exception, kept: Sequence[Finding]) -> Sequence[Finding]:
        """What is told where the function raised: it may come of what was refused before.

        A model that refuses a value of the run says more than what it tried with the value there.
        """
        from flowdsl.frontend.constraints import refused

        crash = self._crash(error)
        if (found := refused(error)) is not None and found.of_run:
            return [*(each for each in kept if not _same_line(each, crash)), crash]
        return kept or [crash]

    def _crash(self, error: Exception) -> Finding:
        from flowdsl.frontend.constraints import refused
        from flowdsl.frontend.misuse import misuse
        from flowdsl.frontend.rules import OPTION, PIPELINE_FUNCTION_FAILED

        frames = traceback.extract_tb(error.__traceback__)
        at = places.innermost(places.before_made(frames)) or places.innermost(frames)
        place = Location(places.display(at.filename), at.lineno or 1) if at else self.location
        if wrong := misuse(error):
            return OPTION.finding(wrong[0], place, hint=wrong[1])
        hint = "a pipeline function only wires tasks together; work on data belongs in a task's body"
        if RUN in str(error):
            hint = "what is known only in the run can't be used now: work on it in a task's body"
        said = f"{type(error).__name__}: {error}"
        if (found := refused(error)) is not None:
            model = getattr(error, "title", "Model")
            said = f"{type(error).__name__} of {model}: {found.words}"
            hint = f"give {model} values that it takes"
            if found.of_run:
                hint = f"a model checks its values at once; for values of the run write `{model}.model_construct(...)`"
        message = f"pipeline {self.name!r} raised {said}"
        return PIPELINE_FUNCTION_FAILED.finding(message, place, hint=hint)

    def _words(self) -> str:
        return f"the pipeline {self.name} itself"

    def __repr__(self) -> str:
        return f"<pipeline {self.name}>"


def workspace_name(space: WorkspaceDecl) -> str:
    """The name a pipeline's workspace has in Tekton: as given, or the parameter's with dashes."""
    return space.name if space.field else kube_name(space.name)


def _same_line(one: Finding, other: Finding) -> bool:
    a, b = one.location, other.location
    return a is not None and b is not None and (a.file, a.line) == (b.file, b.line)


def _told_rebound(trace: Trace) -> None:
    # Not at the top: most pipelines have no blocks.
    from flowdsl.frontend.rebound import rebound_names

    rebound_names(trace.lines, trace.collector)
