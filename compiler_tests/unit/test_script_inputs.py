"""Parameters of every type, as a script that really runs receives them, on the oldest Python there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from script_support import Container, load, script_of

HEAD = """\
from __future__ import annotations

import dataclasses
import enum
from typing import Dict, List, Literal, NamedTuple, Optional, Tuple, TypedDict

from flowdsl import ConfigMap, Directory, File, Secret, Workspace, task


class Mode(enum.Enum):
    FAST = "fast"
    SLOW = "slow and \\"careful\\""


class Level(enum.Enum):
    LOW = 1
    HIGH = 2


@dataclasses.dataclass
class Size:
    width: int
    mode: Mode

    def __post_init__(self):
        if self.width < 0:
            raise ValueError("width is negative")


@dataclasses.dataclass
class Deep:
    size: Size
    level: Level
    sizes: List[int]
    note: Optional[str] = None


class Point(TypedDict):
    x: int
    y: float


class Pair(NamedTuple):
    left: str
    right: bool


"""


def received(folder: Path, annotation: str, env: dict[str, str], args: tuple[str, ...] = ()) -> str:
    """What a parameter `x` of a type is, in Python's notation; the error line where it is refused."""
    module = load(folder, f'{HEAD}@task(image="i")\ndef f(x: {annotation}) -> None:\n    print(ascii(x), end="")\n')
    script = script_of(module.f).text
    outcome = Container(folder).run(script, env, args)
    if outcome.code:
        assert outcome.log == ""
        assert outcome.errors.count("\n") == 1, outcome.errors
        return f"{outcome.code}: {outcome.errors.strip()}"
    assert outcome.errors == ""
    return outcome.log


NASTY = '\'; rm -rf / #\n$(params.x) """ \\ {x} %s `id` \t é \U0001f600\u2028'


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        ("str", NASTY, ascii(NASTY)),
        ("str", "", "''"),
        ("Optional[str]", "", "None"),
        ("Optional[str]", "x", "'x'"),
        ("int", "-25", "-25"),
        ("int", " 7\n", "7"),
        ("Optional[int]", "", "None"),
        ("Optional[int]", "0", "0"),
        ("float", "1e-3", "0.001"),
        ("float", "-inf", "-inf"),
        ("float", "3", "3.0"),
        ("bool", "true", "True"),
        ("bool", "False\n", "False"),
        ("Optional[bool]", "", "None"),
        ("Literal['a', 'b c']", "b c", "'b c'"),
        ("Literal[1, 2]", "2", "2"),
        ("Optional[Literal[-1]]", "-1\n", "-1"),
        ("Optional[Literal[-1]]", "", "None"),
        ("Mode", 'slow and "careful"', "<Mode.SLOW: 'slow and \"careful\"'>"),
        ("Level", "2", "<Level.HIGH: 2>"),
        ("Optional[Mode]", "", "None"),
        ("dict", '{"a":[1,null,"\\u00e9"]}', "{'a': [1, None, '\\xe9']}"),
        ("Dict[str, int]", "{}", "{}"),
        ("List[List[int]]", "[[1],[]]", "[[1], []]"),
        ("Tuple[int, str]", '[1,"a"]', "(1, 'a')"),
        ("Optional[dict]", "", "None"),
        (
            "Deep",
            '{"size":{"width":3,"mode":"fast"},"level":2,"sizes":[1,2],"note":null}',
            "Deep(size=Size(width=3, mode=<Mode.FAST: 'fast'>), level=<Level.HIGH: 2>, sizes=[1, 2], note=None)",
        ),
    ],
)
def test_a_text_becomes_its_value(tmp_path: Path, annotation: str, text: str, value: str) -> None:
    assert received(tmp_path, annotation, {"PARAM_X": text}) == value


@pytest.mark.parametrize(
    ("annotation", "text", "message"),
    [
        ("int", "", "expected int, got ''"),
        ("int", "1_000", "expected int, got '1_000'"),
        ("int", "1.0", "expected int, got '1.0'"),
        ("int", "\u0664", "expected int, got '\\u0664'"),
        ("float", "fast", "expected float, got 'fast'"),
        ("float", "1_0", "expected float, got '1_0'"),
        ("bool", "yes", "expected true or false, got 'yes'"),
        ("Literal['a', 'b']", "c", "expected one of a, b; got 'c'"),
        ("Literal[1, 2]", "3", "expected one of 1, 2; got '3'"),
        ("Mode", "FAST", "expected one of fast, slow and \"careful\"; got 'FAST'"),
        ("dict", "[]", "expected a JSON object, got []"),
        ("List[List[int]]", "{}", "expected a JSON array, got {}"),
        ("dict", "{", "expected JSON, got '{' (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))"),
        ("Deep", '{"level":1}', None),
        ("Deep", "[]", "expected a JSON object, got []"),
        ("str", None, None),
    ],
)  # fmt: skip
def test_a_wrong_text_is_one_clear_line(tmp_path: Path, annotation: str, text: str | None, message: str | None) -> None:
    got = received(tmp_path, annotation, {} if text is None else {"PARAM_X": text})
    if text is None:
        assert got == "2: flowdsl: f: environment variable PARAM_X is not set"
    elif message is None:
        assert got.startswith("1: flowdsl: f: parameter x: ")
        assert "missing 2 required positional arguments: 'size' and 'sizes'" in got
    else:
        assert got == f"1: flowdsl: f: parameter x: {message}"


def test_an_object_is_one_variable_a_property(tmp_path: Path) -> None:
    assert received(tmp_path, "Size", {"PARAM_X_WIDTH": "3", "PARAM_X_MODE": "fast"}) == (
        "Size(width=3, mode=<Mode.FAST: 'fast'>)"
    )
    assert received(tmp_path, "Point", {"PARAM_X_X": "3", "PARAM_X_Y": "2"}) == "{'x': 3, 'y': 2.0}"
    assert received(tmp_path, "Pair", {"PARAM_X_LEFT": "a", "PARAM_X_RIGHT": "true"}) == "Pair(left='a', right=True)"
    # Tekton takes no string for an object, and None is the empty string: what may be None is JSON.
    assert received(tmp_path, "Optional[Point]", {"PARAM_X": ""}) == "None"
    assert received(tmp_path, "Optional[Point]", {"PARAM_X": '{"x":3,"y":2.0}'}) == "{'x': 3, 'y': 2.0}"
    assert received(tmp_path, "Optional[Size]", {"PARAM_X": '{"width":3,"mode":"fast"}'}) == (
        "Size(width=3, mode=<Mode.FAST: 'fast'>)"
    )
    assert received(tmp_path, "Size", {"PARAM_X_WIDTH": "w", "PARAM_X_MODE": "fast"}) == (
        "1: flowdsl: f: parameter x.width: expected int, got 'w'"
    )
    assert received(tmp_path, "Size", {"PARAM_X_WIDTH": "-1", "PARAM_X_MODE": "fast"}) == (
        "1: flowdsl: f: parameter x: width is negative"
    )


MARK = "--flowdsl-array=x"


@pytest.mark.parametrize(
    ("annotation", "args", "value"),
    [
        ("List[str]", (MARK, "a", "", NASTY), ascii(["a", "", NASTY])),
        ("List[str]", (MARK,), "[]"),
        ("List[str]", (MARK, MARK, "--flowdsl-array=y"), ascii([MARK, "--flowdsl-array=y"])),
        ("List[int]", (MARK, "1", "-2"), "[1, -2]"),
        ("List[Mode]", (MARK, "fast"), "[<Mode.FAST: 'fast'>]"),
        ("List[Literal['a']]", (MARK, "a", "a"), "['a', 'a']"),
        ("List[Literal[3, 4]]", (MARK, "3", "4"), "[3, 4]"),
        ("Tuple[float, ...]", (MARK, "1"), "(1.0,)"),
        ("List[Dict[str, int]]", (MARK, '{"a":1}', "{}"), "[{'a': 1}, {}]"),
        ("List[Dict[str, int]]", (MARK, "{}", "1"), "1: flowdsl: f: parameter x[1]: expected a JSON object, got 1"),
        ("Optional[List[str]]", (MARK,), "None"),
        ("Optional[List[str]]", (MARK, "a"), "['a']"),
        ("List[int]", (MARK, "1", "b"), "1: flowdsl: f: parameter x[1]: expected int, got 'b'"),
        ("List[int]", (), f"2: flowdsl: f: the arguments must start with {MARK}"),
        ("List[int]", ("1",), f"2: flowdsl: f: the arguments must start with {MARK}"),
    ],
)
def test_an_array_arrives_as_arguments(tmp_path: Path, annotation: str, args: tuple[str, ...], value: str) -> None:
    assert received(tmp_path, annotation, {}, args) == value


@pytest.mark.parametrize(
    ("args", "value"),
    [
        (("A", "1", "B", "2", "C"), "['1'] ['2'] []"),
        (("A", "B", "C"), "[] [] []"),
        (("A", "A", "B", "C", "x", "A"), "['A'] [] ['x', 'A']"),
        (("A", "B", "B", "C"), "B"),
        (("A", "C", "B", "C"), "C"),
        (("A", "C", "B"), "C"),
        (("A", "B"), "C"),
    ],
)
def test_several_arrays_are_told_apart_or_refused(tmp_path: Path, args: tuple[str, ...], value: str) -> None:
    marks = {name: f"--flowdsl-array={name.lower()}" for name in "ABC"}
    module = load(
        tmp_path,
        'from flowdsl import task\n@task(image="i")\ndef f(a: list[str], b: list[str], c: list[str]) -> None:\n'
        '    print(a, b, c, end="")\n',
    )
    outcome = Container(tmp_path).run(script_of(module.f).text, {}, [marks.get(item, item) for item in args])
    if value in marks:
        assert (outcome.code, outcome.errors) == (
            2,
            f"flowdsl: f: the arguments must hold {marks[value]} once, after the arrays before it; no value may equal it\n",
        )
    else:
        for name, mark in marks.items():
            value = value.replace(f"'{name}'", f"'{mark}'")
        assert outcome.log == value


@pytest.fixture
def mount(tmp_path: Path) -> Path:
    folder = tmp_path / "mount"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "a file.txt").write_text("content", encoding="utf-8")
    (tmp_path / "outside.txt").write_text("secret", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("annotation", "text", "expected"),
    [
        ("File", "deep/a file.txt", "PosixPath('{mount}/deep/a file.txt')"),
        ("Optional[File]", "", "None"),
        ("Directory", "deep/er", "PosixPath('{mount}/deep/er')"),
        ("Directory", ".", "PosixPath('{mount}')"),
        ("File", "", "no path was given"),
        ("File", "../outside.txt", "the path '../outside.txt' leaves its workspace"),
        ("File", "deep/../../outside.txt", "the path 'deep/../../outside.txt' leaves its workspace"),
        ("File", "/etc/passwd", "the path '/etc/passwd' leaves its workspace"),
        ("File", "none.txt", "{mount}/none.txt does not exist"),
        ("File", "deep", "{mount}/deep is not a file"),
        ("Directory", "deep/a file.txt", "{mount}/deep/a file.txt is a file, not a folder"),
        ("Optional[File]", "none.txt", "{mount}/none.txt does not exist"),
    ],
)
def test_a_file_is_a_path_below_its_mount(
    tmp_path: Path, mount: Path, annotation: str, text: str, expected: str
) -> None:
    got = received(tmp_path, annotation, {"PARAM_X": text, "PARAM_X_DIR": str(mount)})
    expected = expected.format(mount=mount)
    assert got == (expected if expected.startswith(("Posix", "None")) else f"1: flowdsl: f: parameter x: {expected}")


@pytest.mark.parametrize(
    ("annotation", "texts", "expected"),
    [
        ("List[File]", ("deep/a file.txt",), "[PosixPath('{mount}/deep/a file.txt')]"),
        ("List[File]", (), "[]"),
        ("Tuple[Directory, ...]", (".", "deep/er"), "(PosixPath('{mount}'), PosixPath('{mount}/deep/er'))"),
        ("List[File]", ("deep/a file.txt", ""), "[1]: no path was given"),
        ("List[File]", ("../outside.txt",), "[0]: the path '../outside.txt' leaves its workspace"),
        ("List[File]", ("deep",), "[0]: {mount}/deep is not a file"),
    ],
)
def test_each_of_a_list_of_files_is_a_path_below_its_mount(
    tmp_path: Path, mount: Path, annotation: str, texts: tuple[str, ...], expected: str
) -> None:
    got = received(tmp_path, annotation, {"PARAM_X_DIR": str(mount)}, (MARK, *texts))
    expected = expected.format(mount=mount)
    assert got == (f"1: flowdsl: f: parameter x{expected}" if ": " in expected else expected)


@pytest.mark.parametrize(
    ("annotation", "env", "expected"),
    [
        ("Workspace", {"PARAM_X": "/workspace/x"}, "PosixPath('/workspace/x')"),
        ("Workspace", {"PARAM_X": ""}, "1: flowdsl: f: parameter x: the workspace is not bound"),
        ("Optional[Workspace]", {"PARAM_X": "/w", "PARAM_X_BOUND": "true"}, "PosixPath('/w')"),
        ("Optional[Workspace]", {"PARAM_X": "/w", "PARAM_X_BOUND": "false"}, "None"),
        ("Optional[Workspace]", {"PARAM_X": "", "PARAM_X_BOUND": "true"}, "None"),
        ("Workspace = Workspace(optional=True)", {"PARAM_X": "", "PARAM_X_BOUND": "false"}, "None"),
        ("Secret = Secret('s', key='k')", {"PARAM_X": " p$w\n"}, "' p$w\\n'"),
        ("Secret = Secret('s', key='k')", {}, "2: flowdsl: f: environment variable PARAM_X is not set"),
        ("Secret = Secret('s', key='k', optional=True)", {}, "None"),
        ("ConfigMap = ConfigMap('s', key='k')", {"PARAM_X": "v"}, "'v'"),
    ],
)
def test_workspaces_and_secrets(tmp_path: Path, annotation: str, env: dict[str, str], expected: str) -> None:
    assert received(tmp_path, annotation, env) == expected


def test_the_locale_does_not_matter(tmp_path: Path) -> None:
    env: dict[str, Any] = {"PARAM_X": "é\U0001f600", "LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    assert received(tmp_path, "str", env) == "'\\xe9\\U0001f600'"
    assert received(tmp_path, "List[str]", env, (MARK, "ü")) == "['\\xfc']"


def test_names_that_python_and_the_environment_write_differently(tmp_path: Path) -> None:
    module = load(
        tmp_path,
        'from flowdsl import task\n@task(image="i")\ndef f(with_: str, /, n2: str, *, inPut: str) -> None:\n'
        "    print(with_, n2, inPut)\n",
    )
    outcome = Container(tmp_path).run(
        script_of(module.f).text, {"PARAM_WITH_": "a", "PARAM_N2": "b", "PARAM_INPUT": "c"}
    )
    assert outcome.log == "a b c\n"
