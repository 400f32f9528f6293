"""What a file's pipelines compile to, file by file: where the documents go, and whether what is there is stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flowdsl.compiler import Compilation, CompileOptions
from flowdsl.diagnostics import Finding, FlowError, UsageError
from flowdsl.diagnostics.escape import line
from flowdsl.diagnostics.frozen import frozen
from flowdsl.diagnostics.unified import unified
from flowdsl.emit import emit_json, emit_yaml, kustomization
from flowdsl.emit.file_names import file_names, holds_code, is_named, object_name
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.kinds.as_code import is_read, is_start
from flowdsl.kinds.table import PIPELINE_RUN, STARTING
from flowdsl.kube.conventions import BUNDLE_NAME
from flowdsl.library.compiling import compile_target
from flowdsl.library.documents import counted
from flowdsl.library.rules import OBJECTS_DIFFER
from flowdsl.library.siblings import beside

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import Document


@frozen
class Compiled:
    """What several pipelines and manifests of one file compile to. `format_` is yaml or json."""

    targets: Sequence[Pipeline | Manifest]
    made: Sequence[Compilation]
    format_: str = "yaml"
    profile: str = ""
    events: Sequence[str] = ()

    @property
    def findings(self) -> list[Finding]:
        """The warnings of all."""
        return [each for one in self.made for each in one.diagnostics]

    @property
    def counts(self) -> str:
        """How many documents of each kind are written, in words; one that several pipelines have counts once."""
        return counted({_key(cast("Document", item)): item for one in self.made for item in _written(one)}.values())

    @property
    def objects(self) -> list[dict[str, str]]:
        """Kind and name of each document that is written."""
        return [{"kind": str(item["kind"]), "name": object_name(item)} for one in self.made for item in _written(one)]

    def stream(self) -> bytes:
        """All documents as one text. Raises FlowError, FLOW408; UsageError for documents of two places."""
        return _encode(self._together(), self.format_)

    def by_file(self) -> list[tuple[Path, list[Mapping[str, object]]]]:
        """The documents of each beside its source: the file that they belong into."""
        pairs = zip(self.targets, self.made, strict=True)
        return [
            (beside(target, ending), documents)
            for target, one in pairs
            for ending, documents in self._parts(one.documents)
        ]

    def files(self, to: str | None) -> dict[Path, bytes]:
        """The bytes of every file to write: beside the sources, into one file, or a folder with an object a file.

        Raises FlowError, FLOW408; UsageError where two would have one file.
        """
        if to is None:
            return {path: _encode(documents, self.format_) for path, documents in self.by_file()}
        documents = self._together()
        if not (to.endswith("/") or Path(to).is_dir()):
            return {Path(to): _encode(documents, self.format_)}
        # The names of ConfigMaps of code change with each edit: one file holds them, or old ones would be left behind.
        code = [each for each in documents if holds_code(each)]
        others = [each for each in documents if not holds_code(each)]
        names = file_names(others, self.format_, self.targets[0].location)
        pairs = list(zip(names, others, strict=True))
        files = {Path(to) / name: _encode([item], self.format_) for name, item in pairs}
        # kubectl apply takes no generateName, so the run stays out of what `apply -k` applies.
        applied = [name for name, item in pairs if not PIPELINE_RUN.is_of(item) and is_named(item)]
        if code:
            applied.insert(0, f"{BUNDLE_NAME}.{self.format_}")
            files[Path(to) / applied[0]] = _encode(code, self.format_)
        if any(map(is_start, documents)):  # Pipelines-as-Code would take it for one of its own, and complain
            return files
        return {**files, Path(to) / "kustomization.yaml": emit_yaml([kustomization(applied)])}

    def _ending(self, events: Sequence[str]) -> str:
        # What was asked for by name has a file of its own; what the settings ask for is what the project's file has.
        return ".".join(part for part in ("-".join(events), self.profile, self.format_) if part)

    def _parts(self, documents: Sequence[Mapping[str, object]]) -> list[tuple[str, list[Mapping[str, object]]]]:
        """What is for a cluster, and what is for a repository: each into its own file."""
        if not any(map(is_start, documents)):
            return [(self._ending(self.events), [*documents])]
        self._no_json()
        parts = [(self._ending(("pac",)), [each for each in documents if is_read(each)])]
        if _in_cluster(documents):
            others = [each for each in documents if not is_start(each)]
            parts.append((self._ending([each for each in self.events if each != "pac"]), others))
        return parts

    def _together(self) -> list[Mapping[str, object]]:
        """All documents, for one place. Raises FlowError, FLOW408; UsageError where they are for two."""
        documents = self._documents()
        if not any(map(is_start, documents)):
            return documents
        self._no_json()
        if others := " and ".join(_in_cluster(documents)):
            verb = "is" if " " not in others else "are"
            message = f"pac is for the repository, {others} {verb} for the cluster"
            raise UsageError(f"{message}: leave out -o, or name one by --events")
        return [each for each in documents if is_read(each)]

    def _no_json(self) -> None:
        if self.format_ != "yaml":
            raise UsageError("pac is YAML: JSON's quotes don't hold the texts of events that are put into it")

    def _documents(self) -> list[Mapping[str, object]]:
        return list(self.made[0].documents) if len(self.made) == 1 else together(self.made)


def compile_all(
    targets: Sequence[Pipeline | Manifest], options: CompileOptions, format_: str = "yaml", profile: str = ""
) -> Compiled:
    """Compile all of them. Raises FlowError with what is wrong in any, UsageError for values of several."""
    if options.params and len(targets) > 1:
        names = ", ".join(each.name for each in targets)
        raise UsageError(f"values are for one pipeline; name it as FILE.py:NAME; there are {names}")
    made: list[Compilation] = []
    wrong: list[Finding] = []
    for target in targets:
        try:
            made.append(compile_target(target, options, profile))
        except FlowError as error:
            wrong += [each for each in error.diagnostics if each not in wrong]
    if wrong:
        raise FlowError(tuple(wrong))
    return Compiled(targets, made, format_, profile, options.events or ())


def together(made: Sequence[Compilation]) -> list[Mapping[str, object]]:
    """The documents of several compilations, each once: pipelines of a file share Tasks. Raises FlowError, FLOW408."""
    found: dict[tuple[str, str, str], Mapping[str, object]] = {}
    for one in made:
        for item in one.documents:
            key = _key(cast("Document", item))
            if found.setdefault(key, item) != item:
                hint = "give one of them a name of its own, or compile each into its own file: leave out -o"
                message = f"the pipelines make two different {key[0]}s of the name {key[1]!r}"
                raise FlowError((OBJECTS_DIFFER.finding(message, one.pipeline.location, hint=hint),))
    return list(found.values())


def _in_cluster(documents: Sequence[Mapping[str, object]]) -> list[str]:
    """The targets among whose documents are some that start runs from within a cluster."""
    return [target for target, kind in STARTING.items() if any(map(kind.is_of, documents))]


def _written(one: Compilation) -> list[Mapping[str, object]]:
    """The documents that some file is to have: a repository's file, which stands alone, has what is read there."""
    committed = any(map(is_start, one.documents)) and not _in_cluster(one.documents)
    return [each for each in one.documents if is_read(each) or not committed]


def _key(item: Document) -> tuple[str, str, str]:
    meta = item.get("metadata") or {}
    return item["kind"], meta.get("name") or meta.get("generateName", ""), meta.get("namespace", "")


def _encode(documents: Sequence[Mapping[str, object]], format_: str) -> bytes:
    return emit_yaml(list(documents)) if format_ == "yaml" else emit_json(list(documents))


@frozen
class Stale:
    """A file that is not what the source compiles to, and how it differs."""

    path: Path
    text: str


def stale(files: Mapping[Path, bytes], to: str | None) -> list[Stale]:
    """What differs from the files that are there."""
    found = []
    for path, wanted in files.items():
        have = path.read_bytes() if path.is_file() else b""
        if have != wanted:
            diff = unified(
                have.decode(errors="replace").splitlines(keepends=True),
                wanted.decode().splitlines(keepends=True),
                f"{line(path)} (there)" if have else "/dev/null",
                f"{line(path)} (compiled)",
            )
            found.append(Stale(path, "".join(diff)))
    folder = Path(to) if to and len(files) > 1 else None
    if folder is not None and folder.is_dir():
        extra = sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".json") and path not in files)
        found += [Stale(path, f"{line(path)} is no longer made by this pipeline\n") for path in extra]
    return found
