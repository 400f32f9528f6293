"""The source lines that findings show: a terminal and a CI log are no place for what a Secret holds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from flowdsl.diagnostics import Finding
from flowdsl.diagnostics.reading import NotReadError, read_file
from flowdsl.diagnostics.render import python_lines, render
from flowdsl.kinds.table import KINDS
from flowdsl.kube import looks_secret, tells_credential
from flowdsl.yamlread.lines import yaml_lines

# What these tell of is a credential that stands on their line.
_OF_CREDENTIALS = frozenset({"FLOW103", "FLOW321"})
# By its text, since what can't be read has no kind; in a List it hides more than it must.
_SECRET = re.compile(rf"""\bkind["']?\s*:\s*["']?(?:{"|".join(kind.name for kind in KINDS if kind.secret)})(?![\w-])""")

# `LocalRun(secrets={...})`: what stands there is a secret, whatever it looks like.
_GIVEN = re.compile(r"\bsecrets\s*=(?!=)")
# A param or a variable, whose name stands beside its value: `{name: password, default: …}`.
_NAMED = re.compile(
    r"""\bname["']?\s*:\s*["']?([\w.-]+)["']?[\s,]*["']?(?:default|value)["']?\s*:\s*(?:"([^"]*)|'([^']*)|([^\s,}]+))"""
)


def rendered(diagnostics: Iterable[Finding], texts: Mapping[str, str] | None = None) -> str:
    """Findings as text, each with its line where that may be shown; `texts` are sources that are read already."""
    found = list(diagnostics)
    places = {(each.location.file, each.location.line) for each in found if each.location and _is_of(each)}
    return render(found, Excerpts(texts or {}, places))


def _is_of(finding: Finding) -> bool:
    return finding.code in _OF_CREDENTIALS


class Excerpts:
    """Gives a line of a file: none of a Secret's document, and none in which a credential is seen."""

    def __init__(self, texts: Mapping[str, str], hidden: Collection[tuple[str, int]] = ()) -> None:
        self._texts, self._hidden = texts, hidden
        self._lines: dict[str, list[str | None]] = {}

    def __call__(self, file: str, line: int) -> str | None:
        """The text of a line; None where it can't be had or is not to be shown."""
        if file not in self._lines:
            self._lines[file] = self._read(file)
        lines = self._lines[file]
        text = lines[line - 1] if 1 <= line <= len(lines) and (file, line) not in self._hidden else None
        if text is None or tells_credential(text) or _GIVEN.search(text):
            return None
        named = _NAMED.finditer(f"{lines[line - 2] or ''} {text}" if line > 1 else text)
        return None if any(looks_secret(found[1], found[2] or found[3] or found[4] or "") for found in named) else text

    def _read(self, file: str) -> list[str | None]:
        text = self._texts.get(file)
        if text is None:
            try:
                text = read_file(file).decode("utf-8-sig", "replace")
            except NotReadError:
                return []
        return [*python_lines(text)] if file.endswith(".py") else _without_secrets(text)


def _without_secrets(text: str) -> list[str | None]:
    """The lines of a YAML text, None for those of documents that are Secrets, readable or not."""
    shown: list[str | None] = []
    document: list[str] = []
    for line in [*yaml_lines(text), "---"]:
        if line.startswith("---"):
            secret = _SECRET.search("\n".join(document)) is not None
            shown += [None] * len(document) if secret else document
            document = []
        document.append(line)
    return shown
