"""`flowdsl run` gives steps the packages that are locked: made once, whole, isolated; and what is said when it can't."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packages_support import OTHER, Project, wheel

from flowdsl.packages.lockfile import Pin, Resolution
from flowdsl.packages.targets import Target, this_machine
from flowdsl.runner.cache import key_of
from flowdsl.runner.packages import Call, calls_in


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def environments(project: Project) -> list[Path]:
    return [each for each in (project.folder.parent / "cache" / "flowdsl" / "packages").iterdir() if each.is_dir()]


def test_a_first_run_locks_and_installs_and_a_second_does_neither(project: Project) -> None:
    first = project.flow("run", "mine.py")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "version = 1.01.0" in first.stdout
    assert "made mine.lock with 2 packages" in first.stdout
    assert "installing alpha 1.0, beta 2.0 with pip" in first.stdout
    (made,) = environments(project)
    project.env["PIP_FIND_LINKS"] = "/nowhere"
    second = project.flow("run", "mine.py")
    assert second.returncode == 0, second.stdout + second.stderr
    assert "packages" not in second.stdout
    assert environments(project) == [made]


def test_yaml_alone_runs_with_its_pins(project: Project) -> None:
    project.lock()
    assert project.flow("compile", "mine.py").returncode == 0
    for name in ("mine.py", "mine.lock"):
        (project.folder / name).unlink()
    done = project.flow("run", "mine.yaml")
    assert (done.returncode, "version = 1.01.0" in done.stdout) == (0, True), done.stdout + done.stderr


def test_two_runs_at_once_install_once(project: Project) -> None:
    project.lock()
    command = [sys.executable, "-m", "flowdsl", "run", "mine.py"]
    given = {"cwd": project.folder, "env": project.env, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    both = [subprocess.Popen(command, text=True, **given) for _ in range(2)]
    said = [each.communicate()[0] for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    assert "".join(said).count("packages: installing") == 1
    assert len(environments(project)) == 1


def test_what_a_killed_run_left_is_not_used(project: Project) -> None:
    assert project.flow("run", "mine.py").returncode == 0
    (made,) = environments(project)
    (made / "flowdsl-ready").unlink()
    (module,) = made.rglob("alpha.py")
    module.write_text("__version__ = 'half'")
    done = project.flow("run", "mine.py")
    assert "installing" in done.stdout
    assert "version = 1.01.0" in done.stdout


@pytest.mark.parametrize("how", ["changed", "gone"])
def test_what_is_not_what_was_locked_is_not_installed(project: Project, how: str) -> None:
    project.lock()
    if how == "gone":
        (project.index / "beta-2.0-py3-none-any.whl").unlink()
    else:
        wheel(project.index, "beta", "2.0", ["gamma"])
    project.env |= {"PIP_EXTRA_INDEX_URL": "https://me:S3cret@127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    done = project.flow("run", "mine.py")
    assert done.returncode == 1
    assert "  [count] pip ended with 1:\n" in done.stdout
    assert "  [count] Error executing command: alpha 1.0, beta 2.0 can't be installed\n" in done.stdout
    assert ("beta==2.0" if how == "gone" else "DO NOT MATCH THE HASHES") in done.stdout
    kept = "".join(each.read_text(errors="replace") for each in project.folder.rglob("*.log"))
    assert "S3cret" not in done.stdout + done.stderr + kept
    assert environments(project) == []


def test_another_python_in_the_image_is_said_before_the_run(project: Project) -> None:
    project.write(python=OTHER)
    done = project.flow("run", "mine.py")
    assert done.returncode == 0, done.stdout + done.stderr
    said = f"packages: the image has Python {OTHER} on linux_x86_64, this machine {this_machine()}"
    assert said in done.stdout
    assert done.stdout.index(said) < done.stdout.index("count: runs")


def test_the_step_has_what_is_locked_and_what_the_image_is_said_to_have(project: Project) -> None:
    text = (project.folder / "mine.py").read_text()
    body = "import alpha\n    import attrs\n    return alpha.__file__.split('/packages/')[1][:8] + ' ' + attrs.__name__"
    text = text.replace("import alpha\n    return alpha.__version__ * n", body)
    (project.folder / "mine.py").write_text(
        text.replace('packages=["alpha"]', 'packages=["alpha"], requires=["attrs"]')
    )
    done = project.flow("run", "mine.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"version = {environments(project)[0].name[:8]} attrs" in done.stdout


def test_a_step_can_not_change_its_packages(project: Project) -> None:
    text = (project.folder / "mine.py").read_text()
    body = "import alpha\n    open(alpha.__file__, 'w')\n    return ''"
    (project.folder / "mine.py").write_text(text.replace("import alpha\n    return alpha.__version__ * n", body))
    done = project.flow("run", "mine.py")
    assert done.returncode == 1
    assert "Read-only file system" in done.stdout
    (module,) = environments(project)[0].rglob("alpha.py")
    assert module.read_text() == '__version__ = "1.0"\n'


def test_a_module_that_is_not_here_is_said_before_the_run(project: Project) -> None:
    (project.folder / "mine.py").write_text(
        "from flowdsl import pipeline, task\n"
        '@task(image="acme/torch:2", requires=["torch_of_acme"])\ndef train():\n    import torch_of_acme\n'
        "@pipeline\ndef training():\n    train()\n"
    )
    done = project.flow("run", "mine.py")
    said = "task train imports torch_of_acme, which this Python has not"
    assert done.stdout.index(said) < done.stdout.index("train: runs")


def script_of(project: Project) -> str:
    project.lock()
    done = project.flow("compile", "mine.py", "-o", "-")
    task = next(yaml.safe_load_all(done.stdout))
    return str(task["spec"]["steps"][0]["script"])


def test_a_script_whose_key_is_not_that_of_its_pins_is_given_nothing(project: Project) -> None:
    script = script_of(project)
    (call,) = calls_in([{"spec": {"steps": [{"script": script}]}}])
    assert call.resolution.key == call.key
    assert list(calls_in([{"script": script.replace(call.key, "0" * 64)}])) == []
    assert list(calls_in([{"script": script.replace("beta==2.0", "beta==2.1")}])) == []
    assert (
        list(calls_in([{"script": script.replace("beta==2.0", "--index-url=https://example.com/\nbeta==2.0")}])) == []
    )


def test_the_key_of_the_cache_has_the_packages_of_this_machine(project: Project) -> None:
    script = script_of(project)
    run = {"spec": {"taskSpec": {"steps": [{"script": script}]}}}
    (call,) = calls_in(run)
    others = [
        Resolution((), Target("3.13", "linux_x86_64"), (Pin("alpha", each, call.resolution.pins[0].hashes),))
        for each in "12"
    ]
    keys = {key_of(run, ()), *(key_of(run, (), {call.key: each}) for each in others)}
    assert len(keys) == 3
    assert isinstance(call, Call)


def test_a_pipeline_of_another_file_has_the_lock_beside_that_one(project: Project) -> None:
    project.write(python=OTHER)
    (project.folder / "main.py").write_text("from mine import counting\n\nassert counting\n")
    first = project.flow("run", "main.py", "--name", "one")
    assert first.returncode == 0, first.stdout + first.stderr
    assert sorted(each.name for each in project.folder.glob("*.lock")) == ["mine.lock"]
    again = project.flow("run", "--resume", "one", "--only", "count")
    assert again.returncode == 0, again.stdout + again.stderr


def test_what_a_manifest_lists_is_locked_beside_the_manifest(project: Project) -> None:
    (project.folder / "main.py").write_text(
        "from flowdsl import manifest, pipeline_run\nfrom mine import counting\n\n"
        'everything = manifest(counting, pipeline_run(counting, name="one"))\n'
    )
    assert project.flow("lock", "main.py").returncode == 0
    assert project.flow("compile", "main.py", "-o", "-").returncode == 0
    assert sorted(each.name for each in project.folder.glob("*.lock")) == ["main.lock"]


def test_an_environment_whose_python_is_gone_is_made_anew(project: Project) -> None:
    project.flow("run", "mine.py")
    python = environments(project)[0] / "bin" / "python"
    python.unlink()
    python.symlink_to(project.folder / "removed" / "python3")
    done = project.flow("run", "mine.py")
    assert (done.returncode, "installed alpha" in done.stdout) == (0, True), done.stdout + done.stderr


def test_the_current_folder_runs_with_the_pins_of_its_scripts(project: Project) -> None:
    project.lock()
    project.flow("compile", "mine.py")
    done = project.flow("run", ".")
    assert (done.returncode, "version = 1.01.0" in done.stdout) == (0, True), done.stdout + done.stderr
