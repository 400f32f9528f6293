"""The jobs of pipelines/ci: their very shell lines, on a repository with a pull-request branch, and a fake forge."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import forked
import pytest
import yaml
from ci_support import change, git

from flowdsl.library.comments import MARKER

ROOT = Path(__file__).parents[2]
TOKEN = "ghx-this-is-the-token"
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


class Forge(ThreadingHTTPServer):
    """GitHub's and GitLab's comments, kept in memory; `status` other than 0 is the answer to everything."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls: list[tuple[str, str, str]] = []
        self.comments: list[dict[str, Any]] = [{"id": 1, "body": "looks good"}]
        self.status = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Forge

    def answer(self) -> None:
        token = self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or ""
        self.server.calls.append((self.command, self.path, token))
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
        reply: Any = {}
        if self.server.status:
            self.send_response(self.server.status)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.command == "GET":
            reply = self.server.comments
        elif self.command == "POST":
            self.server.comments.append({"id": 7, **body})
        else:
            self.server.comments[-1].update(body)
        data = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = do_PUT = answer

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def forge() -> Iterator[Forge]:
    server = Forge()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def shell(folder: Path, lines: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """The lines as a runner executes them, with this flowdsl in place of the one that the job would install."""
    bin_ = folder.parent / "bin"
    bin_.mkdir(exist_ok=True)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "CI", "GITLAB"))
    }
    environment |= {"PATH": f"{bin_}:{environment['PATH']}", **variables}
    forked.programs(bin_, environment)
    (bin_ / "python").write_text(f'#!/bin/sh\n[ "$2" = pip ] && exit 0\nexec "{sys.executable}" "$@"\n')
    script = "set -eo pipefail\n" + "\n".join(lines)
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def github(folder: Path, forge: Forge, **more: str) -> subprocess.CompletedProcess[str]:
    job = yaml.safe_load((ROOT / "pipelines/ci/github.yml").read_text())["jobs"]["flowdsl"]
    lines = [step["run"] for step in job["steps"] if "run" in step]
    (named,) = [step["env"] for step in job["steps"] if "env" in step]
    assert named == {"GITHUB_TOKEN": "${{ github.token }}"}
    given = {
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_API_URL": forge.url,
        "GITHUB_REPOSITORY": "acme/churn",
        "GITHUB_REF": "refs/pull/12/merge",
        "GITHUB_BASE_REF": "main",
    }
    return shell(folder, lines, **given | more)


def gitlab(folder: Path, forge: Forge) -> subprocess.CompletedProcess[str]:
    job = yaml.safe_load((ROOT / "pipelines/ci/gitlab.yml").read_text())["pipelines"]
    return shell(
        folder,
        [*job["before_script"], *job["script"]],
        GITLAB_CI="true",
        GITLAB_TOKEN=TOKEN,
        CI_API_V4_URL=f"{forge.url}/api/v4",
        CI_PROJECT_ID="34",
        CI_MERGE_REQUEST_IID="5",
        CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main",
    )


def test_github_breaking_change_is_commented_and_fails(checkout: Path, forge: Forge, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    done = github(checkout, forge, GITHUB_STEP_SUMMARY=str(summary))
    assert done.returncode == 1, done.stdout + done.stderr
    assert TOKEN not in done.stdout + done.stderr
    assert [call[:2] for call in forge.calls] == [
        ("GET", "/repos/acme/churn/issues/12/comments?per_page=100&page=1"),
        ("POST", "/repos/acme/churn/issues/12/comments"),
    ]
    assert {call[2] for call in forge.calls} == {f"Bearer {TOKEN}"}
    text = forge.comments[-1]["body"]
    assert text.startswith(MARKER)
    assert "✅ `pipelines/churn.py` compiles to the YAML beside it" in text
    assert re.search(r"^- (✅ lint|⚠️ lint: \d+ warnings?)$", text, re.MULTILINE)
    assert "1 breaking" in text
    assert "param count" in text
    assert summary.read_text().strip() == text.strip()


def test_the_comment_is_renewed_and_what_others_wrote_stays(checkout: Path, forge: Forge) -> None:
    github(checkout, forge)
    change(checkout, "def churn(count: int, seed", "def churn(count: int = 2000, seed")
    done = github(checkout, forge)
    assert done.returncode == 0, done.stdout + done.stderr
    assert forge.calls[-1][:2] == ("PATCH", "/repos/acme/churn/issues/comments/7")
    assert [item["id"] for item in forge.comments] == [1, 7]
    assert forge.comments[0]["body"] == "looks good"
    assert "breaking" not in forge.comments[1]["body"]


def test_gitlab(checkout: Path, forge: Forge) -> None:
    for verb, path in (("POST", "/notes"), ("PUT", "/notes/7")):
        done = gitlab(checkout, forge)
        assert done.returncode == 1, done.stdout + done.stderr
        assert forge.calls[-1] == (verb, f"/api/v4/projects/34/merge_requests/5{path}", TOKEN)
    assert "1 breaking" in (checkout / "flowdsl.md").read_text()


def test_what_main_did_meanwhile_is_not_the_branchs(checkout: Path, forge: Forge) -> None:
    change(checkout.parent / "origin", "seed: int = 1", "seed: int = 9")
    git(checkout, "fetch", "-q")
    github(checkout, forge)
    assert "param seed" not in forge.comments[-1]["body"]


def test_stale_yaml_fails_and_is_told(checkout: Path, forge: Forge) -> None:
    change(checkout, "threshold: float = 0.5", "threshold: float = 0.6", compiled=False)
    assert github(checkout, forge).returncode == 1
    text = forge.comments[-1]["body"]
    assert "❌ `pipelines/churn.py` compiles to the YAML beside it" in text
    # What the branch brings is what its source says, not the YAML that lies there.
    assert "0.6" in text.partition("Differences from")[2]


@pytest.mark.parametrize(
    ("status", "code", "words"), [(403, 1, "may not comment"), (500, 3, "answered 500"), (302, 3, "answered 302")]
)
def test_a_forge_that_refuses(checkout: Path, forge: Forge, status: int, code: int, words: str) -> None:
    forge.status = status
    done = github(checkout, forge)
    assert done.returncode == code
    assert words in done.stderr
    assert TOKEN not in done.stdout + done.stderr


def test_no_pull_request_no_token_no_base(checkout: Path, forge: Forge) -> None:
    assert "not a pull request" in github(checkout, forge, GITHUB_REF="refs/heads/main").stderr
    done = github(checkout, forge, GITHUB_TOKEN="")
    assert done.returncode == 2
    assert "GITHUB_TOKEN is not set" in done.stderr
    done = github(checkout, forge, GITHUB_BASE_REF="nope")
    assert done.returncode == 2
    assert "no revision 'origin/nope'" in done.stderr
    assert forge.calls == []


def test_the_pull_requests_code_gets_no_token(checkout: Path, forge: Forge) -> None:
    file = checkout / "pipelines" / "churn.py"
    file.write_text(file.read_text() + "\nimport os\nassert 'GITHUB_TOKEN' not in os.environ\n")
    git(checkout, "commit", "-qam", "look for it")
    assert "✅ `pipelines/churn.py` compiles" in (github(checkout, forge), forge.comments[-1]["body"])[1]


def test_tekton_runs_the_same_command(checkout: Path, forge: Forge, tmp_path: Path) -> None:
    items = list(yaml.safe_load_all((ROOT / "pipelines/ci/tekton.yaml").read_text()))
    (step,) = next(item for item in items if item["kind"] == "Task")["spec"]["steps"]
    (tmp_path / "token").write_text(TOKEN)
    values = {
        "PARAM_VERSION": "==0.1.0",
        "PARAM_SOURCE": str(checkout),
        "PARAM_TARGET": "main",
        "PARAM_API_URL": forge.url,
        "PARAM_REPOSITORY": "acme/churn",
        "PARAM_NUMBER": "12",
        "PARAM_FAIL_ON": "never",
        "PARAM_FOLDER": "pipelines/",
        "PARAM_TOKEN": str(tmp_path),
    }
    assert set(values) <= {each["name"] for each in step["env"]}
    # The job's HOME is its own, so that git's settings of this machine are left alone.
    lines = step["script"].replace("export HOME=/tmp\n", f"export HOME={tmp_path}\n").splitlines()
    done = shell(checkout, lines, **values)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 breaking" in forge.comments[-1]["body"]
    assert TOKEN not in done.stdout + done.stderr


def test_the_tekton_job_is_compiled(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "flowdsl", "compile", "pipelines/ci/tekton.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pre_commit_hook(checkout: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    line = " ".join([hook["entry"], *hook["args"]])
    assert shell(checkout, [line]).returncode == 0
    file = checkout / "pipelines" / "churn.py"
    file.write_text(file.read_text().replace("= 0.5", "= 0.7"))
    done = shell(checkout, [line])
    assert done.returncode == 1
    assert "stale" in done.stderr
    own = yaml.safe_load((checkout / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"][0]
    assert (own["entry"], own["args"]) == (hook["entry"], hook["args"])
