"""Is the cluster ready for a pipeline? Every check gives findings; none stops the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flowdsl.diagnostics import ClusterError
from flowdsl.kinds.table import ACCESS_REVIEW, CONFIG_MAP, NODE, PIPELINE, PIPELINE_RUN, TASK, in_group
from flowdsl.kubeclient.check import ERROR, OK, WARNING, Check
from flowdsl.kubeclient.client import Client
from flowdsl.kubeclient.errors import AnsweredError
from flowdsl.kubeclient.queues import examine_queues
from flowdsl.kubeclient.rbac import rules
from flowdsl.kubeclient.resources import base_of, metadata_of, path_of
from flowdsl.kubeclient.submit import missing, references

_SYSTEM = "tekton-pipelines"
_DIGITS = 20


def examine(client: Client, documents: Sequence[Mapping[str, object]], *, system: str = _SYSTEM) -> list[Check]:
    """Look at the cluster, and at what the documents (of a compiled pipeline) need of it.

    Raises ClusterError only where the cluster cannot be reached at all.
    """
    version = client.get("/version").get("gitVersion", "?")
    checks = [Check(OK, f"{client.where} answers: Kubernetes {version}, namespace {client.namespace}")]
    installed = _tekton(client, checks)
    if installed:
        _flags(client, system, checks)
        _rights(client, checks)
    _needs(client, documents, checks, installed=installed)
    _extended(client, documents, checks)
    checks += examine_queues(client, documents)
    return checks


def _tekton(client: Client, checks: list[Check]) -> bool:
    try:
        names = {each["name"] for each in client.get(base_of(PIPELINE_RUN.api_version)).get("resources") or ()}
    except AnsweredError as error:
        if error.code != 404:
            raise
        names = set()
    if PIPELINE_RUN.plural not in names:
        hint = "an administrator installs it: https://tekton.dev/docs/installation/pipelines/"
        checks.append(
            Check(ERROR, f"Tekton Pipelines is not installed: the server has no {PIPELINE_RUN.api_version}", hint)
        )
        return False
    checks.append(Check(OK, "Tekton's v1 API is served"))
    return True


def _config_map(client: Client, system: str, name: str, checks: list[Check]) -> Mapping[str, str] | None:
    try:
        found = client.find(path_of(CONFIG_MAP, system, name))
    except AnsweredError as error:
        if error.code != 403:
            raise
        hint = f"ask for `get configmaps` in namespace {system}, or pass by"
        checks.append(Check(WARNING, f"ConfigMap {name} may not be read", hint))
        return None
    if found is None:
        hint = "Tekton may be installed in another namespace: --tekton-namespace"
        checks.append(Check(WARNING, f"there is no ConfigMap {name} in namespace {system}", hint))
        return None
    return found.get("data") or {}


def _flags(client: Client, system: str, checks: list[Check]) -> None:
    info = _config_map(client, system, "pipelines-info", checks)
    if info is not None:
        checks.append(Check(OK, f"Tekton Pipelines {info.get('version', 'of an unknown version')}"))
    flags = _config_map(client, system, "feature-flags", checks)
    if flags is not None:
        told = {key: value for key, value in sorted(flags.items()) if not key.startswith("_")}
        level = told.pop("enable-api-fields", "beta (default)")
        on = [key for key, value in told.items() if value == "true"]
        checks.append(Check(OK, f"feature flags: enable-api-fields is {level}; on: {', '.join(on) or 'none'}"))
        if level == "stable":
            checks.append(Check(WARNING, "enable-api-fields is stable", "beta fields of a pipeline would be refused"))
    defaults = _config_map(client, system, "config-defaults", checks)
    if defaults is not None:
        minutes = defaults.get("default-timeout-minutes", "60")
        account = defaults.get("default-service-account", "default")
        checks.append(Check(OK, f"defaults: timeout {minutes} minutes, service account {account}"))


def _rights(client: Client, checks: list[Check]) -> None:
    """Ask the server whether we may do what the commands do."""
    lacking = []
    for rule in rules(read_only=False, check_secrets=False):
        for resource in rule["resources"]:
            lacking += [
                f"{verb} {resource}"
                for verb in rule["verbs"]
                if not _allowed(client, rule["apiGroups"][0], resource, verb)
            ]
    if lacking:
        hint = "`flowdsl rbac` prints the Role that has them"
        level = ERROR if f"create {PIPELINE_RUN.plural}" in lacking else WARNING
        checks.append(Check(level, f"you may not {', '.join(lacking)}", hint))
    else:
        checks.append(Check(OK, "you may apply pipelines, create runs and read their logs"))


def _allowed(client: Client, group: str, resource: str, verb: str) -> bool:
    name, _, sub = resource.partition("/")
    attributes = {"namespace": client.namespace, "group": group, "resource": name, "verb": verb}
    if sub:
        attributes["subresource"] = sub
    body = {
        **ACCESS_REVIEW.header,
        "spec": {"resourceAttributes": attributes},
    }
    found = client.call("POST", f"{base_of(ACCESS_REVIEW.api_version)}/{ACCESS_REVIEW.plural}", body=body)
    return bool((found.get("status") or {}).get("allowed"))


def _needs(client: Client, documents: Sequence[Mapping[str, object]], checks: list[Check], *, installed: bool) -> None:
    made = {(str(each["kind"]), str(metadata_of(each).get("name", ""))) for each in documents}
    wanted: list[tuple[str, str]] = []
    for run in (each for each in documents if PIPELINE_RUN.is_of(each)):
        wanted += references(run, documents)
    if installed:
        wanted += [(TASK.name, name) for name in _task_names(documents)]
    if not wanted:
        return
    absent = missing(client, dict.fromkeys(wanted), client.namespace, made)
    for each in absent:
        checks.append(Check(ERROR, f"{each} does not exist in namespace {client.namespace}", "make it before a run"))
    if not absent:
        checks.append(
            Check(OK, "every Task, claim, Secret, ConfigMap and service account it names exists, or is applied")
        )


def _task_names(documents: Iterable[Mapping[str, object]]) -> Iterable[str]:
    for document in documents:
        if PIPELINE.is_of(document):
            spec = document.get("spec")
            assert isinstance(spec, Mapping), "the documents have been checked"
            for task in (*(spec.get("tasks") or ()), *(spec.get("finally") or ())):
                reference = task.get("taskRef") or {}
                # A reference with another API group is a custom task, which no Task stands for.
                ours = in_group(reference.get("apiVersion") or TASK.api_version, TASK.group)
                if reference.get("name") and ours and reference.get("kind", TASK.name) == TASK.name:
                    yield str(reference["name"])


def _extended(client: Client, documents: Sequence[Mapping[str, object]], checks: list[Check]) -> None:
    """Whether some node has the extended resources (GPUs) that steps ask for."""
    wanted: dict[str, tuple[int, str]] = {}
    for who, spec in _askers(documents):
        _resources(spec, who, wanted)
    if not wanted:
        return
    try:
        nodes = client.items(path_of(NODE, client.namespace))
    except ClusterError as error:
        if not isinstance(error, AnsweredError) or error.code != 403:
            raise
        names = ", ".join(sorted(wanted))
        checks.append(Check(WARNING, f"nodes may not be listed, so whether they have {names} is not known"))
        return
    for name, (number, who) in sorted(wanted.items()):
        held = [(each.get("status") or {}).get("allocatable") or {} for each in nodes]
        most = max((_whole(each.get(name)) for each in held), default=0)
        if most >= number:
            checks.append(Check(OK, f"a node has {most} {name}; {who} asks for {number}"))
        else:
            hint = "the pod would wait: add such a node, or install the device plugin"
            checks.append(Check(ERROR, f"no node has {number} {name}, which {who} asks for (most: {most})", hint))


def _askers(documents: Sequence[Mapping[str, object]]) -> Iterable[tuple[str, object]]:
    """What asks for resources: a pipeline's task by its name there, with its Task's spec or what the run says of it."""
    users: dict[str, str] = {}
    for document in documents:
        for task in _pipeline_tasks(document):
            reference = task.get("taskRef")
            if isinstance(reference, Mapping):
                users.setdefault(str(reference.get("name")), str(task.get("name")))
            yield str(task.get("name")), task
    for document in documents:
        spec, name = document.get("spec"), str(metadata_of(document).get("name", ""))
        if TASK.is_of(document):
            yield users.get(name, name), spec
        elif PIPELINE_RUN.is_of(document) and isinstance(spec, Mapping):
            for each in spec.get("taskRunSpecs") or ():
                yield str(each.get("pipelineTaskName")), each
        elif not PIPELINE.is_of(document):
            yield name, spec


def _pipeline_tasks(document: Mapping[str, object]) -> list[Mapping[str, object]]:
    spec = document.get("spec")
    if PIPELINE_RUN.is_of(document) and isinstance(spec, Mapping):
        spec = spec.get("pipelineSpec")
    elif not PIPELINE.is_of(document):
        return []
    return [*(spec.get("tasks") or ()), *(spec.get("finally") or ())] if isinstance(spec, Mapping) else []


def _resources(value: object, who: str, wanted: dict[str, tuple[int, str]]) -> None:
    if isinstance(value, list):
        for each in value:
            _resources(each, who, wanted)
    if isinstance(value, dict):
        for key in ("limits", "requests"):
            held = value.get(key)
            for name, amount in held.items() if isinstance(held, dict) else ():
                # Extended resources are those of a vendor's domain.
                if "/" in str(name):
                    wanted[name] = max(wanted.get(name, (0, who)), (_whole(amount), who), key=lambda each: each[0])
        for each in value.values():
            _resources(each, who, wanted)


def _whole(amount: object) -> int:
    text = str(amount or 0)
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else 0
