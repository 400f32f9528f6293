"""Linting what a command line names: files, folders, standard input, pipelines in Python; by the settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import attrs

from flowdsl.check import FLAGS, LEVELS, Gates
from flowdsl.diagnostics import FlowError, Location, Severity, UsageError
from flowdsl.library.documents import files_at
from flowdsl.library.targets import file_and_name, is_python
from flowdsl.linter import settings as project
from flowdsl.linter.engine import Options, lint_sources
from flowdsl.linter.rules import words
from flowdsl.linter.select import Selection
from flowdsl.yamlread.documents import Document
from flowdsl.yamlread.sources import Source, load_stream


@attrs.frozen(kw_only=True)
class LintChoices:
    """What the command line says; it goes before the project's settings, in `config` or the nearest pyproject.toml.

    Codes and names of rules may be given together, with commas between them. `feature_gate` are levels, or flags that
    are on.
    """

    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    extend_select: Sequence[str] = ()
    feature_gate: Sequence[str] = ()
    exclude: Sequence[str] = ()
    fail_on: str = ""
    config: str = ""
    profile: str = ""


@attrs.frozen
class Plan:
    """How to lint: the choices and the settings, together."""

    options: Options
    exclude: tuple[str, ...]
    fail_on: str
    profile: str = ""

    @classmethod
    def of(cls, choices: LintChoices) -> Plan:
        """Raises UsageError for settings that mean nothing, and for gates that are none."""
        found = project.load(Path(choices.config) if choices.config else project.find(Path.cwd()))
        selection = Selection(
            words(_parts(choices.select)) or found.select,
            (*found.ignore, *words(_parts(choices.ignore))),
            (*found.extend, *words(_parts(choices.extend_select))),
            found.per_file,
        )
        options = Options(_gates(choices.feature_gate or found.gates), selection)
        return cls(options, (*found.exclude, *choices.exclude), choices.fail_on or found.fail_on, choices.profile)


@attrs.frozen
class Linted:
    """What was linted: the documents with their findings, and the YAML they are from."""

    documents: list[Document]
    sources: list[Source]

    def fails(self, fail_on: str) -> bool:
        """Whether anything that is shown is as grave as `fail_on`: error or warning."""
        severities = {finding.severity for document in self.documents for finding in document.shown}
        return Severity.ERROR in severities or (fail_on == "warning" and bool(severities))


def lint_files(paths: Sequence[str], plan: Plan, stdin: BinaryIO) -> Linted:
    """Lint files and folders, `-` for standard input, and what Python files compile to.

    A Python file that does not compile is one document, unchecked, whose findings say why. Raises UsageError for a path
    that is not there.
    """
    sources = _sources(paths, plan.exclude, stdin)
    files = [path for path in paths if is_python(path)]
    if plan.profile and not files:
        raise UsageError("--profile is for what compiles; name a pipeline's Python file")
    documents = _of_python(files, plan) if files else []
    return Linted(documents + lint_sources(sources, plan.options), sources)


def _of_python(files: Sequence[str], plan: Plan) -> list[Document]:
    # Not at the top: it loads the frontend, and most lint is of YAML.
    from flowdsl.library.lint_python import lint_python

    found: list[Document] = []
    for file in files:
        try:
            found += lint_python(file, plan.options, plan.profile)
        except FlowError as error:
            found.append(_refused(file, error))
    return found


def _refused(file: str, error: FlowError) -> Document:
    """A Python file that does not compile, with why: no selection hides an error of the compiler."""
    document = Document(file, 0, "", "", {})
    somewhere = Location(file_and_name(file)[0], 1)
    document.findings = [each if each.location else each.at(somewhere) for each in error.diagnostics]
    document.shown = list(document.findings)
    return document


def mended(found: Linted, options: Options) -> list[tuple[Source, Source]]:
    """The sources in which something certain can be mended: before and after."""
    from flowdsl.linter.mend import mend

    pairs = [
        (source, mend(source, [each for each in found.documents if each.file == source.name], options))
        for source in found.sources
    ]
    return [(before, after) for before, after in pairs if before.text != after.text]


def lint_again(found: Linted, changed: Sequence[tuple[Source, Source]], options: Options) -> Linted:
    """The same, with what was mended in place of what was there."""
    news = {before.name: after for before, after in changed}
    sources = [news.get(source.name, source) for source in found.sources]
    names = {source.name for source in sources}
    python = [each for each in found.documents if each.file not in names]
    return Linted(python + lint_sources(sources, options), sources)


def _parts(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for each in given for part in each.split(",") if part.strip())


def _gates(given: Sequence[str]) -> Gates:
    """`alpha`, `beta` or `stable` set the level; any other name is a flag that is on."""
    level, flags = "beta", set()
    for name in _parts(given):
        if name in LEVELS:
            level = name
        elif name in FLAGS:
            flags.add(name)
        else:
            raise UsageError(f"there is no feature gate {name!r}; there are {', '.join((*LEVELS, *FLAGS))}")
    # Who names the cluster's flags wants to hear what that cluster says, whatever a document was written for.
    return Gates(level, frozenset(flags), declared=not given)


def _sources(paths: Sequence[str], exclude: Sequence[str], stream: BinaryIO) -> list[Source]:
    sources: list[Source] = []
    for path in paths:
        if path == "-":
            sources.append(load_stream("-", stream))
        elif not is_python(path):
            sources += files_at([Path(path)], exclude)
    return sources
