"""What `packages=` asks for, from a list, a requirements.txt, a pyproject.toml and a uv.lock; and the lock file itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flowdsl import Build, Secret, task
from flowdsl.diagnostics import Collector, Location
from flowdsl.packages.lockfile import DamagedError, Pin, Resolution, read_lines, read_lock, read_target, write_lock
from flowdsl.packages.requirements import Wanted, read_wanted
from flowdsl.packages.targets import Target, image_target, platform_tags
from flowdsl.packages.tools import tail

PLACES_OF_ONE = {"requirements.txt": Location("mine.py", 1)}
IMAGE = {"packages_image": "example.com/a"}
HASH = "sha256:" + "ab" * 32
FILES = {
    "requirements.txt": "# of the model\n-r base.txt\nTorch >=2,\\\n    !=2.1.0  # broken\n",
    "base.txt": "alpha_One==1.*\n",
    "pyproject.toml": """
[project]
name = "mine"
dependencies = ["alpha.one==1.*", "torch>=2,!=2.1.0"]
[project.optional-dependencies]
gpu = ["alpha-one==1.*", "torch!=2.1.0,>=2"]
[dependency-groups]
base = ["Alpha-One==1.*"]
train = [{include-group = "base"}, "torch>=2, !=2.1.0"]
circle = [{include-group = "circle"}]
""",
    "uv.lock": """
version = 1
requires-python = ">=3.10"
[[package]]
name = "alpha-one"
version = "1.4"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "torch"
version = "2.5"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "torch"
version = "2.5+cpu"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "mine"
version = "0"
source = { editable = "." }
""",
}
SAME = ("alpha-one==1.*", "torch!=2.1.0,>=2")


def read(folder: Path, *items: str) -> tuple[Wanted | None, Collector]:
    for name, text in FILES.items():
        (folder / name).write_text(text)
    collector = Collector()
    show = lambda path: str(path.relative_to(folder))  # noqa: E731
    return read_wanted(items, folder, {each: Location("mine.py", 7) for each in items}, collector, show), collector


@pytest.mark.parametrize(
    "items",
    [
        ("torch >= 2, != 2.1.0", "Alpha_One==1.*"),
        ("requirements.txt",),
        ("pyproject.toml",),
        ("pyproject.toml:GPU",),
        ("pyproject.toml:train",),
        ("pyproject.toml:base", "torch!=2.1.0,>=2"),
    ],
)
def test_the_same_however_it_is_written(tmp_path: Path, items: tuple[str, ...]) -> None:
    wanted, collector = read(tmp_path, *items)
    assert list(collector) == []
    assert wanted == Wanted(SAME)


def test_a_uv_lock_holds_the_versions_that_it_has_once(tmp_path: Path) -> None:
    wanted, _ = read(tmp_path, "uv.lock:train")
    assert wanted == Wanted(SAME, ("alpha-one==1.4",))
    assert wanted.digest
    assert wanted.digest != Wanted(SAME, ("alpha-one==1.5",)).digest


@pytest.mark.parametrize(
    ("item", "said", "place"),
    [
        ("numpy=2", "not a valid requirement", "mine.py:7"),
        ("", "not a valid requirement", "mine.py:7"),
        ("mine @ https://user:word@example.com/mine-1-py3-none-any.whl", "by URL", "mine.py:7"),
        ("none.txt", "can't be read", "mine.py:7"),
        ("requirements.txt:train", "names a group", "mine.py:7"),
        ("pyproject.toml:trian", "no group 'trian'", "mine.py:7"),
        ("pyproject.toml:circle", "includes itself", "mine.py:7"),
        ("options.txt", "'--index-url' is an option of pip", "options.txt:2"),
        ("wrong.txt", "'a b' is not a valid requirement", "wrong.txt:3"),
        ("circle.txt", "without end", "circle.txt:1"),
        ("none/uv.lock:train", "none/uv.lock: there is no such file", "mine.py:7"),
        ("uv.lock:trian", "pyproject.toml: it has no group 'trian'", "mine.py:7"),
        ("poetry.lock", "poetry.lock: it is no lock file of uv's", "mine.py:7"),
        ("pipe.txt", "a folder", "mine.py:7"),
    ],
)
def test_what_can_not_be_read_is_told_at_its_line(tmp_path: Path, item: str, said: str, place: str) -> None:
    (tmp_path / "options.txt").write_text("numpy\n--index-url https://user:word@example.com/simple\n")
    (tmp_path / "wrong.txt").write_text("numpy\n\na b\n")
    (tmp_path / "circle.txt").write_text("-r circle.txt\n")
    (tmp_path / "pipe.txt").mkdir()
    (tmp_path / "poetry.lock").write_text('[[package]]\nname = "numpy"\nversion = "2.1"\n')
    wanted, collector = read(tmp_path, item)
    assert wanted is None
    (found,) = collector
    assert (found.code, str(found.location)) == ("FLOW085", place)
    assert said in found.message
    assert "user:word" not in found.message
    assert found.hint


def test_what_a_marker_compares_with_is_printable(tmp_path: Path) -> None:
    wanted, collector = read(tmp_path, 'torch; os_name != "\x1b[31m"')
    assert wanted is None
    assert [each.code for each in collector] == ["FLOW085"]


def test_spaces_between_the_words_of_a_requirement_may_be_tabs(tmp_path: Path) -> None:
    assert read(tmp_path, "torch\t>= 2,\t!=2.1.0", "alpha_One ==1.*\n")[0] == Wanted(SAME)


@pytest.mark.parametrize("how", ["absolute", "above", "link"])
def test_files_outside_of_the_project_are_not_followed(tmp_path: Path, how: str) -> None:
    """Their lines would be told: `-r /etc/shadow`."""
    secret = tmp_path / "outside" / "secret.txt"
    project = tmp_path / "project" / "deep"
    for each in (secret.parent, project):
        each.mkdir(parents=True)
    secret.write_text("root:S3cret-hash\n")
    (project.parent / "pyproject.toml").write_text("[project]\nname = 'mine'\n")
    (project.parent / "base.txt").write_text("alpha\n")
    named = {"absolute": str(secret), "above": "../../outside/secret.txt", "link": "linked.txt"}[how]
    (project / "linked.txt").symlink_to(secret)
    (project / "requirements.txt").write_text(f"-r ../base.txt\n-r {named}\n")
    collector = Collector()
    assert read_wanted(["requirements.txt"], project, PLACES_OF_ONE, collector) is None
    ((code, said),) = [(each.code, f"{each.message} {each.location}") for each in collector.items]
    assert (code, "lies outside the project" in said, said.endswith("requirements.txt:2")) == ("FLOW085", True, True)
    assert "S3cret" not in said


def test_a_file_that_is_named_above_the_project_may_name_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "all.txt").write_text("-r base.txt\n")
    (tmp_path / "shared" / "base.txt").write_text("alpha\n")
    (tmp_path / "mine").mkdir()
    item = "../shared/all.txt"
    found = read_wanted([item], tmp_path / "mine", {item: Location("mine.py", 1)}, Collector())
    assert found is not None
    assert found.requirements == ("alpha",)


@pytest.mark.parametrize("times", [2, 12])
def test_a_file_is_read_once_however_many_name_it(tmp_path: Path, times: int) -> None:
    """Else eight files of twelve lines each would be read twelve times twelve times twelve…"""
    for number in range(8):
        (tmp_path / f"r{number}.txt").write_text(f"-r r{number + 1}.txt\n" * times)
    (tmp_path / "r8.txt").write_text("torch>=2,!=2.1.0\nalpha-one==1.*\n")
    assert read(tmp_path, "r0.txt")[0] == Wanted(SAME)


def groups(count: int, times: int) -> str:
    """Groups of which each includes the next."""
    lines = ["[dependency-groups]", f'g{count} = ["torch>=2,!=2.1.0", "alpha-one==1.*"]']
    for number in range(count):
        include = f"{{include-group = 'g{number + 1}'}}"
        lines.append(f"g{number} = [{', '.join([include] * times)}]")
    return "\n".join(lines)


def test_a_group_is_gone_through_once_however_many_include_it(tmp_path: Path) -> None:
    (tmp_path / "groups").mkdir()
    (tmp_path / "groups/pyproject.toml").write_text(groups(30, 3))
    assert read(tmp_path, "groups/pyproject.toml:g0")[0] == Wanted(SAME)


def test_groups_are_included_as_deep_as_people_do_it(tmp_path: Path) -> None:
    (tmp_path / "groups").mkdir()
    (tmp_path / "groups/pyproject.toml").write_text(groups(3000, 1))
    wanted, collector = read(tmp_path, "groups/pyproject.toml:g0")
    assert wanted is None
    assert "too deep" in next(each.message for each in collector)


def test_long_lines_are_read_at_once(tmp_path: Path) -> None:
    """Each of these took a minute and more: every character of a run was tried as its beginning."""
    (tmp_path / "long.txt").write_text("torch>=2,!=2.1.0" + " " * 500_000 + "# a comment\nalpha-one==1.*\n")
    assert read(tmp_path, "long.txt")[0] == Wanted(SAME)
    with pytest.raises(DamagedError):
        read_lines("=" * 500_000)


@pytest.mark.parametrize("url", ["https://me:p@ss@wheels.example/simple", "https://token@wheels.example/simple"])
def test_what_a_program_said_has_no_credentials(url: str) -> None:
    assert tail(f"looking in {url}\n") == "looking in https://***@wheels.example/simple"


def resolution(**changed: object) -> Resolution:
    given: dict[str, object] = {
        "requirements": ('torch; extra == "gpu"', "numpy"),
        "target": Target("3.12", "linux_x86_64"),
        "pins": (Pin("numpy", "2.1.3", (HASH,)),),
    }
    return Resolution(**{**given, **changed})  # type: ignore[arg-type]


def test_a_lock_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    other = resolution(target=Target("3.11", "macosx_arm64"), constraints="c" * 64)
    text = write_lock("mine.py", [resolution(), other, resolution()])
    assert text == write_lock("mine.py", [other, resolution()])
    (tmp_path / "mine.lock").write_text(text)
    assert read_lock(tmp_path / "mine.lock") == (other, resolution())
    assert read_lock(tmp_path / "none.lock") is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version = 1", "version = 2"),
        ("version = 1", "<<<<<<< HEAD\nversion = 1"),
        (HASH, "sha256:abc"),
        (f'"{HASH}"', ""),
        ('name = "numpy"', 'name = "--index-url=https://example.com"'),
        ('"2.1.3"', '"2.1.3 --extra-index-url=https://example.com"'),
        ('"3.12"', '"3.12/../.."'),
        ('"linux_x86_64"', '"linux_x86_64\\""'),
        ("requirements = [", "requirements = 5\nmore = ["),
        ("[[resolution]]", "[resolution]"),
    ],
)
def test_what_flowdsl_would_not_have_written_is_refused(tmp_path: Path, old: str, new: str) -> None:
    text = write_lock("mine.py", [resolution()])
    assert old in text
    (tmp_path / "mine.lock").write_text(text.replace(old, new))
    with pytest.raises(DamagedError):
        read_lock(tmp_path / "mine.lock")


def test_lines_for_pip_are_pins_alone() -> None:
    assert read_lines(resolution().text) == resolution().pins
    for line in ("numpy", "-r /etc/passwd", "numpy==1", f"a==1 --hash={HASH} --index-url=https://example.com", "-e ."):
        with pytest.raises(DamagedError):
            read_lines(f"{resolution().text}{line}\n")
    with pytest.raises(DamagedError):
        read_target("2.7", "linux_x86_64")


def test_the_key_is_of_what_is_installed_and_where() -> None:
    assert resolution().key == resolution(requirements=("numpy>=2",)).key
    keys = {
        resolution().key,
        resolution(target=Target("3.13", "linux_x86_64")).key,
        resolution(pins=(Pin("numpy", "2.1.4", (HASH,)),)).key,
    }
    assert len(keys) == 3


def test_images_have_the_platform_that_their_name_and_node_say() -> None:
    assert image_target("python:3.12-slim", (3, 12)) == Target("3.12", "linux_x86_64")
    assert image_target("python:3.12-alpine", (3, 12), "arm64") == Target("3.12", "musllinux_aarch64")
    pinned = f"reg.example:5000/python:3.12-alpine@sha256:{'0' * 64}"
    assert image_target(pinned, (3, 12)) == Target("3.12", "musllinux_x86_64")
    assert image_target("alpine.example/some/python:3.12", (3, 12)) == Target("3.12", "linux_x86_64")
    assert "manylinux2014_aarch64" in platform_tags(Target("3.12", "linux_aarch64"))
    assert platform_tags(Target("3.12", "musllinux_x86_64"))[0] == "musllinux_1_2_x86_64"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"packages_cache": "packages"}, "packages_cache= is given, and packages= is not"),
        ({"packages_image": "example.com/a"}, "packages_image= is given, and packages= is not"),
        (
            {"packages_image": "example.com/a:1", "packages": "a"},
            "packages_image='example.com/a:1' is not a repository",
        ),
        ({"packages_image": "a b/c", "packages": "a"}, "packages_image='a b/c' is not a repository"),
        (
            {"packages_image": "example.com/a", "packages": "a", "image": "a;b"},
            "image='a;b' is nothing to build on",
        ),
        ({"apt": ["ffmpeg"]}, "apt= is given, and packages_image= is not"),
        ({**IMAGE, "apt": ["ffmpeg; reboot"]}, "apt='ffmpeg; reboot' is no package of Debian"),
        ({**IMAGE, "apt": ["-o=x"]}, "apt='-o=x' is no package of Debian"),
        (
            {**IMAGE, "apt": ["ffmpeg"], "image": "python:3.12-alpine"},
            "apt= is given, and 'python:3.12-alpine' has no apt-get",
        ),
        ({**IMAGE, "apt": ["x11"], "python": "$(params.x)"}, "python='$(params.x)' is no interpreter to build with"),
        ({"packages_image": Build("a b"), "apt": ["x11"]}, "packages_image='a b' is not a repository"),
        (
            {"packages_image": Build("example.com/a", credentials=Secret("push", "key")), "apt": ["x11"]},
            "credentials= of Build is a key of a Secret",
        ),
        ({"packages_image": Build("example.com/a", image=""), "apt": ["x11"]}, "image='' of Build has no buildah"),
    ],
)
def test_options_that_do_not_go_together_are_told(options: dict[str, Any], said: str) -> None:
    @task(**{"image": "python:3.12-slim", **options})
    def train() -> None:
        print(1)

    assert [(each.code, each.message) for each in train.problems.items] == [("FLOW002", said)]
