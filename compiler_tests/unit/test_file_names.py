"""Files of `compile -o DIR/`: each in the folder, none twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.cli import main
from flowdsl.diagnostics import FlowError, Location
from flowdsl.emit.file_names import file_names

HERE = Location("user.py", 3)


def document(kind: str, name: str = "", namespace: str = "", version: str = "v1", **meta: str) -> dict[str, Any]:
    named = {"name": name, "namespace": namespace, **meta}
    return {"apiVersion": version, "kind": kind, "metadata": {key: value for key, value in named.items() if value}}


def test_a_file_is_called_after_kind_and_name() -> None:
    made = [document("Task", "build"), document("PipelineRun", generateName="nightly-"), {"kind": "Odd"}]
    assert file_names(made, "yaml", HERE) == ["task-build.yaml", "pipelinerun-nightly.yaml", "odd.yaml"]


def test_objects_of_one_kind_and_name_are_told_apart() -> None:
    made = [
        document("ConfigMap", "a", "one"), document("ConfigMap", "a", "two"), document("ConfigMap", "b"),
        document("Service", "s", "x", "v1"), document("Service", "s", "x", "serving.knative.dev/v1"),
        document("TaskRun", generateName="r-"), document("TaskRun", generateName="r-"), document("Kustomization"),
    ]  # fmt: skip
    assert file_names(made, "yaml", HERE) == [
        "configmap-one-a.yaml", "configmap-two-a.yaml", "configmap-b.yaml", "service-x-v1-s.yaml",
        "service-x-serving.knative.dev-v1-s.yaml", "taskrun-r.yaml", "taskrun-r-2.yaml", "kustomization-2.yaml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("made", "code"),
    [
        ([document("../x", "a")], "FLOW025"),
        ([document("X", "../a")], "FLOW025"),
        ([document("X", "/a")], "FLOW025"),
        ([document("X", "..")], "FLOW025"),
        ([document("X", "a\nb")], "FLOW025"),
        ([document("X", "a\x1b[2J")], "FLOW025"),
        ([document("X", "a", "../b")], "FLOW025"),
        ([document("X", generateName="../a-")], "FLOW025"),
        ([document("X", "a"), document("X", "a")], "FLOW026"),
    ],
)
def test_what_is_no_name_is_refused(made: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(FlowError) as caught:
        file_names(made, "yaml", HERE)
    assert [(each.code, each.location) for each in caught.value.diagnostics] == [(code, HERE)]


WORDS = st.text("abAB./:-_%\\\n\x00é~ ", max_size=8) | st.text(max_size=300)


@given(st.lists(st.builds(document, WORDS, WORDS, WORDS, WORDS), max_size=5))
def test_no_name_leaves_its_folder(made: list[dict[str, Any]]) -> None:
    try:
        names = file_names(made, "yaml", HERE)
    except FlowError:
        return
    assert len({name.lower() for name in names}) == len(made)
    for name in names:
        assert Path(name).name == name
        assert len(name) <= 255
        assert name.isascii()
        assert name.isprintable()
        assert not name.startswith(".")


def test_the_command_writes_nothing_where_one_name_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "m.py"
    source.write_text(
        "from flowdsl import manifest, raw\n"
        'good = raw({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}})\n'
        'documents = manifest(good, raw({"apiVersion": "v1", "kind": "X", "metadata": {"name": "../../up"}}))\n'
    )
    assert main(["compile", str(source), "-o", f"{tmp_path}/out/deep/"]) == 1
    assert "FLOW025" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["m.py"]


def test_the_command_writes_a_file_for_each_namespace(tmp_path: Path) -> None:
    source = tmp_path / "m.py"
    maps = [f'raw({{"apiVersion": "v1", "kind": "X", "metadata": {{"name": "a", "namespace": "{n}"}}}})' for n in "pq"]
    source.write_text(
        f"from flowdsl import manifest, raw\ndocuments = manifest({', '.join(maps)}, raw(dict(apiVersion='v1', kind='Y')))\n"
    )
    assert main(["compile", str(source), "-o", f"{tmp_path}/out/"]) == 0
    listed = yaml.safe_load((tmp_path / "out" / "kustomization.yaml").read_text())["resources"]
    assert listed == ["x-p-a.yaml", "x-q-a.yaml"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "kustomization.yaml",
        "x-p-a.yaml",
        "x-q-a.yaml",
        "y.yaml",
    ]
