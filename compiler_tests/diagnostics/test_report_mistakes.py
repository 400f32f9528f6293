"""Every mistake in `report=`: its code, and the line of the user's that it stands at."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.diagnostics import Finding, FlowError
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.settings import EventSettings, Settings

HEAD = """\
from flowdsl import Secret, bucket, commit_status, pipeline, push, schedule, task, webhook

@task(image="python:3.12-slim")
def measure() -> float:
    return 7.5

TOKEN = Secret("git-token", "token")
REPORT = {report}

@pipeline(provider={provider!r}, on=[{start}], report=REPORT)
def p() -> float:
    return measure()
"""
MISTAKES = {
    "FLOW392 by place": ("commit_status(TOKEN)", "got"),
    "FLOW392 no token": ("commit_status()", "without the Secret"),
    "FLOW392 no key": ('commit_status(token=Secret("git-token"))', "the key"),
    "FLOW392 wrong type": ("commit_status(token=TOKEN, comment=7)", "'comment'"),
    "FLOW392 unknown": ("commit_status(token=TOKEN, contxt='x')", "contxt"),
    "FLOW392 context": ("commit_status(token=TOKEN, context='a --> b')", "no name for a status"),
    "FLOW392 address": ("commit_status(token=TOKEN, api='git.example/api')", "is not a URL"),
    "FLOW392 password": ("commit_status(token=TOKEN, api='https://a:b@git.example/api')", "is not a URL"),
    "FLOW392 link": ("commit_status(token=TOKEN, link='https://t.example/)[x')", "is not a URL"),
    "FLOW392 baseline": ("commit_status(token=TOKEN, baseline={'lse_d': 7.9})", "returns no such value"),
}


def findings(path: Path, report: str, provider: str = "github", start: str = "push()") -> tuple[Finding, ...]:
    path.write_text(HEAD.format(report=report, provider=provider, start=start), encoding="utf-8")
    scope: dict[str, object] = {"__name__": "user_module"}
    try:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), scope)
        found = scope["p"]
        assert isinstance(found, Pipeline)
        targets = ("argo",) if "bucket(" in start else ("triggers", "cron")
        settings = Settings(events=EventSettings(repositories=("team/model",)))
        return compile_pipeline(found, CompileOptions(events=targets, namespace="ml", settings=settings)).diagnostics
    except FlowError as error:
        return error.diagnostics


def line_of(finding: Finding) -> int:
    return finding.location.line if finding.location else 0


@pytest.mark.parametrize("named", MISTAKES)
def test_each_stands_at_its_line(tmp_path: Path, named: str) -> None:
    report, said = MISTAKES[named]
    (finding,) = findings(tmp_path / "flow.py", report)
    assert (finding.code, line_of(finding)) == (named.partition(" ")[0], 8)
    assert said in finding.message
    assert finding.hint


def test_what_is_no_report_is_told_in_the_words_of_users(tmp_path: Path) -> None:
    (finding,) = findings(tmp_path / "flow.py", "7")
    assert finding.message == "option 'report' takes commit_status(...) or None, got int 7"


@pytest.mark.parametrize(
    ("provider", "start", "code"),
    [
        ("bitbucket", "push()", "FLOW487"),
        ("bitbucket-server", "push()", "FLOW394"),
        ("", "push(verify=True)", "FLOW393"),
        ("github", 'schedule("@daily")', "FLOW393"),
        ("github", 'bucket("weights", endpoint="m:9000")', "FLOW393"),
        ("gitea", "push()", "FLOW394"),
    ],
)
def test_whom_a_run_cannot_tell(tmp_path: Path, provider: str, start: str, code: str) -> None:
    found = findings(tmp_path / "flow.py", "commit_status(token=TOKEN)", provider, start)
    assert [(each.code, line_of(each)) for each in found if each.code != "FLOW376"] == [(code, 8)]


def test_a_report_that_is_right_is_told_nothing(tmp_path: Path) -> None:
    report = (
        'commit_status(token=TOKEN, api="https://git.example/api/v1", context="sonic/main", baseline={"result": 7.9})'
    )
    assert findings(tmp_path / "flow.py", report, "gitea") == ()


def test_a_status_of_bitbucket_names_a_page(tmp_path: Path) -> None:
    link = "link='https://t.example/{run}'"
    assert findings(tmp_path / "flow.py", f"commit_status(token=TOKEN, {link})", "bitbucket") == ()
    api = "api='https://git.example/rest/api/1.0'"
    assert findings(tmp_path / "flow.py", f"commit_status(token=TOKEN, {api}, {link})", "bitbucket-server") == ()
    (found,) = findings(tmp_path / "flow.py", f"commit_status(token=TOKEN, {api})", "bitbucket-server")
    assert (found.code, "Bitbucket Data Center" in found.message) == ("FLOW487", True)


def test_a_start_without_a_commit_may_stand_beside_one_with(tmp_path: Path) -> None:
    start = 'push(), bucket("weights", endpoint="m:9000")'
    assert findings(tmp_path / "flow.py", "commit_status(token=TOKEN)", start=start) == ()
