"""Scripts: values pasted into code, and results that grow too large."""

from __future__ import annotations

import re

from flowdsl.check.findings import Path, Report
from flowdsl.check.pitfalls.shapes import SpecAt
from flowdsl.diagnostics.rule import HARDENING, Rule
from flowdsl.kinds.tasks import Sidecar, Step

_PASTED = re.compile(r"\$\((params[.\[][^)]*|tasks\.[^).]+\.results\.[^)]*|inputs\.params[.\[][^)]*)\)")
_RESULT = re.compile(r"\$\((?:step\.)?results(?:\.([\w.-]+?)|\[['\"]([\w.-]+)['\"]\])\.path\)")
_LARGE = re.compile(
    r"(?:^|[;&|]\s*|\$\()\s*(cat|cp|mv|curl|wget|find|base64|tar|env|printenv|ls\s+-\w*R|(?:kubectl|oc)\s+(?:get|describe|logs)"
    r"|git\s+(?:log|diff|show)|helm\s+template|trivy|grype|syft)\b(?P<rest>[^\n]*)"
)
_DOCUMENT = re.compile(r"\.(?:json|xml|html?|log|csv|ya?ml|sarif|txt|md|spdx|tar|t?gz|zip)\b|\*")
_BEFORE = re.compile(r"\s*(?:eval\s+)?[\"']?")
_SHELLS = re.compile(r"(?:^|/)(?:ba|da|z|k|a)?sh$|(?:^|/)python[\d.]*$|(?:^|/)node$|(?:^|/)perl$|(?:^|/)ruby$")


def check(spec: SpecAt, report: Report) -> None:
    """FLOW320, FLOW326 for the scripts of one task."""
    containers: list[tuple[Path, Step | Sidecar]] = [
        ((*spec.path, "steps", index), step) for index, step in enumerate(spec.spec.steps or ())
    ]
    containers += [((*spec.path, "sidecars", index), each) for index, each in enumerate(spec.spec.sidecars or ())]
    for path, container in containers:
        if container.script:
            _pasted(container.script, (*path, "script"), report)
            _large_result(container.script, (*path, "script"), report)
        for at, code in _inline_code(container, path):
            _pasted(code, at, report)


def is_line(code: str, match: re.Match[str]) -> bool:
    """Whether a reference is all there is in its line: what stands there is meant to be code."""
    before = code[code.rfind("\n", 0, match.start()) + 1 : match.start()]
    after = code[match.end() :].split("\n", 1)[0] if match.end() < len(code) else ""
    return _BEFORE.fullmatch(before) is not None and after.strip() in ("", '"', "'")


def _inline_code(container: Step | Sidecar, path: Path) -> list[tuple[Path, str]]:
    """The text after `sh -c`, wherever command ends and args begin."""
    words = [((*path, "command", i), word) for i, word in enumerate(container.command or ())]
    words += [((*path, "args", i), word) for i, word in enumerate(container.args or ())]
    for index in range(1, len(words) - 1):
        flag = words[index][1] or ""
        is_flag = flag in ("-e", "--eval") or (
            flag.startswith("-") and not flag.startswith("--") and flag.endswith("c")
        )
        if is_flag and _SHELLS.search(words[0][1] or ""):
            return [words[index + 1]]
    return []


VALUE_IN_SCRIPT = Rule.pitfall("FLOW320", "value-in-script", "a value pasted into a script", quiet=HARDENING)


def _pasted(code: str, path: Path, report: Report) -> None:
    """FLOW320: no value becomes code. Whoever sets the param runs commands with the task's rights."""
    if "$(" not in code:
        return
    seen: dict[str, None] = {}
    for match in _PASTED.finditer(code):
        if not is_line(code, match):
            seen.setdefault(match[0])
    if seen:
        names = ", ".join(seen)
        hint = 'pass it in env and read it there: env: [{name: URL, value: $(params.url)}], then "$URL" in the script'
        message = f"{names} {'is' if len(seen) == 1 else 'are'} pasted into the script"
        report.add(VALUE_IN_SCRIPT, path, message, hint, part=next(iter(seen)))


LARGE_RESULT = Rule.pitfall("FLOW326", "large-result", "a result that is likely too large")


def _large_result(script: str, path: Path, report: Report) -> None:
    """FLOW326: all results of a task share a message of 4,096 bytes (docs/tasks.md#larger-results)."""
    if "results" not in script:
        return
    for line in script.splitlines():
        result = _RESULT.search(line)
        command = _LARGE.search(line) if result else None
        if (
            result is None
            or command is None
            or re.search(r"\|\s*(?:head|wc|sha\d+sum|md5sum|cut|jq -r|tr|sed|awk)", line)
        ):
            continue
        # One commit's date or hash is small.
        if re.search(r"\bgit\s+log\b[^\n]*\s(?:-1|-n\s?1|--max-count=1)\s", line):
            continue
        # Reading a result back is no writing of one.
        if not re.search(r"(?:>|tee|\bcp\b|\bmv\b|-o|--output)\s*[^\n]*results", line):
            continue
        # A small file is often moved this way (a digest, a version); one of these kinds seldom is small.
        if command[1] in ("cat", "cp", "mv") and not _DOCUMENT.search(command["rest"].split(result[0])[0]):
            continue
        name = result[1] or result[2]
        hint = "write the file to a workspace and only its path or hash to the result"
        message = f"the result {name!r} gets the output of `{command[1].split()[0]}`; results have 4,096 bytes in all"
        report.add(LARGE_RESULT, path, message, hint, part=line)
