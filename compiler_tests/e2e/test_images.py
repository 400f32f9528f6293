"""`flowdsl images`: what has a task's packages built in, by whichever engine is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from packages_support import HERE, Project

ENGINE = """#!/bin/sh
echo "$@" >> "$HOME/engine.log"
case "$1 $2" in
  "image inspect") test -e "$HOME/built" ;;
  "build --platform") cp "$7" "$HOME/Dockerfile"; cp "$8/requirements.txt" "$HOME/"; touch "$HOME/built" ;;
  push*) test -z "$REFUSE" || { echo "denied: https://me:S3cret@registry.example.com/v2/"; exit 3; } ;;
esac
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.write(options=', packages_image="registry.example.com/ml/mine"')
    engine = tmp_path / "bin" / "podman"
    engine.parent.mkdir()
    engine.write_text(ENGINE)
    engine.chmod(0o755)
    made.env["PATH"] = f"{engine.parent}:/usr/bin:/bin"
    return made


def image_of(project: Project) -> str:
    done = project.flow("compile", "mine.py", "-o", "-")
    assert done.returncode == 0, done.stderr
    (step,) = next(yaml.safe_load_all(done.stdout))["spec"]["steps"]
    assert "_flowdsl_packages(" in step["script"]
    return str(step["image"])


def test_the_image_is_named_for_all_that_goes_into_it(project: Project) -> None:
    assert "FLOW086" in project.flow("images", "list", "mine.py").stderr
    project.lock()
    first = image_of(project)
    assert first.startswith("registry.example.com/ml/mine:")
    assert image_of(project) == first
    (listed,) = json.loads(project.flow("images", "list", "mine.py", "--output", "json").stdout)["images"]
    assert listed["name"] == first
    assert listed["dockerfile"].startswith(f"FROM python:{HERE}-slim\n")
    assert "--require-hashes" in listed["dockerfile"]
    text = (project.folder / "mine.py").read_text()
    (project.folder / "mine.py").write_text(text.replace("-slim", "-slim-bookworm"))
    assert image_of(project) != first
    (project.folder / "mine.py").write_text(text.replace('["alpha"', '["alpha", "gamma"'))
    project.lock()
    assert image_of(project) != first


def test_it_is_built_once_and_pushed(project: Project, tmp_path: Path) -> None:
    project.lock()
    name = image_of(project)
    assert project.flow("images", "build", "mine.py").returncode == 0
    assert project.flow("images", "push", "mine.py").returncode == 0
    calls = [line.split()[0] for line in (tmp_path / "engine.log").read_text().splitlines()]
    assert calls == ["image", "build", "image", "push"]
    script = next(yaml.safe_load_all(project.flow("compile", "mine.py", "-o", "-").stdout))["spec"]["steps"][0][
        "script"
    ]
    key = (tmp_path / "Dockerfile").read_text().split("FLOWDSL_PACKAGES=")[1].split()[0]
    assert f'_flowdsl_packages("{key}", ' in script
    assert (tmp_path / "requirements.txt").read_text() in script
    assert f"push {name}" in (tmp_path / "engine.log").read_text()


def test_what_goes_wrong_is_told_without_credentials(project: Project) -> None:
    project.lock()
    project.env["REFUSE"] = "1"
    done = project.flow("images", "push", "mine.py")
    assert (done.returncode, "podman push ended with 3" in done.stderr) == (2, True), done.stderr
    assert "S3cret" not in done.stderr
    none = project.flow("images", "push", "mine.py", "--engine", "docker-of-nobody")
    assert (none.returncode, "there is no docker-of-nobody" in none.stderr) == (2, True)


def test_a_local_run_is_as_without_it(project: Project) -> None:
    done = project.flow("run", "mine.py")
    assert (done.returncode, "version = 1.01.0" in done.stdout) == (0, True), done.stdout + done.stderr
