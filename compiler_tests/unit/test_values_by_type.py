"""Values of params against their types: what is given and what is expected, before anything runs."""

from __future__ import annotations

import dataclasses
import enum
import json
import sys
import textwrap
from pathlib import Path
from typing import Any, Literal, NamedTuple, Optional, TypedDict

import attrs
import pytest
from typing_extensions import NotRequired

from flowdsl import compile as compile_
from flowdsl import manifest, named, pipeline, pipeline_run, resolver, task, task_ref, task_run
from flowdsl.cli import main
from flowdsl.compiler.manifest import compile_manifest
from flowdsl.diagnostics import FlowError, UsageError
from flowdsl.frontend.annotations import type_spec
from flowdsl.frontend.encode import Mismatch, decode_text, encode
from flowdsl.library.values import params_file, typed


class Rule(TypedDict):
    better: Literal["lower", "higher"]
    limit: NotRequired[float]


class Partial(TypedDict, total=False):
    a: int


class Flat(TypedDict):
    zone: str
    count: int


@dataclasses.dataclass
class Inner:
    size: int
    unit: str = "px"


@attrs.frozen
class Outer:
    inner: Inner
    many: list[Inner]
    maybe: Optional[str] = None  # noqa: UP045 - as older code writes it


class Pair(NamedTuple):
    left: int
    right: list[float]


class Colour(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("annotation", "text", "said"),
    [
        (dict[str, Rule], '{"sync": 0.1}', "at sync: expected Rule, got float 0.1"),
        (dict[str, Rule], '{"s": {"limit": 1}}', "at s: better is missing; Rule has the keys better, limit"),
        (
            dict[str, Rule],
            '{"s": {"better": "lower", "limt": 1}}',
            "at s: there is no key 'limt', did you mean 'limit'?; Rule has the keys better, limit",
        ),
        (dict[str, Rule], '{"s": {"better": "up"}}', "at s.better: expected one of 'lower', 'higher', got 'up'"),
        (dict[str, Rule], '{"s": {"better": "lower", "limit": "8"}}', "at s.limit: expected float, got str '8'"),
        (dict[str, Rule], "[1]", "expected dict"),
        (dict, "[1]", "expected dict, got list [1]"),
        (Flat, '{"zone": "eu"}', "count is missing; Flat has the keys zone, count"),
        (Flat, '{"zone": "eu", "count": "3"}', "at count: expected int, got str '3'"),
        (Flat, '{"zone": "eu", "count": 3, "x": 1}', "there is no key 'x'; Flat has the keys zone, count"),
        (Flat, "3", "expected Flat, got int 3"),
        (Flat, "nothing", "expected Flat as JSON, got 'nothing'"),
        (Inner, '{"size": true, "unit": "m"}', "at size: expected int, got bool True"),
        (Outer, '{"inner": {"size": 1}, "many": [{"size": 2}, {"unit": "m"}]}', "at many[1]: size is missing"),
        (Outer, '{"inner": {"size": 1}, "many": 3}', ".Inner], got int 3"),
        (Pair, '{"left": 1, "right": [1, "2"]}', "at right[1]: expected float, got str '2'"),
        (list[Inner], '[{"size": 1}, {"size": "2"}]', "at [1].size: expected int, got str '2'"),
        (list[list[int]], "[[1], [2, null]]", "at [1][1]: expected int, got None"),
        (list[int], '[1, "2"]', "at [1]: expected int, got str '2'"),
        (list[Colour], '["red", "blue"]', "at [1]: expected one of 'red', got 'blue'"),
        (list[dict[str, int]], '[{"a": 1.5}]', "at [0].a: expected int, got float 1.5"),
    ],
)
def test_what_does_not_fit_is_named(annotation: Any, text: str, said: str) -> None:
    with pytest.raises(Mismatch) as error:
        decode_text(text, type_spec(annotation, globals()))
    assert said in str(error.value).replace("typing.", "")


@pytest.mark.parametrize(
    ("annotation", "value", "text"),
    [
        (dict[str, Rule], {"s": {"better": "lower"}}, '{"s":{"better":"lower"}}'),
        (Partial, {}, "{}"),
        (dict[str, Any], {"a": [1, {"b": None}]}, '{"a":[1,{"b":null}]}'),
        (
            Outer,
            Outer(Inner(1), [Inner(2, "m")]),
            '{"inner":{"size":1,"unit":"px"},"many":[{"size":2,"unit":"m"}],"maybe":null}',
        ),
        (Pair, Pair(1, [0.5]), '{"left":1,"right":[0.5]}'),
        (list[Inner], [Inner(3)], '[{"size":3,"unit":"px"}]'),
        (dict[str, Colour], {"c": Colour.RED}, '{"c":"red"}'),
        (Flat, {"zone": "eu", "count": 3}, {"zone": "eu", "count": "3"}),
        (Optional[Flat], None, ""),  # noqa: UP045
    ],
)
def test_what_fits_is_written(annotation: Any, value: Any, text: Any) -> None:
    assert encode(value, type_spec(annotation, globals())) == text


@task(image="python:3.12-slim")
def use(rules: dict[str, Rule], flat: Flat, ids: list[int], word: str = "w") -> None:
    print(rules, flat, ids, word)


@pipeline()
def checked(rules: dict[str, Rule], flat: Flat, ids: list[int], word: str = "w") -> None:
    use(rules=rules, flat=flat, ids=ids, word=word)


GOOD = {"rules": {"s": {"better": "lower"}}, "flat": {"zone": "eu", "count": 2}, "ids": [1, 2]}


def values_of(run: dict[str, Any]) -> dict[str, Any]:
    return {each["name"]: each["value"] for each in run["spec"]["params"]}


def test_a_run_of_a_manifest_is_checked_by_its_pipeline_s_types() -> None:
    run = compile_manifest(manifest(pipeline_run(checked, name="r", params={**GOOD, "word": 1.5}))).documents[-1]
    assert values_of(run) == {
        "rules": '{"s":{"better":"lower"}}',
        "flat": {"zone": "eu", "count": "2"},
        "ids": ["1", "2"],
        "word": "1.5",
    }
    text = {"rules": '{"s": {"better": "lower"}}', "flat": '{"zone": "eu", "count": 2}', "ids": "$(context.x[*])"}
    again = compile_manifest(manifest(pipeline_run(checked, name="r", params=text))).documents[-1]
    assert values_of(again)["flat"] == {"zone": "eu", "count": "2"}
    assert values_of(again)["ids"] == "$(context.x[*])"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"flat": {"zone": "eu"}}, "param 'flat': count is missing; Flat has the keys zone, count"),
        ({"ids": ["x"]}, "param 'ids': at [0]: expected int, got 'x'"),
        ({"rules": {"s": 0.1}}, "param 'rules': at s: expected Rule, got float 0.1"),
    ],
)
def test_a_run_of_a_manifest_that_is_wrong(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(FlowError) as error:
        compile_manifest(manifest(pipeline_run(checked, name="r", params={**GOOD, **wrong})))
    found = error.value.diagnostics[0]
    assert (found.code, found.message) == ("FLOW021", said)
    assert found.location is not None
    assert __file__.endswith(found.location.file)


def test_values_of_unknown_types_are_written_as_text() -> None:
    given = {"n": 1.10, "b": True, "l": [1, "x", None], "m": {"a": 1, "b": [2]}, "none": None, "c": Colour.RED}
    elsewhere = task_run(resolver("git", {"depth": 1, "deep": [1]}), name="t", params=given)
    run = compile_manifest(manifest(pipeline_run(named("there"), name="r", params=given), elsewhere)).documents
    texts = {"n": "1.1", "b": "true", "l": ["1", "x", ""], "m": {"a": "1", "b": "[2]"}, "none": "", "c": "red"}
    assert [values_of(each) for each in run] == [texts, texts]
    assert run[1]["spec"]["taskRef"]["params"] == [{"name": "depth", "value": "1"}, {"name": "deep", "value": ["1"]}]


def test_keys_of_an_object_that_is_put_together_of_references() -> None:
    @task_ref(named("t"))
    def takes(flat: Flat) -> None: ...

    @pipeline()
    def broken(zone: str) -> None:
        takes(flat={"zone": zone, "cuont": 3})  # type: ignore[typeddict-item, typeddict-unknown-key]

    with pytest.raises(FlowError) as error:
        compile_(broken)
    assert "count is missing; there is no key 'cuont', did you mean 'count'?" in str(error.value)


SPEC = {
    "name": "o",
    "type": "object",
    "properties": {"zone": {"type": "string"}, "host": {"type": "string"}},
    "default": {"zone": "eu"},
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"zone": "us"}', "param 'o': the key 'host' is missing; expected"),
        ('{"host": 1, "zon": 2.50}', "there is no key 'zon' (given: '2.50'), did you mean 'zone'?; expected"),
        (
            "[1]",
            'param \'o\' is of type object: write it as JSON, --set \'o={"zone": "...", "host": "..."}\'; got \'[1]\'',
        ),
        ("[" * 100_000, "param 'o' is of type object"),
    ],
)
def test_an_object_that_does_not_fit_a_pipeline_of_yaml(text: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        typed(SPEC, text)
    assert said in str(error.value)


def test_numbers_of_set_stay_as_they_are_written() -> None:
    assert typed(
        {"name": "l", "type": "array"}, '[1.10, "1e3", 1e3, true, [2.0], {"a": 007}]'.replace("007", "7.0")
    ) == [
        "1.10",
        "1e3",
        "1e3",
        "true",
        "[2.0]",
        '{"a":7.0}',
    ]
    assert typed(SPEC, '{"host": 1.50}') == {"host": "1.50"}


def test_a_params_file_gives_what_is_written(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("v: 1.10\ny: yes\nm: 0755\nl: [1.10, no, x, true, 0x1F]\no: {k: 1e3}\nn:\nq: '5'\nb: |\n  x")
    assert params_file(str(file)) == {
        "v": "1.10",
        "true": "yes",
        "m": "0755",
        "l": '[1.10, "no", "x", true, "0x1F"]',
        "o": '{"k": 1e3}',
        "false": "",
        "q": "5",
        "b": "x\n",
    }


@pytest.mark.parametrize("text", ["- a\n", "a: 1\n---\nb: 2\n", "a: [\n", "", "\x00\x01"])
def test_a_params_file_that_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(text)
    with pytest.raises(UsageError, match="--params-file"):
        params_file(str(tmp_path / "p.yaml"))


PIPELINE = """
from typing import TypedDict
from flowdsl import pipeline, task


class Size(TypedDict):
    width: int
    height: int


@task(image="python:3.12-slim")
def draw(size: Size) -> None:
    print("drew", size)


@pipeline()
def picture(size: Size):
    draw(size)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the local runner needs POSIX processes")
@pytest.mark.parametrize("command", [["run"], ["compile", "-o", "-"], ["submit", "--kubeconfig", "none"]])
@pytest.mark.parametrize("by_file", [False, True])
def test_every_command_refuses_a_value_of_another_type(
    command: list[str],
    by_file: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("picture.py").write_text(textwrap.dedent(PIPELINE))
    Path("none").write_text(json.dumps(KUBECONFIG))
    Path("p.json").write_text(json.dumps({"size": {"width": "wide", "height": 2}}))
    given = ["--params-file", "p.json"] if by_file else ["--set", 'size={"width": "wide", "height": 2}']
    assert main([command[0], "picture.py", *command[1:], *given]) == 1
    assert "param 'size': at width: expected int, got str 'wide'" in capsys.readouterr().err
    assert not Path(".flowdsl").exists()


KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "c",
    "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:9"}}],
    "users": [{"name": "u", "user": {}}],
}


def nested(levels: int) -> list[Any]:
    outer: list[Any] = []
    for _ in range(levels):
        outer = [outer]
    return outer


LOOP: list[Any] = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        LOOP,
        nested(3000),
        [[float("nan")]],
        b"x",
        "\ud800",
        [["\ud800"]],
        [[object()]],
        [10**5000],
        1j,
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("name", ["rules", "ids", "word", "other"])
@pytest.mark.parametrize("target", [checked, named("there")], ids=["known", "unknown"])
def test_a_value_without_a_text_is_an_error_of_the_user_s(target: Any, name: str, value: Any) -> None:
    with pytest.raises(FlowError) as error:
        compile_manifest(manifest(pipeline_run(target, name="r", params={**GOOD, name: value})))
    assert error.value.diagnostics[0].code == "FLOW021"
    assert repr(name) in error.value.diagnostics[0].message


def test_a_resolver_s_param_without_a_text() -> None:
    with pytest.raises(FlowError, match="the resolver's param 'x'"):
        resolver("git", {"x": object()})


@pytest.mark.parametrize("annotation", [dict, list[int], Flat, int, dict[str, Rule]])
def test_text_that_is_nested_too_deeply(annotation: Any) -> None:
    for text in ("[" * 100_000, '{"a":' * 900 + "1" + "}" * 900):
        with pytest.raises(Mismatch) as error:
            decode_text(text, type_spec(annotation, globals()))
        assert len(str(error.value)) < 300


@pytest.mark.parametrize("text", ["[" + "1" * 5000 + "]", "[" * 100_000, "[1"], ids=["digits", "depth", "end"])
def test_what_is_no_json_for_a_list(text: str) -> None:
    with pytest.raises(Mismatch, match="as JSON, got"):
        decode_text(text, type_spec(list[int]))
