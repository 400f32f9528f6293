"""Annotations and `{{ … }}` of Pipelines-as-Code, which nobody checks before an event comes.

Sources: pkg/matcher/annotation_matcher.go, pkg/matcher/cel.go, pkg/apis/pipelinesascode/keys and pkg/templates of its
release v0.43.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flowdsl.celgo.as_code import FUNCTIONS, IN_PLACEHOLDERS, PLACEHOLDERS, VARIABLES, is_known, placeholders
from flowdsl.celgo.globs import glob_regex
from flowdsl.celgo.tree import CelError, CelLimitError, CelSyntaxError
from flowdsl.celgo.uses import uses
from flowdsl.check.findings import Path, Report
from flowdsl.check.pitfalls.shapes import texts
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.diagnostics.rule import HARDENING, Rule
from flowdsl.kinds import labels
from flowdsl.kinds.table import AS_CODE, PIPELINE_RUN
from flowdsl.kube.go_regexp import regexp_error

EVENTS = ("pull_request", "push", "pull_request_closed", "incoming")
_LISTS = (
    labels.AS_CODE_EVENT, labels.AS_CODE_BRANCH, labels.AS_CODE_PATHS, labels.AS_CODE_PATHS_IGNORED,
    labels.AS_CODE_LABEL,
)  # fmt: skip
_GLOBS = (labels.AS_CODE_BRANCH, labels.AS_CODE_PATHS, labels.AS_CODE_PATHS_IGNORED)
_READ = (
    *_LISTS, labels.AS_CODE_COMMENT, labels.AS_CODE_CEL, labels.AS_CODE_CANCEL, labels.AS_CODE_KEEP,
    labels.AS_CODE_NAMESPACE, labels.AS_CODE_TASK, f"{AS_CODE}/pipeline",
)  # fmt: skip
_WRITTEN = frozenset(
    f"{AS_CODE}/{name}"
    for name in (
        "controller-info", "url-org", "url-repository", "sha", "sender", "event-type", "branch", "source-branch",
        "repository", "git-provider", "state", "sha-title", "sha-url", "repo-url", "source-repo-url", "pull-request",
        "installation-id", "ghe-url", "source-project-id", "target-project-id", "original-prname", "git-auth-secret",
        "check-run-id", "log-url", "execution-order", "scm-reporting-plr-started",
    )
)  # fmt: skip
"""What it writes onto runs itself."""
_TEXTS = (
    "body", "headers", "cel:", "source_branch", "target_branch", "git_tag", "trigger_comment", "pull_request_labels",
)  # fmt: skip
"""What somebody who only opens a pull request, or comments on it, may choose."""

UNKNOWN_ANNOTATION = Rule.pitfall("FLOW268", "unknown-annotation", "an annotation that Pipelines-as-Code does not know")
ANNOTATION_FORM = Rule.pitfall("FLOW269", "annotation-form", "an annotation in a form that Pipelines-as-Code refuses")
UNKNOWN_EVENT = Rule.pitfall("FLOW270", "unknown-event", "an event that never comes")
ANNOTATION_CEL = Rule.pitfall("FLOW271", "annotation-cel", "CEL that Pipelines-as-Code can't evaluate")
ANNOTATION_PATTERN = Rule.pitfall("FLOW272", "annotation-pattern", "a glob or an expression that can't be read")
UNKNOWN_PLACEHOLDER = Rule.pitfall("FLOW273", "unknown-placeholder", "a {{ name }} that stays as it is")
NEVER_MATCHES = Rule.pitfall("FLOW274", "never-matches", "annotations that match no event")
IGNORED_ANNOTATION = Rule.pitfall("FLOW275", "ignored-annotation", "annotations that an expression takes the place of")
EVENT_IN_SCRIPT = Rule.pitfall(
    "FLOW276", "event-in-script", "a text of the event becomes a part of a script", quiet=HARDENING
)


def check(raw: Mapping[str, object], report: Report) -> None:
    """FLOW268–276 for one document."""
    metadata = raw.get("metadata")
    given = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    notes = {str(name): value for name, value in given.items()} if isinstance(given, Mapping) else {}
    own = {name: value for name, value in notes.items() if name.startswith(f"{AS_CODE}/") and isinstance(value, str)}
    if not own or raw.get("kind") != PIPELINE_RUN.name or f"{AS_CODE}/state" in own:  # a run that it has made
        return
    for name, value in own.items():
        _check_one(name, value, ("metadata", "annotations", name), report)
    _check_together(own, report)
    for path, text in texts(raw, ()):
        _check_placeholders(path, text, report)


def _check_one(name: str, value: str, at: Path, report: Report) -> None:
    if name not in _READ and name not in _WRITTEN and not name.startswith(labels.AS_CODE_TASK):
        hint = did_you_mean(name, _READ, "see https://pipelinesascode.com/docs/guides/event-matching/")
        report.add(UNKNOWN_ANNOTATION, at, f"Pipelines-as-Code does not know {name}", hint)
    elif name in _LISTS:
        _check_list(name, value, at, report)
    elif name == labels.AS_CODE_CEL:
        _check_cel(value, at, report)
    elif name == labels.AS_CODE_COMMENT and (problem := regexp_error(value)):
        report.add(ANNOTATION_PATTERN, at, f"the expression can't be read: {problem}", "see github.com/google/re2")
    elif name == labels.AS_CODE_CANCEL and value not in ("true", "false"):
        report.add(ANNOTATION_FORM, at, f"{value!r} cancels nothing", 'write "true" or "false"')
    elif name == labels.AS_CODE_KEEP and not (value.isascii() and value.lstrip("+").isdecimal()):
        report.add(ANNOTATION_FORM, at, f"{value!r} is no number of runs", 'write "5"')


def listed(annotation: str) -> list[str]:
    """The values of an annotation: one, or a list in brackets. Raises ValueError for another form."""
    text = annotation.strip()
    if text.startswith("[") and text.endswith("]") and len(text) > 1 and "\n" not in text:
        found = [each.replace("&#44;", ",").strip() for each in text[1:-1].split(",")]
        if not found[0]:
            raise ValueError("it has no values")
        return found
    if any(sign in text for sign in "[] \t\n\r\f\v"):
        raise ValueError("it is neither one value nor a list in brackets")
    return [text.replace("&#44;", ",")]


def _check_list(name: str, value: str, at: Path, report: Report) -> None:
    try:
        found = listed(value)
    except ValueError as error:
        report.add(ANNOTATION_FORM, at, f"{value!r}: {error}", "write `[main, dev]`, a comma within one as `&#44;`")
        return
    for each in found:
        if "{{" in each:
            continue
        if name == labels.AS_CODE_EVENT and each not in EVENTS:
            hint = did_you_mean(each, EVENTS, f"there are {', '.join(EVENTS)}; a tag is a push")
            report.add(UNKNOWN_EVENT, at, f"there is no event {each!r}", hint)
        if name in _GLOBS:
            try:
                glob_regex(each)
            except CelError as error:
                hint = "put a \\ before a sign that stands for itself"
                report.add(ANNOTATION_PATTERN, at, f"the glob {each!r} can't be read: {error}", hint)
            except CelLimitError:
                continue


def _check_cel(text: str, at: Path, report: Report) -> None:
    if "{{" in text:  # what is put there nobody knows
        return
    for message, hint in _cel_problems(text, VARIABLES):
        report.add(ANNOTATION_CEL, at, message, hint)


def _cel_problems(text: str, variables: frozenset[str]) -> Iterator[tuple[str, str]]:
    try:
        found = uses(text)
    except CelSyntaxError as error:
        yield f"this is no CEL: {error}", "no event matches it; see github.com/google/cel-spec"
        return
    for name in found.names:
        if name not in variables:
            there = f"there are {', '.join(sorted(variables))}; if spec.params of your Repository has it, ignore this"
            yield f"there is no {name!r} in an event", did_you_mean(name, variables, there)
    for name in found.functions:
        if name not in FUNCTIONS:
            there = "its CEL is the language alone, and pathChanged"
            yield f"there is no function {name!r} in the CEL of Pipelines-as-Code", did_you_mean(name, FUNCTIONS, there)


def _check_together(own: Mapping[str, str], report: Report) -> None:
    beside = [name for name in _LISTS if name in own]
    if labels.AS_CODE_CEL in own:
        for name in beside:
            hint = "say it in the expression, and take the annotation out"
            message = f"{name.rpartition('/')[2]} counts for nothing beside on-cel-expression"
            report.add(IGNORED_ANNOTATION, ("metadata", "annotations", name), message, hint)
        return
    lacking = [name for name in (labels.AS_CODE_EVENT, labels.AS_CODE_BRANCH) if name not in own]
    if beside and lacking and labels.AS_CODE_COMMENT not in own:
        message = f"without {' and '.join(name.rpartition('/')[2] for name in lacking)} no event matches"
        report.add(NEVER_MATCHES, ("metadata", "annotations"), message, "give both, or on-cel-expression")


def _check_placeholders(path: Path, text: str, report: Report) -> None:
    for name in placeholders(text):
        if name.startswith("cel:"):
            for message, hint in _cel_problems(name.removeprefix("cel:").strip(), IN_PLACEHOLDERS):
                report.add(ANNOTATION_CEL, path, message, hint)
        elif not is_known(name):
            there = "if spec.params of your Repository has it, or it is for another template, ignore this line"
            hint = did_you_mean(name, PLACEHOLDERS, there)
            report.add(UNKNOWN_PLACEHOLDER, path, f"Pipelines-as-Code replaces no {{{{ {name} }}}}", hint)
        if path and path[-1] == "script" and name.startswith(_TEXTS):
            message = f"the text of {{{{ {name} }}}} becomes a part of the script: who chooses it runs what he likes"
            report.add(EVENT_IN_SCRIPT, path, message, "give it to a param, and the param to a variable of env")
