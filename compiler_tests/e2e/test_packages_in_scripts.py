"""The script of a task with packages, as a pod runs it: without flowdsl, with pip alone, checked by hash."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packages_support import HERE, OTHER, Project, wheel


class Pod:
    """The step of a project's task, and what a pod would give it."""

    def __init__(self, folder: Path) -> None:
        self.project = Project(folder)
        self.project.write(options=', packages_cache="pip"')
        self.project.lock()
        done = self.project.flow("compile", "mine.py", "-o", "-")
        task = next(yaml.safe_load_all(done.stdout))
        (self.step,) = task["spec"]["steps"]
        self.volumes = task["spec"]["volumes"]
        self.cache, self.result = folder / "claim", folder / "result"
        self.cache.mkdir()
        self.script = folder / "script"
        self.script.write_text(self.step["script"])
        pip = {name: value for name, value in self.project.env.items() if name.startswith("PIP_")}
        self.env = {"PATH": self.project.env["PATH"], "PARAM_N": "1", "RESULT_RESULT": str(self.result), **pip}

    def start(self, *, cache: bool = True, cwd: str | Path = "/") -> subprocess.Popen[str]:
        env = self.env | ({"FLOWDSL_PACKAGES_CACHE": str(self.cache)} if cache else {})
        given = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "env": env, "cwd": cwd}
        return subprocess.Popen([sys.executable, "-I", str(self.script)], **given)

    def run(self, *, cache: bool = True) -> tuple[int, str]:
        program = self.start(cache=cache)
        said, _ = program.communicate()
        return program.returncode, said


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


def test_the_claim_is_mounted_where_the_script_looks(pod: Pod) -> None:
    (mount,) = pod.step["volumeMounts"]
    assert pod.volumes == [{"name": mount["name"], "persistentVolumeClaim": {"claimName": "pip"}}]
    assert {"name": "FLOWDSL_PACKAGES_CACHE", "value": mount["mountPath"]} in pod.step["env"]


def test_without_a_claim_it_installs_and_leaves_nothing(pod: Pod, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    pod.env["TMPDIR"] = str(tmp_path / "tmp")
    assert pod.run(cache=False) == (0, "")
    assert pod.result.read_text() == "1.0"
    assert list((tmp_path / "tmp").iterdir()) == []


def test_two_pods_share_what_one_has_installed(pod: Pod) -> None:
    (pod.cache / ".new-left").mkdir()
    os.utime(pod.cache / ".new-left", (0, 0))
    both = [pod.start() for _ in range(2)]
    assert [(each.communicate()[0], each.returncode) for each in both] == [("", 0)] * 2
    (made,) = pod.cache.iterdir()
    assert sorted(each.name for each in made.glob("*.py")) == ["alpha.py", "beta.py"]
    # And a third needs no index.
    pod.env["PIP_FIND_LINKS"] = "/nowhere"
    assert pod.run() == (0, "")


def test_another_file_than_the_locked_one_is_refused(pod: Pod) -> None:
    wheel(pod.project.index, "beta", "2.0", ["gamma"])
    code, said = pod.run()
    assert code == 1
    assert "DO NOT MATCH THE HASHES" in said
    assert "flowdsl: the packages can't be installed: pip ended with 1" in said
    assert list(pod.cache.iterdir()) == []


def test_another_python_than_the_locked_one_is_told(pod: Pod) -> None:
    pod.script.write_text(pod.step["script"].replace(f'", "{HERE}", "', f'", "{OTHER}", "'))
    code, said = pod.run()
    assert code == 1
    assert f"locked for Python {OTHER} on linux_{os.uname().machine}, and this is Python {HERE}" in said


def test_what_it_starts_has_the_packages_too(pod: Pod) -> None:
    child = "import subprocess, sys; subprocess.check_call([sys.executable, '-c', 'import alpha, beta'])"
    pod.script.write_text(pod.step["script"].replace("import alpha\n", f"{child}; import alpha\n"))
    assert pod.run() == (0, "")


@pytest.mark.parametrize("name", ["pip.py", "runpy.py", "site.py"])
def test_a_module_of_the_working_folder_is_not_taken_for_pip(pod: Pod, tmp_path: Path, name: str) -> None:
    """The folder may be a workspace, which others write to."""
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / name).write_text("open('ran', 'w').close()\nraise SystemExit(3)\n")
    program = pod.start(cwd=tmp_path / "workspace")
    said, _ = program.communicate()
    assert (program.returncode, said) == (0, "")
    assert not (tmp_path / "workspace" / "ran").exists()
