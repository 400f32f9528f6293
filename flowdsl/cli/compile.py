"""`compile`: where the documents go, and whether what is there is stale."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from flowdsl.cli.say import give, say
from flowdsl.compiler import Compilation, CompileOptions
from flowdsl.diagnostics import Finding, FlowError, Severity, UsageError, escape
from flowdsl.diagnostics.errors import EXIT_FINDINGS
from flowdsl.diagnostics.escape import line
from flowdsl.diagnostics.render import as_data
from flowdsl.emit import emit_json, emit_yaml, kustomization, write_files
from flowdsl.emit.file_names import file_names, is_named, object_name
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.kinds.table import PIPELINE_RUN
from flowdsl.library.compiling import compile_target
from flowdsl.library.siblings import beside
from flowdsl.yamlread.excerpts import rendered


def compile_command(
    targets: Sequence[Pipeline | Manifest],
    *,
    to: str | None,
    check: bool,
    inline: bool,
    params: Mapping[str, str],
    namespace: str | None,
    format_: str,
    alpha: tuple[str, ...],
    output: str,
) -> int:
    """Compile, then print, write or compare. Raises FlowError for findings, UsageError for a bad call."""
    if params and len(targets) > 1:
        names = ", ".join(each.name for each in targets)
        raise UsageError(f"values are for one pipeline; name it as FILE.py:NAME; there are {names}")
    options = CompileOptions(namespace=namespace, inline=inline, params=params, alpha=frozenset(alpha))
    made = _compiled(targets, options)
    if to == "-":
        if check:
            raise UsageError("--check compares with files; there is none with -o -")
        _print(targets, made, format_, output)
        return 0
    files = _files(targets, made, to, format_)
    stale = _stale(files, to) if check else []
    if not check:
        write_files(files)
    if output == "json":
        give(escape.json_text(_report(files, made, stale), indent=2), nl=True)
        return EXIT_FINDINGS if stale else 0
    diagnostics = [each for one in made for each in one.diagnostics]
    if diagnostics:
        say(rendered(diagnostics), err=True)
    for each in stale:
        say(each.text, nl=False)
    if stale:
        say("stale: compile again and commit the result", err=True)
    elif check:
        say(f"{_where(files, to)} {'is' if len(files) == 1 else 'are'} up to date", err=True)
    else:
        say(f"wrote {_where(files, to)}: {_counts(made)}", err=True)
    return EXIT_FINDINGS if stale else 0


def _compiled(targets: Sequence[Pipeline | Manifest], options: CompileOptions) -> list[Compilation]:
    """All of them. Raises FlowError with what is wrong in any."""
    made, wrong = [], []
    for each in targets:
        try:
            made.append(compile_target(each, options))
        except FlowError as error:
            wrong += [each for each in error.diagnostics if each not in wrong]
    if wrong:
        raise FlowError(tuple(wrong))
    return made


def together(made: Sequence[Compilation]) -> list[Mapping[str, object]]:
    """The documents of several compilations, each once: pipelines of a file share Tasks. Raises FlowError, FLOW408."""
    found: dict[tuple[str, str, str], Mapping[str, object]] = {}
    for one in made:
        for item in one.documents:
            meta = item["metadata"]
            key = (item["kind"], meta.get("name") or meta.get("generateName", ""), meta.get("namespace", ""))
            if found.setdefault(key, item) != item:
                hint = "give one of them a name of its own, or compile each into its own file: leave out -o"
                message = f"the pipelines make two different {key[0]}s of the name {key[1]!r}"
                raise FlowError((Finding("FLOW408", Severity.ERROR, message, one.pipeline.location, hint),))
    return list(found.values())


def _encode(documents: Sequence[Mapping[str, object]], format_: str) -> bytes:
    return emit_yaml(documents) if format_ == "yaml" else emit_json(documents)


def _print(targets: Sequence[Pipeline | Manifest], made: list[Compilation], format_: str, output: str) -> None:
    """All documents; as JSON beside the files that they belong into."""
    if output != "json":
        give(_encode(_documents(made), format_))
        return
    files = [
        {"path": beside(target, format_).as_posix(), "documents": list(one.documents)}
        for target, one in zip(targets, made, strict=True)
    ]
    give(escape.json_text({"files": files}, indent=2), nl=True)


def _documents(made: list[Compilation]) -> list[Mapping[str, object]]:
    return list(made[0].documents) if len(made) == 1 else together(made)


def _files(
    targets: Sequence[Pipeline | Manifest], made: list[Compilation], to: str | None, format_: str
) -> dict[Path, bytes]:
    """The bytes of every file to write."""
    if to is None:
        each = zip(targets, made, strict=True)
        return {beside(target, format_): _encode(list(one.documents), format_) for target, one in each}
    documents = _documents(made)
    if to.endswith("/") or Path(to).is_dir():
        names = file_names(documents, format_, targets[0].location)
        files = {Path(to) / name: _encode([item], format_) for name, item in zip(names, documents, strict=True)}
        # kubectl apply takes no generateName, so the run stays out of what `apply -k` applies.
        applied = [
            name for name, item in zip(names, documents, strict=True) if not PIPELINE_RUN.is_of(item) and is_named(item)
        ]
        return {**files, Path(to) / "kustomization.yaml": emit_yaml([kustomization(applied)])}
    return {Path(to): _encode(documents, format_)}


@attrs.frozen
class Stale:
    """A file that is not what the source compiles to, and how it differs."""

    path: Path
    text: str


def _stale(files: dict[Path, bytes], to: str | None) -> list[Stale]:
    """What differs from the files that are there."""
    found = []
    for path, wanted in files.items():
        have = path.read_bytes() if path.is_file() else b""
        if have != wanted:
            diff = difflib.unified_diff(
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


def _where(files: dict[Path, bytes], to: str | None) -> str:
    return f"{len(files)} files in {to}" if to and len(files) > 1 else ", ".join(map(line, files))


def _counts(made: list[Compilation]) -> str:
    kinds = Counter(item["kind"] for one in made for item in one.documents)
    return ", ".join(f"{number} {kind}{'s' if number > 1 else ''}" for kind, number in kinds.items())


def _report(files: dict[Path, bytes], made: list[Compilation], stale: list[Stale]) -> dict[str, object]:
    return {
        "files": [str(path) for path in files],
        "stale": bool(stale),
        "differences": [{"file": str(each.path), "text": each.text} for each in stale],
        "documents": [{"kind": item["kind"], "name": object_name(item)} for one in made for item in one.documents],
        "diagnostics": [as_data(item) for one in made for item in one.diagnostics],
    }
