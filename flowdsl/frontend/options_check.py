"""Reading decorator options: unknown ones, wrong types, and values that no cluster would take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

import attrs

from flowdsl.diagnostics import Collector, Location
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.frontend.fits import MisfitError, check, hints
from flowdsl.frontend.image_check import check_image_options
from flowdsl.frontend.refusal import refuse
from flowdsl.ir.nodes import TaskDef
from flowdsl.ir.options import PipelineOptions, Step, TaskOptions
from flowdsl.ir.pods import pod_fields
from flowdsl.kube import is_duration, is_quantity
from flowdsl.kube.conventions import NAME_MOST, OPT_INS, QUEUE, UNPRIVILEGED
from flowdsl.kube.object_names import is_subdomain

T = TypeVar("T")


def read_options(cls: type[T], given: Mapping[str, object], location: Location, collector: Collector) -> T:
    """The options object; FLOW002 for an option that does not exist or has the wrong type."""
    taken = hints(cls)
    good: dict[str, object] = {}
    for name, value in given.items():
        if name not in taken:
            hint = did_you_mean(name, taken, f"it takes: {', '.join(taken)}")
            collector.error("FLOW002", f"there is no option {name!r}", location, hint=hint)
            continue
        try:
            check(value, taken[name])
        except MisfitError as error:
            collector.error("FLOW002", error.told(name), location, hint="see the documentation of the option")
        else:
            good[name] = tuple(value) if isinstance(value, list) else value
    return cls(**good)


def only(allowed: frozenset[str], given: Mapping[str, object], what: str) -> None:
    """Refuse options that would be without effect."""
    for name in given:
        if name not in allowed:
            hint = did_you_mean(name, allowed, f"it takes: {', '.join(sorted(allowed))}")
            refuse("FLOW002", f"{what} has no option {name!r}", hint)


def accept(value: object, wanted: object, name: str) -> None:
    """Refuse an argument of the wrong type: FLOW002."""
    try:
        check(value, wanted)
    except MisfitError as error:
        refuse("FLOW002", error.told(name).replace("option", "argument", 1), "see the documentation")


_OF_THE_STEP = ("image", "cpu", "memory", "gpu", "env", "working_dir", "on_error", "results_from_log")
"""Options of `@task` that say how the function's own step is run, and nothing of the others."""
_NOTHING = TaskOptions()
_TIMES = ("timeout", "tasks_timeout", "finally_timeout")


_NO_IMAGE = re.compile(r"[\s\x00-\x1f\x7f]")
_VARIABLE = re.compile(r"[-._A-Za-z][-._A-Za-z0-9]*")
"""https://github.com/kubernetes/kubernetes/blob/v1.31.0/staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go,
IsEnvVarName."""


def check_task_options(
    options: TaskOptions, location: Location, collector: Collector, *, has_body: bool, whole: bool
) -> None:
    """Values of `@task(...)` that can be judged alone; if not the `whole` was read, nothing is called missing."""

    def wrong(message: str, hint: str, code: str = "FLOW014") -> None:
        collector.error(code, message, location, hint=hint)

    for _, message, hint in value_problems(options):
        wrong(message, hint)
    check_image_options(options, wrong)
    if not options.python:
        wrong("python='' names no interpreter", 'name the one of the image: python="python3"', "FLOW002")
    ways = [name for name in ("command", "script", "module") if getattr(options, name)]
    if has_body and ways:
        wrong(
            f"the function has a body, and {ways[0]}= is given too",
            "give it the body `...`, or drop the option",
            "FLOW002",
        )
    if len(ways) > 1 and ways != ["command", "args"]:
        wrong(f"{' and '.join(ways)} exclude each other", "keep one of them", "FLOW002")
    if not whole:
        return
    named = [step for step in options.steps if isinstance(step, Step)]
    if not has_body and not ways and not options.args and not named and not options.image:
        wrong("the task does nothing", "give it a body, or image= with command=, args=, script= or module=", "FLOW002")
    if named and not has_body and not ways and not options.args:
        lost = [name for name in _OF_THE_STEP if getattr(options, name) != getattr(_NOTHING, name)]
        for name in lost:
            message = f"{name}= is for the step of the function, and the task has only those of steps="
            wrong(message, step_hint(name), "FLOW002")


def step_hint(name: str) -> str:
    """Where an option of the function's own step goes in a task that has only those of `steps=`."""
    if name in attrs.fields_dict(Step):
        return f"give it to one of `steps=[Step({name}=...)]`"
    return "give the task a step of its own: a body, command=, script= or module="


def value_problems(options: TaskOptions) -> Iterator[tuple[str, str, str]]:
    """What is wrong with quantities, durations, counts and names of a task: option, message and hint of each."""
    build = options.packages_image
    own = () if isinstance(build, str) else (("cpu", build.cpu), ("memory", build.memory))
    for name, text in (("cpu", options.cpu), ("memory", options.memory), *own):
        if text and (problem := range_problem(text)):
            yield name, f"{name}={text!r}: {problem}", _quantity_hint(name, text)
    yield from time_problems(options)
    if options.gpu < 0:
        yield "gpu", f"gpu={options.gpu}", "ask for 0 or more GPUs"
    if options.retries < 0:
        yield "retries", f"retries={options.retries}", "retry 0 or more times"
    if not options.verbatim:  # what is there already is kept as it is
        yield from _name_problems(options)


def time_problems(options: TaskOptions | PipelineOptions) -> Iterator[tuple[str, str, str]]:
    """Which timeouts are no durations, in the same form."""
    for name in _TIMES:
        text = getattr(options, name, "")
        if text and not is_duration(text):
            yield name, f"{name}={text!r} is no duration", 'write it as "30m" or "1h30m"'


def _name_problems(options: TaskOptions) -> Iterator[tuple[str, str, str]]:
    """Images and variables that Kubernetes has no pod with (ValidateEnv and the kubelet's parsing of image names)."""
    if _NO_IMAGE.search(options.image):
        hint = 'a registry, a path and a tag, without spaces: "python:3.12-slim"'
        yield "image", f"image={options.image!r} is no name of an image", hint
    for name in options.env:
        if not _VARIABLE.fullmatch(name):
            hint = "letters, digits, '_', '-' and '.', and no digit first"
            yield "env", f"env= has {name!r}, which is no name of a variable", hint


def check_image(task: TaskDef, collector: Collector) -> None:
    """FLOW002 for a task whose own step has no image to run in. Where a project's defaults hold, they count."""
    options = task.options
    works = task.has_body or options.command or options.script or options.module
    if works and not options.image and not (options.step_template and options.step_template.image):
        hint = 'name one: image="python:3.12-slim", or for all tasks in pyproject.toml, [tool.flowdsl.task]'
        collector.error("FLOW002", "the task has no image to run in", task.place, hint=hint)


def _quantity_hint(name: str, text: str) -> str:
    """What to write: the same with a unit that Kubernetes knows, or an example of that resource."""
    mended = _UNIT.sub(lambda found: found[1] + _kube_unit(found[2]), text)
    if mended != text and not range_problem(mended):
        return f'write {name}="{mended}"'
    one, two = ("8Gi", "8Gi..16Gi") if name == "memory" else ("4", "4..8")
    return f'write {name}="{one}" or {name}="{two}" (request..limit)'


_UNIT = re.compile(r"([0-9.]+)\s*([a-zA-Z]+)")
_UNITLESS = ("b", "byte", "bytes", "core", "cores", "cpu", "cpus")


def _kube_unit(word: str) -> str:
    """A unit as Kubernetes writes it: GB is G, GiB is Gi, cores have none."""
    lowered = word.lower()
    if lowered in _UNITLESS:
        return ""
    binary = lowered[1:2] == "i"
    return (lowered[0] if lowered[0] == "k" and not binary else lowered[0].upper()) + ("i" if binary else "")


_IN_POD_TEMPLATE = (
    ("nodeSelector", "node_selector"),
    ("tolerations", "tolerations"),
    ("affinity", "affinity"),
    ("priorityClassName", "priority_class"),
    ("runtimeClassName", "runtime_class"),
)
"""Fields of Tekton's podTemplate that are options of `@pipeline`, too."""


def check_pod_options(options: PipelineOptions, location: Location, collector: Collector) -> None:
    """Values of `@pipeline(...)` that can be judged alone, those for the run's pods, and what is said of them twice."""
    for flag in sorted(options.alpha - {*OPT_INS}):
        hint = did_you_mean(flag, OPT_INS, f"there are: {', '.join(OPT_INS)}")
        collector.error("FLOW002", f"alpha= has {flag!r}, which is no feature of Tekton", location, hint=hint)
    names = (("priority_class", options.priority_class), ("runtime_class", options.runtime_class))
    for name, value in names:
        if value and not is_subdomain(value):
            hint = "lower-case letters, digits, '-' and '.'; it begins and ends with a letter or digit"
            collector.error("FLOW013", f"{name}={value!r} is no Kubernetes name", location, hint=hint)
    # The name of a LocalQueue stands in a label. Kueue's webhook refuses pods with any other value, whoever gave it:
    # ValidateQueueName, https://github.com/kubernetes-sigs/kueue/blob/main/pkg/controller/jobframework/validation.go.
    for what, name in (("queue=", options.queue), (f"labels[{QUEUE!r}] = ", options.labels.get(QUEUE, ""))):
        if name and not (is_subdomain(name) and len(name) <= NAME_MOST):
            hint = f"name a LocalQueue: lower-case letters, digits, '-' and '.', at most {NAME_MOST} characters"
            collector.error("FLOW013", f"{what}{name!r} is no name of a queue", location, hint=hint)
    if options.queue and QUEUE in options.labels:
        message = f"queue= is given, and labels= has {QUEUE!r} too"
        collector.error("FLOW002", message, location, hint="keep one of them: queue= labels the run")
    given = [(field, name) for field, name in _IN_POD_TEMPLATE if getattr(options, name)]
    pod = pod_fields(options.pod_template)
    security = pod.get("securityContext")
    if options.fs_group != UNPRIVILEGED and isinstance(security, Mapping) and "fsGroup" in security:
        message = "pod_template= has 'securityContext.fsGroup', and fs_group= is given too"
        collector.error("FLOW002", message, location, hint="keep one of them")
    for field, name in given:
        if field in pod:
            message = f"pod_template= has {field!r}, and {name}= is given too"
            collector.error("FLOW002", message, location, hint="keep one of them")


def range_problem(text: str) -> str:
    """What is wrong with `"request..limit"` or a single quantity; empty where nothing is."""
    if not text:
        return ""
    low, dots, high = text.partition("..")
    # "4.." is a request alone, "..8" a limit alone.
    for part in [part for part in (low, high) if part] if dots and text != ".." else (low,):
        if not is_quantity(part):
            return f"{part!r} is no quantity"
        if part.startswith("-"):
            return f"{part!r} is less than nothing"
    return ""
