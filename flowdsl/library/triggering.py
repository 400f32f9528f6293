"""`flowdsl trigger`: what an event would start, without a cluster."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from flowdsl.diagnostics import Collector, FlowError, Location, UsageError
from flowdsl.diagnostics.escape import line
from flowdsl.diagnostics.model import Finding, Severity
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.diagnostics.reading import NotReadError, read_file
from flowdsl.events.matching import FAILED, LARGEST, STARTS, UNDECIDED, Cluster, Event, PayloadError, Verdict, match
from flowdsl.events.providers import PROVIDERS
from flowdsl.events.sink.interceptors import Secrets
from flowdsl.events.sink.selectors import SelectorError
from flowdsl.kinds.as_code import is_start
from flowdsl.kinds.table import EVENT_LISTENER, EVENT_SOURCE, SENSOR, TRIGGER, TRIGGERS
from flowdsl.library.documents import data_of
from flowdsl.library.inputs import Files
from flowdsl.library.profiles import settings_for
from flowdsl.library.rules import BAD_PAYLOAD, NO_LISTENER

if TYPE_CHECKING:
    from flowdsl.events.provider import Provider
    from flowdsl.frontend.manifest import Manifest
    from flowdsl.frontend.pipeline import Pipeline
    from flowdsl.ir.settings import Settings

HAPPENINGS = ("push", "tag", "pull_request")
_SMALL = 1024 * 1024


@attrs.frozen(kw_only=True)
class Request:
    """What is sent: a happening of a provider (its built-in sample where there is no payload), or headers and a body.

    `secret` is what the Secret of each signature check holds; without one the checks are taken to pass. `changed_files`
    are those of a pull request, for which a cluster asks GitHub.
    """

    happening: str = ""
    provider: str = ""
    payload: bytes | None = None
    file: str = ""
    headers: Sequence[tuple[str, str]] = ()
    url: str = "/"
    secret: str | None = None
    changed_files: Sequence[str] | None = None


def trigger(
    given: Files | Pipeline | Manifest, request: Request, *, profile: str = "", namespace: str = ""
) -> list[Verdict]:
    """What becomes of an event at each trigger of a pipeline (`on=[...]`), or of YAML.

    Of that EventListeners and Sensors are asked, and where there are none, what is for `.tekton/`.

    `namespace` is where a pipeline's objects are to be, as `compile --namespace` has it; else the profile says it.

    Raises FlowError where nothing listens (FLOW381) or the body is none that a listener takes (FLOW380), UsageError for
    a request that says too little.
    """
    documents, undecided = _looked_at(given, profile, namespace)
    listens = any(each.get("kind") == EVENT_LISTENER.name for each in documents)
    senses = any(map(SENSOR.is_of, documents))
    if not listens and not senses and not any(map(is_start, documents)):
        hint = "give the pipeline `on=[push(...)]`, or name YAML with an EventListener or a Sensor, "
        hint += "or for Pipelines-as-Code"
        message = "nothing listens: there is no EventListener and no Sensor"
        raise FlowError((_finding(NO_LISTENER.code, message, hint, _where(given)),))
    event = _event(request, documents)
    secrets = Secrets({} if request.secret is None else {("", ""): request.secret}, trusted=request.secret is None)
    try:
        if listens or senses:
            found = match(documents, event, secrets, request.changed_files)
            if senses:
                from flowdsl.events.sensor.matching import match as match_sensors

                found += match_sensors(documents, event, secrets)
        else:
            from flowdsl.events.as_code_matching import match as match_as_code

            found = match_as_code(documents, event, request.changed_files)
    except PayloadError as error:
        hint = "send what a provider sends: a JSON object, Content-Type application/json"
        raise FlowError((_finding(BAD_PAYLOAD.code, str(error), hint, request.file or "the payload"),)) from None
    return [*(admitted(each) for each in found), *undecided]


def documents_of(given: Files | Pipeline | Manifest, profile: str = "", namespace: str = "") -> list[Mapping[str, Any]]:
    """All that was named, as a cluster keeps it; Python compiled for Triggers, or what the project sets in its place.

    Raises FlowError for documents of Triggers and Argo Events that are refused: no cluster has them. Raises UsageError
    for a path, and for a namespace of YAML, which has its own.
    """
    return _looked_at(given, profile, namespace)[0]


def _looked_at(
    given: Files | Pipeline | Manifest, profile: str, namespace: str
) -> tuple[list[Mapping[str, Any]], list[Verdict]]:
    """The documents, and the starts that they leave out: no event of this machine is theirs."""
    if isinstance(given, Files) and not given.python:
        if namespace:
            raise UsageError("a namespace is for what compiles, and these are documents: leave --namespace out")
        return kept(given.words), []
    from flowdsl.compiler import CompileOptions
    from flowdsl.library.compiling import compile_target

    found: list[Mapping[str, Any]] = []
    undecided: list[Verdict] = []
    for target in _targets(given):
        # Where none is said any will do: everything is in one.
        settings = settings_for(target, profile)
        place = namespace or settings.profile.namespace or "default"
        options = CompileOptions(events=_played(settings), namespace=place, unlocked=True, playing=True)
        found += compile_target(target, options, profile).documents
        undecided += _left_out(target, settings, options.targets)
    return found, undecided


def _played(settings: Settings) -> tuple[str, ...]:
    """The targets whose listener is played: Triggers', where the project does not compile for another."""
    there = settings.events.targets
    if "pac" in there:
        return "pac", "cron"
    return ("argo", "cron") if "argo" in there and "triggers" not in there else ("triggers", "cron")


def _left_out(target: Pipeline | Manifest, settings: Settings, targets: Sequence[str]) -> list[Verdict]:
    from flowdsl.compiler.starts import names_of, provider_of
    from flowdsl.compiler.triggers_lack import unplayable
    from flowdsl.frontend.pipeline import Pipeline
    from flowdsl.ir.nodes import PipelineDef

    found: list[Verdict] = []
    for each in (target,) if isinstance(target, Pipeline) else target.items:
        if not isinstance(each, Pipeline):
            continue
        name = settings.profile.prefix + each.name
        pipeline = PipelineDef(name, each.location, options=each.options)
        lacking = unplayable(names_of(pipeline, Collector()), provider_of(pipeline, settings), targets)
        found += [Verdict(name, f"{name}-{start}", UNDECIDED, why) for start, why in lacking.items()]
    return found


def kept(words: Sequence[str]) -> list[Mapping[str, Any]]:
    """The documents of YAML files, as a cluster keeps them. Raises FlowError for those that its admission refuses."""
    from flowdsl.check.examine import examine

    found = [each for word in words for each in data_of(Path(word))]
    if not all(examine(each, pitfalls=False).accepted for each in found if _is_played(each)):
        from flowdsl.library.linting import lint

        refused = [each for word in words for each in lint(Path(word)) if _is_played(each.data) and not each.accepted]
        raise FlowError(tuple(item for each in refused for item in each.findings if item.severity is Severity.ERROR))
    return [_defaulted(each) for each in found]


def _is_played(document: Mapping[str, object]) -> bool:
    """Whether what it says is followed here; what its admission, or its controller, refuses is followed nowhere."""
    return _of_triggers(document) or SENSOR.is_of(document) or EVENT_SOURCE.is_of(document)


def _of_triggers(document: Mapping[str, object]) -> bool:
    return str(document.get("apiVersion")).startswith(f"{TRIGGERS}/")


def _defaulted(document: Mapping[str, object]) -> Mapping[str, Any]:
    """What the webhook makes of it: interceptors of v1alpha1 get the spelling that the sink reads."""
    from flowdsl.kinds.triggers import defaults

    fill = {TRIGGER.name: defaults.trigger, EVENT_LISTENER.name: defaults.event_listener}.get(str(document.get("kind")))
    if fill is None or not _of_triggers(document):
        return document
    made = copy.deepcopy(dict(document))
    fill(made)
    return made


def _targets(given: Files | Pipeline | Manifest) -> Sequence[Pipeline | Manifest]:
    if not isinstance(given, Files):
        return [given]
    from flowdsl.library.loading import load_targets

    return load_targets(given.python)


def _event(request: Request, documents: Sequence[Mapping[str, Any]]) -> Event:
    headers, body = dict[str, str](), request.payload
    delivery = str(uuid.uuid4())
    if request.happening:
        from flowdsl.events import samples

        provider = _provider(request.provider, documents)
        if request.happening not in provider.occurrences:
            raise UsageError(f"{provider.title} tells of no {line(request.happening)}; {_there(HAPPENINGS)}")
        headers = samples.headers(provider, request.happening, delivery)
        if body is None:
            try:
                body = samples.sample(provider, request.happening)
            except KeyError:
                raise UsageError(f"there is no built-in payload of {provider.title}: name one with --payload") from None
    if body is None:
        raise UsageError("name an event (--event push) or a body (--payload FILE)")
    if len(body) > LARGEST:
        raise UsageError(f"the payload has more than {LARGEST // 1024 // 1024} MiB")
    given = {name.lower() for name, _ in request.headers}
    kept = [(name, value) for name, value in headers.items() if name.lower() not in given]
    if "content-type" not in {*given, *(name.lower() for name, _ in kept)}:
        kept.append(("Content-Type", "application/json"))
    return Event(body, (*kept, *request.headers), request.url, delivery)


def _provider(name: str, documents: Sequence[Mapping[str, Any]]) -> Provider:
    if name and name not in PROVIDERS:
        raise UsageError(f"{line(name)!r} is no provider; {did_you_mean(name, PROVIDERS, _there(PROVIDERS))}")
    if name:
        return PROVIDERS[name]
    try:
        asked = Cluster(documents).asked()
    except SelectorError:  # `match` tells
        asked = set()
    # By the interceptor that checks the signature, or the source of Argo Events'.
    asked |= {str(kind) for each in documents if EVENT_SOURCE.is_of(each) for kind in each.get("spec") or ()}
    found = [each for each in PROVIDERS.values() if each.interceptor in asked]
    return found[0] if found else PROVIDERS["github"]


def _there(names: Sequence[str] | Mapping[str, object]) -> str:
    return f"there is: {', '.join(names)}"


def admitted(verdict: Verdict) -> Verdict:
    """What admission would refuse starts nothing."""
    from flowdsl.check.examine import examine

    for each in verdict.documents:
        found = examine(each, pitfalls=False)
        if not found.accepted:
            wrong = next(item for item in found.findings if item.severity is Severity.ERROR)
            return attrs.evolve(
                verdict, outcome=FAILED, reason=f"what comes out is refused: {wrong.where}: {wrong.message}"
            )
    return verdict


def starts(found: Sequence[Verdict]) -> list[Verdict]:
    """Those that start something."""
    return [each for each in found if each.outcome == STARTS]


def read_payload(path: str) -> bytes:
    """The bytes of a payload. Raises UsageError."""
    return _read(path, LARGEST)


def read_secret(path: str) -> str:
    """The text of a file, without a newline at its end: editors add one. Raises UsageError."""
    return _read(path, _SMALL).decode(errors="replace").removesuffix("\n").removesuffix("\r")


def _read(path: str, most: int) -> bytes:
    try:
        return read_file(path, most)
    except NotReadError as error:
        raise UsageError(f"{line(path)}: {error.words}; {error.hint}") from None


def header(text: str) -> tuple[str, str]:
    """`Name: value`. Raises UsageError."""
    name, colon, value = text.partition(":")
    if not colon or not name.strip() or any(char in text for char in "\r\n"):
        raise UsageError(f"{line(text)!r} is no header: `X-GitHub-Event: push`")
    return name.strip(), value.strip()


def _where(given: Files | Pipeline | Manifest) -> str:
    return given.words[0] if isinstance(given, Files) else given.location.file


def _finding(code: str, message: str, hint: str, file: str) -> Finding:
    return Finding(code, Severity.ERROR, message, Location(file, 1), hint)
