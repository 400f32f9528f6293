"""What Secrets and ConfigMaps hold: text, and base64 where Kubernetes reads bytes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping

from flowdsl.check.findings import Report
from flowdsl.diagnostics import Severity
from flowdsl.diagnostics.rule import TO_FILL_IN, Rule
from flowdsl.kinds import table


def decoded(value: str) -> bytes:
    """The bytes of a value of `data`, which may have line ends in it as in Go. Raises ValueError (binascii.Error)."""
    return base64.b64decode(value.replace("\n", "").replace("\r", ""), validate=True)


UNREADABLE_DATA = Rule(
    "FLOW120",
    "unreadable-data",
    "data of a Secret or ConfigMap that Kubernetes does not read",
    Severity.WARNING,
    quiet=TO_FILL_IN,
    refused=True,
)


def check_data(document: Mapping[str, object], report: Report) -> None:
    """FLOW120: what an API server would not read. It points at the kind: no line of a Secret is to be shown."""
    kind, metadata = str(document.get("kind")), document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    for place, problem, hint in _problems(kind, document):
        report.add(UNREADABLE_DATA, ("kind",), f"{kind} {name!r}: {place} {problem}", hint)


def _problems(kind: str, document: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    known = table.named(kind)
    if known is None:
        return
    for field in (*known.texts, *known.base64):
        data = document.get(field)
        if data is not None and not isinstance(data, Mapping):
            yield field, "is no mapping", "write a key and a value a line"
            continue
        for key, value in (data or {}).items():
            if value is None:
                continue
            if not isinstance(value, str):
                yield f"{field}.{key}", "is no text", "put quotes around the value"
            elif field in known.base64 and not _is_base64(value):
                hint = f"write it in base64, or as it is in {' or '.join(known.texts)}"
                yield f"{field}.{key}", "is no base64", hint


def _is_base64(value: str) -> bool:
    try:
        decoded(value)
    except (binascii.Error, ValueError):
        return False
    return True
