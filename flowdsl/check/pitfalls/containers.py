"""Steps and sidecars: images, resources, volumes, environment, scripts."""

from __future__ import annotations

import re
from decimal import Decimal

from flowdsl.check.findings import Path, Report
from flowdsl.check.pitfalls.secrets import CREDENTIAL
from flowdsl.check.pitfalls.shapes import SpecAt, containers
from flowdsl.diagnostics.rule import HARDENING, Rule
from flowdsl.kinds.containers import ResourceRequirements
from flowdsl.kinds.tasks import Sidecar, Step, StepTemplate
from flowdsl.kube import looks_secret, parse_quantity

# What `ko` builds from a Go package as it applies the document, and pins by its digest.
_BUILT = ("ko://", "github.com/")
_TAG = re.compile(r":([\w][\w.-]*)$")


def check(spec: SpecAt, report: Report) -> None:
    """FLOW308, FLOW309, FLOW321–324 for the containers of one task."""
    images: set[str] = set()
    for path, container in containers(spec):
        _image(container.image, path, images, report)
        _environment(container, path, report)
        resources(container.computeResources, (*path, "computeResources"), report)
    _requests(spec, report)
    _hashbangs(spec, report)


IMAGE_MAY_CHANGE = Rule.pitfall("FLOW322", "image-may-change", "an image that may change", quiet=HARDENING)


def _image(image: str | None, path: Path, seen: set[str], report: Report) -> None:
    """FLOW322: an image is the same tomorrow. Told once for each image of a task."""
    if not image or "$(" in image or "@sha256:" in image or image in seen or image.startswith(_BUILT):
        return
    seen.add(image)
    tag = _TAG.search(image.rsplit("/", 1)[-1])
    hint = "name a version, or better a digest: the same YAML then runs the same code tomorrow"
    if tag is None:
        report.add(IMAGE_MAY_CHANGE, (*path, "image"), f"the image {image!r} has no tag, which means latest", hint)
    elif tag[1] == "latest":
        report.add(IMAGE_MAY_CHANGE, (*path, "image"), f"the image {image!r} may change under its tag", hint)


VARIABLE_TWICE = Rule.pitfall("FLOW308", "variable-twice", "a variable is set twice")


def _environment(container: Step | Sidecar | StepTemplate, path: Path, report: Report) -> None:
    """FLOW308, FLOW321: a variable is set once, and never to a credential in plain text."""
    seen: set[str] = set()
    for index, variable in enumerate(container.env or ()):
        name = variable.name or ""
        at = (*path, "env", index)
        if name in seen:
            report.add(
                VARIABLE_TWICE, (*at, "name"), f"the variable {name!r} is set twice; the last wins", "remove one"
            )
        seen.add(name)
        if variable.value and looks_secret(name, variable.value):
            hint = "put it into a Secret: valueFrom: {secretKeyRef: {name: …, key: …}}"
            report.add(CREDENTIAL, (*at, "value"), f"{name!r} looks like a credential in plain text", hint)


REQUESTS_AGAINST_LIMITS = Rule.pitfall("FLOW324", "requests-against-limits", "requests and limits contradict")


def resources(requirements: ResourceRequirements | None, path: Path, report: Report) -> None:
    """FLOW324: requests within limits; for GPUs and other devices exactly the limit, in whole numbers.

    Source: Kubernetes' pod validation: extended resources can't be overcommitted. The pod is refused otherwise.
    """
    if requirements is None:
        return
    requests, limits = requirements.requests or {}, requirements.limits or {}
    for name, request in requests.items():
        at = (*path, "requests", name)
        wanted, limit = _number(request), _number(limits.get(name))
        if _is_extended(name):
            if limit is None or wanted != limit:
                hint = f"set both to the same whole number, or give `limits: {{{name}: …}}` alone"
                report.add(REQUESTS_AGAINST_LIMITS, at, f"the request for {name} differs from its limit", hint)
        elif wanted is not None and limit is not None and wanted > limit:
            report.add(
                REQUESTS_AGAINST_LIMITS,
                at,
                f"{request} of {name} is requested, {limits[name]} is the limit",
                "raise the limit",
            )
    for name, given in limits.items():
        value = _number(given)
        if _is_extended(name) and value is not None and value != value.to_integral_value():
            report.add(REQUESTS_AGAINST_LIMITS, (*path, "limits", name), f"{name} comes in whole numbers", "round it")


def _is_extended(name: str) -> bool:
    domain, slash, _ = name.partition("/")
    return bool(slash) and domain != "kubernetes.io" and not domain.endswith(".kubernetes.io")


def _number(value: object) -> Decimal | None:
    try:
        return None if value is None else parse_quantity(str(value))
    except ValueError:
        return None


NO_RESOURCE_REQUESTS = Rule.pitfall(
    "FLOW323", "no-resource-requests", "a task that does not say how much cpu and memory it needs", opt_in=True
)


def _requests(spec: SpecAt, report: Report) -> None:
    """FLOW323: the scheduler knows what a task needs."""
    found = [container.computeResources for _, container in containers(spec) if not isinstance(container, Sidecar)]
    if not any(each and (each.requests or each.limits) for each in found):
        hint = "add computeResources.requests (cpu, memory) to a step or to stepTemplate"
        report.add(NO_RESOURCE_REQUESTS, spec.path, "no step says how much cpu and memory it needs", hint)


SCRIPT_WITHOUT_INTERPRETER = Rule.pitfall(
    "FLOW309", "script-without-interpreter", "a script without its interpreter", opt_in=True
)


def _hashbangs(spec: SpecAt, report: Report) -> None:
    """FLOW309 (opt-in): a script names its interpreter."""
    for index, step in enumerate(spec.spec.steps or ()):
        if step.script and not step.script.startswith("#!"):
            hint = "Tekton runs it with `#!/bin/sh` and `set -e`; say so, or name another interpreter"
            report.add(
                SCRIPT_WITHOUT_INTERPRETER, (*spec.path, "steps", index, "script"), "the script has no #! line", hint
            )
