"""Where the API server keeps the kinds that flowdsl deals with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from flowdsl.diagnostics import UsageError
from flowdsl.kinds.kind import Kind
from flowdsl.kinds.table import KINDS, named

SERVED = tuple(kind for kind in KINDS if kind.served)
"""The kinds that our commands deal with."""
_VERSION = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?[a-z][a-z0-9-]{0,62}", re.ASCII)
"""A DNS name and a label, as API groups and versions are called
(https://kubernetes.io/docs/reference/using-api/#api-groups)."""
_SHOWN = 80


def path_of(kind: Kind | str, namespace: str, name: str = "", version: str = "") -> str:
    """The URL path of an object, or of all of a kind. Raises UsageError for a kind that we do not deal with."""
    found = kind if isinstance(kind, Kind) else named(kind)
    if found is None or not found.served:
        known = ", ".join(each.name for each in SERVED)
        raise UsageError(f"flowdsl does not deal with {kind} on a cluster; it does with {known}")
    # A name is one part of a path, whatever is in it.
    space = f"/namespaces/{part(namespace)}" if found.namespaced else ""
    place = f"{base_of(version or found.api_version)}{space}/{found.plural}"
    return place + (f"/{part(name)}" if name else "")


def base_of(api_version: str) -> str:
    """The URL path of an API: Kubernetes' core has one of its own. Raises UsageError for what is no version of one.

    An apiVersion is a group and a version, each one part of the path: `a/../b` would be another place of the server.
    """
    if not _VERSION.fullmatch(api_version):
        raise UsageError(f"apiVersion {api_version[:_SHOWN]!r} is no group and version: write it as tekton.dev/v1")
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def part(text: str) -> str:
    """A text as one part of a URL's path, whatever is in it."""
    return quote(text, safe="", errors="replace")


Document = Mapping[str, object]
"""What is to become an object."""


def metadata_of(document: Document) -> Mapping[str, object]:
    """Its metadata; empty where it has none."""
    found = document.get("metadata")
    return found if isinstance(found, Mapping) else {}


def path_for(document: Document, namespace: str) -> str:
    """The URL path of a document that has a name."""
    metadata = metadata_of(document)
    space, version = str(metadata.get("namespace") or namespace), str(document.get("apiVersion", ""))
    return path_of(str(document.get("kind")), space, str(metadata["name"]), version)


def title(document: Document) -> str:
    """What people call it: `Task build-image`."""
    metadata = metadata_of(document)
    return f"{document.get('kind')} {metadata.get('name') or metadata.get('generateName', '')}"
