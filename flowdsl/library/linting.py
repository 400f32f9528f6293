"""`flowdsl.lint`: what Tekton's admission would reject, and what a cluster would regret."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flowdsl.check import LEVELS, Gates
from flowdsl.diagnostics import UsageError
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.library import arguments
from flowdsl.library.documents import Documents, sources_of
from flowdsl.library.lint_python import lint_python, lint_targets
from flowdsl.library.targets import is_python
from flowdsl.linter.engine import Options, lint_sources
from flowdsl.linter.rules import words
from flowdsl.linter.select import Selection
from flowdsl.yamlread.documents import Document


def lint(
    documents: Documents,
    *,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    level: str = "beta",
    profile: str = "",
) -> list[Document]:
    """Check documents: each comes back with `accepted`, and the findings that are told as `shown`.

    What is found in a pipeline or manifest stands at its Python lines. `select` and `ignore` are codes, their
    beginnings or names of rules. `level` is the cluster's `enable-api-fields`, stable, beta or alpha:
    https://github.com/tektoncd/pipeline/blob/v1.15.0/docs/additional-configs.md#alpha-features
    `profile` is that of `compile`, for a pipeline or manifest.

    Raises UsageError for a path or a rule that is not there, FlowError for a pipeline that does not compile; what is
    wrong with a document is a finding.
    """
    if level not in LEVELS:
        raise UsageError(f"there is no level {level!r}; there are {', '.join(LEVELS)}")
    options = Options(
        Gates(level, frozenset()),
        Selection(words(arguments.words("select", select)), words(arguments.words("ignore", ignore))),
    )
    if isinstance(documents, (Pipeline, Manifest)):
        return lint_targets([documents], documents.location.file, options, arguments.word("profile", profile))
    if profile:
        raise UsageError("a profile is for what compiles: a pipeline or a manifest")
    if isinstance(documents, Path) and is_python(documents.name):
        return lint_python(str(documents), options)
    return lint_sources(sources_of(documents), options)
