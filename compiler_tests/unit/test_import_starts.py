"""What `compile --events` wrote comes back as `on=[...]`, and compiles to the same documents again."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import flowdsl
from flowdsl.diagnostics import FlowError
from flowdsl.emit import emit_yaml
from flowdsl.library.documents import sources_of
from flowdsl.library.importing import ImportResult, import_sources

HEAD = """
from typing import Literal, NamedTuple
from flowdsl import (
    Secret, body, bucket, commit_status, event, header, named, pipeline, pull_request, push, schedule, tag, task, task_ref,
    webhook,
)

class Scores(NamedTuple):
    loss: float
    clip: str

@task(image="python:3.12-slim")
def fit(revision: str, repo: str) -> Scores:
    return Scores(1.0, repo)
"""
PLAIN = 'def fitted(revision: str = "main", repo: str = "https://git.example.com/a/b") -> Scores:\n'
BODY = "    found = fit(revision, repo)\n    return Scores(found.loss, found.clip)\n"

CASES = {
    "push": '@pipeline(provider="github", on=[push()])\n' + PLAIN,
    "branches": '@pipeline(provider="github", on=[push(["main", "release/*", "v?/**"], paths=["a/**", "*.py"])])\n'
    + PLAIN,
    "two-pushes": '@pipeline(provider="github", on=[push("main"), push("next", name="next", params={"revision": event.short_sha})])\n'
    + PLAIN,
    "gitlab": '@pipeline(provider="gitlab", on=[push("main", paths="src/**"), pull_request("main"), tag(["v*", "w1"])])\n'
    + PLAIN,
    "bitbucket": '@pipeline(provider="bitbucket", on=[push("main", params={"repo": event.repo_url}), pull_request()])\n'
    + PLAIN,
    "bitbucket-server": '@pipeline(provider="bitbucket-server", on=[push("main", params={"revision": event.revision})])\n'
    + PLAIN,
    "gitea": '@pipeline(provider="gitea", on=[push("main"), pull_request(fork_label="ok to test", draft=False)])\n'
    + PLAIN,
    "forks": '@pipeline(provider="github", on=[pull_request("main", fork_label="ok-to-test", draft=True)])\n' + PLAIN,
    "files-of-requests": '@pipeline(provider="github", on=[pull_request("main", paths="a/**", token=Secret("reader", "pat"))])\n'
    + PLAIN,
    "texts": '@pipeline(provider="github", on=[push(params={"revision": f"at {event.branch}/{event.short_sha}!", "repo": body.repository["ssh-url"]})])\n'
    + PLAIN,
    "texts-with-quotes": '@pipeline(provider="github", on=[push(params={"revision": f\'say "{event.branch}" "{{x}}" \\n\'})])\n'
    + PLAIN,
    "filters": '@pipeline(provider="github", on=[push(filter=(event.author != "bot") & ~event.branch.startswith("wip/", "tmp/")), '
    'tag(filter=body.sender.type.isin("User", "Org") | (body["size"][0] >= 3)), '
    'pull_request(filter=event.pull_request.draft & event.pull_request.title.matches("[A-Z]+: .*"))])\n' + PLAIN,
    "senders": '@pipeline(provider="github", on=[push(secret=Secret("other", "text")), webhook("open", verify=False), '
    'webhook("signed", signature="sha256", id=header["X-Id"]), webhook("headed", header="X-My-Token", id=f"{body.a}-{body.b}")])\n'
    + PLAIN,
    "ending": '@pipeline(provider="github", on=[push("main", cancel_in_progress=True), tag("v*")], max_at_once=3, keep=20)\n'
    + PLAIN,
    "a-custom-task-without-a-name-waits-for-another": '@task_ref(named("", kind="Ask", api_version="ask.example.dev/v1"))\n'
    "def ask(said: str) -> None: ...\n\n"
    '@pipeline(provider="github", on=[push("main", cancel_in_progress=True)])\n'
    + PLAIN
    + '    ask(fit.with_options(name="before")(revision, repo).clip)\n',
    "reported": '@pipeline(provider="github", keep=5, on=[push("main"), pull_request("main", params={"revision": event.revision})], '
    'report=commit_status(token=Secret("git", "token"), context="fit", link="https://t.example.com/{namespace}/{run}", baseline={"loss": 2.5}))\n'
    + PLAIN,
    "reported-elsewhere": '@pipeline(provider="gitea", on=[push("main")], '
    'report=commit_status(token=Secret("git", "token"), comment=False, api="https://git.example.com/api/v1"))\n'
    + PLAIN,
    "reported-by-who-is-like-another": '@pipeline(provider="forgejo", on=[push("main")], '
    'report=commit_status(token=Secret("git", "token"), api="https://git.example.com/api/v1"))\n' + PLAIN,
    "certified": '@pipeline(provider="github", listener_tls="hooks-tls", on=[push("main")])\n' + PLAIN,
    "times": '@pipeline(timeout="1h", service_account="runner", on=[schedule("30 2 * * *", timezone="Asia/Shanghai", overlap="forbid", '
    'starting_deadline=60, suspend=True, params={"revision": "nightly"}), schedule("@daily", name="daily")])\n' + PLAIN,
    "constants": '@pipeline(provider="github", on=[push(params={"revision": "it\'s {a} \\\\ \\"b\\"", "repo": event.repo_url})])\n'
    + PLAIN,
    "one-type-of-two-starts": '@pipeline(on=[webhook("w", id=body.id, params={"steps": body.steps}), webhook("v", id=body.id, params={"steps": 3})])\n'
    'def fitted(revision: str = "main", repo: str = "x", steps: int = 25) -> Scores:\n',
    "types": '@pipeline(provider="github", on=[webhook("w", id=body.id, params={"steps": body.steps, "limit": body.limit, "fast": body.fast, "mode": body.mode}), '
    'schedule("1 1 * * *", params={"steps": 3, "mode": "b"})])\n'
    'def fitted(revision: str = "main", repo: str = "x", steps: int = 25, limit: float = 0.5, fast: bool = False, mode: Literal["a", "b"] = "a") -> Scores:\n',
}


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """A pipeline's source, compiled for all targets that it has starts for."""

    def compiled(source: str) -> Path:
        file = tmp_path / "fitted.py"
        file.write_text(HEAD + source + BODY)
        events = [
            name
            for name, word in (("triggers", ("push(", "pull_request(", "tag(", "webhook(")), ("cron", ("schedule(",)))
            if any(each in source for each in word)
        ]
        made = flowdsl.compile(flowdsl.load(file), events=events, namespace="ml")
        target = tmp_path / "fitted.yaml"
        target.write_bytes(emit_yaml(made.documents))
        return target

    return compiled


def imported(path: Path) -> ImportResult:
    return import_sources([*sources_of(path)])


def again(text: str, folder: Path) -> list[dict[str, object]]:
    """The documents that a module compiles to."""
    module = folder / "again.py"
    module.write_text(text)
    return [dict(each) for each in flowdsl.compile(flowdsl.load(module)).documents]


@pytest.mark.parametrize("name", CASES)
def test_a_compiled_start_comes_back_and_compiles_to_the_same(
    name: str, written: Callable[[str], Path], tmp_path: Path
) -> None:
    file = written(CASES[name])
    result = imported(file)
    assert "on=[" in result.text
    # What on= does not write is not of the events: the account that the user's pods have.
    assert [each.code for each in result.diagnostics] == ["FLOW502"] * ("service_account=" in CASES[name])
    assert_same(file, again(result.text, tmp_path))


def assert_same(file: Path, made: list[dict[str, object]]) -> None:
    wanted = [each for each in yaml.safe_load_all(file.read_text()) if each]

    def key(document: dict[str, object]) -> tuple[str, str]:
        return str(document["kind"]), str(document["metadata"]["name"])  # type: ignore[index]

    assert {key(each): each for each in made} == {key(each): each for each in wanted}


def changed(file: Path, before: str, after: str) -> Path:
    """The same documents with another text in one place."""
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))
    return file


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("body.deleted == false", "body.deleted != true"),
        ("- create", "- create\n      - delete"),
        ("      - push\n", "      - push\n      - create\n"),
        ("- triggerRef: fitted-push", "- triggerRef: fitted-push\n    name: one"),
    ],
    ids=["filter", "rights", "types", "listener"],
)
def test_what_on_would_write_in_another_way_stays_as_it_is(
    before: str, after: str, written: Callable[[str], Path], tmp_path: Path
) -> None:
    file = written(CASES["push"])
    result = imported(changed(file, before, after))
    assert "on=[" not in result.text
    told = [each for each in result.diagnostics if "EventListener" in each.message]
    assert [each.code for each in told] == ["FLOW502"]
    assert_same(file, again(result.text, tmp_path))


def test_a_listener_that_is_kept_says_what_is_other_than_on_writes(written: Callable[[str], Path]) -> None:
    file = changed(written(CASES["push"]), "body.deleted == false", "body.deleted != true")
    (told,) = [each for each in imported(file).diagnostics if "EventListener" in each.message]
    assert "fitted-push isn't what on= writes: it lacks body.deleted == false" in told.message


def test_a_cronjob_that_is_kept_says_what_is_other_than_on_writes(written: Callable[[str], Path]) -> None:
    file = changed(written('@pipeline(on=[schedule("1 2 * * *")])\n' + PLAIN), "- allow", "- maybe")
    (told,) = [each for each in imported(file).diagnostics if "CronJob" in each.message]
    assert "the CronJob fitted-schedule isn't what on= writes" in told.message


def test_schedules_come_back_beside_a_listener_that_does_not(written: Callable[[str], Path], tmp_path: Path) -> None:
    source = '@pipeline(provider="github", on=[push("main"), schedule("1 2 * * *")])\n' + PLAIN
    file = changed(written(source), "body.deleted == false", "body.deleted != true")
    result = imported(file)
    assert 'on=[schedule("1 2 * * *")]' in result.text
    assert "push(" not in result.text
    assert_same(file, again(result.text, tmp_path))


def test_names_in_documents_never_become_code(written: Callable[[str], Path], tmp_path: Path) -> None:
    file = written(CASES["push"])
    hostile = "body['__class__'].x == 'a\\' + __import__(\"os\").getpid()'"
    changed(file, "body.deleted == false", f"body.deleted == false && ({hostile})")
    result = imported(file)
    assert "on=[" not in result.text
    assert "raw(" in result.text
    assert_same(file, again(result.text, tmp_path))


ATOM = "(has(body.zz) && body.zz == 'q')"


def nested(depth: int) -> str:
    """A condition within conditions, as `on=` writes it: one word within the other, as a row of one is flat."""
    return "(" * depth + ATOM + "".join(f" {('||', '&&')[level % 2]} {ATOM})" for level in range(depth))


@pytest.mark.parametrize(
    ("condition", "comes"),
    [
        (nested(3), True),
        (f"({' || '.join([ATOM] * 100)})", True),
        (nested(95), False),
        (nested(1500), False),
        (f"({' || '.join([ATOM] * 1000)})", False),
        (f"({' || '.join([ATOM] * 10_000)})", False),
        ("(" * 20_000 + "x" + ")" * 20_000, False),
        ("(has(body.zz) && body.zz.matches('^(?:(a+)+b)$'))", True),
        ("(has(body.zz) && body.zz.matches('^(?:a{99999999999})$'))", False),
        (f"(has(body.zz) && body.zz.matches('^(?:{'(' * 3000}a{')' * 3000})$'))", False),
        (f"(has(body.zz) && body.zz == {'9' * 5000})", False),
        ("(has(body.zz) && body.zz == 1e999)", False),
        ("(has(body.zz) && body.zz == -'a')", False),
        ("(has(body.zz) && body.zz.matches())", False),
    ],
    ids=[
        "nested", "row", "nested-deep", "nested-deeper", "long", "longer", "brackets", "pattern", "pattern-repeats",
        "pattern-nests", "number", "infinite", "no-number", "no-pattern",
    ],
)  # fmt: skip
def test_a_condition_of_any_size_is_answered(
    condition: str, comes: bool, written: Callable[[str], Path], tmp_path: Path
) -> None:
    file = written('@pipeline(provider="github", on=[push(filter=body.zz == "q")])\n' + PLAIN)
    made = [each for each in yaml.safe_load_all(file.read_text()) if each]
    file.write_text("\n---\n".join(json.dumps(each).replace(ATOM, json.dumps(condition)[1:-1]) for each in made))
    result = imported(file)
    assert not result.failed
    assert ("on=[" in result.text) is comes
    if comes:
        assert_same(file, again(result.text, tmp_path))


@pytest.mark.parametrize("limit", [700, 3000, 20_000])
def test_how_long_a_condition_comes_is_not_python_s_limit(
    limit: int, written: Callable[[str], Path], tmp_path: Path
) -> None:
    """Some packages raise it for a whole process."""
    before = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(limit)
        test_a_condition_of_any_size_is_answered(f"({' || '.join([ATOM] * 100)})", True, written, tmp_path)
        test_a_condition_of_any_size_is_answered(f"({' || '.join([ATOM] * 1000)})", False, written, tmp_path)
    finally:
        sys.setrecursionlimit(before)


def test_words_of_starts_are_taken_where_something_starts(written: Callable[[str], Path], tmp_path: Path) -> None:
    file = written('@pipeline(provider="github", on=[push()])\n' + PLAIN)
    file.write_text(file.read_text() + TASK_PUSH)
    result = imported(file)
    assert "on=[push(" in result.text
    assert "def push_task(tag: " in result.text
    assert_same(file, again(result.text, tmp_path))


TASK_PUSH = """---
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: push}
spec:
  params: [{name: tag, type: string}]
  steps: [{name: a, image: "alpine:3.20", command: [echo, $(params.tag)]}]
"""


def test_a_pipeline_of_another_version_has_no_starts(written: Callable[[str], Path]) -> None:
    file = written(CASES["push"])
    made = [each for each in yaml.safe_load_all(file.read_text()) if each]
    for each in made:
        if each["kind"] == "Pipeline":
            each["apiVersion"] = "tekton.dev/v9"
    file.write_text("\n---\n".join(map(json.dumps, made)))
    assert "on=[" not in imported(file).text


def test_a_manifest_names_its_targets_and_a_compile_others(written: Callable[[str], Path], tmp_path: Path) -> None:
    result = imported(written('@pipeline(on=[schedule("1 2 * * *")])\n' + PLAIN))
    assert 'events=["cron"], namespace="ml"' in result.text
    module = tmp_path / "again.py"
    module.write_text(result.text)
    elsewhere = flowdsl.compile(flowdsl.load(module), events=["cron"], namespace="other").documents
    (job,) = [each for each in elsewhere if each["kind"] == "CronJob"]
    assert job["metadata"]["namespace"] == "other"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ('events="jenkins"', "'jenkins'"),
        ('events=["cron", "jenkins"]', "'jenkins'"),
        ("events=5", "'events' takes"),
        ("namespace=5", "'namespace' takes"),
        ('repositories="a/b"', "'repositories' takes"),
        ("token=5", "'token' takes"),
    ],
)
def test_a_manifest_takes_no_unknown_target(tmp_path: Path, given: str, told: str) -> None:
    module = tmp_path / "unknown.py"
    module.write_text(f"from flowdsl import manifest\ndocuments = manifest({given})\n")
    with pytest.raises(FlowError) as caught:
        flowdsl.load(module)
    assert [each.code for each in caught.value.diagnostics] == ["FLOW002"]
    assert told in caught.value.diagnostics[0].message


LISTENER = """---
apiVersion: triggers.tekton.dev/v1beta1
kind: EventListener
metadata: {{name: {name}}}
spec:
  serviceAccountName: ci
  triggers:
  - name: on-push
    bindings: [{{ref: b}}]
    template: {{ref: t}}
"""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("fitted", "its trigger 'on-push' stands within it, and on= writes a Trigger for each"),
        ("hooks", "on= calls it as the Pipeline that it starts, and none of the files has a Pipeline 'hooks'"),
    ],
)
def test_a_listener_of_others_is_kept_with_what_is_in_the_way(
    name: str, why: str, written: Callable[[str], Path]
) -> None:
    file = written("@pipeline\n" + PLAIN)
    file.write_text(file.read_text() + LISTENER.format(name=name))
    result = imported(file)
    told = [each for each in result.diagnostics if each.code == "FLOW502"]
    assert [each.message for each in told] == [f"EventListener '{name}' is kept as raw(...): {why}"]
    assert "Triggers of others" in told[0].hint
    assert "on=[" not in result.text


@pytest.mark.parametrize(
    ("document", "hint"),
    [
        (
            "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: kept},"
            " spec: {defaultBackend: {service: {name: el-x, port: {number: 8080}}}}}",
            "Settings of a project",
        ),
        (
            "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: kept}, spec: {}}",
            "Settings of a project",
        ),
        (
            "{apiVersion: triggers.tekton.dev/v1beta1, kind: TriggerBinding, metadata: {name: kept},"
            " spec: {params: [{name: a, value: $(body.a)}]}}",
            "Triggers of others",
        ),
        ("{apiVersion: v1, kind: ConfigMap, metadata: {name: kept}}", ""),
    ],
)
def test_the_hint_at_a_document_that_is_kept_fits_its_kind(document: str, hint: str, tmp_path: Path) -> None:
    file = tmp_path / "kept.yaml"
    file.write_text(document)
    (found,) = imported(file).diagnostics
    assert (found.code, hint in found.hint, found.hint.count(";")) == ("FLOW502", True, bool(hint))
    assert "Task" not in found.hint
