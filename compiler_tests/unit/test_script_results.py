"""Results of every type, written by scripts that really run: the text Tekton reads, and what is refused before it."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest
from script_support import Container, Outcome, load, script_of

HEAD = """\
from __future__ import annotations

import dataclasses
import enum
import os
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Literal, NamedTuple, Optional, TypedDict

from flowdsl import Directory, File, task


class Mode(enum.Enum):
    FAST = "fast"
    SLOW = "slow"


@dataclasses.dataclass
class Size:
    width: int
    mode: Mode


class Point(TypedDict):
    x: int
    y: float


class Pair(NamedTuple):
    left: str
    right: bool


class Deep(NamedTuple):
    value: dict


"""


def returned(folder: Path, annotation: str, body: str, results: tuple[str, ...] = ("RESULT_RESULT",)) -> Outcome:
    """What a task of this return annotation and body leaves behind."""
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    module = load(folder, f'{HEAD}@task(image="i", name="my-task")\ndef f() -> {annotation}:\n{lines}')
    env = {"FLOWDSL_OUTPUT_ROOT": str(folder / "volume"), "FLOWDSL_OUTPUT_DIR": str(folder / "volume" / "run-1")}
    return Container(folder).run(script_of(module.f).text, env, results=results)


@pytest.mark.parametrize(
    ("annotation", "value", "text"),
    [
        ("str", "'a\\nb\\r\\n\\té\\u2028'", "a\nb\r\n\té\u2028"),
        ("str", "''", ""),
        ("Optional[str]", "None", ""),
        ("int", "-5", "-5"),
        ("float", "0.1", "0.1"),
        ("float", "3", "3.0"),
        ("float", "float('nan')", "nan"),
        ("Optional[float]", "None", ""),
        ("bool", "True", "true"),
        ("bool", "False", "false"),
        ("Literal['a', 'b']", "'b'", "b"),
        ("Mode", "Mode.SLOW", "slow"),
        ("List[str]", "['a', '', 'é\"']", '["a","","é\\""]'),
        ("List[int]", "(1, 2)", '["1","2"]'),
        ("List[Mode]", "[Mode.FAST]", '["fast"]'),
        ("List[bool]", "[]", "[]"),
        ("Point", "{'x': 1, 'y': 2, 'z': 3}", '{"x":"1","y":"2.0"}'),
        ("dict", "{'b': 1, 'a': [None, 'é', {'x': 1.5}]}", '{"b":1,"a":[null,"é",{"x":1.5}]}'),
        ("Dict[str, Any]", "{'size': Size(1, Mode.FAST), 'pair': Pair('a', True), Mode.SLOW: (1,)}",
         '{"size":{"width":1,"mode":"fast"},"pair":{"left":"a","right":true},"slow":[1]}'),
        ("List[List[int]]", "[[1], []]", "[[1],[]]"),
        ("None", "None", None),
    ],
)  # fmt: skip
def test_a_value_becomes_its_text(tmp_path: Path, annotation: str, value: str, text: str | None) -> None:
    outcome = returned(tmp_path, annotation, f"return {value}")
    assert (outcome.code, outcome.errors) == (0, "")
    assert outcome.results == ({} if text is None else {"RESULT_RESULT": text})


def test_a_field_is_a_result_each(tmp_path: Path) -> None:
    names = ("RESULT_LEFT", "RESULT_RIGHT")
    assert returned(tmp_path, "Pair", "return Pair('a', True)", names).results == {
        "RESULT_LEFT": "a", "RESULT_RIGHT": "true",
    }  # fmt: skip
    assert returned(tmp_path, "Size", "return Size(3, Mode.FAST)", ("RESULT_WIDTH", "RESULT_MODE")).results == {
        "RESULT_WIDTH": "3", "RESULT_MODE": "fast",
    }  # fmt: skip
    assert returned(tmp_path, "Pair", "return {'left': 'l', 'right': False}", names).results == {
        "RESULT_LEFT": "l", "RESULT_RIGHT": "false",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("annotation", "value", "message"),
    [
        ("str", "1", "result result: expected str, got int 1"),
        ("str", "None", "result result: expected str, got NoneType None"),
        ("str", "b'x'", "result result: expected str, got bytes b'x'"),
        ("int", "1.5", "result result: expected int, got float 1.5"),
        ("int", "True", "result result: expected int, got bool True"),
        ("float", "'1'", "result result: expected float, got str '1'"),
        ("bool", "1", "result result: expected bool, got int 1"),
        ("Mode", "'fastest'", "result result: expected one of fast, slow, got str 'fastest'"),
        ("List[int]", "[1, 'a']", "result result[1]: expected int, got str 'a'"),
        ("List[str]", "'abc'", "result result: expected list, got str 'abc'"),
        ("Point", "{'x': 1}", "result result: expected a value with a field y, got dict {'x': 1}"),
        ("Point", "{'x': 1, 'y': 'a'}", "result result.y: expected float, got str 'a'"),
        ("dict", "{'a': {1}}", "can't be written as JSON: Object of type set is not JSON serializable"),
        ("str", "'\\ud800'", "result result: the text is not valid Unicode: '\\ud800'"),
        ("Pair", "('a', True)", "result left: expected a value with a field left, got tuple ('a', True)"),
        ("Pair", "Pair('a', 'yes')", "result right: expected bool, got str 'yes'"),
        ("File", "None", "result result: expected the path of a file, got NoneType None"),
        ("File", "'none.txt'", "volume/run-1/none.txt does not exist; the task must write it before it returns its path"),
        ("File", "'.'", "result result: expected the path of a file, got str '.'"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_one_clear_line(tmp_path: Path, annotation: str, value: str, message: str) -> None:
    outcome = returned(tmp_path, annotation, f"return {value}", ("RESULT_RESULT", "RESULT_LEFT", "RESULT_RIGHT"))
    assert outcome.code == 1
    assert outcome.errors.startswith("flowdsl: my-task: result ")
    assert outcome.errors.endswith(f"{message}\n")
    assert outcome.errors.count("\n") == 1
    assert outcome.results == {}


def test_a_number_of_another_library_is_a_number(tmp_path: Path) -> None:
    body = "from fractions import Fraction\nreturn Fraction(1, 4)"
    assert returned(tmp_path, "float", body).results == {"RESULT_RESULT": "0.25"}


def test_results_that_tekton_could_not_carry(tmp_path: Path) -> None:
    outcome = returned(tmp_path, "Pair", "return Pair('é<' * 600, True)", ("RESULT_LEFT", "RESULT_RIGHT"))
    assert outcome.code == 1
    left = len(json.dumps({"key": "left", "value": "", "type": 1}, separators=(",", ":"))) + 1 + 600 * (2 + 6)
    total = 128 + left + 40
    assert outcome.errors == (
        f"flowdsl: my-task: the results take {total} bytes and Tekton carries 4096 of one step: "
        f"Tekton's own 128, left {left}, right 40; return large data as a File\n"
    )
    assert outcome.results == {}


def test_as_much_as_fits_is_written(tmp_path: Path) -> None:
    overhead = 128 + len('{"key":"result","value":"","type":1},')
    fits = returned(tmp_path, "str", f"return 'x' * {4096 - overhead}")
    assert (fits.code, len(fits.results["RESULT_RESULT"])) == (0, 4096 - overhead)
    assert returned(tmp_path, "str", f"return 'x' * {4097 - overhead}").code == 1


def test_a_larger_limit_can_be_set(tmp_path: Path) -> None:
    module = load(tmp_path, HEAD + '@task(image="i")\ndef f() -> str:\n    return "x" * 5000\n')
    script = script_of(module.f, result_limit=10000).text
    assert len(Container(tmp_path).run(script, results=["RESULT_RESULT"]).results["RESULT_RESULT"]) == 5000


def test_the_working_folder_is_the_tasks_own(tmp_path: Path) -> None:
    outcome = returned(tmp_path, "File", "Path('out.txt').write_text('x')\nprint(os.getcwd())\nreturn Path('out.txt')")
    assert outcome.log == f"{tmp_path}/volume/run-1\n"
    assert outcome.results == {"RESULT_RESULT": "run-1/out.txt"}
    assert (tmp_path / "volume/run-1/out.txt").read_text(encoding="utf-8") == "x"


def test_a_file_made_elsewhere_is_copied_in(tmp_path: Path) -> None:
    body = (
        "folder = tempfile.mkdtemp(dir=os.environ['FLOWDSL_OUTPUT_ROOT'] + '/..')\npath = Path(folder) / 'a b.bin'\n"
        "path.write_bytes(b'\\0x')\nos.chmod(path, 0o400)\nprint(path)\nreturn path"
    )
    outcome = returned(tmp_path, "File", body)
    assert outcome.results == {"RESULT_RESULT": "run-1/result/a b.bin"}
    copy = tmp_path / "volume/run-1/result/a b.bin"
    assert copy.read_bytes() == b"\0x"
    assert stat.S_IMODE(copy.stat().st_mode) & stat.S_IWUSR  # contents only, not the mode
    assert Path(outcome.log.strip()).exists()


def test_a_folder_made_elsewhere_is_copied_in_and_replaces_an_earlier_try(tmp_path: Path) -> None:
    old = tmp_path / "volume/run-1/result/tree/old.txt"
    old.parent.mkdir(parents=True)
    old.write_text("old", encoding="utf-8")
    outcome = returned(
        tmp_path,
        "Directory",
        "tree = Path(os.environ['FLOWDSL_OUTPUT_ROOT']).parent / 'tree'\n(tree / 'in').mkdir(parents=True)\n"
        "(tree / 'in' / 'x').write_text('1')\nreturn tree",
    )
    assert outcome.results == {"RESULT_RESULT": "run-1/result/tree"}
    assert (tmp_path / "volume/run-1/result/tree/in/x").read_text(encoding="utf-8") == "1"
    assert not old.exists()


def test_a_link_to_the_outside_is_followed(tmp_path: Path) -> None:
    body = (
        "outside = Path(os.environ['FLOWDSL_OUTPUT_ROOT']).parent / 'real.txt'\noutside.write_text('real')\n"
        "os.symlink(outside, 'link.txt')\nreturn Path('link.txt')"
    )
    outcome = returned(tmp_path, "File", body)
    assert outcome.results == {"RESULT_RESULT": "run-1/result/link.txt"}
    copy = tmp_path / "volume/run-1/result/link.txt"
    assert not copy.is_symlink()
    assert copy.read_text(encoding="utf-8") == "real"


def test_the_own_folder_and_optional_files(tmp_path: Path) -> None:
    assert returned(tmp_path, "Directory", "return Path('.')").results == {"RESULT_RESULT": "run-1"}
    assert returned(tmp_path, "Optional[File]", "return None").results == {"RESULT_RESULT": ""}
    assert returned(tmp_path, "File", "Path('x').touch()\nreturn 'x'").results == {"RESULT_RESULT": "run-1/x"}


def test_a_folder_around_the_own_is_refused(tmp_path: Path) -> None:
    outcome = returned(tmp_path, "Directory", "return Path('..')")
    assert outcome.code == 1
    assert outcome.errors == (
        f"flowdsl: my-task: result result: the folder {tmp_path}/volume holds the task's own output folder\n"
    )


def test_a_change_of_folder_in_the_body_does_not_move_the_result(tmp_path: Path) -> None:
    body = "os.mkdir('sub')\nos.chdir('sub')\nPath('x').touch()\nreturn Path('x')"
    assert returned(tmp_path, "File", body).results == {"RESULT_RESULT": "run-1/sub/x"}


def test_a_result_path_that_is_a_folder(tmp_path: Path) -> None:
    module = load(tmp_path, HEAD + '@task(image="i")\ndef f() -> str:\n    return "x"\n')
    outcome = Container(tmp_path).run(script_of(module.f).text, {"RESULT_RESULT": str(tmp_path)})
    assert outcome.code == 1
    assert outcome.errors.startswith("flowdsl: f: result result can't be written: [Errno 21]")


@pytest.mark.parametrize(("code", "expected"), [("0", 0), ("3", 3), ("'gone'", 1), ("", 0)])
def test_sys_exit_works(tmp_path: Path, code: str, expected: int) -> None:
    outcome = returned(tmp_path, "str", f"import sys\nsys.exit({code})")
    assert (outcome.code, outcome.results) == (expected, {})


def test_an_exception_keeps_its_traceback(tmp_path: Path) -> None:
    outcome = returned(tmp_path, "str", "raise KeyError('x')")
    assert outcome.code == 1
    assert outcome.errors.startswith("Traceback (most recent call last):\n")
    before, _, said = outcome.errors.rstrip("\n").rpartition("\n")
    assert before.endswith("    raise KeyError('x')\nKeyError: 'x'")
    assert re.fullmatch(r"flowdsl: my-task: \w+\.py:\d+: KeyError: 'x'", said)


def test_a_body_that_only_returns_a_constant_is_one() -> None:
    from flowdsl.frontend.bodies import is_empty

    def number() -> int:
        return 42

    def text() -> str:
        """Documented."""
        return "x"

    def nothing() -> None: ...

    def passes() -> None:
        """Documented."""
        pass

    def raises(x: str, n: int = 1) -> str:
        raise NotImplementedError

    def documented() -> str:
        """Documented."""
        raise NotImplementedError

    def called() -> str:
        raise NotImplementedError()

    def told() -> str:
        """Documented."""
        raise NotImplementedError("the image does it")

    def other() -> str:
        raise ValueError

    def late(x: str) -> str:
        if x:
            return x
        raise NotImplementedError

    bodies = (number, text, other, late, nothing, passes, raises, documented, called, told)
    assert [is_empty(each) for each in bodies] == [False] * 4 + [True] * 6
