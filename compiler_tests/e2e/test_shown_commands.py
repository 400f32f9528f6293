"""Every command that README, docs and help show is run, in a fresh copy of the project; what is not has its reason."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import forked
import pytest
from examples_support import no_index
from shown_commands import ROOT, all_shown, of_page

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")

SHOWN = all_shown()
MENTION = re.compile(r"(?:flowdsl|python pipelines/sonic\.py)( [a-z]+)( [a-z]+)?( --?[a-z-]+)*")

CLUSTER = "a cluster: without one the command says so (exit code 3), which shows that its words are right"
GO = "Go and its modules; the tests of conformance run it"
TIME = "minutes"
EVERY = "half a minute for compiling every pipeline; it is run once, without a base"
WEIGHTS = "weights of networks, or services that answer"
PEOPLE = "people who score: test_rating_run.py is one"
SERVES = "somebody who ends it: test_serve.py does"
LOOP = "minutes, and a folder at home; pipelines/sonic_flow/tests/test_release.py has the parts"
COMPARED = "two runs of these names; test_runs_compare.py has them"
# What can't be run here, by what it needs.
NEEDS = {
    ".venv/bin/python -m pytest -n 4 --dist loadgroup": "the tests: these",
    "python benchmarks/compare.py": TIME,
    "python benchmarks/compare.py --tasks 1000 --rounds 5": TIME,
    "python benchmarks/before.py CHECKOUT": "an older checkout, and minutes",
    "python benchmarks/before.py CHECKOUT --instructions": "valgrind and an older checkout, and an hour",
    "python benchmarks/growth.py": TIME,
    "python compiler_tests/conformance/round_trip.py": GO,
    "python compiler_tests/golden/renew_kinds.py": "the folder of the tests, which the copy leaves out",
    "python compiler_tests/conformance/agreement.py CASES.jsonl": GO,
    "python pipelines/sonic.py run --set service_endpoint=https://sonic.example.com": WEIGHTS,
    "python pipelines/sonic.py run --set service_endpoint=... --set evaluation_endpoint=... --set thresholds='{...}'": WEIGHTS,
    "python pipelines/sonic.py run --set tracking=https://mlflow.example.com": "an MLflow server",
    "SONIC_LOOP=~/sonic-loop python pipelines/sonic.py run": LOOP,
    "SONIC_LOOP=~/sonic-loop python pipelines/sonic.py run --name good": LOOP,
    "SONIC_LIVE_FLAW=short SONIC_LOOP=~/sonic-loop python pipelines/sonic.py run --name bad": LOOP,
    "python -m sonic_flow.local.tracking": SERVES,
    "flowdsl runs compare good bad --page compare.html": COMPARED,
    "flowdsl runs compare first second": COMPARED,
    "flowdsl runs compare first second --page compare.html": COMPARED,
    "python pipelines/sonic.py run --set rating=ask": PEOPLE,
    "python pipelines/sonic.py run --set rating=ask --set raters_wanted=2 --set raters_least=2": PEOPLE,
    "kubectl create secret generic raters --from-literal=token=$(openssl rand -hex 16)": "a cluster",
    "kubectl apply -f pipelines/raters.yaml": "a cluster: test_rating_on_plane.py has its rights on one",
    "kubectl port-forward service/raters 8080:80": "a cluster",
    "flowdsl ci --base origin/main pipelines/": "a pull request to write a comment on",
    "flowdsl ci --base origin/main --comment none --report diff.md pipelines/": EVERY,
    "flowdsl lint FILE|DIR|-…": "names of files: it says what may stand there",
    "flowdsl trigger sonic.triggers.yaml --event push --payload push.json --secret-file webhook.txt": "what a provider sent",
    "flowdsl serve pipelines/": SERVES,
    "flowdsl serve pipelines/ --secret-file sonic-webhook=webhook.txt": SERVES,
    "flowdsl serve sonic.triggers-cron.yaml --secret-env sonic-webhook=WEBHOOK": SERVES,
    "python -m": "a module: it is a way to start Python",
}
REACHES_OUT = re.compile(r"(?:flowdsl|python \S+\.py) (?:apply|submit|watch|cancel|retry|list|doctor|diff --live)\b")
# Exit codes other than 0, with what they say.
CODES = {
    "flowdsl diff old.yaml new.yaml": 1,
    "flowdsl rbac --service-account ci:runner": 3,  # without -n the kubeconfig says which namespace
    "flowdsl diff main -- train.py": 1,  # the branch main has no such file
    "flowdsl diff main -- pipelines/": 1,  # the page has compiled with another value before
}
TITLED = re.compile(r'^```(?:python|toml) title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
INSTALLS = "shop/forecast.py"
"""Commands on this file take numpy from PyPI."""
SONIC = ("numpy", "PIL", "av", "moto", "pocketsphinx")
BUILD = """apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: build}
spec:
  tasks:
  - name: build
    taskSpec: {steps: [{name: s, image: 'docker.io/library/busybox:1.37', script: echo building}]}
  - name: check
    runAfter: [build]
    taskSpec: {steps: [{name: s, image: 'docker.io/library/busybox:1.37', script: echo checking}]}
---
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {generateName: build-}
spec: {pipelineRef: {name: build}}
"""
TAGS = """apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: tags}
spec:
  params: [{name: tags, type: array}]
  tasks:
  - name: tell
    params: [{name: tags, value: ['$(params.tags[*])']}]
    taskSpec:
      params: [{name: tags, type: array}]
      steps: [{name: s, image: busybox, command: [echo], args: ['$(params.tags[*])']}]
"""
CATALOG = """apiVersion: tekton.dev/v1
kind: Task
metadata: {name: compile-it}
spec:
  params: [{name: target, type: string}]
  steps: [{name: s, image: busybox, script: echo}]
"""
JOBS = """from flowdsl import pipeline, task

@task(image="python:3.12-slim")
def work() -> None:
    print("worked")

@pipeline
def nightly():
    work()

@pipeline
def weekly():
    work()
"""
# Programs of others, as far as the shown commands use them.
PROGRAMS = {
    "kubectl": 'case "$1" in get) cat tekton/build.yaml;; *) python -c "import sys, yaml; assert list(yaml.safe_load_all(sys.stdin))";; esac',
    "helm": "cat tekton/build.yaml",
    "xdg-open": 'test -s "$1"',
    # Of the project's own tests a file: all of them run Sonic for minutes.
    "pytest": 'own=pipelines/sonic_flow/tests/test_flow.py; [ -f "$own" ] || own=; exec python -m pytest "$@" $own',
}


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """The project as a fresh clone has it, on the branch main, and beside it the files that the pages speak of."""
    folder = tmp_path / "clone"
    folder.mkdir()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=False, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("the project is no clone")
    for name in filter(None, listed.stdout.split("\0")):
        if not name.startswith(("flowdsl/", "compiler_tests/")) and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for words in (
        ("init", "-q", "-b", "main"),
        ("add", "-A"),
        ("-c", "user.name=me", "-c", "user.email=me@example.com", "commit", "-qm", "all"),
        ("update-ref", "refs/remotes/origin/main", "main"),
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    (folder / "tekton").mkdir()
    (folder / "tekton/build.yaml").write_text(BUILD)
    (folder / "pipeline.yaml").write_text(TAGS)
    (folder / "catalog").mkdir()
    (folder / "catalog/task.yaml").write_text(CATALOG)
    (folder / "old.yaml").write_text(BUILD)
    (folder / "new.yaml").write_text(BUILD.replace("echo building", "echo other"))
    (folder / "jobs.py").write_text(JOBS)
    (folder / "params.yaml").write_text("branch: dev\n")
    hello = (ROOT / "docs/index.md").read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    (folder / "hello.py").write_text(hello, encoding="utf-8")
    described = ("tutorial.md", "gates.md", "events.md")
    titled = "".join((ROOT / "docs" / page).read_text(encoding="utf-8") for page in described)
    for name, text in TITLED.findall(titled):
        (folder / name).parent.mkdir(exist_ok=True)
        with (folder / name).open("a", encoding="utf-8") as file:  # the project has a pyproject.toml already
            file.write(f"\n{text}" if file.tell() else text)
    (folder / "bin").mkdir()
    for name, text in PROGRAMS.items():
        (folder / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / "bin" / name).chmod(0o755)
    forked.programs(folder / "bin", environment_of(folder))
    return folder


# How this machine reaches an index of packages: certificates, and where it is.
REACH = ("SSL_CERT_", "PIP_", "UV_")


def environment_of(scene: Path) -> dict[str, str]:
    return {
        "PATH": f"{scene / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(scene),
        "KUBECONFIG": str(scene / "none"),
        "CI_JOB_ID": "7",
        **{name: value for name, value in os.environ.items() if name.startswith(REACH)},
    }


def run(scene: Path, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=scene,
        env=environment_of(scene),
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


def runnable(command: str) -> str:
    """The command as this place can run it: what fetches from PyPI or makes an environment is left out."""
    for start in ("python3 -m venv .venv && ", ".venv/bin/pip install -q -e '.[test]' && ", ". .venv/bin/activate"):
        command = command.replace(start, "")
    command = re.sub(r"\[RUN\]|\[TASK\]\.\.\.", "", command)
    return command.replace(".venv/bin/python", "python")


def problems(scene: Path, command: str) -> Iterator[str]:
    if command in NEEDS or command.startswith("export "):
        return
    if command.startswith("pip install"):
        yield from _unknown_extras(command)
        return
    call = runnable(command)
    wanted = CODES.get(command, 0)
    if match := MENTION.fullmatch(call):
        # The name of a command, with or without an option: there is one of that name, and it has the option.
        told = run(scene, f"{match[0].split(' --')[0]} --help")
        if told.returncode or any(option not in told.stdout for option in re.findall(r" (--[a-z-]+)", call)):
            yield f"{command}: {told.stdout}{told.stderr}"
        if "sonic" not in call or REACHES_OUT.match(call):
            return
    if REACHES_OUT.match(call):
        wanted = 3
    if call:
        done = run(scene, call)
        if done.returncode != wanted or "Traceback" in done.stderr:
            yield f"{command}: exit code {done.returncode}\n{done.stdout[-1500:]}{done.stderr[-1500:]}"


def _unknown_extras(command: str) -> Iterator[str]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for extra in re.findall(r"[\w-]+", "".join(re.findall(r"\[([^\]]*)\]", command))):
        if not re.search(rf"^{extra} = \[", text, re.MULTILINE):
            yield f"{command}: there is no extra {extra}"


def slow(command: str) -> bool:
    return any(word in command for word in ("sonic.py run", "flowdsl run pipelines/sonic.py", "make_baseline.py"))


@pytest.mark.parametrize("source", SHOWN)
def test_what_is_shown_works(scene: Path, source: str) -> None:
    missing = [name for name in SONIC if importlib.util.find_spec(name) is None]
    listed = [each for each in SHOWN[source] if not (missing and slow(each))]
    installs = [each for each in listed if INSTALLS in each]
    reason = no_index() if installs else ""
    run_here = [each for each in listed if not reason or each not in installs]
    assert [problem for command in run_here for problem in problems(scene, command)] == []
    if reason:
        pytest.skip(f"all but {installs}: the index of packages can't be reached: {reason}")


def test_the_reasons_are_of_commands_that_are_shown() -> None:
    shown = {command for listed in SHOWN.values() for command in listed}
    assert {*NEEDS, *CODES} - shown == set()


def test_the_tutorial_is_one_way_through() -> None:
    """Its commands are collected in the order of the page: later ones need what earlier ones made."""
    listed = of_page(ROOT / "docs/tutorial.md")
    assert listed.index("python train.py compile") < listed.index("python train.py run")
