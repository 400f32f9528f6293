"""The timeouts of a PipelineRun."""

from __future__ import annotations

from collections.abc import Mapping

from flowdsl.importer.code import Code, literal

_NAMES = {"pipeline": "timeout", "tasks": "tasks_timeout", "finally": "finally_timeout"}


def timeouts(rest: dict[str, object]) -> dict[str, Code]:
    """The arguments that say a run's timeouts, which leave the rest of its spec; nothing where it has other ones."""
    given = rest.get("timeouts")
    if not isinstance(given, Mapping) or not set(given) <= set(_NAMES) or not all(given.values()):
        return {}
    del rest["timeouts"]
    return {python: literal(given[field]) for field, python in _NAMES.items() if field in given}
