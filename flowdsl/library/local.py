"""What stands in for a cluster on this machine, as a pipeline gives it: its LocalRun, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowdsl.diagnostics import Location, UsageError
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.ir.local import LocalRun

if TYPE_CHECKING:
    from flowdsl.frontend.pipeline import Pipeline


def local_of(pipeline: Pipeline) -> LocalRun:
    """The pipeline's LocalRun, from the function that gives it where there is one. Raises UsageError."""
    given = pipeline.options.local
    if callable(given):
        try:
            from flowdsl.frontend.aside import aside_of

            with aside_of(given):
                given = given()
        except UsageError:
            # It says by itself what is wrong.
            raise
        except Exception as error:  # the user's own function may raise anything
            place = pipeline.location
            raise UsageError(
                f"{place}: local= of pipeline {pipeline.name!r} raised {type(error).__name__}: {error}"
            ) from error
    if given is None:
        return LocalRun()
    if not isinstance(given, LocalRun):
        raise UsageError(f"{pipeline.location}: local= of pipeline {pipeline.name!r} gave {given!r}, not a LocalRun")
    for field, objects in (("secrets", given.secrets), ("config_maps", given.config_maps)):
        check_data(objects, f"{pipeline.location}: LocalRun({field}=...)")
    return given


def check_data(objects: Mapping[str, object], where: str) -> None:
    """Raise UsageError, which begins with `where`, unless each object is keys with text."""
    if not isinstance(objects, Mapping):
        raise UsageError(f"{where} takes a mapping of names to data, not a {type(objects).__name__}")
    for name, data in objects.items():
        # What is wrong is named, never shown.
        if not isinstance(data, Mapping) or not all(isinstance(each, str) for each in data.values()):
            raise UsageError(f'{where}: {name!r} is a mapping of keys to text, such as {{"key": "value"}}')


def check_params(local: LocalRun, known: list[str], place: Location) -> None:
    """Raise UsageError for a value of a param that the pipeline does not have."""
    for name in local.params:
        if name not in known:
            hint = did_you_mean(name, known, f"it has: {', '.join(known) or 'none'}")
            raise UsageError(f"{place}: LocalRun gives a value for {name!r}, which is no param; {hint}")
