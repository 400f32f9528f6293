"""Findings for people, scripts, code scanning and pull requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from flowdsl.diagnostics import Finding, Location, catalog, escape
from flowdsl.linter.engine import iterate
from flowdsl.linter.rules import RULES
from flowdsl.yamlread.documents import Document
from flowdsl.yamlread.excerpts import rendered

if TYPE_CHECKING:
    from flowdsl.diagnostics.rule import Rule
    from flowdsl.linter.fix import Edit

_NOTHING: Mapping[str, str] = MappingProxyType({})


def as_text(found: Sequence[Document], texts: dict[str, str]) -> str:
    """Every finding with the line it is about; "" where there is none."""
    shown = [
        finding.at(
            Location(finding.file, max(finding.line, 1), finding.column),
            " ".join(part for part in (document.kind, document.name) if part),
        )
        for document, finding in iterate(found)
    ]
    return rendered(shown, texts)


def finding_data(finding: Finding, line: int | None, column: int | None) -> dict[str, object]:
    """One finding as plain data, with how it is mended where its rule knows."""
    data: dict[str, object] = {
        "code": finding.code,
        "severity": finding.severity,
        "line": line,
        "column": column,
        "path": finding.where,
        "message": finding.message,
        "hint": finding.hint,
    }
    if finding.related:
        data["related"] = [{"text": text, "file": at.file, "line": at.line} for text, at in finding.related]
    return data if finding.fix is None else {**data, "fix": finding.fix.as_data()}


def as_json(found: Sequence[Document]) -> str:
    """The contract for scripts: every document, and what admission would say of it."""
    data = [
        {
            "file": document.file,
            "index": document.index,
            "kind": document.kind,
            "name": document.name,
            "accepted": document.accepted,
            "checked": document.checked,
            "findings": [finding_data(finding, finding.line, finding.column) for finding in document.shown],
        }
        for document in found
    ]
    return escape.json_text({"documents": data}, indent=2) + "\n"


def as_github(found: Sequence[Document]) -> str:
    """Workflow commands: GitHub shows each at its line of the pull request."""
    lines = []
    for _, finding in iterate(found):
        where = f"file={escape.github_property(finding.file)},line={max(finding.line, 1)}" + (
            f",col={finding.column}" if finding.column else ""
        )
        text = finding.message + (f" ({finding.hint})" if finding.hint else "")
        text += "".join(f"; {words}: {place}" for words, place in finding.related)
        lines.append(
            f"::{finding.severity} {where},title={escape.github_property(finding.code)}::{escape.github_message(text)}"
        )
    return "".join(f"{line}\n" for line in lines)


def as_sarif(
    found: Sequence[Document],
    version: str = "",
    texts: Mapping[str, str] = _NOTHING,
    rules: Mapping[str, Rule] = RULES,
) -> str:
    """SARIF 2.1.0, as GitHub code scanning and editors read it.

    `version` is flowdsl's own; `texts` are the sources by name, where they are known: with them go the fixes. `rules`
    has those of every finding: more than lint's own where Python was compiled.
    """
    from flowdsl.linter.fix import lines_of

    findings = list(iterate(found))
    lines = {name: lines_of(text) for name, text in texts.items()}
    codes = sorted({finding.code for _, finding in findings})
    run = {
        "tool": {
            "driver": {
                "name": "flowdsl",
                "version": version,
                "rules": [_rule(rules[code]) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [
            {**_result(finding, codes), **_fixes(document, finding, lines.get(document.file))}
            for document, finding in findings
        ],
    }
    data = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return escape.json_text(data, indent=2) + "\n"


def _fixes(document: Document, finding: Finding, lines: list[str] | None) -> dict[str, object]:
    """What mends a result (SARIF 2.1.0, 3.55), as replacements in its file."""
    fix = finding.fix
    if fix is None or lines is None:
        return {}
    from flowdsl.diagnostics.fix import Reorder
    from flowdsl.linter.fix import edits_of

    # Moving lines would carry them, and with them what may be secret in them.
    if any(isinstance(change, Reorder) for change in fix.changes):
        return {}
    edits = edits_of(fix, document.root, lines)
    if not edits:
        return {}
    changed = {
        "artifactLocation": {"uri": escape.uri(document.file)},
        "replacements": [{"deletedRegion": _region(edit), "insertedContent": {"text": edit.new}} for edit in edits],
    }
    return {"fixes": [{"description": {"text": escape.sarif(fix.title)}, "artifactChanges": [changed]}]}


def _region(edit: Edit) -> dict[str, int]:
    line, column = edit.end
    return {"startLine": edit.line, "startColumn": edit.column, "endLine": line, "endColumn": column}


def _rule(rule: Rule) -> dict[str, object]:
    text = catalog.page(rule)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.headline},
        "fullDescription": {"text": rule.headline},
        "help": {"text": text, "markdown": text},
    }


def _result(finding: Finding, codes: list[str]) -> dict[str, object]:
    region: dict[str, int] = {"startLine": max(finding.line, 1)}
    if finding.column:
        region["startColumn"] = finding.column
    location: dict[str, object] = {
        "physicalLocation": {"artifactLocation": {"uri": escape.uri(finding.file)}, "region": region}
    }
    if finding.where:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.where}]
    result: dict[str, object] = {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": finding.severity,
        "message": {"text": escape.sarif(finding.message + (f". {finding.hint}" if finding.hint else ""))},
        "locations": [location],
    }
    if finding.related:
        result["relatedLocations"] = [
            {
                "id": number,
                "message": {"text": escape.sarif(words)},
                "physicalLocation": {
                    "artifactLocation": {"uri": escape.uri(place.file)},
                    "region": {"startLine": max(place.line, 1)},
                },
            }
            for number, (words, place) in enumerate(finding.related, 1)
        ]
    return result
