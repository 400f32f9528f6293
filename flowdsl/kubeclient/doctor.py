"""Is the cluster ready for a pipeline? Every check gives findings; none stops the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flowdsl.kinds.table import ACCESS_REVIEW, CONFIG_MAP, NODE, PIPELINE, PIPELINE_RUN, SECRET, TASK, in_group
from flowdsl.kubeclient.check import ERROR, OK, WARNING, Check
from flowdsl.kubeclient.client import Client
from flowdsl.kubeclient.errors import AnsweredError, ForbiddenError
from flowdsl.kubeclient.plain import mapping, mappings, nested
from flowdsl.kubeclient.queues import examine_queues
from flowdsl.kubeclient.rbac import rules
from flowdsl.kubeclient.resources import base_of, metadata_of, part, path_of
from flowdsl.kubeclient.starting import examine_starts
from flowdsl.kubeclient.submit import looked_for, references

_SYSTEM = "tekton-pipelines"
_DIGITS = 20


def examine(client: Client, documents: Sequence[Mapping[str, object]], *, system: str = _SYSTEM) -> list[Check]:
    """Look at the cluster, and at what the documents (of a compiled pipeline) need of it.

    Raises ClusterError only where the cluster cannot be reached at all.
    """
    version = client.get("/version").get("gitVersion", "?")
    checks = [Check(OK, f"{client.where} answers: Kubernetes {version}, namespace {client.namespace}")]
    _namespace(client, checks)
    installed = _tekton(client, checks)
    if installed:
        _flags(client, system, checks)
        _rights(client, checks)
    _needs(client, documents, checks, installed=installed)
    _pull_secrets(client, documents, checks)
    _extended(client, documents, checks)
    checks += examine_queues(client, documents)
    checks += examine_starts(client, documents, system)
    return checks


def _namespace(client: Client, checks: list[Check]) -> None:
    """Whether it is there; many may read what is in their namespace and not the namespace itself."""
    try:
        found = client.find(f"{base_of(CONFIG_MAP.api_version)}/namespaces/{part(client.namespace)}")
    except ForbiddenError:
        checks.append(Check(OK, f"namespace {client.namespace} itself may not be read: not checked"))
        return
    if found is None:
        hint = f"an administrator makes it: kubectl create namespace {client.namespace}"
        checks.append(Check(ERROR, f"there is no namespace {client.namespace}", hint))


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
    except ForbiddenError:
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
    found = looked_for(client, dict.fromkeys(wanted), client.namespace, made)
    for each in found.absent:
        checks.append(Check(ERROR, f"{each} does not exist in namespace {client.namespace}", "make it before a run"))
    if found.unseen:
        hint = "`flowdsl rbac --check-secrets` has the right to look for Secrets, not into them alone"
        text = f"whether there is {', '.join(found.unseen)} is not known: you may not read it"
        checks.append(Check(WARNING, text, hint))
    if not found.absent:
        rest = ", but for those" if found.unseen else ""
        checks.append(
            Check(OK, f"every Task, claim, Secret, ConfigMap and service account it names exists, or is applied{rest}")
        )


def _pull_secrets(client: Client, documents: Sequence[Mapping[str, object]], checks: list[Check]) -> None:
    """A Secret for a registry that is not there stops no pod: the image is asked for without it."""
    names = dict.fromkeys((SECRET.name, name) for each in documents for name in _pulled_with(each))
    made = {(str(each["kind"]), str(metadata_of(each).get("name", ""))) for each in documents}
    for each in looked_for(client, names, client.namespace, made).absent:
        hint = "images that need it can't be pulled: kubectl create secret docker-registry"
        checks.append(Check(WARNING, f"{each} (imagePullSecrets) does not exist in namespace {client.namespace}", hint))


def _pulled_with(document: Mapping[str, object]) -> Iterable[str]:
    for held in nested(document):
        yield from (str(each["name"]) for each in mappings(held.get("imagePullSecrets")) if each.get("name"))


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
    except ForbiddenError:
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
    for held in nested(value):
        asked = (pair for key in ("limits", "requests") for pair in mapping(held.get(key)).items())
        # Extended resources are those of a vendor's domain.
        for name, amount in (pair for pair in asked if "/" in str(pair[0])):
            wanted[name] = max(wanted.get(name, (0, who)), (_whole(amount), who), key=lambda each: each[0])


def _whole(amount: object) -> int:
    text = str(amount or 0)
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else 0
