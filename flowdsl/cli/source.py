"""What a command is about: the pipeline at hand, or what was named on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.frozen import frozen

if TYPE_CHECKING:
    from flowdsl.frontend.manifest import Manifest
    from flowdsl.frontend.pipeline import Pipeline
    from flowdsl.library.inputs import Files


@frozen
class Source:
    """`bound` is the pipeline or manifest whose own command line this is; else `files` were named."""

    bound: Pipeline | Manifest | None
    files: tuple[str, ...] = ()

    @classmethod
    def of(cls, bound: object, files: tuple[str, ...]) -> Source:
        """What click's context holds, and what was named."""
        if bound is None:
            return cls(None, files)
        from flowdsl.frontend.manifest import Manifest
        from flowdsl.frontend.pipeline import Pipeline

        return cls(bound if isinstance(bound, (Pipeline, Manifest)) else None, files)

    @property
    def bound_pipeline(self) -> Pipeline | None:
        """The pipeline whose own command line this is."""
        if self.bound is None:
            return None
        from flowdsl.frontend.pipeline import Pipeline

        return self.bound if isinstance(self.bound, Pipeline) else None

    def given(self) -> Pipeline | Manifest | Files | None:
        """What the library takes for it; None where nothing was named."""
        if self.bound is not None and self.files:
            raise UsageError("this command has its pipeline already")
        from flowdsl.library.inputs import Files

        return self.bound or (Files(self.files) if self.files else None)

    def needed(self) -> Pipeline | Manifest | Files:
        """The same. Raises UsageError where nothing was named."""
        found = self.given()
        if found is None:
            raise UsageError("name a pipeline's Python file, or Tekton YAML")
        return found

    def pipeline(self) -> Pipeline:
        """The one pipeline. Raises UsageError for none or several, FlowError for a bad file."""
        if self.bound is not None:
            return _only_pipeline(self.bound)
        if not self.files:
            raise UsageError("name the file of the pipeline: `flowdsl explain pipelines/sonic.py`")
        from flowdsl.library.loading import load_pipeline

        return load_pipeline(self.files[0])

    def targets(self) -> list[Pipeline | Manifest]:
        """All that the file is about. Raises UsageError for a bad path, FlowError for a bad file."""
        if self.bound is not None:
            return [self.bound]
        if not self.files:
            return [self.pipeline()]
        from flowdsl.library.loading import load_targets

        return load_targets(self.files[0])


def pipeline_at(bound: object) -> str:
    """The name of the pipeline whose own command line this is; empty for `flowdsl` itself."""
    own = Source.of(bound, ()).bound_pipeline
    return own.name if own else ""


def _only_pipeline(bound: Pipeline | Manifest) -> Pipeline:
    from flowdsl.frontend.pipeline import Pipeline

    if isinstance(bound, Pipeline):
        return bound
    found = bound.pipelines
    if len(found) != 1:
        names = ", ".join(each.name for each in found) or "none"
        raise UsageError(
            f"the manifest has {len(found)} pipelines ({names}); name one: `flowdsl graph FILE.py:PIPELINE`"
        )
    return found[0]
