"""What may stand in pyproject.toml for tasks and profiles: each mistake is told at its line, all of them at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import flowdsl
from flowdsl.diagnostics import FlowError, UsageError
from flowdsl.diagnostics.toml_lines import line_of
from flowdsl.ir.settings import NO_SETTINGS, Profile
from flowdsl.library.profile_tables import RUN_KEYS, TASK_KEYS, read_settings

HEAD = "[project]\nname = 'x'\n"
SOURCE = """
from flowdsl import pipeline, task

@task
def train() -> None:
    print("trained")

@pipeline
def flow() -> None:
    train()
"""


def told(text: str, profile: str = "") -> list[tuple[str, str, str]]:
    """Code, line and hint of each finding."""
    with pytest.raises(FlowError) as caught:
        read_settings(text, "pyproject.toml", profile)
    assert all(
        each.location is not None and each.location.file == "pyproject.toml" for each in caught.value.diagnostics
    )
    return [(each.code, str(each.line), each.hint) for each in caught.value.diagnostics]


def test_what_is_read_is_what_is_written() -> None:
    text = """
[tool.flowdsl.task]
image = "python:3.12-slim"
env.A = 1
tolerations = [{ key = "gpu" }]

[tool.flowdsl.profiles.prod]
namespace = "ml"
prefix = "prod-"
queue = "gpu"
images = { "a/" = "b/" }
params = { bucket = "clips", many = [1, 2] }
task.memory = "1Gi..2Gi"

[tool.flowdsl.profiles.prod.tasks."train-*"]
gpu = 2
[tool.flowdsl.profiles.dev]
"""
    found = read_settings(text, "pyproject.toml", "prod")
    assert found.task == {"image": "python:3.12-slim", "env": {"A": 1}, "tolerations": ({"key": "gpu"},)}
    assert found.profile == Profile(
        name="prod",
        namespace="ml",
        prefix="prod-",
        images={"a/": "b/"},
        params={"bucket": "clips", "many": [1, 2]},
        run={"queue": "gpu"},
        task={"memory": "1Gi..2Gi"},
        tasks={"train-*": {"gpu": 2}},
    )
    assert read_settings(text, "pyproject.toml").profile.name == ""
    assert read_settings(text, "pyproject.toml", "dev").profile == Profile(name="dev")
    assert not read_settings(HEAD, "pyproject.toml")
    assert read_settings("[tool.flowdsl.profiles.dev]", "pyproject.toml") is NO_SETTINGS


# One mistake each: the table, the line that is wrong, and a word of the hint.
MISTAKES = [
    ("[tool.flowdsl.task]", "imgae = 'x'", "did you mean 'image'?"),
    ("[tool.flowdsl.task]", "steps = []", "there is image, cpu"),
    ("[tool.flowdsl.task]", "memory = 3", "see the documentation"),
    ("[tool.flowdsl.task]", "memory = 'lots'", 'memory="8Gi"'),
    ("[tool.flowdsl.task]", "memory = '2Gi..1Gi'", "1Gi..2Gi"),
    ("[tool.flowdsl.task]", "timeout = 'soon'", "30m"),
    ("[tool.flowdsl.task]", "gpu = -1", "0 or more"),
    ("[tool.flowdsl.task]", "retries = true", "see the documentation"),
    ("[tool.flowdsl.task]", "env = ['A=b']", "see the documentation"),
    ("[tool.flowdsl.task]", "env.A = 1979-05-27", "see the documentation"),
    ("[tool.flowdsl.task]", "security = 'strict'", "see the documentation"),
    ("[tool.flowdsl.task]", "env.A = ['b']", "see the documentation"),
    ("[tool.flowdsl.profiles.prod]", "namespce = 'ml'", "did you mean 'namespace'?"),
    ("[tool.flowdsl.profiles.prod]", "namespace = 'No_Name'", "lower-case"),
    ("[tool.flowdsl.profiles.prod]", "namespace = ['ml']", "lower-case"),
    ("[tool.flowdsl.profiles.prod]", "prefix = '-x'", "lower-case"),
    ("[tool.flowdsl.profiles.prod]", "prefix = '../x'", "lower-case"),
    ("[tool.flowdsl.profiles.prod]", "images = ['a']", "[tool.flowdsl.profiles.prod.images]"),
    ("[tool.flowdsl.profiles.prod]", "images = { 'a' = 3 }", "registry.prod"),
    ("[tool.flowdsl.profiles.prod]", "images = { '' = 'x/' }", "registry.prod"),
    ("[tool.flowdsl.profiles.prod]", "images = { 'a b' = 'x' }", "registry.prod"),
    ("[tool.flowdsl.profiles.prod]", "images = { 'a/' = 'x' }", "end both"),
    ("[tool.flowdsl.profiles.prod]", "params = 3", "[tool.flowdsl.profiles.prod.params]"),
    ("[tool.flowdsl.profiles.prod]", "tasks = 3", "[tool.flowdsl.profiles.prod.tasks]"),
    ("[tool.flowdsl.profiles.prod]", "task = []", "[tool.flowdsl.profiles.prod.task]"),
    ("[tool.flowdsl.profiles.prod]", "timeout = '5'", "30m"),
    ("[tool.flowdsl.profiles.prod]", "fs_group = 'x'", "see the documentation"),
    ("[tool.flowdsl.profiles.prod]", "tolerations = ['x']", "see the documentation"),
    ("[tool.flowdsl.profiles.prod.tasks]", "train = 'big'", "[tool.flowdsl.profiles.prod.tasks.train]"),
    ("[tool.flowdsl.profiles.prod.tasks.train]", "gpus = 1", "did you mean 'gpu'?"),
    ("[tool.flowdsl.profiles.prod.task]", "cpu = '4 cores'", 'cpu="4"'),
    ("[tool.flowdsl.profiles]", "prod = 3", "[tool.flowdsl.profiles.prod]"),
    ("[tool.flowdsl]", "profiles = []", "[tool.flowdsl.profiles]"),
    ("[tool.flowdsl]", "tasks = {}", "did you mean 'task'?"),
]


@pytest.mark.parametrize(("table", "line", "hint"), MISTAKES, ids=[line for _, line, _ in MISTAKES])
@pytest.mark.parametrize("profile", ["", "prod"])
def test_each_mistake_is_told_at_its_line(table: str, line: str, hint: str, profile: str) -> None:
    text = f"{HEAD}\n# before\n{table}\n\n{line}\n"
    ((code, number, said),) = told(text, profile)
    assert (code, number) == ("FLOW096", "7")
    assert hint in said


@pytest.mark.parametrize(("line", "code"), [("queue = 'No Queue'", "FLOW013"), ("priority_class = 'A'", "FLOW013")])
def test_names_for_the_run_are_told_as_those_of_the_decorator(line: str, code: str) -> None:
    assert told(f"[tool.flowdsl.profiles.prod]\n{line}\n")[0][0] == code


def test_all_mistakes_are_told_at_once_whatever_profile_is_asked_for() -> None:
    text = "[tool.flowdsl.task]\nx = 1\n[tool.flowdsl.profiles.a]\ny = 1\n[tool.flowdsl.profiles.b.task]\ncpu = 2\n"
    assert [number for _, number, _ in told(text, "a")] == ["2", "4", "6"]


@pytest.mark.parametrize("name", ["a b", "../up", "a/b", "", "ü", "a.b", "-x", "x" * 70])
def test_a_profile_whose_name_is_no_part_of_a_file_name_is_refused(name: str) -> None:
    assert told(f'[tool.flowdsl.profiles."{name}"]\n')[0][:2] == ("FLOW096", "1")


def test_a_profile_that_is_not_there_is_told_with_what_is_close() -> None:
    text = f"{HEAD}[tool.flowdsl.profiles.prod]\n[tool.flowdsl.profiles.staging]\n"
    assert told(text, "prd") == [("FLOW095", "3", "did you mean 'prod'?")]
    assert told(text, "x") == [("FLOW095", "3", "there is prod, staging")]
    assert told(HEAD, "prod")[0][2] == "write a table `[tool.flowdsl.profiles.prod]`"


def test_what_is_no_table_or_no_toml_is_a_wrong_file() -> None:
    for text in ("tool = 3", "[tool]\nflowdsl = 3", "[tool.flowdsl", "x = " + "[" * 5000, "x = 1" + "0" * 6000):
        with pytest.raises(UsageError, match=r"pyproject\.toml"):
            read_settings(text, "pyproject.toml", "prod")


def test_every_setting_is_an_option_and_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text(encoding="utf-8")
    assert [name for name in (*TASK_KEYS, *RUN_KEYS, "namespace", "prefix", "images") if f"`{name}`" not in page] == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("tool", "flowdsl", "task"), 5),
        (("tool", "flowdsl", "task", "image"), 6),
        (("tool", "flowdsl", "task", "env", "TOKEN"), 7),
        (("tool", "flowdsl", "task", "absent"), 5),
        (("tool", "flowdsl", "profiles"), 8),
        (("tool", "flowdsl", "profiles", "pr od", "params", "a"), 9),
        (("tool", "flowdsl", "profiles", "b", "tasks", "x-*", "gpu"), 11),
        (("nothing",), 1),
    ],
)
def test_a_key_is_found_at_its_line(path: tuple[str, ...], line: int) -> None:
    text = (
        '[project]\ndescription = """\n[tool.flowdsl.task]\n"""\n[tool.flowdsl.task]\nimage = "a"\nenv.TOKEN = 1\n'
        "[tool.flowdsl.profiles.\"pr od\"]\nparams = { a = 1 }\n[ tool.flowdsl . profiles.b.tasks.'x-*' ]\ngpu=1\n"
    )
    assert line_of(text, path) == line


# The file, as the library finds it.
def project(folder: Path, pyproject: str) -> Path:
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    file = folder / "deep" / "er" / "train.py"
    file.write_text(SOURCE, encoding="utf-8")
    return file


def image_of(compiled: flowdsl.Compilation) -> str:
    image: str = compiled.documents[0]["spec"]["steps"][0]["image"]
    return image


def test_the_nearest_file_above_the_pipeline_counts_wherever_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = project(tmp_path, "[tool.flowdsl.task]\nimage = 'outer:1'\n[tool.flowdsl.profiles.a.task]\nimage = 'a:1'\n")
    elsewhere = tmp_path.parent / f"{tmp_path.name}-elsewhere"
    elsewhere.mkdir()
    (elsewhere / "pyproject.toml").write_text("[tool.flowdsl.task]\nimage = 'wrong:1'\n")
    monkeypatch.chdir(elsewhere)
    flow = flowdsl.load(file)
    assert image_of(flowdsl.compile(flow)) == "outer:1"
    assert image_of(flowdsl.compile(flow, profile="a")) == "a:1"
    (tmp_path / "deep" / "pyproject.toml").write_text("[tool.flowdsl.task]\nimage = 'inner:1'\n")
    assert image_of(flowdsl.compile(flow)) == "inner:1"
    with pytest.raises(FlowError, match="FLOW095"):
        flowdsl.compile(flow, profile="a")


def test_without_a_file_a_profile_is_not_there(tmp_path: Path) -> None:
    file = project(tmp_path, "")
    os.remove(tmp_path / "pyproject.toml")
    if any((each / "pyproject.toml").exists() for each in tmp_path.parents):
        pytest.skip("there is a pyproject.toml above the folder for temporary files")
    flow = flowdsl.load(file)
    with pytest.raises(FlowError, match="FLOW095"):
        flowdsl.compile(flow, profile="prod")
    with pytest.raises(FlowError, match="no image to run in"):
        flowdsl.compile(flow)


def test_a_profile_is_one_word(tmp_path: Path) -> None:
    flow = flowdsl.load(project(tmp_path, "[tool.flowdsl.task]\nimage = 'a:1'\n"))
    with pytest.raises(UsageError, match="profile="):
        flowdsl.compile(flow, profile=["prod"])  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [b"\xff\xfe", b"# " + b"x" * 2**20, b"[tool.flowdsl.task]\nimage = "])
def test_a_file_that_can_not_be_read_is_said(tmp_path: Path, data: bytes) -> None:
    file = project(tmp_path, "[tool.flowdsl.task]\nimage = 'a:1'\n")
    flow = flowdsl.load(file)
    (tmp_path / "pyproject.toml").write_bytes(data)
    with pytest.raises(UsageError, match=r"pyproject\.toml"):
        flowdsl.compile(flow)
