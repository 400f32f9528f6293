"""Names as the API server takes them for its own kinds, which Tekton's webhook is not asked about.

Source: k8s.io/apimachinery's pkg/util/validation and pkg/api/validate/content (v0.36.3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from flowdsl.check.findings import Path, Report
from flowdsl.check.names import (
    LABEL_HINT,
    OBJECT_NAME,
    SUBDOMAIN_HINT,
    is_label_value,
    placed_name,
    qualified_name_error,
)
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.meta import ObjectMeta
from flowdsl.kube.conventions import NAME_MOST
from flowdsl.kube.object_names import is_label, is_subdomain

_PORT = re.compile(r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
_PORT_NAME_MOST = 15
SEGMENT_HINT = "any text without '/' and '%'"


def check_object_name(metadata: ObjectMeta | None, is_name: Callable[[str], bool], report: Report) -> None:
    """FLOW204: an object has a name, or the beginning of one, of the form that its kind takes."""
    name, path = placed_name(metadata)
    if not name:
        report.add(OBJECT_NAME, ("metadata",), "the object has no name", "add metadata.name")
    elif not is_name(name):
        report.add(OBJECT_NAME, path, f"{name!r} is no valid name", _HINTS[is_name])


def is_segment(name: str) -> bool:
    """Whether a name is one part of a URL's path: all that is asked of a role's."""
    return name not in ("", ".", "..") and "/" not in name and "%" not in name


_HINTS: Mapping[Callable[[str], bool], str] = {
    is_label: LABEL_HINT,
    is_subdomain: SUBDOMAIN_HINT,
    is_segment: SEGMENT_HINT,
}


def is_host(name: str) -> bool:
    """Whether it is a DNS name, or one with `*.` before it."""
    return is_subdomain(name.removeprefix("*.")) and len(name) <= 253


def is_address(name: str) -> bool:
    """Whether it is four numbers, as an IP has them."""
    parts = name.split(".")
    return len(parts) == 4 and all(part.isascii() and part.isdigit() and int(part) < 256 for part in parts)


def is_port_name(name: str) -> bool:
    """Whether a port may be called so."""
    return len(name) <= _PORT_NAME_MOST and _PORT.fullmatch(name) is not None


def check_labels(labels: Mapping[str, str], path: Path, rule: Rule, report: Report) -> None:
    """A case of the rule for each label that no object can have."""
    for key, value in labels.items():
        problem = qualified_name_error(key)
        if problem:
            report.add(
                rule, (*path, key), f"{key!r} is no name of a label: {problem}", "write `name`, or `prefix/name`"
            )
        elif not is_label_value(value):
            hint = f"letters, digits, '-', '_' and '.', at most {NAME_MOST} characters"
            report.add(rule, (*path, key), f"{value!r} is no value of a label", hint)
