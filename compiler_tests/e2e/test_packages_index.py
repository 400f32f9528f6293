"""An index of one's own that asks who is there: its credentials come from a Secret, and are told nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from packages_support import PASSWORD, Project, index

from flowdsl.packages.tools import find_uv

OPTIONS = ', env={"PIP_INDEX_URL": Secret("pypi", "url")}'


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.write(options=OPTIONS)
    text = (made.folder / "mine.py").read_text().replace("import pipeline", "import Secret, pipeline")
    (made.folder / "mine.py").write_text(text)
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS"):
        del made.env[name]
    made.env |= {"PIP_RETRIES": "0", "PIP_TIMEOUT": "20"}
    return made


def task_of(project: Project) -> tuple[dict[str, Any], str]:
    done = project.flow("compile", "mine.py", "-o", "-")
    assert done.returncode == 0, done.stderr
    task = next(yaml.safe_load_all(done.stdout))
    return task["spec"]["steps"][0], done.stdout


def in_pod(project: Project, folder: Path, **env: str) -> tuple[int, str]:
    """The step's script as a pod runs it: its exit code, and what it says."""
    step, _ = task_of(project)
    (folder / "script").write_text(step["script"])
    given = {"PATH": project.env["PATH"], "PARAM_N": "1", "RESULT_RESULT": str(folder / "result")}
    given |= {name: value for name, value in project.env.items() if name in ("PIP_RETRIES", "PIP_TIMEOUT")} | env
    command = [sys.executable, "-I", str(folder / "script")]
    done = subprocess.run(command, env=given, cwd="/", capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_what_needs_a_password_is_locked_without_it(project: Project, tool: str) -> None:
    if tool == "uv":
        if find_uv(os.environ) is None:
            pytest.skip("uv is not installed")
        project.env["PATH"] = os.environ["PATH"]
    with index(project.index) as host:
        project.env["PIP_INDEX_URL"] = f"http://me:{PASSWORD}@{host}/simple"
        done = project.flow("lock", "mine.py")
        assert (done.returncode, f"with {tool}" in done.stderr) == (0, True), done.stderr
        project.env["PIP_INDEX_URL"] = f"http://me:{PASSWORD}x@{host}/simple"
        refused = project.flow("lock", "mine.py", "--upgrade")
        assert (refused.returncode, "FLOW090" in refused.stderr) == (1, True), refused.stderr
        if tool == "pip":
            assert "or the index could not be asked: check the network, and PIP_INDEX_URL" in refused.stderr
    step, text = task_of(project)
    assert {"name": "PIP_INDEX_URL", "valueFrom": {"secretKeyRef": {"name": "pypi", "key": "url"}}} in step["env"]
    told = [text, (project.folder / "mine.lock").read_text(), done.stdout, done.stderr, refused.stdout, refused.stderr]
    assert [each for each in told if PASSWORD in each] == []


@pytest.mark.parametrize("way", ["url", "netrc", "pip.conf"])
def test_a_pod_installs_with_credentials_of_a_secret(project: Project, tmp_path: Path, way: str) -> None:
    with index(project.index) as host:
        url = f"http://me:{PASSWORD}@{host}/simple"
        project.env["PIP_INDEX_URL"] = url
        assert project.flow("lock", "mine.py").returncode == 0
        (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login me password {PASSWORD}\n")
        (tmp_path / "pip.conf").write_text(f"[global]\nindex-url = {url}\n")
        env = {
            "url": {"PIP_INDEX_URL": url, "PIP_CONFIG_FILE": "/dev/null"},
            "netrc": {
                "PIP_INDEX_URL": f"http://{host}/simple",
                "NETRC": str(tmp_path / "netrc"),
                "PIP_CONFIG_FILE": "/dev/null",
            },
            "pip.conf": {"PIP_CONFIG_FILE": str(tmp_path / "pip.conf")},
        }[way]
        assert in_pod(project, tmp_path, **env) == (0, "")
        assert (tmp_path / "result").read_text() == "1.0"


def test_a_password_that_is_wrong_is_not_told(project: Project, tmp_path: Path) -> None:
    with index(project.index) as host:
        project.env["PIP_INDEX_URL"] = f"http://me:{PASSWORD}@{host}/simple"
        assert project.flow("lock", "mine.py").returncode == 0
        wrong = f"http://me:{PASSWORD}-x@{host}/simple"
        code, said = in_pod(project, tmp_path, PIP_INDEX_URL=wrong, PIP_CONFIG_FILE="/dev/null")
    assert (code, "the packages can't be installed" in said, PASSWORD in said) == (1, True, False), said


def test_a_run_here_takes_the_users_own_index(project: Project) -> None:
    """And the Secret, which the step has in its environment, is masked."""
    with index(project.index) as host:
        project.env["PIP_INDEX_URL"] = f"http://me:{PASSWORD}@{host}/simple"
        text = (project.folder / "mine.py").read_text()
        text = text.replace("    import alpha\n", "    import alpha, os\n    print(os.environ['PIP_INDEX_URL'])\n")
        (project.folder / "mine.py").write_text(text)
        secret = f"  url: {project.env['PIP_INDEX_URL']}\n"
        assert project.flow("lock", "mine.py").returncode == 0
        assert project.flow("compile", "mine.py").returncode == 0
        with (project.folder / "mine.yaml").open("a") as file:
            file.write(f"---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: pypi\nstringData:\n{secret}")
        done = project.flow("run", "mine.yaml")
    assert (done.returncode, "version = 1.0" in done.stdout) == (0, True), done.stdout + done.stderr
    kept = "".join(each.read_text(errors="replace") for each in (project.folder / ".flowdsl").rglob("*.log"))
    assert PASSWORD not in done.stdout + done.stderr + kept
