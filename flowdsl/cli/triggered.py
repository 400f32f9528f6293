"""Runs what an event starts, on this machine."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowdsl.cli.running import show_run
from flowdsl.cli.say import say
from flowdsl.diagnostics.errors import EXIT_OK, UsageError

if TYPE_CHECKING:
    from flowdsl.events.matching import Verdict
    from flowdsl.library.inputs import Files, Given


def run_started(given: Given, started: Sequence[Verdict], profile: str = "") -> int:
    """Run what starts, one after the other: the first exit code that is none of success."""
    from flowdsl.events.reporting import OWN_PARAMS
    from flowdsl.library.inputs import Files, Values
    from flowdsl.library.run_options import RunOptions

    for each in started:
        for document in each.documents:
            spec = document.get("spec") or {}
            name = str(document["metadata"].get("name") or "") or _made_up(document)
            if isinstance(given, Files) and not given.python:
                code = _run_yaml(given, document, name)
            else:
                values = {str(param["name"]): _text(param["value"]) for param in spec.get("params") or ()}
                if values.keys() & {*OWN_PARAMS}:
                    say("report= tells the provider of runs in a cluster; of this one it tells nothing")
                    values = {param: value for param, value in values.items() if param not in OWN_PARAMS}
                place = str(document["metadata"].get("namespace", ""))
                chosen = RunOptions(values=Values(values, place, profile=profile), name=name, environment=os.environ)
                code = show_run(given, chosen, output="text", logs=True)
            if code != EXIT_OK:
                return code
    return EXIT_OK


def _made_up(document: dict[str, Any]) -> str:
    """A name as the API server makes one of generateName, which the document then has."""
    from flowdsl.kube.drawn_names import drawn_name

    begins = str(document["metadata"].get("generateName") or "")
    if begins:
        document["metadata"]["name"] = drawn_name(begins)
    return str(document["metadata"].get("name") or "")


def _run_yaml(given: Files, document: dict[str, Any], name: str) -> int:
    from flowdsl.emit import emit_yaml
    from flowdsl.library.inputs import Files
    from flowdsl.library.run_options import RunOptions

    if not name:
        raise UsageError("--run wants a run with a name, or with a generateName, in what the event starts")
    with tempfile.TemporaryDirectory(prefix="flowdsl-trigger-") as folder:
        file = Path(folder) / "run.yaml"
        file.write_bytes(emit_yaml([document]))
        words = (*given.words, f"{file}:{name}")
        return show_run(Files(words), RunOptions(environment=os.environ), output="text", logs=True)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
