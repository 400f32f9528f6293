"""The runner removes what is its own: never through a link, never through a mount, however a step has left it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from flowdsl.runner import removal

ROOT = Path(__file__).parents[2]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A folder of somebody else."""
    made = tmp_path / "kept"
    (made / "in").mkdir(parents=True)
    (made / "in" / "file").write_text("kept")
    return made


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    made = tmp_path / "ours"
    (made / "a" / "b").mkdir(parents=True)
    (made / "a" / "b" / "file").write_text("gone")
    (made / "file").write_text("gone")
    return made


def test_a_tree_goes(ours: Path) -> None:
    os.mkfifo(ours / "a" / "pipe")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(ours / "a" / "socket"))
    assert removal.remove(ours)
    assert not ours.exists()
    assert removal.remove(ours)


@pytest.mark.parametrize("place", ["", "a", "a/b", "a/b/file"])
def test_a_link_goes_and_what_it_leads_to_stays(ours: Path, kept: Path, place: str) -> None:
    path = ours / place
    removal.remove(path)
    path.symlink_to(kept)
    assert removal.remove(ours)
    assert not os.path.lexists(ours)
    assert (kept / "in" / "file").read_text() == "kept"


def test_a_folder_reached_by_a_link_is_not_emptied(tmp_path: Path, kept: Path) -> None:
    (tmp_path / "link").symlink_to(kept)
    with pytest.raises(NotADirectoryError):
        removal.empty(tmp_path / "link")
    assert (kept / "in" / "file").read_text() == "kept"


def test_what_is_excepted_stays(ours: Path) -> None:
    assert removal.empty(ours, but={"a"})
    assert os.listdir(ours) == ["a"]
    assert (ours / "a" / "b" / "file").exists()
    assert removal.empty(ours)
    assert not os.listdir(ours)


def test_a_tree_of_any_depth_goes(ours: Path) -> None:
    """A step needs a second to make one that is deeper than Python's stack, and than a process may have open files."""
    at = os.open(ours, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=at)
        below = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    assert removal.remove(ours)


AS_USER = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]


def in_namespace(prefix: list[str], code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    if sys.platform != "linux" or subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no namespace can be made here")
    command = [*prefix, sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)


def test_folders_without_rights_go(ours: Path) -> None:
    """As Go's module cache leaves them; root doesn't notice, a user does."""
    os.chmod(ours / "a" / "b", 0)
    os.chmod(ours / "a", 0o500)
    code = "import sys; from flowdsl.runner import removal; print(removal.remove(sys.argv[1]))"
    prefix = AS_USER if os.getuid() == 0 else ["env"]
    assert in_namespace(prefix, code, ours).stdout == "True\n"
    assert not ours.exists()


MOUNTED = """
import os, subprocess, sys
from flowdsl.runner import removal
ours, kept, place = sys.argv[1:]
target = os.path.join(ours, place)
source = os.path.join(kept, "in", "file") if os.path.isfile(target) else kept
subprocess.run(["mount", "--bind", source, target], check=True)
before = open("/proc/self/mountinfo").read()
print(removal.remove(ours), open("/proc/self/mountinfo").read() == before)
"""


@pytest.mark.parametrize("user", [[], ["--user", "--map-root-user"]], ids=["mount", "user"])
@pytest.mark.parametrize("place", ["", "a", "a/b", "a/b/file"])
def test_what_is_mounted_stays(ours: Path, kept: Path, place: str, user: list[str]) -> None:
    """A bind mount has the device of the folder in which it is, and may show the whole machine."""
    done = in_namespace(["unshare", "--mount", *user], MOUNTED, ours, kept, place)
    assert done.stdout == "False True\n"
    assert (kept / "in" / "file").read_text() == "kept"
    # Where nothing is mounted it goes, whatever other namespaces have there.
    assert removal.remove(ours)


def test_where_mounts_cannot_be_told_apart_no_folder_is_entered(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: int) -> str:
        raise OSError("no /proc here")

    monkeypatch.setattr(removal, "mount_of", unknown)
    assert not removal.remove(ours)
    assert (ours / "a" / "b" / "file").exists()


def test_nothing_else_of_the_runner_removes_trees() -> None:
    """One home for it: whoever needs more removes it there."""
    found = [
        f"{path}: {match[0]}"
        for path in sorted((ROOT / "flowdsl" / "runner").rglob("*.py"))
        for match in re.finditer(r"\brmtree\b|\bremovedirs\b|shutil\.move|TemporaryDirectory", path.read_text())
    ]
    assert found == []
