"""What `flowdsl ci` compares: sources, of however many pipelines, whatever lies beside them."""

from __future__ import annotations

import shutil
from pathlib import Path

import forked
import pytest
from ci_support import change, ci, git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

JOBS = """\
from flowdsl import pipeline, task


@task(image="alpine:3.20", cpu="100m", memory="64Mi")
def tell(day: str) -> None: ...


@pipeline
def nightly(day: str = "1"):
    tell(day)


@pipeline
def weekly(day: str = "1"):
    tell(day)
"""
RISKY = """\
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: risky}
spec:
  params: [{name: x}]
  steps:
    - name: run
      image: alpine:3.20
      computeResources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}
      script: |
        #!/bin/sh
        echo $(params.x)
"""


def test_stale_yaml_hides_no_breaking_change(checkout: Path, tmp_path: Path) -> None:
    git(checkout, "checkout", "-q", "-B", "other", "origin/main")
    change(checkout, "count: int = 1000", "count: int", compiled=False)
    done = ci(checkout, "--base", "origin/main", "pipelines/")
    assert done.returncode == 1
    assert "param count" in done.stdout
    assert "breaking" in done.stdout
    # Nor does a stale base: its source counts there as well.
    git(checkout, "branch", "-q", "stale")
    forked.call(["compile", "pipelines/churn.py"], checkout).check_returncode()
    git(checkout, "commit", "-qam", "compiled")
    done = ci(checkout, "--base", "stale", "pipelines/")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "none" in done.stdout


def test_a_base_that_does_not_compile_is_said(checkout: Path) -> None:
    file = checkout / "pipelines/churn.py"
    text = file.read_text()
    file.write_text("import no_such_module\n" + text)
    git(checkout, "commit", "-qam", "broken")
    git(checkout, "branch", "-q", "broken")
    file.write_text(text)
    git(checkout, "commit", "-qam", "mended")
    done = ci(checkout, "--base", "broken", "--report", "r.md", "pipelines/")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "does not compile here" in (checkout / "r.md").read_text()


def test_several_pipelines_of_a_file_each_have_their_yaml(checkout: Path) -> None:
    (checkout / "jobs.py").write_text(JOBS)
    forked.call(["compile", "jobs.py"], checkout).check_returncode()
    assert sorted(each.name for each in checkout.glob("jobs*.yaml")) == ["jobs-nightly.yaml", "jobs-weekly.yaml"]
    git(checkout, "add", "-A")
    git(checkout, "commit", "-qm", "jobs")
    git(checkout, "branch", "-q", "before")
    assert ci(checkout, "--base", "before", ".").returncode == 0
    (checkout / "jobs.py").write_text(JOBS.replace('weekly(day: str = "1")', "weekly(day: str)"))
    done = ci(checkout, "--base", "before", ".")
    assert done.returncode == 1
    assert "jobs-weekly.yaml" in done.stderr
    assert "param day" in done.stdout
    assert "nightly" not in done.stdout


def test_warnings_are_in_the_comment_and_dot_folders_are_seen(checkout: Path) -> None:
    (checkout / ".tekton").mkdir()
    (checkout / ".tekton/push.yaml").write_text(RISKY)
    git(checkout, "add", "-A")
    git(checkout, "branch", "-q", "before")
    git(checkout, "commit", "-qm", "a run")
    done = ci(checkout, "--base", "before", "--report", "r.md", ".tekton")
    assert done.returncode == 0, done.stdout + done.stderr
    text = (checkout / "r.md").read_text()
    assert "- ⚠️ lint: 1 warning\n" in text
    assert "warning[FLOW320]" in text
    assert "Task" in text.partition("Differences from")[2]
    done = ci(checkout, "--base", "before", "--report", "r.md", "--exclude", ".tekton", ".")
    assert "FLOW320" not in (checkout / "r.md").read_text()


def test_what_a_repository_may_have_beside(checkout: Path, tmp_path: Path) -> None:
    """Links out of it, other YAML of a helper's name; and a path that is not in it."""
    (checkout / "out").symlink_to("/etc")
    (checkout / "up").symlink_to("../../elsewhere")
    (checkout / "pipelines/data.py").write_text("# no @pipeline here\n")
    (checkout / "pipelines/data-volume.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: data}\n")
    git(checkout, "add", "-A")
    git(checkout, "commit", "-qm", "links")
    git(checkout, "branch", "-q", "before")
    done = ci(checkout, "--base", "before", str(checkout / "pipelines"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "data.py" not in done.stderr
    (tmp_path / "other").mkdir()
    done = ci(checkout, "--base", "before", str(tmp_path / "other"))
    assert done.returncode == 1
    assert "outside the repository" in done.stderr
