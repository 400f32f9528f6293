"""Reading decorator options: unknown ones, wrong types, and values that no cluster would take."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import attrs

from flowdsl.diagnostics import Collector, Location
from flowdsl.ir.local import LocalRun
from flowdsl.ir.options import Body, Sidecar, Step, TaskOptions
from flowdsl.ir.volumes import Mount
from flowdsl.kube import is_duration, is_quantity

SECURITY = ("restricted", "baseline", "root", "privileged")
T = TypeVar("T")


def read_options(cls: type[T], given: Mapping[str, Any], location: Location, collector: Collector) -> T:
    """The options object; FLOW002 for an option that does not exist or has the wrong type."""
    wanted: type = cls
    fields = _kinds(wanted)
    good: dict[str, Any] = {}
    for name, value in given.items():
        if name not in fields:
            close = difflib.get_close_matches(name, fields, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"it takes: {', '.join(fields)}"
            collector.error("FLOW002", f"there is no option {name!r}", location, hint=hint)
        elif type(value) not in fields[name] and (problem := _wrong(fields[name], name, value)):
            collector.error("FLOW002", problem, location, hint="see the documentation of the option")
        else:
            good[name] = tuple(value) if isinstance(value, list) else value
    return cls(**good)


_EXPECTED: Mapping[str, tuple[Any, ...]] = MappingProxyType(
    {"str": (str,), "int": (int,), "int | None": (int, type(None)), "str | Mapping[str, Any]": (str, Mapping)}
)


@functools.cache
def _kinds(cls: type) -> Mapping[str, tuple[Any, ...]]:
    """What each option of a class takes."""
    return {field.name: _kinds_of(str(field.type)) for field in attrs.fields(cls)}


def _kinds_of(annotation: str) -> tuple[Any, ...]:
    if annotation == "bool":
        return (bool,)
    if annotation.startswith("LocalRun"):
        return (LocalRun,)
    if annotation.startswith("Mapping"):
        return (Mapping,)
    if annotation.startswith(("tuple", "frozenset")):
        return (list, tuple, set, frozenset)
    return _EXPECTED.get(annotation, (object,))


def _wrong(kinds: tuple[Any, ...], name: str, value: Any) -> str:
    """What is wrong with an option's type, or nothing."""
    if bool in kinds:
        return "" if isinstance(value, bool) else f"option {name!r} takes True or False, got {value!r}"
    if LocalRun in kinds:
        if value is None or isinstance(value, LocalRun) or callable(value):
            return ""
        return f"option {name!r} takes a LocalRun, or a function that gives one, got {type(value).__name__} {value!r}"
    if isinstance(value, kinds) and not (isinstance(value, bool) and int in kinds):
        return ""
    names = " or ".join(kind.__name__ for kind in kinds)
    return f"option {name!r} takes {names}, got {type(value).__name__} {value!r}"


def check_task_options(options: TaskOptions, location: Location, collector: Collector, *, has_body: bool) -> None:
    """Values of `@task(...)` that can be judged alone."""

    def wrong(message: str, hint: str, code: str = "FLOW014") -> None:
        collector.error(code, message, location, hint=hint)

    for name, text in (("cpu", options.cpu), ("memory", options.memory)):
        if problem := range_problem(text):
            wrong(f"{name}={text!r}: {problem}", f'write {name}="4" or {name}="4..8" (request..limit)')
    if options.timeout and not is_duration(options.timeout):
        wrong(f"timeout={options.timeout!r} is no duration", 'write it as "30m" or "1h30m"')
    if options.gpu < 0:
        wrong(f"gpu={options.gpu}", "ask for 0 or more GPUs")
    if options.retries is not None and options.retries < 0:
        wrong(f"retries={options.retries}", "retry 0 or more times")
    if isinstance(options.security, str) and options.security not in SECURITY:
        wrong(
            f"security={options.security!r} is not known",
            f"one of {', '.join(SECURITY)}, or a securityContext",
            "FLOW002",
        )
    if options.on_error not in ("", "continue", "stopAndFail"):
        wrong(f"on_error={options.on_error!r} is not known", "'continue' or 'stopAndFail'", "FLOW002")
    _check_parts(options, wrong)
    ways = [name for name in ("command", "script", "module") if getattr(options, name)]
    if has_body and ways:
        wrong(
            f"the function has a body, and {ways[0]}= is given too",
            "give it the body `...`, or drop the option",
            "FLOW002",
        )
    if len(ways) > 1 and ways != ["command", "args"]:
        wrong(f"{' and '.join(ways)} exclude each other", "keep one of them", "FLOW002")
    named = [step for step in options.steps if isinstance(step, Step)]
    if not has_body and not ways and not options.args and not named and not options.image:
        wrong("the task does nothing", "give it a body, or image= with command=, args=, script= or module=", "FLOW002")
    if (has_body or ways) and not options.image and not (options.step_template and options.step_template.image):
        wrong("the task has no image to run in", 'name one: image="python:3.12-slim"', "FLOW002")


def _check_parts(options: TaskOptions, wrong: Any) -> None:
    for step in options.steps:
        if step is not Body and not isinstance(step, Step):
            wrong(f"steps= takes Step(...) and Body, got {step!r}", "wrap it: Step(name=..., image=...)", "FLOW002")
    for sidecar in options.sidecars:
        if not isinstance(sidecar, Sidecar):
            wrong(f"sidecars= takes Sidecar(...), got {sidecar!r}", "wrap it: Sidecar(name=..., image=...)", "FLOW002")
    for volume in options.volumes:
        if not isinstance(volume, (Mount, Mapping)):
            wrong(f"volumes= takes mounts, got {volume!r}", 'say where: Secret("name").mount("/path")', "FLOW002")


def range_problem(text: str) -> str:
    """What is wrong with `"request..limit"` or a single quantity; empty where nothing is."""
    if not text:
        return ""
    low, dots, high = text.partition("..")
    # "4.." is a request alone, "..8" a limit alone.
    for part in [part for part in (low, high) if part] if dots and text != ".." else (low,):
        if not is_quantity(part):
            return f"{part!r} is no quantity"
    return ""
