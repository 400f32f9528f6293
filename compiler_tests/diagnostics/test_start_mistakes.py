"""Every mistake in `on=[...]`: its code, and the line of the user's that it stands at."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.diagnostics import Finding, FlowError
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.settings import EventSettings, Settings

HEAD = """\
from flowdsl import Secret, body, event, header, pipeline, pull_request, push, schedule, tag, task, webhook

@task(image="python:3.12-slim")
def work(repo: str, steps: int, names: list[str]) -> None:
    print(repo, steps, names)

@pipeline(provider={provider!r}, on=[
    {start},
])
def p(repo: str = "r", steps: int = 1, fast: bool = False, names: list[str] = ["a"]) -> None:
    work(repo, steps, names)
"""
LINE = 8
BOTH = ("triggers", "cron")


def findings(
    start: str,
    path: Path,
    *,
    provider: str = "github",
    targets: tuple[str, ...] = BOTH,
    namespace: str = "ml",
    head: str = HEAD,
    token: str = "",
    events: EventSettings | None = None,
) -> tuple[Finding, ...]:
    path.write_text(head.format(start=start, provider=provider), encoding="utf-8")
    scope: dict[str, object] = {"__name__": "user_module"}
    settings = Settings(events=events or EventSettings(token=token))
    try:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), scope)
        found = scope["p"]
        assert isinstance(found, Pipeline)
        options = CompileOptions(events=targets, namespace=namespace, settings=settings)
        return compile_pipeline(found, options).diagnostics
    except FlowError as error:
        return error.diagnostics


MISTAKES = {
    "FLOW360 unknown argument": 'push("main", brnch="x")',
    "FLOW360 wrong type": "push(7)",
    "FLOW360 two by place": 'push("main", "dev")',
    "FLOW360 of schedule": 'schedule("@daily", zone="Europe/Berlin")',
    "FLOW360 without times": "schedule()",
    "FLOW360 without a name": "webhook()",
    "FLOW360 without a name, by name": 'webhook(name="")',
    "FLOW360 by place and by name": 'push("main", branch="dev")',
    "FLOW360 times twice": 'schedule("@daily", cron="@weekly")',
    "FLOW360 empty name": 'webhook("", id=body.id)',
    "FLOW360 params no dict": 'push("main", params=["a"])',
    "FLOW360 constant id": 'webhook("w", id="always")',
    "FLOW360 no target": 'push("main", targets=["trigers"])',
    "FLOW361 no such field": 'push(params={"repo": event.revison})',
    "FLOW361 of a pull request": 'pull_request(params={"repo": event.pull_request.nummer})',
    "FLOW361 of another event": 'tag(params={"repo": event.branch})',
    "FLOW361 in a filter": "push(filter=event.tag == 'x')",
    "FLOW361 in a text": "push(params={'repo': f'v{event.tag}'})",
    "FLOW361 of a webhook": 'webhook("w", id=body.id, params={"repo": event.repo})',
    "FLOW361 whole body": 'webhook("w", id=body.id, params={"repo": body})',
    "FLOW361 of a schedule": 'schedule("@daily", params={"repo": event.repo})',
    "FLOW361 no header": 'webhook("w", id=body.id, filter=header["a b"] == "x")',
    "FLOW361 negative number": 'webhook("w", id=body.items[-1])',
    "FLOW362": 'push(params={"rep": event.repo})',
    "FLOW364 constant": 'push(params={"steps": "many"})',
    "FLOW364 replaced": 'push(params={"repo": "a $(tt.params.flowdsl-run) b"})',
    "FLOW364 uid": 'push(params={"repo": "$(uid)"})',
    "FLOW364 text for a number": 'push(params={"steps": event.branch})',
    "FLOW364 number for a boolean": 'pull_request(params={"fast": event.pull_request.number})',
    "FLOW364 list": 'webhook("w", id=body.id, params={"names": body.names})',
    "FLOW364 condition": 'push(params={"fast": event.branch == "x"})',
    "FLOW365 fields": 'schedule("* * *")',
    "FLOW365 range": 'schedule("0 24 * * *")',
    "FLOW365 turned": 'schedule("0 5-3 * * *")',
    "FLOW365 step": 'schedule("*/0 * * * *")',
    "FLOW365 word": 'schedule("@fortnightly")',
    "FLOW365 zone": 'schedule("TZ=UTC 0 2 * * *")',
    "FLOW366": 'schedule("@daily", timezone="Peking")',
    "FLOW367 twice": 'push("main"), push("dev")',
    "FLOW367 no name": 'push("main", name="My Push")',
    "FLOW367 too long": f'schedule("@daily", name="{"n" * 60}")',
    "FLOW368 comment": 'pull_request(fork_comment="/ok-to-test")',
    "FLOW369 and": 'push(filter=(event.branch == "a") and (event.branch == "b"))',
    "FLOW369 not": "pull_request(filter=not event.pull_request.draft)",
    "FLOW369 loop": 'webhook("w", id=body.id, params={"names": [each for each in body.names]})',
    "FLOW369 format": "push(params={'repo': f'{event.branch:>10}'})",
    "FLOW370 text with number": "pull_request(filter=event.pull_request.number == '7')",
    "FLOW370 two fields": "pull_request(filter=event.pull_request.number == event.branch)",
    "FLOW370 no condition": 'push(filter="event.branch")',
    "FLOW370 text in order": "push(filter=event.branch < 'a')",
    "FLOW370 truth in order": "pull_request(filter=event.pull_request.draft >= True)",
    "FLOW370 pattern": 'push(filter=event.branch.matches("("))',
    "FLOW370 pattern that Python reads": 'push(filter=event.branch.matches("a{2000}"))',
    "FLOW370 pattern no text": "push(filter=event.branch.matches(5))",
    "FLOW370 nested": 'push(filter=__import__("functools").reduce('
    "lambda a, n: (a | (body.a == n)) & (body.b == n), range(20), body.a == 0))",
    "FLOW370 infinite": 'push(filter=body.a == float("inf"))',
    "FLOW370 too large": "push(filter=body.a == 10**400)",
    "FLOW370 half a pair": r"push(filter=body.a == '\ud800')",
    "FLOW361 index too large": "push(filter=body.a[10**30] == 1)",
    "FLOW361 field of a text": 'push(params={"repo": event.branch.name})',
    "FLOW361 written header": 'push(params={"repo": "$(header)"})',
    "FLOW361 written header of two": 'push(params={"repo": "$(header.a.b)"})',
    "FLOW361 written event": 'push(params={"repo": "$(event.shoe)"})',
    "FLOW361 written index": 'push(params={"repo": "$(body[99999999999999999999])"})',
    "FLOW360 header": 'webhook("w", header="X: y")',
    "FLOW365 deadline": 'schedule("@daily", starting_deadline=-5)',
    "FLOW370 looks ahead": 'push(filter=event.branch.matches("(?!main)"))',
    "FLOW370 empty list": "push(filter=event.branch.isin())",
    "FLOW374": 'pull_request(paths="model/**")',
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_at_its_line(name: str, tmp_path: Path) -> None:
    found = findings(MISTAKES[name], tmp_path / "user.py")
    told = [each for each in found if each.code == name.split(maxsplit=1)[0]]
    assert told, [f"{each.code} {each.message}" for each in found]
    assert told[0].location is not None
    assert told[0].location.line == LINE
    assert Path(told[0].location.file).name == "user.py"
    assert told[0].hint


SAID = {
    "push(filter=event.pull_request)": "event.pull_request is no condition on an event",
    "push(filter=event.branch == event.pull_request)": "event.branch is a text, and event.pull_request is not",
    "push(filter=event.branch.isin(header))": "event.branch is a text, and header is not",
    "push(filter=tag('v*'))": "tag(...) is no condition on an event",
    "push(event.branch)": "push: option 'branch' takes a list of str, got event.branch",
    "webhook('w', id=event.branch == 'a')": "id= is what the sender's event is known by, got a condition on an event",
    "push(params=event)": "push: params= takes a dict of values by the names of params, got event",
    "schedule('@daily', params={'repo': event.repo})": (
        "schedule: param 'repo' takes event.repo, and no event comes with the time"
    ),
    "schedule('@daily', params={'repo': f'x{event.repo}'})": (
        "schedule: param 'repo' takes a text with event.repo in it, and no event comes with the time"
    ),
    "5": (
        "option 'on[0]' takes push(...), pull_request(...), tag(...), webhook(...), bucket(...) or schedule(...), got int 5"
    ),
}


@pytest.mark.parametrize("start", SAID)
def test_a_value_of_an_event_is_named_as_users_write_it(start: str, tmp_path: Path) -> None:
    assert [each.message for each in findings(start, tmp_path / "user.py")] == [SAID[start]]


def test_an_argument_that_is_not_known_names_each_that_is_once(tmp_path: Path) -> None:
    (found,) = findings('push("main", zzz="x")', tmp_path / "user.py")
    names = found.hint.partition(": ")[2].split(", ")
    assert "branch" in names
    assert len(names) == len(set(names))


NOT_HERE = [
    ("gitlab", 'pull_request(paths="model/**")', "FLOW368"),
    ("bitbucket", 'push(paths="model/**")', "FLOW368"),
    ("bitbucket", 'pull_request(fork_label="ok")', "FLOW368"),
    ("bitbucket-server", 'push(params={"repo": event.repo_url})', "FLOW361"),
    ("", 'push("main")', "FLOW376"),
    ("github", 'push("main", verify=False)', "FLOW372"),
    ("github", 'webhook("w", params={"repo": body.repo})', "FLOW371"),
]


@pytest.mark.parametrize(("provider", "start", "code"), NOT_HERE, ids=lambda value: value[:30])
def test_what_a_provider_can_not_do_is_told(provider: str, start: str, code: str, tmp_path: Path) -> None:
    assert code in [each.code for each in findings(start, tmp_path / "user.py", provider=provider)]


def test_what_a_target_can_not_do_is_told(tmp_path: Path) -> None:
    at = tmp_path / "user.py"
    assert [each.code for each in findings('schedule("@daily")', at, targets=("triggers",))] == ["FLOW368"]
    assert [each.code for each in findings('push("main")', at, targets=("cron",))] == ["FLOW368"]
    assert [each.code for each in findings('schedule("@daily")', at, namespace="")] == ["FLOW375"]
    assert [each.code for each in findings("", at, head=HEAD.replace(" {start},\n", ""))] == ["FLOW373"]


@pytest.mark.parametrize(
    ("start", "targets"),
    [
        ('schedule("@daily", targets=["triggers"])', ("triggers", "cron")),
        ('schedule("@daily", targets="pac")', ("triggers", "pac", "cron")),
        ('push("main", targets=["cron"])', ("triggers", "cron")),
        ('webhook("w", id=body.id, targets=["cron"])', ("cron", "argo")),
        ('bucket("weights", endpoint="m:9000", targets=["triggers"])', ("triggers", "argo")),
    ],
)
def test_a_start_that_only_names_targets_that_can_not_start_it(
    start: str, targets: tuple[str, ...], tmp_path: Path
) -> None:
    head = HEAD.replace("import Secret, body,", "import Secret, body, bucket,")
    (found,) = findings(start, tmp_path / "user.py", targets=targets, head=head)
    assert (found.code, "names only targets that can't start it" in found.message) == ("FLOW368", True)


def test_a_start_for_pac_alone_is_asked_once_who_sends_it(tmp_path: Path) -> None:
    found = findings('push("main", targets="pac")', tmp_path / "user.py", provider="", targets=("triggers", "pac"))
    assert [each.code for each in found].count("FLOW376") == 1


def test_every_required_param_has_a_value(tmp_path: Path) -> None:
    head = HEAD.replace('repo: str = "r"', "repo: str")
    at = tmp_path / "user.py"
    assert [each.code for each in findings('schedule("@daily")', at, head=head)] == ["FLOW363"]
    # It is a mistake in a compile without events, too.
    assert [each.code for each in findings('schedule("@daily")', at, head=head, targets=())] == ["FLOW022", "FLOW363"]
    assert findings('schedule("@daily", params={"repo": "r"})', at, head=head) == ()


RIGHT = [
    'push("main", paths=["model/**", "*.md"], params={"repo": event.repo_url})',
    'push(["main", "release/*"], filter=(event.author != "bot") & ~event.message.startswith("wip"))',
    'pull_request("main", draft=False, fork_label="ok-to-test", params={"steps": event.pull_request.number})',
    'tag("v*", params={"repo": f"{event.repo}:{event.tag}"})',
    'pull_request(filter=(event.author != "bot") & event.pull_request.draft & body.a & ~body.b | (body.c | body.d))',
    'push(filter=event.branch.matches(r"\\pL+[[:digit:]]"))',
    'schedule("30 2 * * 1-5", timezone="Asia/Shanghai", overlap="forbid", params={"steps": 7})',
    'schedule("*/15 0-6/2,12 1,15 jan-mar MON", name="odd")',
    'webhook("w", id=body.id, filter=body["from"].isin("a", "b"), params={"steps": body.steps, "fast": body.a[0].b})',
]


@pytest.mark.parametrize("start", RIGHT, ids=lambda value: value[:30])
@pytest.mark.parametrize("targets", [(), BOTH], ids=["checked", "emitted"])
def test_what_is_right_is_not_told(start: str, targets: tuple[str, ...], tmp_path: Path) -> None:
    assert findings(start, tmp_path / "user.py", targets=targets) == ()


NOT_ON_ARGO = [
    ("github", 'push("main")', ""),
    ("gitlab", 'push("main")', "FLOW387"),
    ("bitbucket", 'push("main")', "FLOW388"),
    ("bitbucket-server", 'push("main")', "FLOW388"),
    ("github", 'push("main", secret=Secret("a", "b")), tag("v*")', "FLOW388"),
    ("github", 'pull_request(paths="model/**")', "FLOW388"),
    ("gitlab", 'pull_request(fork_comment="/ok")', "FLOW388"),
    ("github", 'webhook("w", id=body.id, signature="sha256")', "FLOW388"),
    ("github", 'webhook("w", id=body.id, header="X-Token")', "FLOW388"),
    ("github", 'schedule("@daily", suspend=True)', "FLOW388"),
    ("github", 'schedule("@daily", overlap="forbid")', "FLOW388"),
    ("", 'push("main")', "FLOW376"),
    ("github", 'webhook("w", id=body.id, filter=body.a.matches("(ab)+"))', "FLOW389"),
    ("github", 'webhook("w", id=body.id, filter=body.a.matches("é+"))', "FLOW389"),
    ("github", 'webhook("w", id=body.id, filter=body.a == "\\x07")', "FLOW389"),
    ("github", r'webhook("w", id=body.id, filter=body.a.isin("C:\\users", "\\/", "\t"))', ""),
    ("github", 'webhook("w", id=body.id, verify=False)', "FLOW372"),
    ("github", 'webhook("w")', "FLOW371"),
    ("github", 'bucket("weights")', "FLOW390"),
    ("github", 'bucket("weights", endpoint="m:9000", params={"repo": event.branch})', "FLOW361"),
    ("github", 'push(params={"repo": event.key})', "FLOW361"),
    ("github", 'schedule("@daily", timezone="Europe/Berlin")', ""),
    ("github", 'bucket("weights", endpoint="m:9000", params={"repo": event.key, "steps": event.size})', ""),
    ("github", 'webhook("w", id=body.id, filter=body.a.matches("v[0-9]+(-rc)?") | ~body["from"].startswith("x"))', ""),
]


@pytest.mark.parametrize(("provider", "start", "code"), NOT_ON_ARGO, ids=range(len(NOT_ON_ARGO)))
def test_what_argo_events_can_not_do_is_told(provider: str, start: str, code: str, tmp_path: Path) -> None:
    head = HEAD.replace("import Secret, body,", "import Secret, body, bucket,")
    found = findings(start, tmp_path / "user.py", provider=provider, targets=("argo",), head=head)
    # GitLab's token is not named, which is told of all its events.
    told = {each.code for each in found} - ({"FLOW387"} if code == "FLOW388" else set())
    assert (told or {""}) == {code}
    assert {each.location.line for each in found if each.location} <= {LINE}


def test_a_bucket_is_for_argo_events(tmp_path: Path) -> None:
    head = HEAD.replace("import Secret, body,", "import Secret, body, bucket,")
    start = 'bucket("weights", endpoint="m:9000")'
    found = findings(start, tmp_path / "user.py", head=head)
    assert [each.code for each in found] == ["FLOW368"]
    assert found[0].hint == "compile it, too: `--events argo`"


def test_a_webhook_that_two_listeners_hear_is_told(tmp_path: Path) -> None:
    both = ("triggers", "argo")

    def told(start: str) -> set[str]:
        return {each.code for each in findings(start, tmp_path / "user.py", targets=both)} - {"FLOW371"}

    assert told('webhook("w", params={"repo": body.repo})') == {"FLOW442"}
    assert told('webhook("w", id=body.id)') == set()
    assert told('webhook("w", targets="triggers")') == set()


@pytest.mark.parametrize("targets", [("triggers",), ("argo",)])
def test_tls_that_a_listener_can_not_speak_is_told(targets: tuple[str, ...], tmp_path: Path) -> None:
    at = tmp_path / "user.py"
    head = HEAD.replace("provider={provider!r},", 'provider={provider!r}, listener_tls="Hooks TLS",')
    (found,) = findings('push("main")', at, targets=targets, head=head)
    assert (found.code, found.location and found.location.line) == ("FLOW486", 7)
    head = head.replace("Hooks TLS", "hooks-tls")
    exposed = EventSettings(expose="ingress", host="h.example.com")
    (found,) = findings('push("main")', at, targets=targets, head=head, events=exposed)
    assert (found.code, "an Ingress speaks plain HTTP" in found.message) == ("FLOW486", True)
    assert findings('push("main")', at, targets=targets, head=head) == ()
