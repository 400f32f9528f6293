"""Create a PipelineRun once, whatever happens to the answers.

The name is chosen here, not by the server: asking again with a name that exists tells that the first request arrived,
and the request's id in an annotation tells that it was ours.
"""

from __future__ import annotations

import copy
import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence

import attrs

from flowdsl.diagnostics import ClusterError
from flowdsl.diagnostics.escape import line
from flowdsl.kinds.table import BOUND, KINDS, SERVICE_ACCOUNT
from flowdsl.kube.conventions import NAME_MOST, REQUEST
from flowdsl.kube.drawn_names import DRAWN, LETTERS
from flowdsl.kubeclient.client import MANAGER, Client
from flowdsl.kubeclient.errors import AnsweredError, ForbiddenError
from flowdsl.kubeclient.objects import Object
from flowdsl.kubeclient.plain import mapping, mappings, nested
from flowdsl.kubeclient.resources import metadata_of, path_of

_VARIABLES = tuple((kind, field) for kind in KINDS for field in kind.variables)


def named(run: Mapping[str, object], request: str = "") -> dict[str, object]:
    """The run with a name of its own and the request's id; the same id gives the same name."""
    found: dict[str, object] = copy.deepcopy(dict(run))
    metadata = dict(metadata_of(found))
    request = request or secrets.token_hex(16)
    if not metadata.get("name"):
        base = str(metadata.get("generateName") or "run-")[: NAME_MOST - DRAWN]
        digest = hashlib.sha256(request.encode()).digest()
        metadata["name"] = base + "".join(LETTERS[each % len(LETTERS)] for each in digest[:DRAWN])
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
            _same_params(run, there)
            return there, False
        raise ClusterError(f"there is a {kind} {name!r} already, and it is not this one") from error


def _same_params(run: Mapping[str, object], there: Object) -> None:
    """Raises ClusterError where the request asked for other params when it made the run."""
    asked, had = _params(run), _params(there)
    other = sorted(name for name in {*asked, *had} if asked.get(name) != had.get(name))
    if other:
        names = ", ".join(map(line, other))
        raise ClusterError(
            f"this request made {there['metadata']['name']} before, with other values of {names}: "
            "a request is sent again as it was (--request-id; a program: request_id=); for another run give another id"
        )


def _params(run: Mapping[str, object]) -> dict[str, object]:
    spec = run.get("spec")
    given = spec.get("params") if isinstance(spec, Mapping) else ()
    # Of what a server answers, this field is held against no shape.
    params = [each for each in given if isinstance(each, Mapping)] if isinstance(given, Sequence) else []
    return {str(each.get("name")): each.get("value") for each in params}


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
    called = frozenset(kind.name for kind in KINDS if kind.called and not kind.addon)
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
    for held in nested(value):
        for kind, key in _VARIABLES:
            named = mapping(held.get(key))
            if named and not named.get("optional"):
                yield kind.name, str(named.get("name") or "")
        for volume in mappings(held.get("volumes")):
            yield from _volume(volume)


@attrs.frozen
class Looked:
    """What does not exist, and what may not be read, so that it is not known: in words."""

    absent: tuple[str, ...]
    unseen: tuple[str, ...]


def looked_for(client: Client, wanted: Iterable[tuple[str, str]], space: str, made: set[tuple[str, str]]) -> Looked:
    """Look for kinds and names that are not in `made`. Raises ClusterError."""
    absent, unseen = [], []
    for kind, name in wanted:
        if (kind, name) in made:
            continue
        try:
            if client.find(path_of(kind, space, name)) is None:
                absent.append(f"{kind} {name}")
        except ForbiddenError:
            unseen.append(f"{kind} {name}")
    return Looked(tuple(absent), tuple(unseen))
