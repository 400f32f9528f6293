"""Fields of JSON that conditions look at: each lies in a file of its own, as a result does, before it is decided."""

from __future__ import annotations

from typing import Any

from flowdsl.decide.fields import _flowdsl_inner
from flowdsl.frontend.script.runtime.common import _flowdsl_env
from flowdsl.frontend.script.runtime.decisions import _flowdsl_result, _flowdsl_variable


def _flowdsl_open() -> Any:
    import json
    import os
    import tempfile

    folder = tempfile.TemporaryDirectory()
    for name, (source, steps) in json.loads(_flowdsl_env("FLOWDSL_FIELDS")).items():
        side, _, own = source.partition(".")
        env = _flowdsl_variable(side.upper(), own)
        text = _flowdsl_inner(_flowdsl_env(env) if side == "param" else _flowdsl_result(env), steps)
        path = os.path.join(folder.name, name)
        os.environ[_flowdsl_variable("FIELD", name.partition(".")[2])] = path
        if text is not None:
            with open(path, "w", encoding="utf-8", newline="") as handle:
                handle.write(text)
    return folder  # which removes itself at the end
