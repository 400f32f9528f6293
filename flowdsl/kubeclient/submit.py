"""Create a PipelineRun once, whatever happens to the answers.

The name is chosen here, not by the server: asking again with a name that exists tells that the first request arrived,
and the request's id in an annotation tells that it was ours.
"""

from __future__ import annotations

import copy
import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence

from flowdsl.diagnostics import ClusterError
from flowdsl.kinds.table import BOUND, KINDS, SERVICE_ACCOUNT
from flowdsl.kube.conventions import REQUEST
from flowdsl.kubeclient.client import MANAGER, Client
from flowdsl.kubeclient.errors import AnsweredError
from flowdsl.kubeclient.objects import Object
from flowdsl.kubeclient.resources import metadata_of, path_of

_VARIABLES = tuple((kind, field) for kind in KINDS for field in kind.variables)
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"  # Kubernetes' own choice for generated names: no words come out of it
_LONGEST_BASE = 58  # of 63, with five letters to come


def named(run: Mapping[str, object], request: str = "") -> dict[str, object]:
    """The run with a name of its own and the request's id; the same id gives the same name."""
    found: dict[str, object] = copy.deepcopy(dict(run))
    metadata = dict(metadata_of(found))
    request = request or secrets.token_hex(16)
    if not metadata.get("name"):
        base = str(metadata.get("generateName") or "run-")[:_LONGEST_BASE]
        digest = hashlib.sha256(request.encode()).digest()
        metadata["name"] = base + "".join(_LETTERS[each % len(_LETTERS)] for each in digest[:5])
    metadata.pop("generateName", None)
    marks = metadata.get("annotations")
    metadata["annotations"] = {**(marks if isinstance(marks, Mapping) else {}), REQUEST: request}
    return {**found, "metadata": metadata}


def create(client: Client, run: Mapping[str, object], *, dry_run: bool = False) -> tuple[Object, bool]:
    """Create a run from `named`; the object, and whether it is new. Raises ClusterError."""
    metadata = metadata_of(run)
    space, name = str(metadata.get("namespace") or client.namespace), str(metadata["name"])
    query = {"fieldManager": MANAGER, "fieldValidation": "Strict", **({"dryRun": "All"} if dry_run else {})}
    kind = str(run["kind"])
    try:
        return client.one("POST", path_of(kind, space), query, run), True
    except AnsweredError as error:
        if error.reason != "AlreadyExists":
            raise
        there = client.one("GET", path_of(kind, space, name))
        marks = metadata.get("annotations")
        wanted = marks.get(REQUEST) if isinstance(marks, Mapping) else None
        if wanted is not None and (there["metadata"].get("annotations") or {}).get(REQUEST) == wanted:
            return there, False
        raise ClusterError(f"there is a {kind} {name!r} already, and it is not this one") from error


def references(run: Mapping[str, object], documents: Sequence[Mapping[str, object]]) -> list[tuple[str, str]]:
    """Kind and name of what a run needs to exist: its claims, Secrets, ConfigMaps, service accounts, and all that
    the steps of its tasks name, each once. Optional references are left out."""
    spec = run.get("spec")
    found: list[tuple[str, str]] = []
    if isinstance(spec, Mapping):
        for each in (spec.get("taskRunTemplate") or {}, *(spec.get("taskRunSpecs") or ())):
            found.append((SERVICE_ACCOUNT.name, str(each.get("serviceAccountName") or "")))
        for space in spec.get("workspaces") or ():
            found += _volume(space)
    called = frozenset(kind.name for kind in KINDS if kind.called)
    for document in (run, *(each for each in documents if each.get("kind") in called)):
        found += _named_in(document.get("spec"))
    return [each for each in dict.fromkeys(found) if each[1] and "$(" not in each[1]]


def _volume(source: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    for kind in BOUND:
        key, field = kind.volume
        held = source.get(key)
        if isinstance(held, dict) and not held.get("optional"):
            yield kind.name, str(held.get(field) or "")


def _named_in(value: object) -> Iterable[tuple[str, str]]:
    """References in environments and volumes, at any depth."""
    if isinstance(value, list):
        for each in value:
            yield from _named_in(each)
    if not isinstance(value, dict):
        return
    for kind, key in _VARIABLES:
        held = value.get(key)
        if isinstance(held, dict) and not held.get("optional"):
            yield kind.name, str(held.get("name") or "")
    for volume in value.get("volumes") or ():
        if isinstance(volume, dict):
            yield from _volume(volume)
    for each in value.values():
        yield from _named_in(each)


def missing(client: Client, wanted: Iterable[tuple[str, str]], space: str, made: set[tuple[str, str]]) -> list[str]:
    """What does not exist and is not in `made`, in words. What we may not read is not told: the run may still work."""
    absent = []
    for kind, name in wanted:
        if (kind, name) in made:
            continue
        try:
            if client.find(path_of(kind, space, name)) is None:
                absent.append(f"{kind} {name}")
        except AnsweredError as error:
            if error.code != 403:
                raise
    return absent
