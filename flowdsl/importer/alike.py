"""Tasks that are one task used otherwise: another image, other resources, variables, labels; all else is the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar, cast

import attrs

from flowdsl.diagnostics import Location
from flowdsl.importer import steps
from flowdsl.importer.code import Code, literal, mapping, quoted
from flowdsl.importer.writer import Writer
from flowdsl.ir.nodes import TaskDef
from flowdsl.ir.options import Step, TaskOptions
from flowdsl.ir.uses import IN_A_STEP, joined, used, variant_name
from flowdsl.kube.conventions import VARIANT_OF

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import EmbeddedTask, EnvVar, ObjectMeta, TaskSpec

_NOWHERE = Location("", 1)
_NAMED = ("env", "labels", "annotations")
_PLAIN = tuple(name for name in IN_A_STEP if name not in _NAMED)
_META = frozenset({"name", *_NAMED})
_NONE: Mapping[str, object] = {name: getattr(TaskOptions(), name) for name in (*_PLAIN, *_NAMED)}
_BASES = 20
"""How many of the Tasks that are alike are tried as what the others are uses of."""
T = TypeVar("T")


@attrs.frozen
class Likeness:
    """One Task: `same` is what a use of it can't change, as text; `options` what it can, by the options' names."""

    name: str
    same: str
    options: Mapping[str, object]

    @property
    def size(self) -> int:
        """How many names it gives values to: a use can add some and take none away."""
        return sum(len(self._of(name)) for name in _NAMED)

    @property
    def variant_of(self) -> str:
        """The Task of which flowdsl made this one, as it says itself."""
        return str(self._of("annotations").get(VARIANT_OF, ""))

    def _of(self, name: str) -> Mapping[str, object]:
        return cast("Mapping[str, object]", self.options[name])

    def asked(self, other: Likeness, *, inline: bool = False) -> dict[str, object] | None:
        """What makes the other of this: options of `with_options`; None where none do. An embedded one has no name."""
        if other.same != self.same:
            return None
        plain = {name: other.options[name] for name in _PLAIN if other.options[name] != self.options[name]}
        named = {name: _named(self._of(name), other._of(name)) for name in _NAMED}
        if any(found is None for found in named.values()):
            return None
        given = plain | {name: found for name, found in named.items() if found}
        return given if inline else self._with_name(other, given)

    def _with_name(self, other: Likeness, given: dict[str, object]) -> dict[str, object]:
        """With the name of the other's Task, where the compiler would not make that very name and say of what it is."""
        notes = other._of("annotations")
        if notes.get(VARIANT_OF) == self.name and VARIANT_OF not in self._of("annotations"):
            rest = {name: value for name, value in given.items() if name != "annotations"}
            if left := {name: value for name, value in _mapped(given, "annotations").items() if name != VARIANT_OF}:
                rest["annotations"] = left
            if rest and self._made(rest) == other.name:
                return rest
        return {"variant": other.name, **given}

    def _made(self, given: Mapping[str, object]) -> str:
        """The name that the compiler gives the Task of such a use; "" where it hashes what is no plain text here."""
        if any(isinstance(value, Mapping) for value in _mapped(given, "env").values()):
            return ""
        step = Step(**{name: self.options[name] for name in (*_PLAIN, "env")})  # type: ignore[arg-type]
        return variant_name(used(TaskDef(self.name, _NOWHERE, options=TaskOptions(steps=(step,))), given, _NOWHERE))


def likeness(spec: TaskSpec | EmbeddedTask, meta: ObjectMeta) -> Likeness | None:
    """A Task to compare; None for one that is not of one step, or does nothing but what its image does."""
    given = spec.get("steps")
    if not isinstance(given, list) or len(given) != 1 or not isinstance(given[0], Mapping):
        return None
    step = {name: value for name, value in given[0].items() if value is not None}
    if "ref" in step or not any(step.get(field) for field in ("script", "command", "args")):
        return None
    options = dict(_NONE)
    if isinstance(step.get("image", ""), str):
        options["image"] = step.pop("image", "")
    if (amounts := steps.amounts(step.get("computeResources") or {})) is not None:
        options |= amounts
        step.pop("computeResources", None)
    if (env := _variables(step.get("env"))) is not None:
        options["env"] = env
        step.pop("env", None)
    options |= {name: dict(meta[name]) for name in ("labels", "annotations") if meta.get(name)}
    rest = {name: value for name, value in spec.items() if name not in ("steps", "metadata") and value is not None}
    own = {name: value for name, value in meta.items() if name not in _META and value is not None}
    return Likeness(str(meta.get("name", "")), json.dumps([step, rest, own], sort_keys=True), options)


def script_of(spec: TaskSpec) -> str:
    """What its one step runs, which alike Tasks have in common; "" where that is no text, or it has not one step."""
    given = spec.get("steps")
    step = given[0] if isinstance(given, list) and len(given) == 1 else None
    script = step.get("script") if isinstance(step, Mapping) else None
    return script if isinstance(script, str) else ""


def groups(tasks: Mapping[T, Likeness]) -> dict[T, tuple[T, dict[str, object]]]:
    """Which are uses of another of them: that one, and what is asked of it."""
    alike: dict[str, list[T]] = {}
    for key, task in tasks.items():
        alike.setdefault(task.same, []).append(key)
    found: dict[T, tuple[T, dict[str, object]]] = {}
    for keys in alike.values():
        named = {tasks[key].variant_of for key in keys}
        left = sorted(keys, key=lambda key: (tasks[key].name not in named, tasks[key].size))
        for _ in range(min(len(keys), _BASES)):
            if not left:
                break
            base, *others = left
            asked = {key: tasks[base].asked(tasks[key]) for key in others}
            found |= {key: (base, given) for key, given in asked.items() if given is not None}
            left = [key for key in others if key not in found]
    return found


def written(asked: Mapping[str, object], writer: Writer) -> dict[str, Code]:
    """What is asked for as arguments of `with_options`."""
    found: dict[str, Code] = {}
    for name, value in asked.items():
        if name == "env":
            entries = [_entry(each, said) for each, said in _mapped(asked, "env").items()]
            found[name] = mapping(steps.environment(entries, writer) or {})
        else:
            found[name] = quoted(value) if isinstance(value, str) else literal(value)
    return found


def _mapped(given: Mapping[str, object], name: str) -> Mapping[str, object]:
    return cast("Mapping[str, object]", given.get(name, {}))


def _named(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object] | None:
    """The names to give values over those of before, so that after is what they are together; None where none do."""
    if not set(before) <= set(after):
        return None
    found: dict[str, object] = {}
    new = False
    for name, value in after.items():
        if name not in before or before[name] != value or new:
            found[name] = value
        new = name not in before
    together = joined(before, found)
    return found if together == after and list(together) == list(after) else None


def _variables(env: object) -> dict[str, object] | None:
    """The variables by name: text, None, or a `valueFrom`; None for a list that no mapping can stand for."""
    if not isinstance(env, list):
        return {} if not env else None
    found: dict[str, object] = {}
    for each in env:
        said = {field: value for field, value in each.items() if value is not None and field != "name"}
        if len(said) > 1 or each.get("name") in found or set(said) - {"value", "valueFrom"}:
            return None
        found[each["name"]] = next(iter(said.values()), None)
    return found


def _entry(name: str, value: object) -> EnvVar:
    if value is None:
        return {"name": name}
    return cast("EnvVar", {"name": name, "valueFrom" if isinstance(value, Mapping) else "value": value})
