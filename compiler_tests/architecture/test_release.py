"""What a release is held to, on trees made for it; and that the changes that wait for one can be told."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TYPES = {"security", "removed", "deprecated", "changed", "added", "fixed"}


@pytest.fixture(scope="module")
def release() -> ModuleType:
    spec = importlib.util.spec_from_file_location("flowdsl_release", ROOT / ".ci" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "flowdsl").mkdir()
    (tmp_path / "flowdsl" / "__init__.py").write_text('"""d"""\n__version__ = "1.2.3"\n')
    (tmp_path / "changelog.d").mkdir()
    (tmp_path / "changelog.d" / "README.md").write_text("# about\n")
    (tmp_path / "CHANGELOG.md").write_text("# C\n\n## 1.2.3 (2027-01-01)\n\n- new\n\n## 1.2.2 (2026-01-01)\n\n- old\n")
    return tmp_path


def test_a_tree_that_is_the_release(release: ModuleType, tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release.main(tree, ["notes", "v1.2.3"])
    assert capsys.readouterr().out == "- new\n"


@pytest.mark.parametrize("tag", ["1.2.3", "v1.2", "v1.2.3; rm -rf /", "v1.2.3\n", "vv1.2.3", ""])
def test_what_is_no_tag(release: ModuleType, tree: Path, tag: str) -> None:
    assert "is no release" in next(release.problems(tree, tag))


def test_each_thing_that_keeps_a_release_back_is_told(
    release: ModuleType, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "changelog.d" / "+x.fixed.md").write_text("x\n")
    with pytest.raises(SystemExit) as ended:
        release.main(tree, ["check", "v2.0.0"])
    assert ended.value.code == 1
    told = capsys.readouterr().err
    assert "says version 1.2.3, the tag says 2.0.0" in told
    assert "has no section for 2.0.0" in told
    assert "still has 1 changes (+x.fixed.md" in told


def test_the_next_section_can_be_written(release: ModuleType, tree: Path) -> None:
    pytest.importorskip("towncrier", reason="towncrier is not installed (flowdsl[dev])")
    (tree / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    (tree / "CHANGELOG.md").write_bytes((ROOT / "CHANGELOG.md").read_bytes())
    waiting = [path for path in (ROOT / "changelog.d").glob("*.md") if path.name != "README.md"]
    for path in waiting:
        (tree / "changelog.d" / path.name).write_bytes(path.read_bytes())
    release.main(tree, ["prepare", "9.8.7"])
    assert release.version(tree) == "9.8.7"
    assert list(release.problems(tree, "v9.8.7")) == []
    section = release.notes(tree, "9.8.7")
    # A release without changes would be one that nobody needs; every other has its lines, whole.
    assert section.count("\n- ") + section.startswith("- ") == len(waiting) or not waiting


def test_fragments_have_types_that_are_told() -> None:
    names = [path.name for path in (ROOT / "changelog.d").iterdir() if path.name != "README.md"]
    assert {name for name in names if name.split(".")[1:] not in [[kind, "md"] for kind in TYPES]} == set()


def test_the_workflows_call_what_is_here() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        jobs = yaml.safe_load(path.read_text())["jobs"]
        runs = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
        files = {word for run in runs for word in run.split() if word.startswith(".ci/")}
        assert runs
        assert {name for name in files if not (ROOT / name).exists()} == set()
