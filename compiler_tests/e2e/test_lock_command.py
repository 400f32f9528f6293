"""`flowdsl lock` and what compiles with it, by pip, from wheels that are made here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from packages_support import HERE, OTHER, Project, wheel

from flowdsl.packages.tools import find_uv


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_from_missing_to_locked_to_stale(project: Project) -> None:
    missing = project.flow("compile", "mine.py")
    assert missing.returncode == 1
    assert "FLOW086" in missing.stderr
    assert "flowdsl lock mine.py" in missing.stderr
    assert project.lock() == {HERE: {"alpha": "1.0", "beta": "2.0"}}
    text = (project.folder / "mine.lock").read_text()
    assert project.flow("lock", "mine.py", "--check").returncode == 0
    assert project.flow("compile", "mine.py").returncode == 0
    task = next(yaml.safe_load_all((project.folder / "mine.yaml").read_text()))
    script = task["spec"]["steps"][0]["script"]
    assert f"alpha==1.0 --hash=sha256:{text.split('sha256:')[1][:64]}\nbeta==2.0 " in script
    project.write(more=', "gamma"')
    for command in (("compile", "mine.py", "--check"), ("run", "mine.py")):
        stale = project.flow(*command)
        assert (stale.returncode, "FLOW087" in stale.stderr) == (1, True)
        assert "mine.py:4" in stale.stderr
    assert project.flow("lock", "mine.py", "--check").returncode == 1
    assert (project.folder / "mine.lock").read_text() == text


UV_LOCK = 'version = 1\nrequires-python = ">=3.10"\n{}'
BETA = '[[package]]\nname = "beta"\nversion = "{}"\nsource = {{ registry = "https://pypi.org/simple" }}\n'


def test_a_uv_lock_that_has_changed_is_named(project: Project) -> None:
    """It named the requirement and the Python, which the lock both had."""
    file, uv_lock = project.folder / "mine.py", project.folder / "uv.lock"
    (project.folder / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["alpha"]\n')
    by_lock = file.read_text().replace('["alpha"]', '"uv.lock"')
    plain = by_lock.replace("uv.lock", "pyproject.toml")
    for locked, before, now, after, said in (
        (by_lock, BETA.format("2.0"), by_lock, BETA.format("2.1"), "the uv.lock has other versions since"),
        (by_lock, BETA.format("2.0"), plain, "", "versions of a uv.lock, which the task no longer names"),
        (plain, "", by_lock, BETA.format("2.0"), "made without the uv.lock's versions"),
    ):
        file.write_text(locked)
        uv_lock.write_text(UV_LOCK.format(before))
        project.lock()
        file.write_text(now)
        uv_lock.write_text(UV_LOCK.format(after))
        done = project.flow("compile", "mine.py")
        assert (done.returncode, "FLOW087" in done.stderr, said in done.stderr) == (1, True, True), done.stderr


def test_what_is_locked_stays_until_it_is_upgraded(project: Project) -> None:
    project.lock()
    text = (project.folder / "mine.lock").read_text()
    wheel(project.index, "alpha", "1.1", ["beta"])
    assert project.lock() == {HERE: {"alpha": "1.0", "beta": "2.0"}}
    assert (project.folder / "mine.lock").read_text() == text
    assert project.lock("--upgrade") == {HERE: {"alpha": "1.1", "beta": "2.0"}}


def test_another_python_has_its_own_needs_and_the_same_versions(project: Project) -> None:
    project.write(python=OTHER)
    assert project.lock() == {OTHER: {"alpha": "1.0", "gamma": "3.0"}, HERE: {"alpha": "1.0", "beta": "2.0"}}


@pytest.mark.skipif(find_uv(os.environ) is None, reason="uv is not installed")
def test_uv_locks_and_installs_what_pip_does(project: Project) -> None:
    project.write(python=OTHER)
    project.lock()
    text = (project.folder / "mine.lock").read_text()
    project.env["PATH"] = os.environ["PATH"]
    done = project.flow("lock", "mine.py", "--upgrade")
    assert (done.returncode, "with uv" in done.stderr) == (0, True), done.stderr
    assert (project.folder / "mine.lock").read_text() == text
    done = project.flow("run", "mine.py")
    assert (done.returncode, "with uv" in done.stdout) == (0, True), done.stdout + done.stderr


@pytest.mark.skipif(find_uv(os.environ) is None, reason="uv is not installed")
@pytest.mark.parametrize("stands", ["work", "."])
def test_uv_locks_the_same_wherever_one_stands(project: Project, stands: str) -> None:
    """By the settings of the file's own project; what these say of uv's own locks makes ours no less whole."""
    project.env["PATH"] = os.environ["PATH"]
    (project.folder / "uv.toml").write_text("[pip]\nno-deps = true\nuniversal = true\noutput-file = 'other.toml'\n")
    (project.folder.parent / "uv.toml").write_text("no-index = 'neither yes nor no'\n")
    path = "mine.py" if stands == "work" else "work/mine.py"
    project.folder = project.folder.parent if stands == "." else project.folder
    done = project.flow("lock", path)
    assert (done.returncode, "with uv" in done.stderr) == (0, True), done.stderr
    lock = (project.folder / path).with_suffix(".lock").read_text()
    assert [line for line in lock.splitlines() if line.startswith("name")] == ['name = "alpha"', 'name = "beta"']


def test_colleagues_with_other_pythons_are_locked_for_by_name(project: Project) -> None:
    assert project.lock("--python", OTHER)[OTHER] == {"alpha": "1.0", "gamma": "3.0"}
    wrong = project.flow("lock", "mine.py", "--python", "3.x")
    assert (wrong.returncode, "such as 3.13" in wrong.stderr) == (2, True)


def test_a_version_without_a_wheel_for_the_image_is_not_taken(project: Project) -> None:
    tag = f"cp{HERE.replace('.', '')}-none-any"
    wheel(project.index, "alpha", "1.2", tag=tag)
    project.write(python=OTHER)
    assert project.lock()[OTHER]["alpha"] == "1.0"
    project.write()
    assert project.lock("--upgrade") == {HERE: {"alpha": "1.2"}}


def test_a_version_for_other_pythons_than_the_images_is_not_taken(project: Project) -> None:
    wheel(project.index, "alpha", "1.3", python=f"=={HERE}.*")
    project.write(python=OTHER)
    assert project.lock()[OTHER]["alpha"] == "1.0"


def test_no_answer_is_told_without_credentials(project: Project) -> None:
    project.env |= {"PIP_FIND_LINKS": f"{project.index} https://me:S3cret@127.0.0.1:9/links", "PIP_RETRIES": "0"}
    project.write(more=', "delta==9"')
    done = project.flow("lock", "mine.py")
    assert done.returncode == 1
    assert "FLOW090" in done.stderr
    assert "delta==9" in done.stderr
    assert "S3cret" not in done.stderr + done.stdout
    assert not (project.folder / "mine.lock").exists()


@pytest.mark.parametrize("tool", ["pip", "uv"])
@pytest.mark.parametrize("python", [HERE, OTHER])
def test_an_index_that_can_not_be_reached_is_told_as_that(project: Project, tool: str, python: str) -> None:
    if tool == "uv":
        if find_uv(os.environ) is None:
            pytest.skip("uv is not installed")
        project.env["PATH"] = os.environ["PATH"]
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS"):
        del project.env[name]
    project.env |= {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1", "UV_HTTP_RETRIES": "0"}
    project.write(python=python)
    done = project.flow("lock", "mine.py")
    assert (done.returncode, f"with {tool}" in done.stderr) == (1, True), done.stderr
    assert "FLOW090" in done.stderr
    assert "the index could not be asked for alpha" in done.stderr
    assert "PIP_INDEX_URL" in done.stderr
    assert "change the requirement" not in done.stderr


def test_pip_that_tries_once_does_not_say_whether_the_index_was_there(project: Project) -> None:
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS"):
        del project.env[name]
    project.env |= {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    done = project.flow("lock", "mine.py")
    assert done.returncode == 1
    assert "or the index could not be asked: check the network" in done.stderr


@pytest.mark.parametrize(
    ("python", "more", "options", "code"),
    [
        ("", "", "", "FLOW088"),
        (HERE, ', "b c"', "", "FLOW085"),
        (HERE, "", ', module="x.y"', "FLOW002"),
    ],
)
def test_mistakes_are_told_by_lock_as_by_compile(
    project: Project, python: str, more: str, options: str, code: str
) -> None:
    project.write(python=python or "3", more=more, options=options)
    for command in ("lock", "compile"):
        done = project.flow(command, "mine.py")
        assert (command, done.returncode, code in done.stderr) == (command, 1, True), done.stderr


def test_a_lock_with_the_marks_of_a_merge_is_told_and_made_anew(project: Project) -> None:
    project.lock()
    place = project.folder / "mine.lock"
    text = place.read_text()
    place.write_text(f"<<<<<<< HEAD\n{text}")
    done = project.flow("compile", "mine.py")
    assert (done.returncode, "FLOW092" in done.stderr) == (1, True)
    project.lock()
    assert place.read_text() == text


def test_packages_need_a_body(project: Project) -> None:
    (project.folder / "mine.py").write_text(
        "from flowdsl import pipeline, task\n"
        '@task(image="python:3.12-slim", module="acme.train", packages=["alpha"])\ndef train(): ...\n'
        "@pipeline\ndef training():\n    train()\n"
    )
    for command in ("lock", "compile"):
        done = project.flow(command, "mine.py")
        assert (done.returncode, "FLOW089" in done.stderr) == (1, True), done.stderr


@pytest.mark.parametrize("command", ["graph", "explain"])
def test_what_only_looks_at_a_pipeline_needs_no_lock(project: Project, command: str) -> None:
    """Also where a body imports what only a lock can say that it comes along."""
    text = (project.folder / "mine.py").read_text()
    (project.folder / "mine.py").write_text(text.replace("import alpha", "import alpha, beta"))
    done = project.flow(command, "mine.py")
    assert (done.returncode, "count" in done.stdout) == (0, True), done.stderr
    assert done.stderr == (
        "note: task 'count' wants packages, and there is no lock file mine.lock; pin them: `flowdsl lock mine.py`\n"
    )
    project.lock()
    assert project.flow(command, "mine.py").stderr == ""
    (project.folder / "mine.lock").write_text("# Made by `flowdsl lock mine.py`\n<<<<<<< HEAD\n")
    assert "can't be read" in project.flow(command, "mine.py").stderr


def test_a_pipeline_without_packages_has_nothing_to_lock(project: Project) -> None:
    (project.folder / "mine.py").write_text(
        'from flowdsl import pipeline, task\n@task(image="python:3.12-slim")\ndef one():\n    print(1)\n'
        "@pipeline\ndef ones():\n    one()\n"
    )
    done = project.flow("lock", "mine.py")
    assert (done.returncode, "nothing to lock" in done.stderr) == (0, True)
    assert not (project.folder / "mine.lock").exists()


def test_modules_of_what_is_locked_may_be_imported_and_no_others(project: Project) -> None:
    text = (project.folder / "mine.py").read_text()
    project.lock()
    (project.folder / "mine.py").write_text(text.replace("import alpha", "import alpha, beta"))
    assert project.flow("compile", "mine.py").returncode == 0
    (project.folder / "mine.py").write_text(text.replace("import alpha", "import alpha, gamma"))
    done = project.flow("compile", "mine.py")
    assert (done.returncode, "FLOW064" in done.stderr) == (1, True)
    assert "packages" in done.stderr


def test_a_lock_from_elsewhere_does_not_do_here(project: Project) -> None:
    project.write(python=OTHER)
    project.lock()
    place = project.folder / "mine.lock"
    whole = place.read_text()
    head, first, second = whole.split("[[resolution]]")
    kept = first if f'python = "{OTHER}"' in first else second
    place.write_text(f"{head}[[resolution]]{kept}")
    assert project.flow("compile", "mine.py").returncode == 0
    done = project.flow("run", "mine.py")
    assert (done.returncode, "FLOW091" in done.stderr) == (1, True), done.stderr
    assert f"not for Python {HERE}" in done.stderr
    project.lock()
    assert place.read_text().split() == whole.split()


def test_hashes_in_a_file_of_requirements_are_held(project: Project) -> None:
    right = wheel(project.index, "beta", "2.0")
    text = (project.folder / "mine.py").read_text()
    (project.folder / "mine.py").write_text(text.replace('["alpha"]', '"requirements.txt"').replace("alpha", "beta"))
    given = project.folder / "requirements.txt"
    given.write_text(f"beta==2.0 \\\n    --hash={right} \\\n    --hash=sha256:{'0' * 64}\n")
    assert project.lock() == {HERE: {"beta": "2.0"}}
    given.write_text(f"beta==2.0 --hash=sha256:{'0' * 64}\n")
    for words in ((), ("--upgrade",)):
        done = project.flow("lock", "mine.py", *words)
        assert (done.returncode, "FLOW090" in done.stderr, right in done.stderr) == (1, True, True), done.stderr


@pytest.mark.parametrize("text", [b'version = 1\nrequires-python = ">=3.10"\n[[package]]\nname = "x"\n', b"\xff\xfe"])
def test_the_lock_of_another_program_stays(project: Project, text: bytes) -> None:
    """uv.py beside the uv.lock of a project, and no text at all, which was a traceback."""
    (project.folder / "mine.py").rename(project.folder / "uv.py")
    (project.folder / "uv.lock").write_bytes(text)
    done = project.flow("lock", "uv.py")
    assert (done.returncode, "is no lock file of flowdsl's" in done.stderr) == (2, True), done.stderr
    assert (project.folder / "uv.lock").read_bytes() == text


@pytest.mark.parametrize("name", ["pip.py", "uv.py", "venv.py"])
def test_a_program_of_the_folder_is_not_taken_for_pip(project: Project, name: str) -> None:
    project.env["PYTHONSAFEPATH"] = "1" if name == "pip.py" else ""
    (project.folder / name).write_text("open('ran', 'w').close()\nraise SystemExit(3)\n")
    done = project.flow("run", "mine.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (project.folder / "ran").exists()


@pytest.mark.parametrize("where", ["variable", "pip.conf"])
def test_who_installs_for_themselves_locks_and_runs(project: Project, where: str) -> None:
    if where == "variable":
        project.env["PIP_USER"] = "1"
    else:
        (project.folder / "pip.conf").write_text("[global]\nuser = true\n")
        project.env["PIP_CONFIG_FILE"] = str(project.folder / "pip.conf")
    assert project.lock() == {HERE: {"alpha": "1.0", "beta": "2.0"}}
    assert project.flow("run", "mine.py").returncode == 0


def test_needs_that_can_not_be_read_are_told(project: Project) -> None:
    """Newer pips pass over such a version; older ones take it."""
    wheel(project.index, "alpha", "1.3", ["beta (>=2.0.*)"])
    done = project.flow("lock", "mine.py")
    assert done.returncode == (1 if "FLOW090" in done.stderr else 0), done.stderr
    assert "Traceback" not in done.stderr
