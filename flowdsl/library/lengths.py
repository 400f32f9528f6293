"""Values of a run that are too long for the process they go to: as a variable, an argument, or a part of a script.

Linux takes no string of more than 128 KiB, its end included, in the arguments or the environment of a process
(MAX_ARG_STRLEN in execve(2)), and Tekton hands on the scripts of a Task as one argument (pkg/pod/script.go). The
TaskRun would fail with "argument list too long", on a cluster after its pod was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.diagnostics import FlowError
from flowdsl.kinds.table import TASK
from flowdsl.kube.conventions import ARGUMENT_MOST
from flowdsl.library.documents import name_of
from flowdsl.library.rules import LONG_VALUE
from flowdsl.library.run_inputs import pipeline_spec

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import PipelineRun, Task, TaskSpec

_REFERENCE = re.compile(r"""\$\(params(?:\.([^()]+)|\[(?:"([^"()]+)"|'([^'()]+)')\]([^()]*))\)""")
_HINT = "hand large data on as a File, or put it on a workspace and give its path"
_MOST = 10


@attrs.define
class _Sizes:
    """The bytes of what can be referred to: a text, a key of an object, an item of an array."""

    texts: dict[str, int] = attrs.field(factory=dict)
    arrays: dict[str, list[int]] = attrs.field(factory=dict)

    def add(self, name: str, value: object, within: _Sizes) -> None:
        """Note a value, in which values of `within` may stand."""
        if isinstance(value, str) and (items := within.items(value)) is not None:
            self.arrays[name] = items
        elif isinstance(value, Mapping):
            self.texts.update((f"{name}.{key}", within.length(str(each))) for key, each in value.items())
        elif isinstance(value, (list, tuple)):
            self.arrays[name] = [size for each in value for size in within.each(str(each))]
        else:
            self.texts[name] = within.length(str(value))

    def items(self, text: str) -> list[int] | None:
        """The sizes of an array's items, where the text is nothing but the array."""
        found = _REFERENCE.fullmatch(text)
        name = _name(found) if found is not None else ""
        return self.arrays.get(name.removesuffix("[*]")) if name.endswith("[*]") else None

    def each(self, text: str) -> list[int]:
        """The sizes of the words that an argument becomes."""
        found = self.items(text)
        return found if found is not None else [self.length(text)]

    def length(self, text: str) -> int:
        """The bytes of a text once its references are replaced; a result counts as nothing, which it nearly is."""
        if "$(" not in text:
            return len(text.encode("utf-8", "replace"))
        plain = len(_REFERENCE.sub("", text).encode("utf-8", "replace"))
        return plain + sum(self._one(_name(found)) for found in _REFERENCE.finditer(text))

    def largest(self, text: str) -> str:
        """Which param has the most of a text, in words; "" where none is in it."""
        found = [(self._one(_name(each)), _name(each)) for each in _REFERENCE.finditer(text)]
        size, name = max(found, default=(0, ""))
        return f" ({size:,} of them param {name})" if name else ""

    def _one(self, name: str) -> int:
        return self.texts.get(name, 0) if name in self.texts else sum(self.arrays.get(name.removesuffix("[*]"), []))


def _name(found: re.Match[str]) -> str:
    return found[1] or f"{found[2] or found[3]}{found[4]}"


def check_lengths(run: PipelineRun, documents: Sequence[Mapping[str, object]]) -> None:
    """Raise FlowError (FLOW074) where a task of the run would get more in one string than Linux takes."""
    spec = pipeline_spec(run, documents)
    nothing, given = _Sizes(), _Sizes()
    for param in spec.get("params") or ():
        if param.get("default") is not None:
            given.add(param["name"], param.get("default"), nothing)
    for value in (run.get("spec") or {}).get("params") or ():
        given.add(value["name"], value["value"], nothing)
    tasks = {name_of(each): each for each in documents if TASK.is_of(each)}
    found: dict[str, None] = {}
    for each in (*(spec.get("tasks") or ()), *(spec.get("finally") or ())):
        named = tasks.get(str((each.get("taskRef") or {}).get("name")))
        body = each.get("taskSpec") or (cast("Task", named).get("spec") if named is not None else None) or {}
        sizes = _Sizes()
        for declared in body.get("params") or ():
            if declared.get("default") is not None:
                sizes.add(declared["name"], declared.get("default"), nothing)
        for value in each.get("params") or ():
            sizes.add(value["name"], value["value"], given)
        found.update((f"task {str(each.get('name'))!r}: {text}", None) for text in _long(cast("TaskSpec", body), sizes))
    if found:
        raise FlowError(tuple(LONG_VALUE.finding(text, hint=_HINT) for text in [*found][:_MOST]))


def _long(spec: TaskSpec, sizes: _Sizes) -> Iterator[str]:
    """What is too long in a task's containers, in words."""
    containers = [*(spec.get("steps") or ()), *(spec.get("sidecars") or ())]
    template = spec.get("stepTemplate")
    for holder in (*containers, *([template] if template else [])):
        for variable in holder.get("env") or ():
            text = variable.get("value") or ""
            size = len(variable["name"]) + 1 + sizes.length(text)
            if size >= ARGUMENT_MOST:
                yield f"the variable {variable['name']} would have {size:,} bytes{sizes.largest(text)}{_LIMIT}"
        for text in (*(holder.get("command") or ()), *(holder.get("args") or ())):
            if (size := max(sizes.each(text), default=0)) >= ARGUMENT_MOST:
                yield f"an argument would have {size:,} bytes{sizes.largest(text)}{_LIMIT}"
    scripts = [script for each in containers if (script := each.get("script"))]
    size = _encoded(sizes.length(script) for script in scripts)
    if size >= ARGUMENT_MOST:
        told = sizes.largest(max(scripts, key=sizes.length))
        yield f"its scripts would have {size:,} bytes once encoded for Tekton{told}{_LIMIT}"


_LIMIT = f", and Linux takes less than {ARGUMENT_MOST:,} in one string"


def _encoded(lengths: Iterable[int]) -> int:
    return sum((each + 2) // 3 * 4 for each in lengths)
