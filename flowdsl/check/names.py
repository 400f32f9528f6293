"""Names: of objects, steps, tasks, params and results; and names used twice."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flowdsl.check.declared import Declared
from flowdsl.check.findings import Path, Report
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.meta import ObjectMeta
from flowdsl.kube.conventions import NAME_MOST
from flowdsl.kube.object_names import is_subdomain

_QUALIFIED = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_PARAM = re.compile(r"[_a-zA-Z][_a-zA-Z0-9.-]*")
_OBJECT_PARAM = re.compile(r"[_a-zA-Z][_a-zA-Z0-9-]*")
_RESULT = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")

LABEL_HINT = (
    f"lower-case letters, digits and '-', starting and ending with a letter or digit, at most {NAME_MOST} characters"
)
SUBDOMAIN_HINT = "lower-case letters, digits, '-' and '.', starting and ending with a letter or digit, at most 253"
_SUFFIX = "abcde"
_GENERATED_BASE = NAME_MOST - len(_SUFFIX)


def is_result_name(name: str) -> bool:
    """Whether a result may have this name."""
    return _RESULT.fullmatch(name) is not None


def qualified_name_error(name: str) -> str | None:
    """Why Kubernetes does not take it for a qualified name (`prefix/name`); None if it does."""
    prefix, slash, rest = name.rpartition("/")
    if name.count("/") > 1:
        return "it has more than one '/'"
    if slash and not prefix:
        return "the part before '/' is empty"
    if slash and not is_subdomain(prefix):
        return "the part before '/' is no DNS name"
    if not rest:
        return "it is empty"
    if len(rest) > NAME_MOST:
        return f"it has more than {NAME_MOST} characters"
    return None if _QUALIFIED.fullmatch(rest) else "it must be letters, digits, '-', '_' or '.', and start and end well"


def is_label_value(text: str) -> bool:
    """Whether a label may have this value."""
    return len(text) <= NAME_MOST and (not text or _QUALIFIED.fullmatch(text) is not None)


def placed_name(metadata: ObjectMeta | None) -> tuple[str, Path]:
    """The name of an object and where it stands.

    Of `generateName` the API server makes one before admission looks: the base, cut, and five characters
    (apiserver's storage/names).
    """
    name = (metadata.name if metadata else None) or ""
    base = (metadata.generateName if metadata else None) or ""
    if name or not base:
        return name, ("metadata", "name")
    return base[:_GENERATED_BASE] + _SUFFIX, ("metadata", "generateName")


OBJECT_NAME = Rule("FLOW204", "object-name", "name of an object")


def check_metadata(metadata: ObjectMeta | None, report: Report) -> None:
    """FLOW204: an object's name is a DNS name of at most 63 characters (pkg/apis/validate/metadata.go)."""
    name, path = placed_name(metadata)
    if not name:
        report.add(OBJECT_NAME, ("metadata",), "the object has no name", "add metadata.name")
    elif not is_subdomain(name):
        report.add(OBJECT_NAME, path, f"{name!r} is no valid name", LABEL_HINT)
    elif len(name) > NAME_MOST:
        report.add(OBJECT_NAME, path, f"the name has {len(name)} characters; {NAME_MOST} is the most", "shorten it")


NAME_TWICE = Rule("FLOW213", "name-twice", "a name is there twice")


def check_unique(
    names: Iterable[str | None], path: Path, what: str, report: Report, *, field: str = "name", fold: bool = False
) -> None:
    """FLOW213: names in a list are given once; `fold` compares without case."""
    seen: set[str] = set()
    for index, each in enumerate(names):
        name = each or ""
        key = name.lower() if fold else name
        if key in seen:
            report.add(NAME_TWICE, (*path, index, field), f"the {what} {name!r} is there twice", "rename or remove one")
        seen.add(key)


PARAM_OR_RESULT_NAME = Rule("FLOW221", "param-or-result-name", "name of a param or result")


def check_param_names(params: Iterable[Declared], report: Report, *, folded: bool = False) -> None:
    """FLOW213, FLOW221: params declared twice, and names Tekton can't refer to (ValidateNameFormat)."""
    seen: set[str] = set()
    for param in params:
        at = (*param.path, "name")
        if param.name in seen and not folded:
            report.add(NAME_TWICE, at, f"the param {param.name!r} is there twice", "rename or remove one")
        seen.add(param.name)
        if param.type == "object":
            _object_names(param, at, report)
        elif _PARAM.fullmatch(param.name) is None:
            hint = "letters, digits, '-', '_' and '.', starting with a letter or '_'"
            report.add(PARAM_OR_RESULT_NAME, at, f"{param.name!r} is no name for a param", hint)


def _object_names(param: Declared, at: Path, report: Report) -> None:
    hint = "letters, digits, '-' and '_', starting with a letter or '_'; no dots, which separate an object from its key"
    if _OBJECT_PARAM.fullmatch(param.name) is None:
        report.add(PARAM_OR_RESULT_NAME, at, f"{param.name!r} is no name for an object param", hint)
    for key in param.properties or ():
        if _OBJECT_PARAM.fullmatch(key) is None:
            at_key = (*param.path, "properties", key)
            report.add(PARAM_OR_RESULT_NAME, at_key, f"{key!r} is no name for a key of the object {param.name!r}", hint)


def check_result_name(name: str | None, path: Path, report: Report) -> bool:
    """FLOW221: what a result may be called; whether it is fine."""
    if is_result_name(name or ""):
        return True
    hint = "letters, digits, '-', '_' and '.', starting and ending with a letter or digit"
    report.add(PARAM_OR_RESULT_NAME, (*path, "name"), f"{name or ''!r} is no name for a result", hint)
    return False
