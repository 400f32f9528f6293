"""The program by which a run tells its provider, against providers on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_provider import TOKEN, Provider, provider

import flowdsl.events

PROGRAM = Path(flowdsl.events.__file__).parent / "programs" / "report_run.py"
SHA = "4f8d2a6c1b3e5d7f90a2c4e6081b3d5f7a9c0e12"
KINDS = ("github", "gitea", "gitlab", "bitbucket", "bitbucket-server")
MARK = "<!-- flowdsl sonic -->"


def hidden(git: Provider, text: str) -> str:
    """A line of a comment that nobody sees: Bitbucket shows HTML as it is written."""
    return f"[//]: # ({text})" if git.kind.startswith("bitbucket") else f"<!-- {text} -->"


@pytest.fixture(params=KINDS)
def git(request: pytest.FixtureRequest) -> Iterator[Provider]:
    with provider(request.param) as made:
        yield made


@pytest.fixture
def github() -> Iterator[Provider]:
    with provider("github") as made:
        yield made


def told(git: Provider, phase: str, *, token: str = TOKEN, **params: str) -> str:
    """What the program says, which ends well in any case."""
    given = {
        "phase": phase,
        "provider": git.kind,
        "api": git.address,
        "repo": "team/model",
        "revision": SHA,
        "number": "7",
        "context": "sonic",
        "link": "https://tekton.example/ml/model-1",
        "run": "model-1",
        **params,
    }
    environment = {"PATH": os.environ["PATH"], "TOKEN": token, **{f"PARAM_{k.upper()}": v for k, v in given.items()}}
    done = subprocess.run(
        [sys.executable, "-I", str(PROGRAM)], env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert TOKEN not in done.stdout
    return done.stdout


def values(git: Provider, found: dict[str, str], baseline: str = "{}", **params: str) -> str:
    numbered = {f"value_{number}": value for number, value in enumerate(found.values())}
    return told(git, "values", names=json.dumps([*found]), baseline=baseline, **numbered, **params)


def test_a_commit_is_pending_and_then_what_the_run_came_to(git: Provider) -> None:
    told(git, "start")
    told(git, "start")  # a task that is tried again
    told(git, "end", state="Failed", number="")
    bitbucket = git.kind.startswith("bitbucket")
    failed = "failed" if git.kind == "gitlab" else "FAILED" if bitbucket else "failure"
    pending = "INPROGRESS" if bitbucket else "pending"
    repeated = [pending] if git.kind == "gitlab" else [pending, pending]
    assert [body["state"] for _, _, body in git.statuses] == [*repeated, failed]
    repository = "projects/team/repos/model" if git.kind == "bitbucket-server" else "team/model"
    assert {(repo, revision) for repo, revision, _ in git.statuses} == {(repository, SHA)}
    assert git.statuses[-1][2]["key" if bitbucket else "context"] == "sonic"
    assert git.statuses[-1][2]["url" if bitbucket else "target_url"] == "https://tekton.example/ml/model-1"
    assert git.comments == []


@pytest.mark.parametrize("state", ["Succeeded", "Completed", "None"])
def test_a_run_that_skipped_tasks_has_passed(github: Provider, state: str) -> None:
    told(github, "end", state=state, number="")
    assert github.statuses[-1][2]["state"] == "success"


def test_one_comment_is_renewed_by_each_run(git: Provider) -> None:
    for number in range(5):
        git.comment_of(f"a word of people {number}", 3)
    values(git, {"lse_d": "7.5", "clip": "https://clips.example/a.mp4"}, '{"lse_d": 7.9}')
    told(git, "end", state="Succeeded")
    assert len(git.comments) == 6
    first = git.comments[-1]["body"]
    mark = hidden(git, "flowdsl sonic")
    assert first.startswith(f"{mark}\n{hidden(git, 'run model-1')}\n\n**sonic** passed for 4f8d2a6c1b3e")
    assert "([the run](https://tekton.example/ml/model-1))" in first
    assert "| `lse_d` | `7.5` | `7.9` |\n| `clip` | <https://clips.example/a.mp4> | |" in first
    told(git, "end", state="Failed", run="model-2")
    assert len(git.comments) == 6
    assert git.comments[-1]["body"].startswith(f"{mark}\n{hidden(git, 'run model-2')}\n\n**sonic** failed")
    assert "lse_d" not in git.comments[-1]["body"], "what an older run gave is not this one's"


def test_what_others_write_as_if_it_were_ours_is_left_alone(git: Provider) -> None:
    forged = f"{hidden(git, 'flowdsl sonic')}\nforged"
    git.comment_of(forged, 3)
    told(git, "end", state="Succeeded")
    assert git.comments[0]["body"] == forged
    assert len(git.comments) == 2
    told(git, "end", state="Failed")
    assert len(git.comments) == 2


def test_a_comment_that_no_number_names_is_none_of_ours(github: Provider) -> None:
    github.comment_of(f"{MARK}\nold", 9)
    github.comments[0]["id"] = "../../user"
    assert "the comment on 7 is renewed" in told(github, "end", state="Succeeded")
    assert [each["body"].split("\n")[1] for each in github.comments] == ["old", "<!-- run model-1 -->"]


def test_the_comment_of_an_app_is_known_as_a_bots(github: Provider) -> None:
    github.user = None
    github.comment_of(f"{MARK}\nforged", 3)
    github.comment_of(f"{MARK}\nold", 8, "Bot")
    told(github, "end", state="Succeeded")
    assert [each["body"].split("\n")[1] for each in github.comments] == ["forged", "<!-- run model-1 -->"]


def test_values_are_no_markup_and_call_nobody(github: Provider) -> None:
    values(github, {"verdict": "@team <b>x</b>|`y`\n\n<!-- -->", "link": "https://x.example/`)[a]"})
    table = github.comments[-1]["body"].partition("\n\n**")[2].partition("\n\n")[2]
    assert table.split("\n")[2:] == [
        "| `verdict` | `@team <b>x</b>\\|'y'  <!-- -->` |",
        "| `link` | `https://x.example/')[a]` |",
    ]


@pytest.mark.parametrize(
    "mood",
    [
        (429, {"Retry-After": "1"}),
        (403, {"Retry-After": "1"}),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}),
        (502, {}),
    ],
    ids=str,
)
def test_a_provider_that_wants_time_gets_it(github: Provider, mood: tuple[int, dict[str, str]]) -> None:
    github.moods = [mood]
    assert told(github, "start") == f"the status of {SHA} is pending\n"
    assert [body["state"] for _, _, body in github.statuses] == ["pending"]
    assert len(github.asked) == 2


def test_a_limit_that_lasts_longer_than_the_run_waits_is_told(github: Provider) -> None:
    github.moods = [(429, {"Retry-After": "86400"})]
    said = told(github, "start")
    assert said.startswith("not reported: POST http://127.0.0.1:")
    assert "429" in said
    assert github.statuses == []


def test_a_comment_whose_answer_got_lost_is_not_written_twice(github: Provider) -> None:
    github.lost_answers = 1
    told(github, "end", state="Succeeded")
    assert len(github.comments) == 1


def test_a_wrong_token_is_told_and_not_shown(git: Provider) -> None:
    said = told(git, "start", token="wrong-token")
    assert "401" in said
    assert "wrong-token" not in said
    assert git.statuses == []


def test_the_token_follows_no_redirection(github: Provider) -> None:
    with provider("github") as other:
        github.moods = [(302, {"Location": f"{other.address}/repos/team/model/statuses/{SHA}"})]
        assert "302" in told(github, "start")
        assert other.asked == []


def test_without_a_token_or_a_commit_nothing_is_told_and_that_is_said(github: Provider) -> None:
    for token in ("", "wrong-token\nmore", "wrong-token\u20ac"):  # an error of http.client's would show the latter two
        assert told(github, "end", token=token) == "nothing is reported: there is no token of one plain line here\n"
    assert told(github, "end", revision="") == "nothing is reported: no commit started this run\n"
    assert github.asked == []


@pytest.mark.parametrize(
    "named",
    [{"repo": "../../user?x=1#"}, {"repo": "model"}, {"repo": "team/.."}, {"revision": "a/../b"}, {"number": "1/../2"}],
    ids=str,
)
def test_what_an_event_names_stays_within_its_place_of_the_address(github: Provider, named: dict[str, str]) -> None:
    ((_, value),) = named.items()
    assert told(github, "start", **named).startswith(f"nothing is reported: {value} is no ")
    assert github.asked == []


def test_a_commit_that_bitbucket_names_in_short_is_asked_for_whole() -> None:
    with provider("bitbucket") as git:
        told(git, "start", revision=SHA[:12], context="c" * 60)
        ((_, revision, body),) = git.statuses
        assert (revision, body["name"], len(body["key"])) == (SHA, "c" * 60, 40)


@pytest.mark.parametrize("kind", ["bitbucket", "bitbucket-server"])
def test_the_comment_of_an_access_token_without_an_account_is_known_by_its_type(kind: str) -> None:
    with provider(kind) as git:
        git.user = None
        git.comment_of(f"{hidden(git, 'flowdsl sonic')}\nforged", 3)
        git.comment_of(
            f"{hidden(git, 'flowdsl sonic')}\nold", 8, "SERVICE" if kind == "bitbucket-server" else "app_user"
        )
        told(git, "end", state="Succeeded")
        assert [each["body"].split("\n")[1] for each in git.comments] == ["forged", hidden(git, "run model-1")]
