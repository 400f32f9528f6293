"""The facets of what holds a user's data: the keys of a Secret, what a claim asks for.

A ConfigMap is compared field by field.
"""

from __future__ import annotations

from collections.abc import Mapping

from flowdsl.check.objects import decoded
from flowdsl.differ.facets import Taking, in_order

_MODE = "Filesystem"


def of_secret(taking: Taking, secret: dict[str, object]) -> None:
    """A Secret: each key once, whether it stands there as text or in base64. Its values `words.hide` keeps back."""
    held = {key: _bytes(value) for key, value in taking.mapping(secret, "data").items()}
    held |= taking.mapping(secret, "stringData")
    for key, value in held.items():
        taking.note("key", (key,), value)
    if secret.get("type") == "Opaque":
        del secret["type"]  # which is what it is without one
    taking.take("secret type", (), secret, "type")
    taking.take("immutable", (), secret, "immutable")


def _bytes(value: object) -> object:
    """The text that base64 stands for; what is none, and bytes that are no text, stay as they are."""
    try:
        return decoded(value).decode() if isinstance(value, str) else value
    except ValueError:
        return value


def of_claim(taking: Taking, spec: dict[str, object]) -> None:
    """A PersistentVolumeClaimSpec."""
    resources = spec.get("resources")
    requests = resources.get("requests") if isinstance(resources, Mapping) else None
    if isinstance(requests, dict):
        taking.take("size", (), requests, "storage")
    if not requests and isinstance(resources, dict) and set(resources) == {"requests"}:
        del spec["resources"]
    modes = spec.pop("accessModes", None)
    if modes is not None:
        taking.note("claim", ("accessModes",), in_order(modes) if isinstance(modes, list) else modes)
    taking.note("claim", ("volumeMode",), spec.pop("volumeMode", None) or _MODE)
    for field in ("storageClassName", "volumeName", "selector", "dataSource", "dataSourceRef"):
        taking.take("claim", (field,), spec, field)
    taking.remains(spec, ("spec",))
    spec.clear()
