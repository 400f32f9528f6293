"""`compile`: where the documents go, and whether what is there is stale."""

from __future__ import annotations

import difflib
from collections import Counter
from pathlib import Path
from typing import Any

from flowdsl.cli.say import give, say
from flowdsl.cli.values import assignments
from flowdsl.compiler import Compilation, CompileOptions, compile_pipeline
from flowdsl.diagnostics import UsageError, escape
from flowdsl.diagnostics.errors import EXIT_FINDINGS
from flowdsl.diagnostics.escape import line
from flowdsl.diagnostics.render import as_data, render
from flowdsl.emit import emit_json, emit_yaml, kustomization, write_files
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline


def compile_command(
    pipeline: Pipeline | Manifest,
    *,
    to: str | None,
    check: bool,
    inline: bool,
    values: tuple[str, ...],
    params_file: str,
    namespace: str | None,
    format_: str,
    alpha: tuple[str, ...],
    output: str,
) -> int:
    """Compile, then print, write or compare. Raises FlowError for findings, UsageError for a bad call."""
    options = CompileOptions(
        namespace=namespace, inline=inline, params=assignments(values, params_file), alpha=frozenset(alpha)
    )
    compiled = compile_target(pipeline, options)
    if to == "-":
        if check:
            raise UsageError("--check compares with files; there is none with -o -")
        give(_encode(list(compiled.documents), format_))
        return 0
    files = _files(compiled, pipeline, to, format_)
    code = _check(files, to) if check else 0
    if not check:
        write_files(files)
    if output == "json":
        give(escape.json_text(_report(files, compiled, stale=bool(code)), indent=2), nl=True)
        return code
    if compiled.diagnostics:
        say(render(compiled.diagnostics), err=True)
    if not check:
        say(f"wrote {_where(files, to)}: {_counts(compiled)}", err=True)
    elif not code:
        say(f"{_where(files, to)} is up to date", err=True)
    return code


def compile_target(target: Pipeline | Manifest, options: CompileOptions) -> Compilation:
    """A pipeline with all it needs, or what a manifest lists. Raises FlowError, UsageError for values without a run."""
    if isinstance(target, Pipeline):
        return compile_pipeline(target, options)
    if options.params:
        raise UsageError("--set gives values to the run of a pipeline; a manifest's runs have their own")
    from flowdsl.compiler.manifest import compile_manifest

    return compile_manifest(target, options)


def _encode(documents: list[dict[str, Any]], format_: str) -> bytes:
    return emit_yaml(documents) if format_ == "yaml" else emit_json(documents)


def _files(compiled: Compilation, pipeline: Pipeline | Manifest, to: str | None, format_: str) -> dict[Path, bytes]:
    """The bytes of every file to write."""
    if to is not None and (to.endswith("/") or Path(to).is_dir()):
        names = [f"{item['kind'].lower()}-{_name(item)}.{format_}" for item in compiled.documents]
        files = {
            Path(to) / name: _encode([item], format_) for name, item in zip(names, compiled.documents, strict=True)
        }
        # kubectl apply takes no generateName, so the run stays out of what `apply -k` applies.
        applied = [name for name in names if not name.startswith("pipelinerun-")]
        return {**files, Path(to) / "kustomization.yaml": emit_yaml([kustomization(applied)])}
    source = Path(pipeline.location.file)
    return {Path(to) if to else source.with_suffix(f".{format_}"): _encode(list(compiled.documents), format_)}


def _name(document: dict[str, Any]) -> str:
    meta = document["metadata"]
    return str(meta.get("name") or meta["generateName"].rstrip("-"))


def _check(files: dict[Path, bytes], to: str | None) -> int:
    """Print what differs from the files that are there; EXIT_FINDINGS if anything does."""
    code = 0
    for path, wanted in files.items():
        have = path.read_bytes() if path.is_file() else b""
        if have != wanted:
            code = EXIT_FINDINGS
            diff = difflib.unified_diff(
                have.decode(errors="replace").splitlines(keepends=True),
                wanted.decode().splitlines(keepends=True),
                f"{line(path)} (there)" if have else "/dev/null",
                f"{line(path)} (compiled)",
            )
            say("".join(diff), nl=False)
    folder = Path(to) if to and len(files) > 1 else None
    if folder is not None and folder.is_dir():
        extra = sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".json") and path not in files)
        for path in extra:
            code = EXIT_FINDINGS
            say(f"{line(path)} is no longer made by this pipeline")
    if code:
        say("stale: compile again and commit the result", err=True)
    return code


def _where(files: dict[Path, bytes], to: str | None) -> str:
    return line(next(iter(files))) if len(files) == 1 else f"{len(files)} files in {to}"


def _counts(compiled: Compilation) -> str:
    kinds = Counter(item["kind"] for item in compiled.documents)
    return ", ".join(f"{number} {kind}{'s' if number > 1 else ''}" for kind, number in kinds.items())


def _report(files: dict[Path, bytes], compiled: Compilation, *, stale: bool) -> dict[str, Any]:
    return {
        "files": [str(path) for path in files],
        "stale": stale,
        "documents": [{"kind": item["kind"], "name": _name(item)} for item in compiled.documents],
        "diagnostics": [as_data(item) for item in compiled.diagnostics],
    }
