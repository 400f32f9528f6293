"""Which runs of `.tekton/` an event starts, and what comes out: what Pipelines-as-Code does with it.

Follows pkg/matcher/annotation_matcher.go, pkg/templates and pkg/resolve of v0.43.0. Who may start a run it asks the
provider, which is not done here; events of comments are not played.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import attrs

from flowdsl.celgo.as_code import EXPRESSIONS, IN_PLACEHOLDERS, filled, read, value_of
from flowdsl.celgo.globs import glob_regex
from flowdsl.celgo.native import native
from flowdsl.celgo.tree import CelError, CelLimitError
from flowdsl.celgo.uses import uses
from flowdsl.check.examine import examine
from flowdsl.check.pitfalls.as_code import listed
from flowdsl.diagnostics import Severity
from flowdsl.events.as_code_events import NoEventError, Said, said
from flowdsl.events.matching import FAILED, STARTS, STOPPED, UNDECIDED, Event, Verdict
from flowdsl.kinds import labels
from flowdsl.kinds.as_code import is_read, notes_of
from flowdsl.kinds.kind import Kind
from flowdsl.kinds.table import PIPELINE, PIPELINE_RUN, TASK, TEKTON

Fields = Mapping[str, Any]
Fill = Callable[[str], "str | None"]
_FOLDER = ".tekton"
_PART = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|&&|\|\||[()\[\]{}]")


class _NoError(Exception):
    """It does not start; the text says why."""


class _WrongError(Exception):
    """Pipelines-as-Code fails here."""


def match(documents: Sequence[Fields], event: Event, files: Sequence[str] | None = None) -> list[Verdict]:
    """What becomes of an event at each PipelineRun with annotations. Raises PayloadError."""
    runs = [each for each in documents if PIPELINE_RUN.is_of(each) and notes_of(each)]
    try:
        found = said(event)
    except NoEventError as error:
        return [Verdict(_FOLDER, _name(each), STOPPED, str(error)) for each in runs]
    return [_decided(each, found, event, documents, files) for each in runs]


def _decided(
    run: Fields, found: Said, event: Event, documents: Sequence[Fields], files: Sequence[str] | None
) -> Verdict:
    verdict = Verdict(_FOLDER, _name(run), STARTS)
    try:
        # It reads the files with what the event says in place.
        by = _filling(found, event, files)
        run = _read(run, by)
        _matches(notes_of(run), found, event, files)
        made = _resolved(run, documents, by)
    except _NoError as error:
        return attrs.evolve(verdict, outcome=STOPPED, reason=str(error))
    except (CelError, _WrongError) as error:
        return attrs.evolve(verdict, outcome=FAILED, reason=str(error))
    except (CelLimitError, RecursionError) as error:
        return attrs.evolve(verdict, outcome=UNDECIDED, reason=str(error) or "it nests too deep to be decided here")
    params = {str(each.get("name")): each.get("value") for each in made["spec"].get("params") or () if each}
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
    return attrs.evolve(verdict, params=texts, documents=(made,))


def _name(document: Fields) -> str:
    metadata = document.get("metadata") or {}
    return str(metadata.get("generateName") or metadata.get("name") or "")


def _matches(notes: Mapping[str, str], found: Said, event: Event, files: Sequence[str] | None) -> None:
    """Raises _NoError, _WrongError, CelError, CelLimitError."""
    if labels.AS_CODE_CEL in notes:
        _evaluated(notes[labels.AS_CODE_CEL], found, event, files)
        return
    if found.type == "pull_request_labeled" and labels.AS_CODE_LABEL not in notes:
        raise _NoError("a label is set, and it has no on-label")
    wanted, branch = notes.get(labels.AS_CODE_EVENT, ""), notes.get(labels.AS_CODE_BRANCH, "")
    if wanted and not _fits(wanted, [found.target], labels.AS_CODE_EVENT, globs=False):
        raise _NoError(f"on-event is {wanted}, the event {found.target}")
    if branch and not _fits(branch, [found.base], labels.AS_CODE_BRANCH):
        raise _NoError(f"on-target-branch is {branch}, the branch {found.base}")
    if not wanted or not branch:
        raise _NoError("it has not both on-event and on-target-branch, nor on-cel-expression")
    for name, turned in ((labels.AS_CODE_PATHS, False), (labels.AS_CODE_PATHS_IGNORED, True)):
        if name in notes and _fits(notes[name], _known(files), name) is turned:
            raise _NoError(
                f"{name.rpartition('/')[2]} is {notes[name]}, the changed files are {', '.join(files or ())}"
            )
    if labels.AS_CODE_LABEL in notes and not _fits(
        notes[labels.AS_CODE_LABEL], found.labels, labels.AS_CODE_LABEL, globs=False
    ):
        raise _NoError(f"on-label is {notes[labels.AS_CODE_LABEL]}, the labels are {', '.join(found.labels) or 'none'}")


def _fits(annotation: str, values: Sequence[str], name: str, *, globs: bool = True) -> bool:
    try:
        wanted = listed(annotation)
        return any(one == each or (globs and _branch(one, each)) for one in wanted for each in values)
    except (ValueError, CelError) as error:
        raise _WrongError(f"{name.rpartition('/')[2]}: {error}") from None


def _branch(glob: str, value: str) -> bool:
    """branchMatch: what is no ref of its own is a branch."""
    if glob.startswith("refs/tags/"):
        return bool(glob_regex(glob).fullmatch(value))
    ref = value if value.startswith(("refs/heads/", "refs/tags/")) else f"refs/heads/{value}"
    return bool(glob_regex(glob if glob.startswith("refs/heads/") else f"refs/heads/{glob}").fullmatch(ref))


def _known(files: Sequence[str] | None) -> Sequence[str]:
    if files is None:
        raise CelLimitError("the provider is asked for the changed files: name them by --changed")
    return files


def _evaluated(text: str, found: Said, event: Event, files: Sequence[str] | None) -> None:
    used = uses(text)
    read(text)
    # A branch is called by its name, where no text of the expression says otherwise.
    plain = found.target == "push" and "refs/heads/" not in text
    base, head = (
        value.removeprefix("refs/heads/") if plain and name in used.names else value
        for name, value in (("target_branch", found.base), ("source_branch", found.head))
    )
    if found.type == "pull_request_labeled" and not {"event_type"} & {*used.names} and "labels" not in text:
        raise _NoError("a label is set, and on-cel-expression looks at no label")
    header = {name.lower(): values[0] for name, values in event.header.items()}
    given = {
        "event": found.target, "event_type": found.type, "event_title": found.title, "target_branch": base,
        "source_branch": head, "target_url": found.base_url, "source_url": found.head_url, "body": found.body,
        "headers": header, "files": _files(files),
    }  # fmt: skip
    try:
        holds = value_of(text, given, files) is True
    except CelError:
        if files is None and ("files" in used.names or "pathChanged" in used.functions):
            _known(files)
        raise
    if not holds:
        raise _NoError(f"on-cel-expression: {_false(text, given, files)} is false")


def _false(text: str, given: Fields, files: Sequence[str] | None) -> str:
    """The first part of a condition that does not hold."""
    for part in conjuncts(text):
        try:
            if value_of(part, given, files) is not True:
                return part
        except (CelError, CelLimitError):
            continue
    return text


def conjuncts(text: str) -> list[str]:
    """What stands between the `&&` of an expression, those within brackets and texts aside."""
    found, depth, start = list[str](), 0, 0
    for part in _PART.finditer(text):
        if part[0] in "([{":
            depth += 1
        elif part[0] in ")]}":
            depth -= 1
        elif part[0] == "||" and not depth:
            return [text.strip()]
        elif part[0] == "&&" and not depth:
            found.append(text[start : part.start()].strip())
            start = part.end()
    return [*found, text[start:].strip()]


def _files(files: Sequence[str] | None) -> dict[str, list[str]]:
    if files is None:  # what looks at them fails
        return {}
    every = list(files)
    return {"all": every, "modified": every, "added": [], "deleted": [], "renamed": []}


def _filling(found: Said, event: Event, files: Sequence[str] | None) -> Fill:
    """What gives the text for a placeholder; None where it stands for nothing."""
    known = {
        "revision": found.sha, "repo_url": found.url, "repo_owner": found.owner.lower(),
        "repo_name": found.name.lower(), "target_branch": found.base.removeprefix("refs/heads/"),
        "source_branch": found.head.removeprefix("refs/heads/"),
        "git_tag": found.base.removeprefix("refs/tags/") if found.base.startswith("refs/tags/") else "",
        "source_url": found.head_url, "sender": found.sender.lower(), "event_type": found.type,
        "trigger_comment": "", "pull_request_labels": "\\n".join(found.labels),
    }  # fmt: skip
    if found.number:
        known["pull_request_number"] = str(found.number)
    given = {name: known.get(name, "") for name in IN_PLACEHOLDERS} | {
        "pac": known, "body": found.body, "headers": {name: values[0] for name, values in event.header.items()},
        "files": _files(files),
    }  # fmt: skip

    def by(name: str) -> str | None:
        if not name.startswith(EXPRESSIONS):
            return known.get(name)
        try:
            value = native(value_of(name.removeprefix("cel:").strip(), given, variables=IN_PLACEHOLDERS))
        except CelError:
            return "" if name.startswith("cel:") else None
        return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))

    return by


def _read(document: Fields, by: Fill) -> dict[str, Any]:
    """A document with its placeholders filled. Raises _WrongError for what can't be read as one of its kind."""
    made = cast("dict[str, Any]", _replaced(document, by))
    for each in examine(made, admission=False, pitfalls=False).findings:
        if each.severity is Severity.ERROR:
            raise _WrongError(f"{made['kind']} {_name(made)} can't be read: {each.where}: {each.message}")
    return made


def _replaced(value: Any, by: Fill) -> Any:
    if isinstance(value, str):
        return filled(value, by)
    if isinstance(value, Mapping):
        return {name: _replaced(each, by) for name, each in value.items()}
    return [_replaced(each, by) for each in value] if isinstance(value, list) else value


def _resolved(run: dict[str, Any], documents: Sequence[Fields], by: Fill) -> dict[str, Any]:
    """The run with its Pipeline and Tasks within. Raises _WrongError for what is in no file."""
    spec, metadata = dict(run.get("spec") or {}), dict(run["metadata"])
    reference = spec.get("pipelineRef") or {}
    if reference and not reference.get("resolver"):
        spec.pop("pipelineRef")
        spec = {"pipelineSpec": _referenced(PIPELINE, reference, documents, by), **spec}
    if spec.get("pipelineSpec"):
        inner = dict(spec["pipelineSpec"])
        for part in ("tasks", "finally"):
            if inner.get(part):
                inner[part] = [_inlined(each or {}, documents, by) for each in inner[part]]
        spec["pipelineSpec"] = inner
    name = metadata.pop("name", "")
    generated = metadata.pop("generateName", "") or f"{name}-"
    return {**run, "metadata": {"generateName": generated, **metadata}, "spec": spec}


def _referenced(kind: Kind, reference: Fields, documents: Sequence[Fields], by: Fill) -> Fields:
    """The spec of what a reference names. Raises _WrongError."""
    for each in documents:
        if kind.is_of(each) and is_read(each) and _name(each) == reference.get("name"):
            return _read(each, by).get("spec") or {}
    raise _WrongError(f"cannot find referenced {kind.name.lower()} {reference.get('name')}")


def _inlined(task: Fields, documents: Sequence[Fields], by: Fill) -> Fields:
    reference = task.get("taskRef") or {}
    version = str(reference.get("apiVersion") or "")
    if not reference or reference.get("resolver") or (version and not version.startswith(f"{TEKTON}/")):
        return task
    kept = {name: value for name, value in task.items() if name != "taskRef"}
    return {**kept, "taskSpec": _referenced(TASK, reference, documents, by)}
