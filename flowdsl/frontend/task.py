"""`@task`: a function that is a plain function outside a pipeline and a node inside one."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Generic, ParamSpec, TypeVar, overload

import attrs

from flowdsl.diagnostics import Collector, Location
from flowdsl.frontend import places
from flowdsl.frontend.arguments import Binder
from flowdsl.frontend.encode import Mismatch, encode_scalar
from flowdsl.frontend.handles import NodeHandle, node_of
from flowdsl.frontend.naming import task_name
from flowdsl.frontend.opaque import Opaque, named
from flowdsl.frontend.options_check import call_options, check_task_options, read_options
from flowdsl.frontend.proxies import Reference
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.signature import read_signature
from flowdsl.frontend.trace import CURRENT, Trace
from flowdsl.ir.nodes import Condition, Node, TaskDef
from flowdsl.ir.nodes import Reference as TaskReference
from flowdsl.ir.options import PipelineOptions, TaskOptions
from flowdsl.ir.types import NOTHING, Data, TypeSpec

P = ParamSpec("P")
R = TypeVar("R")


@attrs.frozen(kw_only=True)
class CallOptions:
    """What `.with_options(...)` sets for one use of a task: see Tekton's PipelineTask in docs/pipelines.md.

    `extra` takes any further field of the PipelineTask as it is, and stands for the field of that name.
    """

    name: str = ""
    retries: int | None = None
    timeout: str = ""
    on_error: str = ""
    display_name: str = ""
    extra: Mapping[str, Data] = NOTHING
    after: tuple[object, ...] = ()
    when: tuple[Condition, ...] = ()


_AS_DECLARED = CallOptions()


def _included(value: Any, spec: TypeSpec) -> str:
    """The text of one value of an `include`. Raises Mismatch."""
    meant = value._meant("giving it to include") if isinstance(value, Opaque) else value
    if not isinstance(meant, Opaque):
        return encode_scalar(meant, spec)
    if not isinstance(meant, Reference):
        raise Mismatch(f"expected {spec}, got {named(meant)}")
    return str(meant)


def _combinations(value: Any) -> list[Mapping[str, Any]]:
    """What `map` is given for single combinations; FLOW002 where it is no list of dicts."""
    if value is None:
        return []
    if not isinstance(value, (list, tuple)) or not all(isinstance(each, Mapping) for each in value):
        refuse("FLOW002", f"include= of map takes a list of dicts, got {value!r}", 'write include=[{"name": "value"}]')
    return list(value)


class Task(Generic[P, R]):
    """A task. `definition` is its contract; `problems` what was found wrong with it at the decorator."""

    def __init__(
        self,
        function: Callable[P, R],
        definition: TaskDef,
        order: tuple[str, ...],
        problems: Collector,
        call: CallOptions | None = None,
    ) -> None:
        self.function = function
        self.definition = definition
        self.problems = problems
        self._order = order
        self._call = call or _AS_DECLARED
        functools.update_wrapper(self, function)

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the plain function, or, inside a pipeline, add a node and give back its handle."""
        trace = CURRENT.get()
        if trace is None:
            return self.function(*args, **kwargs)
        return self._node(trace, args, kwargs, fan_out=False)  # type: ignore[return-value]

    def with_options(self, **options: Any) -> Task[P, R]:
        """The same task with a name, retries, timeout, after, when, on_error or display_name for the next call."""
        call = call_options(options, self._call)
        return Task(self.function, self.definition, self._order, self.problems, call)

    def map(self, combinations: list[Mapping[str, Any]] | None = None, /, **arguments: Any) -> Any:
        """Fan out over lists: Tekton's matrix (docs/matrix.md).

        A list given to a parameter that takes one value fans out; lists given to several fan out over all
        combinations. `include=[{...}]` adds or changes single combinations; a `name` key in one names it. A task with
        a parameter named `include` takes them by position: `train.map([{...}], include=...)`. Other arguments are the
        same for all. Results come back as lists.
        """
        trace = CURRENT.get()
        if trace is None:
            refuse("FLOW011", "map has a meaning only inside a @pipeline function", "move it into the pipeline")
        own = {each.python for each in self.definition.params} | {each.python for each in self.definition.workspaces}
        if combinations is None and "include" not in own:
            combinations = arguments.pop("include", None)
        return self._node(trace, (), arguments, fan_out=True, include=_combinations(combinations))

    def _node(
        self,
        trace: Trace,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        fan_out: bool,
        include: list[Mapping[str, Any]] | None = None,
    ) -> NodeHandle:
        location = places.caller()
        trace.collector.extend(self.problems)
        task, call = self.definition, self._call
        name = trace.name_for(call.name or task.name, location, explicit=bool(call.name))
        given = self._by_name(trace, args, kwargs, location)
        binder = Binder(task, name, trace.collector, location, verbatim=trace.verbatim, elsewhere=frozenset(call.extra))
        extra = self._include(trace, include, location) if include else ()
        binder.bind(given, fan_out=fan_out, covered=frozenset().union(*include) if include else frozenset())
        if fan_out and not binder.matrix and not extra:
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
            when=trace.conditions + call.when,
            after=tuple([node_of(other, "after").name for other in call.after]),
            final=trace.final,
            retries=call.retries if call.retries is not None else task.options.retries,
            timeout=call.timeout or task.options.timeout,
            on_error=call.on_error,
            display_name=call.display_name,
            extra=call.extra,
        )
        trace.nodes[name] = node
        return NodeHandle(trace, node)

    def _by_name(
        self, trace: Trace, args: tuple[Any, ...], kwargs: Mapping[str, Any], location: Location
    ) -> dict[str, Any]:
        if not args:
            return dict(kwargs)
        if len(args) > len(self._order):
            trace.collector.error(
                "FLOW003",
                f"task {self.definition.name!r} takes {len(self._order)} arguments by position, got {len(args)}",
                location,
                hint="pass the others by name",
            )
        given = dict(zip(self._order, args, strict=False))
        for name, value in kwargs.items():
            if name in given:
                trace.collector.error("FLOW003", f"{name!r} is given twice", location, hint="drop one of the two")
            given[name] = value
        return given

    def _include(
        self, trace: Trace, include: list[Mapping[str, Any]], location: Location
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


@overload
def task(function: Callable[P, R], /) -> Task[P, R]: ...
@overload
def task(**options: Any) -> Callable[[Callable[P, R]], Task[P, R]]: ...
def task(function: Any = None, /, **options: Any) -> Any:
    """Make a function a task. The options are those of `flowdsl.ir.options.TaskOptions`.

    The signature is the contract: parameters become Tekton params, workspaces or secrets, the return annotation
    becomes results. A body of `...` means that the image, command, args or script do the work.
    """
    if function is not None:
        return make_task(function, {}, None)
    return lambda inner: make_task(inner, options, None)


def make_task(function: Callable[P, R], given: Mapping[str, Any], reference: TaskReference | None) -> Task[P, R]:
    """A Task from a function and its options; findings are kept on it until a pipeline uses it."""
    problems = Collector()
    if not inspect.isfunction(function):
        refuse("FLOW002", f"@task decorates a function, got {type(function).__name__}", "write it as `def name(...):`")
    location = places.of_function(function)
    options = read_options(TaskOptions, given, location, problems)
    signature = read_signature(function, location, problems)
    first, rest = (options.display_name, described(function, options)) if options.verbatim else docstring(function)
    has_body = reference is None and not is_empty(function)
    if reference is None:
        check_task_options(options, location, problems, has_body=has_body)
    definition = TaskDef(
        name=task_name(options.name, function.__name__, location, problems),
        location=location,
        params=signature.params,
        results=signature.results,
        workspaces=signature.workspaces,
        env=signature.env,
        display_name=options.display_name or first,
        description=options.description or rest,
        function=function,
        has_body=has_body,
        options=options,
        reference=reference,
    )
    return Task(function, definition, signature.positional, problems)


def docstring(function: Callable[..., Any]) -> tuple[str, str]:
    """A function's display name (first line of its docstring, no full stop) and description (the rest)."""
    if not function.__doc__:
        return "", ""
    text = inspect.cleandoc(function.__doc__)
    first, _, rest = text.partition("\n")
    return first.rstrip(". "), rest.strip()


def described(function: Callable[..., Any], options: TaskOptions | PipelineOptions) -> str:
    """The description of a verbatim object: as given, else the whole docstring.

    A docstring whose last line holds the closing quotes alone ends with a line feed, as YAML's `|` does.
    """
    text = function.__doc__ or ""
    if options.description or not text:
        return options.description
    ended = "\n" in text and not text.rpartition("\n")[2].strip()
    return inspect.cleandoc(text) + ("\n" if ended else "")


def _plain() -> None: ...


def _documented() -> None:
    """Documented."""


_EMPTY_BODIES = frozenset({_plain.__code__.co_code, _documented.__code__.co_code})


def is_empty(function: Callable[..., Any]) -> bool:
    """Whether the body is only `...`, `pass` or a docstring."""
    code = function.__code__
    if code.co_code not in _EMPTY_BODIES:
        return False
    # `return 42` has the same instructions; what they return tells it apart.
    return all(const is None or const == function.__doc__ for const in code.co_consts)
