"""Which document a reference means: of several with one name the nearest, as the layout of a repository says.

Repositories keep versions side by side (`task/NAME/0.1/`, `task/NAME/0.2/`) and give each tests and samples of its own.
A reference is to what stands in its own file, else in its own folder, else in the nearest folder above that holds one,
there or further below. Where that leaves several that differ, and no `version:` says which, nothing is said of them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import attrs

from flowdsl.check.findings import Path, Report
from flowdsl.check.pitfalls.shapes import at
from flowdsl.diagnostics.near import Names
from flowdsl.diagnostics.rule import UNUSED, Rule
from flowdsl.kinds.base import Model
from flowdsl.kinds.kind import Kind
from flowdsl.kinds.pipelines import Pipeline, PipelineSpec
from flowdsl.kinds.table import TASK, named
from flowdsl.kinds.tasks import Task, TaskRef, TaskSpec

_VERSION = re.compile(r"v?[0-9]+(?:\.[0-9]+)*")
_LABEL = "app.kubernetes.io/version"
_MOST = 256
"""How many documents of one name are told apart; more are as many as any."""


def _folder(entry: Entry) -> tuple[str, ...]:
    return tuple(part for part in posixpath.dirname(posixpath.normpath(entry.file)).split("/") if part)


@attrs.frozen(eq=False)
class Entry:
    """A document of the set, with the report that its findings go to, what was read, and the file it stands in.

    Without a model it can't be read as v1: it is there, and nothing can be said of what refers to it.
    """

    model: Model | None
    report: Report
    data: Mapping[str, object] = attrs.field(factory=dict)
    file: str = ""
    folder: tuple[str, ...] = attrs.field(init=False, default=attrs.Factory(_folder, takes_self=True))

    @property
    def kind(self) -> str:
        """The kind of the document."""
        return str(getattr(self.model, "kind", None) or self.data.get("kind"))

    @property
    def name(self) -> str:
        """Its name; "" without one."""
        metadata = getattr(self.model, "metadata", None)
        name = metadata.name if metadata else at(self.data, ("metadata", "name"))
        return name if isinstance(name, str) else ""

    def plain(self, section: str) -> bool:
        """Whether a section of the spec was decoded whole."""
        return not self.report.broken(("spec", section))

    @property
    def version(self) -> str:
        """The version that its label or its folder says it is; "" where none does."""
        metadata = getattr(self.model, "metadata", None)
        labels: dict[str, str] = (metadata.labels if metadata else None) or {}
        said = labels.get(_LABEL) or (self.folder[-1] if self.folder else "")
        return said if _VERSION.fullmatch(said) else ""


def _upwards(folder: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for length in range(len(folder), -1, -1):
        yield folder[:length]


@attrs.define
class Index:
    """The documents of a set. Namespaces are not told apart: a run's is known at its creation only."""

    below: dict[tuple[str, str], dict[tuple[str, ...], list[Entry]]] = attrs.field(factory=dict)
    """By kind and name: what stands in each folder and below it."""
    kinds: dict[tuple[str, str], list[str]] = attrs.field(factory=dict)
    """By kind and file: the names that are there."""
    _names: dict[tuple[str, str], Names] = attrs.field(factory=dict)
    """The same for hints, once somebody asked: all documents are there by then."""
    whole: set[str] = attrs.field(factory=set)
    """Files that hold a run: with what else they hold they are a whole, as examples and tests are."""
    brought: set[str] = attrs.field(factory=set)
    """Names of the volumes that the runs of the set bring in a podTemplate."""
    objects: dict[Entry, set[str]] = attrs.field(factory=dict)
    """By document: its params that are names of objects, once somebody asked."""

    def add(self, entry: Entry) -> None:
        """One more document."""
        kind = named(entry.kind)
        if kind is not None and kind.is_run:
            self.whole.add(entry.file)
        if not entry.name:
            return
        folders = self.below.setdefault((entry.kind, entry.name), {})
        for folder in _upwards(entry.folder):
            found = folders.setdefault(folder, [])
            if len(found) < _MOST:
                found.append(entry)
        for place in (entry.file, "/".join((*entry.folder, ""))):
            self.kinds.setdefault((entry.kind, place), []).append(entry.name)

    def has(self, kind: Kind, name: str) -> bool:
        """Whether there is a document of this kind and name at all."""
        return (kind.name, name) in self.below

    def beside(self, kind: Kind, entry: Entry) -> Names:
        """The names of a kind in the entry's own file and, if that is no whole, in its folder."""
        place = entry.file if entry.file in self.whole else "/".join((*entry.folder, ""))
        key = (kind.name, place)
        if key not in self._names:
            self._names[key] = Names(self.kinds.get(key, ()))
        return self._names[key]

    def find(self, kind: Kind, name: str | None, near: Entry, version: str = "") -> Entry | None:
        """The document that a reference in `near` means; None where there is none, or it can't be told."""
        folders = self.below.get((kind.name, name or ""))
        if folders is None:
            return None
        # A version that is asked for is one that some of them have, or none of them says its own.
        said = version if any(each.version for each in folders[()]) else ""
        for folder in _upwards(near.folder):
            found = [each for each in folders.get(folder, ()) if not said or each.version == said]
            if found:
                own = [each for each in found if each.file == near.file]
                return _only(own[:1] or [each for each in found if each.folder == folder] or found)
        return None

    def task(self, ref: TaskRef | None, path: Path, near: Entry, kinds: Collection[Kind] = (TASK,)) -> Entry | None:
        """The Task that a reference at a path means; `kinds` are what the reference may call it."""
        if ref is None or ref.resolver or (ref.kind or TASK.name) not in {kind.name for kind in kinds}:
            return None
        version = at(near.data, (*path, "version"))
        return self.find(TASK, ref.name, near, version if isinstance(version, str) else "")


def _only(found: Sequence[Entry]) -> Entry | None:
    """The one there is, or the first of several that say the same."""
    spec = getattr(found[0].model, "spec", None)
    return found[0] if all(getattr(each.model, "spec", None) == spec for each in found[1:]) else None


DOCUMENT_TWICE = Rule.pitfall("FLOW316", "document-twice", "two documents of one name", quiet=UNUSED)


def check_names(entries: Sequence[Entry], index: Index) -> None:
    """FLOW316: of two objects with one name in a file or a folder, the one that is applied last replaces the other."""
    seen: dict[tuple[str, str, str, tuple[str, ...]], Entry] = {}
    for entry in entries:
        if not entry.name or "$(" in entry.name:  # a template's, which each event makes another name of
            continue
        namespace = at(entry.data, ("metadata", "namespace"))
        before = seen.setdefault((entry.kind, entry.name, str(namespace or ""), entry.folder), entry)
        apart = before.file != entry.file and not index.whole.isdisjoint((before.file, entry.file))
        if before is not entry and not apart:
            message = f"the {entry.kind} {entry.name!r} is there twice; the last one applied wins"
            entry.report.add(DOCUMENT_TWICE, ("metadata", "name"), message, "rename one, or remove it")


def task_spec(entry: Entry | None) -> TaskSpec | None:
    """The spec of a Task's entry; None where what others need of it could not be decoded."""
    if entry is None or not isinstance(entry.model, Task):
        return None
    return entry.model.spec if all(map(entry.plain, ("params", "workspaces", "results"))) else None


def pipeline_spec(entry: Entry | None) -> PipelineSpec | None:
    """The spec of a Pipeline's entry; None where what others need of it could not be decoded."""
    if entry is None or not isinstance(entry.model, Pipeline):
        return None
    return entry.model.spec if all(map(entry.plain, ("params", "workspaces"))) else None
