"""A difference in words: what it is about, and its values as text in which no credential stands."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping

from flowdsl.differ.model import Added, Changed, Difference, Removed
from flowdsl.kinds.table import named
from flowdsl.kube import looks_secret, tells_credential
from flowdsl.kube.source_lines import without_numbers

HIDDEN = "(hidden)"
_LONGEST = 160
_MOST_LINES = 5_000
"""Lines of two texts that are compared line by line; the time for it grows with their product."""
_LABELS = {
    "argument": "param {0} given to {of}",
    "binding": "workspace {0} of {of}",
    "claim": "{dotted}",
    "env": "variable {0} of {of}",
    "field": "{dotted}",
    "gate": "when of {0}",
    "inner param": "param {0} of {of}",
    "inner result": "result {0} of {of}",
    "inner workspace": "workspace {0} of {of}",
    "key": "key {0}",
    "metadata": "{1} {0}",
    "mount": "mount {0} of {of}",
    "order": "order of {0} in {of}",
    "text": "{0} of {of}",
    "volume": "volume {0}",
}


def label(found: Difference) -> str:
    """What a difference is about: `image of infer`, `param steps`, `evaluate after infer`."""
    kind, path = found.subject.kind, found.subject.path
    if kind == "document":
        return str(found.document)
    if kind == "edge":
        return f"{' / '.join(path[:-1])} after {path[-1]}"
    if kind == "name":
        return "name of a task" if path else "name"
    if not path:
        return kind
    of = " / ".join(path[:-1])
    shown = _LABELS.get(kind) or (f"{kind} {{0}}" if kind in ("param", "result", "workspace") else f"{kind} of {{all}}")
    text = shown if of else shown.replace(" of {of}", "").replace(" given to {of}", "").replace(" in {of}", "")
    last = path[-1]
    return text.format(last, path[0].rstrip("s"), of=of, all=" / ".join(path), dotted=".".join(path))


def values(found: Difference) -> str:
    """The values of a difference in one line; "" where they are told otherwise (`script_lines`) or not at all."""
    if is_text(found) or found.subject.kind in ("document", "edge", "task", "step", "sidecar"):
        return ""
    if isinstance(found, Changed):
        before, after = found.before, found.after
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            return "; ".join(_parts(found, before, after))
        return f"{shown(found, before)} -> {shown(found, after)}"
    value = found.after if isinstance(found, Added) else found.before if isinstance(found, Removed) else None
    return "" if value in (True, None, {}) else shown(found, value)


def _parts(
    found: Difference, before: Mapping[str, object], after: Mapping[str, object], above: str = ""
) -> Iterator[str]:
    """The fields that differ, alone."""
    for name in sorted({*before, *after}):
        dotted = f"{above}{name}"
        old, new = before.get(name), after.get(name)
        if name not in after:
            yield f"{dotted} {shown(found, old)} is gone"
        elif name not in before:
            yield f"{dotted} {shown(found, new)} is new"
        elif isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _parts(found, old, new, f"{dotted}.")
        elif old != new:
            yield f"{dotted} {shown(found, old)} -> {shown(found, new)}"


def shown(found: Difference, value: object) -> str:
    """A value in a line: text as it is, other data as JSON, long ones cut, credentials hidden."""
    safe = hide(found, value)
    text = safe if isinstance(safe, str) and safe and "\n" not in safe else json.dumps(safe, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def hide(found: Difference, value: object) -> object:
    """The value with what looks like a credential replaced; all of it where it is what a Secret holds."""
    path = found.subject.path
    kind = named(found.document.kind)
    if kind is not None and kind.secret and (found.subject.kind == "key" or {*path[:1]} & {*kind.texts, *kind.base64}):
        return HIDDEN
    return _hide(path[-1] if path else "", value)


def _hide(name: str, value: object) -> object:
    if isinstance(value, str):
        if "\n" in value:
            return "\n".join(_safe_lines(value.split("\n")))
        return HIDDEN if looks_secret(name, value) or tells_credential(value) else value
    if isinstance(value, Mapping):
        named = str(value.get("name") or name)
        return {key: _hide(named if key in ("value", "default") else str(key), each) for key, each in value.items()}
    if isinstance(value, list):
        return [_hide(name, each) for each in value]
    return value


def _safe_lines(lines: Iterable[str]) -> Iterator[str]:
    """The lines with those hidden that tell a credential, and the whole of a private key from its first to its last."""
    inside = False
    for line in lines:
        inside = inside or ("-----BEGIN" in line and "PRIVATE KEY" in line)
        yield HIDDEN if inside or tells_credential(line) else line
        inside = inside and "-----END" not in line


def is_text(found: Difference) -> bool:
    """Whether a difference is one between texts of several lines, which are shown as a unified diff."""
    return (
        isinstance(found, Changed)
        and isinstance(found.before, str)
        and isinstance(found.after, str)
        and ("\n" in found.before or "\n" in found.after)
    )


def text_lines(found: Difference) -> list[str]:
    """The unified diff within a script or another long text."""
    if not isinstance(found, Changed) or not is_text(found):
        return []
    if hide(found, "") == HIDDEN:
        return [HIDDEN]
    # Hidden before they are compared: a hunk may begin in the middle of a key.
    texts = (without_numbers(str(text)) for text in (found.before, found.after))
    before, after = (list(_safe_lines(text.splitlines())) for text in texts)
    if len(before) + len(after) > _MOST_LINES:
        return [f"({len(before)} lines before, {len(after)} lines after)"]
    lines = list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]
    return lines or ["(only line ends differ)" if HIDDEN not in after else "(only what is hidden differs)"]
