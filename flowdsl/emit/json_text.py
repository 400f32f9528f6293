"""Documents as JSON that kubectl applies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from flowdsl.diagnostics.escape import json_escaped
from flowdsl.emit.checked import problems
from flowdsl.kinds.table import LIST


def emit_json(documents: Iterable[Mapping[str, object]]) -> bytes:
    """JSON of documents, in UTF-8, indented by two, ending in a line break.

    One document is written as itself; none or several as a `v1` `List`, which `kubectl apply -f` takes apart.
    Takes and raises what `emit_yaml` does.
    """
    given = list(documents)
    for number, document in enumerate(given):
        if not isinstance(document, Mapping):
            raise TypeError(f"document {number}: a document must be a mapping, got {type(document).__name__}")
        for path, kind, message in problems(document):
            raise kind(f"document {number}, {path}: {message}" if path else f"document {number}: {message}")
    whole = given[0] if len(given) == 1 else {**LIST.header, "items": given}
    text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False, default=dict)
    return (json_escaped(text) + "\n").encode("utf-8")
