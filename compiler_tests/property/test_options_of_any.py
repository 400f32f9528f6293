"""Whatever is given for whatever option of whatever entry point: an error at the user's line, or a compile that works."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable
from typing import Any

import attrs
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import flowdsl as f
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.compiler.manifest import compile_manifest
from flowdsl.diagnostics import FlowError
from flowdsl.emit import emit_json, emit_yaml
from flowdsl.frontend.call_options import UseOptions
from flowdsl.frontend.manifest import Manifest
from flowdsl.ir.documents import RunOptions
from flowdsl.ir.options import PipelineOptions, Sidecar, Step, StepTemplate, TaskOptions
from flowdsl.ir.volumes import PVC, ConfigMap, EmptyDir, Mount, Secret, ServiceAccount, VolumeClaim, WorkspaceSpec


class Color(enum.Enum):
    RED = "red"
    SELF = ()


class Odd:
    def __repr__(self) -> str:
        raise RuntimeError("no")


class Huge(int):
    """Hypothesis shows the values of a failure; a number of 5,000 digits can't be shown."""

    def __repr__(self) -> str:
        return "Huge()"


def endless() -> Any:
    found: list[Any] = []
    found.append(found)
    return found


def deep(levels: int) -> Any:
    found: Any = {}
    for _ in range(levels):
        found = {"a": found}
    return found


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([-1, 2**63, math.nan, math.inf, 1e300, 0.1, b"x", object(), Color.RED, Color.SELF]),
    st.builds(lambda: Huge(10**5000)),
    st.text(max_size=6),
    st.sampled_from(
        ["\ud800", "\x00", "a\u2028b", "", "x", "1h", "30m", "1h30", "4..8", "..", "..x", "1Gi", "continue", "root"]
    ),
    st.sampled_from(
        ["$(params.x)", "$(tasks.a.results.b)", "$(params", "yes", "a" * 300, "../x", "restricted", "Always"]
    ),
    st.sampled_from([len, lambda: 1, int, {1, 2}, {"a"}, frozenset(), range(3), iter(()), f.Body, f.named("x")]),
)
OURS = st.sampled_from(
    [
        f.Secret("a"), f.Secret("a", "k"), f.ConfigMap("c", "k"), f.PVC("p"), f.PVC("p", "1Gi"), f.EmptyDir(), f.VolumeClaim("2Gi"),
        f.Secret("a").mount("/a"), f.EmptyDir().mount("/e"), Step(name="s", image="i"), Step(command="ls -l"), Step(image=5),
        Sidecar(name="s", image="i"), Sidecar(port="x"), StepTemplate(image="i"), StepTemplate(env=3), ServiceAccount("sa"),
        Mount(3, 4), Secret(3), PVC(None), ConfigMap("c", 3), EmptyDir(3), VolumeClaim(None), ServiceAccount("x", secrets=3),
        f.Workspace(optional=True), f.Param(description=3), f.Result(3),
    ]
)  # fmt: skip
KEYS = st.one_of(
    st.text(max_size=4), st.sampled_from(["name", "image", "x", "requests", "\ud800"]), st.integers(0, 3), st.none()
)
VALUES = st.recursive(
    SCALARS | OURS,
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=5,
) | st.sampled_from([endless(), deep(300), deep(150)])  # fmt: skip


def names(cls: Any) -> list[str]:
    return [field.name for field in attrs.fields(cls)]


def body(x: str = "a") -> str:
    return x


def flow(use: Callable[[], Any], **options: Any) -> Any:
    def p(x: str = "a") -> None:
        use()

    return f.pipeline(**options)(p)


def compiled(target: Any) -> None:
    found = (
        compile_manifest(target)
        if isinstance(target, Manifest)
        else compile_pipeline(target, CompileOptions(params={}))
    )
    read = yaml.safe_load_all(emit_yaml(found.documents))
    assert [each["kind"] for each in read] == [each["kind"] for each in found.documents]
    emit_json(found.documents)


def check(make: Callable[[], Any]) -> None:
    try:
        compiled(make())
    except FlowError as error:
        for each in error.diagnostics:
            assert each.message
            assert "flowdsl." not in each.message


@f.task(image="python:3.12-slim")
def plain(x: str = "a", ys: list[str] = ()) -> str:  # type: ignore[assignment]
    return x


@f.task_ref("elsewhere")
def elsewhere(x: str = "a") -> str: ...


@f.pipeline
def inner(x: str = "a") -> Any:
    return {"r": plain(x)}


GIVEN = st.dictionaries(st.nothing(), st.nothing())


@settings(max_examples=300)
@given(st.sampled_from([*names(TaskOptions), "unknown"]), VALUES, st.booleans())
def test_options_of_a_task(name: str, value: Any, listed: bool) -> None:
    def make() -> Any:
        made = f.task(**{"image": "python:3.12-slim", name: value})(body)
        return f.manifest(made) if listed else flow(lambda: made(x="a"))

    check(make)


@settings(max_examples=300)
@given(
    st.sampled_from(
        [Step, Sidecar, StepTemplate, Mount, Secret, ConfigMap, PVC, VolumeClaim, EmptyDir, ServiceAccount]
    ),
    st.data(),
)
def test_fields_of_the_parts(cls: Any, data: st.DataObject) -> None:
    name, value = data.draw(st.sampled_from(names(cls))), data.draw(VALUES)
    needed = {"source": f.Secret("a"), "path": "/x", "name": "n", "image": "i"}
    own = {each: needed[each] for each in names(cls) if each in needed}

    def make() -> Any:
        part = cls(**{**own, name: value})
        if cls in (Step, Sidecar):
            return flow(lambda: f.task(image="i", **{f"{cls.__name__.lower()}s": [part]})(body)())
        if cls is StepTemplate:
            return flow(lambda: f.task(image="i", step_template=part)(body)())
        if cls is Mount:
            return flow(lambda: f.task(image="i", volumes=[part])(body)())
        if cls is ServiceAccount:
            return flow(plain, service_account=part)
        if data.draw(st.booleans()):
            return (
                flow(lambda: f.task(image="i", volumes=[part.mount("/x")])(body)())
                if cls is not VolumeClaim
                else flow(plain)
            )
        if cls in (Secret, ConfigMap) and data.draw(st.booleans()):
            return flow(lambda: f.task(image="i", env={"A": part})(body)())
        return f.manifest(f.pipeline_run(inner, name="r", workspaces={"w": part}))

    check(make)


@settings(max_examples=150)
@given(st.sampled_from([*names(PipelineOptions), "unknown"]), VALUES)
def test_options_of_a_pipeline(name: str, value: Any) -> None:
    check(lambda: flow(plain, **{name: value}))


@settings(max_examples=250)
@given(
    st.sampled_from([*names(UseOptions), "unknown"]),
    VALUES,
    st.sampled_from(["task", "elsewhere", "pipeline", "embedded"]),
)
def test_with_options(name: str, value: Any, of: str) -> None:
    def use() -> None:
        plain()
        if of in ("task", "elsewhere"):
            (plain if of == "task" else elsewhere).with_options(**{name: value})()
        else:
            inner.with_options(embed=of == "embedded", **{name: value})()

    check(lambda: flow(use, alpha=["pipelines-in-pipelines"]))


@settings(max_examples=200)
@given(st.sampled_from([*names(RunOptions), "unknown"]), VALUES, st.booleans(), st.booleans())
def test_options_of_runs(name: str, value: Any, of_task: bool, embed: bool) -> None:
    def make() -> Any:
        options = {"name": "r", "embed": embed, name: value}
        return f.manifest(f.task_run(plain, **options) if of_task else f.pipeline_run(inner, **options))

    check(make)


@settings(max_examples=150)
@given(st.sampled_from([*names(TaskOptions), "unknown"]), VALUES, st.booleans())
def test_options_of_references_and_step_actions(name: str, value: Any, ref: bool) -> None:
    def make() -> Any:
        if ref:
            made = f.task_ref("x", **{name: value})(body)
            return flow(lambda: made())
        return f.manifest(f.step_action(**{"image": "i", "script": "true", name: value})(lambda: None))

    check(make)


REFERENCES = {
    "named": (f.named, ["name", "kind", "api_version"], {"name": "x"}),
    "hub": (f.hub, ["name", "version", "catalog", "kind", "type_"], {"name": "x", "version": "1"}),
    "git": (f.git, ["url", "path", "revision"], {"url": "https://x.org/a", "path": "a", "revision": "b"}),
    "bundle": (f.bundle, ["image", "name", "kind", "service_account"], {"image": "i", "name": "x"}),
    "cluster": (f.cluster, ["name", "namespace", "kind"], {"name": "x"}),
    "http": (f.http, ["url"], {"url": "https://x.org/a"}),
    "resolver": (f.resolver, ["name", "params"], {"name": "x", "params": {"a": "b"}}),
    "task_ref": (lambda reference: reference, ["reference"], {"reference": "x"}),
}


@settings(max_examples=150)
@given(st.sampled_from(sorted(REFERENCES)), st.data())
def test_arguments_of_references(which: str, data: st.DataObject) -> None:
    function, fields, good = REFERENCES[which]
    given_ = {**good, data.draw(st.sampled_from(fields)): data.draw(VALUES)}

    def make() -> Any:
        made = f.task_ref(function(**given_))(body)  # type: ignore[operator]
        return flow(lambda: made())

    check(make)


@settings(max_examples=200)
@given(VALUES, st.integers(0, 12))
def test_what_is_passed_on_in_a_pipeline(value: Any, way: int) -> None:
    def use() -> Any:
        a = plain()
        ways: list[Callable[[], Any]] = [
            lambda: plain(value),
            lambda: plain(ys=value),
            lambda: plain(ys=[value, a]),
            lambda: plain.map(x=value),
            lambda: plain.map(value),
            lambda: plain.map(include=value),
            lambda: plain.map([{"x": value}]),
            lambda: a.after(value),
            lambda: f.condition(value, "in", ["a"]),
            lambda: f.condition(a, "in", value),
            lambda: a.is_in(value),  # type: ignore[attr-defined]
            lambda: f.cel(value),
            lambda: a == value,
        ]
        made = ways[way]()
        if way >= 8:
            with f.when(made):
                plain()
        with f.when(a == "x"):
            plain()
        return None

    check(lambda: flow(use, alpha=["enable-cel-in-whenexpression"]))


@settings(max_examples=100)
@given(VALUES, st.sampled_from(["when", "return", "result", "text", "condition"]))
def test_what_a_pipeline_does_with_it(value: Any, way: str) -> None:
    @f.pipeline
    def p() -> Any:
        a = plain()
        if way == "when":
            with f.when(value):
                plain()
        if way == "condition":
            f.condition(a, value, ["x"])
        return {"return": value, "result": {"r": value}, "text": f.Result(a, description=value)}.get(way)  # type: ignore[arg-type]

    check(lambda: p)


@settings(max_examples=150)
@given(st.sampled_from(names(WorkspaceSpec)), VALUES, st.booleans())
def test_workspaces_of_a_signature(name: str, value: Any, of_task: bool) -> None:
    def make() -> Any:
        default: Any = f.Workspace(**{name: value})

        def work(w: f.Workspace = default) -> None: ...
        def p(w: f.Workspace = default if not of_task else f.PVC("x")) -> None:
            f.task(image="i", script="true")(work)(w=w / "x" if name == "name" else w)

        return f.pipeline(p)

    check(make)


@settings(max_examples=150)
@given(st.sampled_from(["name", "description", "value", "default", "workspace", "secret", "path"]), VALUES)
def test_what_a_signature_says(name: str, value: Any) -> None:
    from typing import Annotated

    def make() -> Any:
        def work(
            x: Any = value if name == "default" else "a",
            s: f.Secret = value if name == "secret" else f.Secret("a", "k"),
        ) -> Any: ...
        def p(w: f.Workspace = value if name == "workspace" else f.PVC("x")) -> None:
            made = f.task(image="i", script="true")(work)
            made(x="a")
            f.task(image="i", script="true")(lambda: None)

        of_param = f.Param(**{name: value}) if name in ("name", "description") else f.Param()
        of_result = f.Result(**{name: value}) if name in ("name", "description", "value") else f.Result()
        work.__annotations__ |= {"x": Annotated[str, of_param], "return": Annotated[str, of_result]}
        return f.pipeline(p)

    check(make)


@settings(max_examples=150)
@given(
    VALUES,
    st.sampled_from(["", "apiVersion", "kind", "metadata", "name", "spec", "params", "results", "workspaces", "steps"]),
)
def test_raw_documents(value: Any, place: str) -> None:
    def make() -> Any:
        task: Any = {
            "apiVersion": "tekton.dev/v1", "kind": "Task", "metadata": {"name": "x"}, "spec": {"steps": [{"image": "i"}]},
        }  # fmt: skip
        if place == "":
            task = value
        elif place == "name":
            task["metadata"]["name"] = value
        elif place in task:
            task[place] = value
        else:
            task["spec"][place] = value
        return f.manifest(f.raw(task))

    check(make)


@given(st.lists(VALUES, max_size=3))
def test_manifests(items: list[Any]) -> None:
    check(lambda: f.manifest(plain, *items))


def test_a_value_that_cant_show_itself_is_told_all_the_same() -> None:
    with pytest.raises(FlowError, match="Odd"):
        compiled(flow(plain, name=Odd()))


@pytest.mark.parametrize("value", [5, "ls -l", {"a"}, [1]])
def test_a_list_of_texts_is_not_taken_apart(value: Any) -> None:
    with pytest.raises(FlowError, match="FLOW002"):
        compiled(flow(lambda: f.task(image="i", script="true", steps=[Step(image="i", command=value)])(lambda: None)()))
