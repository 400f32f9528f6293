"""What the file of each document is called, where a folder gets one file a document."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from flowdsl.diagnostics import FlowError, Location
from flowdsl.diagnostics.rule import Rule
from flowdsl.emit.rules import FILE_NAME, OBJECT_TWICE
from flowdsl.kinds.table import CONFIG_MAP
from flowdsl.kube.conventions import BUNDLE

_KIND = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")
# Wider than DNS names: the names of roles may hold capitals and colons (`IsValidPathSegmentName` of Kubernetes'
# apimachinery, v0.34). What is left can't be a path, nor hide from anybody.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*\Z")
_LONGEST = 200


def file_names(documents: Sequence[Mapping[str, object]], ending: str, place: Location) -> list[str]:
    """A name for each document: its kind and name, with its namespace and version where others are called the same.

    Raises FlowError for a kind or name that no object can have (FLOW025), and for one object written twice (FLOW026).
    """
    _one_each(documents, place)
    found = [_checked(document, place) for document in documents]
    stems = [_stem(kind, name) for kind, name, _, _ in found]
    for more in (2, 3):  # the namespace, then the version: whatever tells those of one name apart
        differ: dict[str, set[str]] = {}
        for stem, each in zip(stems, found, strict=True):
            differ.setdefault(stem.lower(), set()).add(each[more])
        stems = [
            _stem(each[0], *each[2 : more + 1], each[1]) if len(differ[stem.lower()]) > 1 else stem
            for stem, each in zip(stems, found, strict=True)
        ]
    return _different([_short(stem.replace(":", "-")) for stem in stems], ending)


def _stem(kind: str, *parts: str) -> str:
    return "-".join(filter(None, (kind.lower(), *parts)))


def object_name(document: Mapping[str, object]) -> str:
    """The name of a document, or how one that gets its name in the cluster begins; empty where it has neither."""
    meta = document.get("metadata")
    meta = meta if isinstance(meta, Mapping) else {}
    return str(meta.get("name") or str(meta.get("generateName") or "").rstrip("-"))


def is_named(document: Mapping[str, object]) -> bool:
    """Whether `kubectl apply` can take it: it has a name of its own."""
    meta = document.get("metadata")
    return isinstance(meta, Mapping) and bool(meta.get("name"))


def holds_code(document: Mapping[str, object]) -> bool:
    """Whether it is a ConfigMap of modules of a project, whose name changes with each edit of them."""
    meta = document.get("metadata")
    labels = meta.get("labels") if isinstance(meta, Mapping) else None
    return CONFIG_MAP.is_of(document) and isinstance(labels, Mapping) and BUNDLE in labels


def _one_each(documents: Iterable[Mapping[str, object]], place: Location) -> None:
    """Raises FlowError (FLOW026) where two documents are one object to a cluster."""
    seen = set()
    for document in documents:
        meta = document.get("metadata")
        if not isinstance(meta, Mapping) or not meta.get("name"):
            continue
        group = str(document.get("apiVersion")).rpartition("/")[0]
        key = (group, str(document.get("kind")), str(meta.get("namespace") or ""), str(meta["name"]))
        if key in seen:
            said = f"there are two documents of {key[1]} {key[3]!r}: the second would overwrite the first"
            raise _error(OBJECT_TWICE, said, "leave one out, or give it another name", place)
        seen.add(key)


def _checked(document: Mapping[str, object], place: Location) -> tuple[str, str, str, str]:
    kind, name = str(document.get("kind")), object_name(document)
    meta = document.get("metadata")
    namespace = str((meta.get("namespace") if isinstance(meta, Mapping) else "") or "")
    for what, text, pattern in (("kind", kind, _KIND), ("name", name, _NAME), ("namespace", namespace, _NAME)):
        if (text or what == "kind") and not pattern.match(text):
            said = f"{what} {text!r} can't be part of a file's name, nor can an object have it"
            raise _error(FILE_NAME, said, f"correct the {what} of the document", place)
    version = re.sub(r"[^A-Za-z0-9.]", "-", str(document.get("apiVersion")))
    return kind, name, namespace, version


def _different(stems: list[str], ending: str) -> list[str]:
    """Numbers behind what is there already, in any case of letters: some disks know no difference."""
    taken = {f"kustomization.{ending}", "kustomization.yaml"}
    names = []
    for stem in stems:
        name, number = f"{stem}.{ending}", 2
        while name.lower() in taken:
            name, number = f"{stem}-{number}.{ending}", number + 1
        taken.add(name.lower())
        names.append(name)
    return names


def _short(stem: str) -> str:
    if len(stem) <= _LONGEST:
        return stem
    return f"{stem[:_LONGEST]}-{hashlib.sha256(stem.encode()).hexdigest()[:8]}"


def _error(rule: Rule, message: str, hint: str, place: Location) -> FlowError:
    return FlowError((rule.finding(message, place, hint=hint),))
