"""References in the texts of steps: to variables that are there, of a type that fits the place."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from flowdsl.check.declared import Declared, by_type
from flowdsl.check.findings import Path, Report
from flowdsl.check.references import Found, entire, variables, without_index
from flowdsl.check.texts import StepView, Text
from flowdsl.diagnostics.near import Names, near
from flowdsl.diagnostics.rule import Rule

_TASK_RUN = frozenset({"name", "namespace", "uid"})
_TASK = frozenset({"name", "retry-count"})


_LISTED = 30


def name_hint(name: str, known: Collection[str] | Names, what: str = "params") -> str:
    """The name that was probably meant, or which there are. Of names that many findings are about, give `Names`."""
    known = known if isinstance(known, Names) else Names(known)
    meant = near(name, known)
    if meant:
        return f"did you mean {meant!r}?"
    names = known.ordered
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{what} here: {', '.join(names[:_LISTED])}{more}" if names else f"there are no {what} here"


REFERS_TO_NOTHING = Rule("FLOW222", "refers-to-nothing", "refers to nothing")


def check_text(value: str, path: Path, prefix: str, known: Collection[str], what: str, report: Report) -> None:
    """FLOW222, FLOW225: every variable with this prefix in the text is among the known ones."""
    found = variables(value, prefix)
    if too_deep(found, prefix, path, report):
        return
    for name in found.names:
        plain = without_index(name)
        if plain not in known:
            message = f"{_shown(prefix, plain)} refers to no {what}"
            report.add(
                REFERS_TO_NOTHING, path, message, name_hint(plain, known, f"{what}s"), part=_shown(prefix, plain)
            )


UNREADABLE_REFERENCE = Rule("FLOW225", "unreadable-reference", "a reference that can't be read")


def too_deep(found: Found, prefix: str, path: Path, report: Report) -> bool:
    """FLOW225: more dots than Tekton reads; whether it was so."""
    if found.too_deep:
        report.add(
            UNREADABLE_REFERENCE,
            path,
            f"{found.first} has too many parts",
            "two parts at most may follow the prefix; a name with dots goes in brackets: $(params['a.b'])",
            part=found.first,
        )
    return found.too_deep


def _shown(prefix: str, name: str) -> str:
    plain = prefix.replace("\\", "")
    return f"$({plain}.{name})"


ARRAY_IN_STRING = Rule("FLOW223", "array-in-string", "an array or object in a string")


def check_whole(value: str, path: Path, names: Collection[str], report: Report) -> None:
    """FLOW223: an object param is used by its keys in a text, never whole."""
    for name in entire(value, "params"):
        plain = name.removesuffix("[*]")
        if plain in names:
            hint = f"use one of its keys: $(params.{plain}.KEY)"
            report.add(
                ARRAY_IN_STRING,
                path,
                f"the object {plain!r} can't stand in a string",
                hint,
                part=_shown("params", plain),
            )


def check_no_array(value: str, path: Path, arrays: Collection[str], report: Report) -> None:
    """FLOW223: an array param can't stand in a string, only one element of it."""
    found = variables(value, "params")
    if too_deep(found, "params", path, report):
        return
    for name in found.names:
        plain = name.removesuffix("[*]")
        if plain in arrays:
            hint = f"use one element, $(params.{plain}[0]), or pass the array in args as $(params.{plain}[*])"
            report.add(
                ARRAY_IN_STRING,
                path,
                f"the array {plain!r} can't stand in a string",
                hint,
                part=_shown("params", plain),
            )


ARRAY_SHARES_ELEMENT = Rule("FLOW224", "array-shares-element", "an array shares its element")


def check_isolated(value: str, path: Path, arrays: Collection[str], report: Report) -> None:
    """FLOW224: an array param is the whole of the element it expands in."""
    found = variables(value, "params")
    if too_deep(found, "params", path, report):
        return
    for name in found.names:
        plain = name.removesuffix("[*]")
        if plain in arrays and value != found.first:
            hint = f"give $(params.{plain}[*]) an element of its own"
            report.add(ARRAY_SHARES_ELEMENT, path, f"the array {plain!r} shares an element with other text", hint)


def check_arrays(texts: list[Text], params: Iterable[Declared], report: Report) -> None:
    """FLOW223, FLOW224 for array params in all steps (validateArrayUsage)."""
    arrays = {param.name for param in by_type(params)[1]}
    for text in texts:
        if text.on_error or "$(params" not in text.value:
            continue
        check = check_isolated if text.list_item else check_no_array
        check(text.value, text.path, arrays, report)


def check_declared(texts: list[Text], params: list[Declared], report: Report) -> None:
    """FLOW222, FLOW223 for params in all steps (ValidateUsageOfDeclaredParameters, without the properties' rule)."""
    names = {param.name for param in params}
    texts = [text for text in texts if "$(params" in text.value]
    for text in texts:
        check_text(text.value, text.path, "params", names, "param", report)
    objects = by_type(params)[2]
    for text in texts if objects else ():
        check_object_keys(text.value, text.path, objects, report)
        if not text.on_error:
            check_whole(text.value, text.path, {param.name for param in objects}, report)


def check_object_keys(value: str, path: Path, objects: Iterable[Declared], report: Report) -> None:
    """FLOW222: `$(params.object.key)` names a key that the object declares."""
    for param in objects:
        if "params." + param.name in value:
            prefix = f"params\\.{param.name}"
            check_text(value, path, prefix, (param.properties or {}).keys(), f"key of {param.name!r}", report)


def check_context(texts: list[Text], report: Report) -> None:
    """FLOW222: `$(context.taskRun...)` and `$(context.task...)` that exist (validateTaskContextVariables)."""
    for text in texts:
        if "$(context." in text.value:
            check_text(text.value, text.path, "context\\.taskRun", _TASK_RUN, "variable of the TaskRun", report)
            check_text(text.value, text.path, "context\\.task", _TASK, "variable of the Task", report)


def check_script_results(views: Iterable[StepView], results: Collection[str], report: Report) -> None:
    """FLOW222: `$(results.NAME.path)` in a script names a result of the task (validateTaskResultsVariables)."""
    for view in views:
        script = view.step.script
        if script and "$(results" in script:
            check_text(script, (*view.path, "script"), "results", results, "result", report)
