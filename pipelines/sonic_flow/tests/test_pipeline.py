"""The Sonic pipeline as it is traced: which tasks, which edges, what a run needs."""

from __future__ import annotations

import dataclasses
import importlib
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

from flowdsl import PVC
from flowdsl.ir.nodes import Condition, Node, PipelineDef
from flowdsl.ir.refs import argument_refs, condition_refs
from sonic_flow.measures import BETTER, Thresholds
from sonic_flow.settings import Settings
from sonic_flow.tests import fakes


@pytest.fixture(scope="module")
def traced() -> PipelineDef:
    result = importlib.import_module("sonic").sonic.trace()
    assert [str(item) for item in result.findings.items] == []
    assert result.definition is not None
    return cast(PipelineDef, result.definition)


@pytest.fixture(scope="module")
def nodes(traced: PipelineDef) -> dict[str, Node]:
    return {node.name: node for node in traced.nodes}


def test_has_its_tasks_in_order_and_the_report_last(traced: PipelineDef) -> None:
    assert [(node.name, node.final) for node in traced.nodes] == [
        ("fetch-source", False),
        ("build-image", False),
        ("run-inference", False),
        ("evaluate", False),
        ("transcribe", False),
        ("champion", False),
        ("stage-clip", False),
        ("rate", False),
        ("keep-rating", False),
        ("gate", False),
        ("upload", False),
        ("register", False),
        ("release", False),
        ("unstage-clip", True),
        ("report", True),
        ("settle", True),
        ("track", True),
    ]


def test_only_the_repository_and_the_tag_must_be_given(traced: PipelineDef) -> None:
    assert [param.name for param in traced.params if param.default is None] == ["git_repo", "image_tag"]


def test_sonics_defaults_are_those_of_the_one_class(traced: PipelineDef, nodes: Mapping[str, Node]) -> None:
    wanted = dataclasses.asdict(Settings())
    assert wanted["min_resolution"] == 1024
    assert wanted["inference_steps"] == 25
    for declared in (traced.params, nodes["run-inference"].task.params):
        (default,) = (param.default for param in declared if param.name == "settings")
        assert json.loads(str(default)) == wanted


def test_inference_asks_for_a_gpu_and_runs_in_the_built_image(nodes: Mapping[str, Node]) -> None:
    options = nodes["run-inference"].task.options
    assert (options.gpu, options.cpu, options.memory) == (1, "4..8", "8Gi..16Gi")
    assert options.image == "$(params.model)"
    assert nodes["run-inference"].arguments["model"] == "$(tasks.build-image.results.image)"


def test_only_the_build_is_privileged_and_every_task_asks_for_resources(nodes: Mapping[str, Node]) -> None:
    own = {name: node.task.options for name, node in nodes.items() if node.task.reference is None}
    assert {name for name, options in own.items() if options.security != "restricted"} == {"build-image"}
    assert all(options.cpu and options.memory and options.timeout for options in own.values())


def test_images_are_pinned(nodes: Mapping[str, Node]) -> None:
    images = {node.task.options.image for node in nodes.values() if node.task.reference is None}
    fixed = {image for image in images if not image.startswith("$(params.")}
    assert fixed
    assert all("@sha256:" in image or image.rpartition(":")[2].startswith("v") for image in fixed)


def test_upload_waits_for_the_gate_and_names_the_object_after_the_run(nodes: Mapping[str, Node]) -> None:
    conditions = [condition.shown for condition in nodes["upload"].when]
    assert conditions == ["gate.beyond_limit <= 0", "gate.beyond_baseline <= 0"]
    assert nodes["upload"].arguments["key"] == "runs/$(context.pipelineRun.uid)/output.mp4"
    assert {(env.name, env.object_name, env.key) for env in nodes["upload"].task.env} == {
        ("access_key", "sonic-s3", "access-key"),
        ("secret_key", "sonic-s3", "secret-key"),
    }


def test_the_gate_judges_what_evaluate_measured(nodes: Mapping[str, Node]) -> None:
    assert ("evaluate", "metrics") in set(argument_refs(nodes["gate"]))
    thresholds = {param.name: param for param in nodes["gate"].task.params}["thresholds"]
    assert json.loads(str(thresholds.default)) == dataclasses.asdict(Thresholds())
    assert [field.name for field in dataclasses.fields(Thresholds)] == list(BETTER)


def conditions_of(condition: Condition) -> tuple[str, str, tuple[str, ...]]:
    return condition.input, condition.operator, tuple(condition.values)


def test_people_are_asked_only_on_request(traced: PipelineDef, nodes: Mapping[str, Node]) -> None:
    wanted = [("$(params.rating)", "notin", ("off",))]
    asked = {name for name, node in nodes.items() if [conditions_of(each) for each in node.when] == wanted}
    assert asked == {"stage-clip", "rate", "keep-rating", "unstage-clip"}
    assert [param.default for param in traced.params if param.name == "rating"] == ["off"]
    assert nodes["rate"].task.reference is not None


def test_the_report_asks_for_no_result_so_that_nothing_can_skip_it(nodes: Mapping[str, Node]) -> None:
    """Tekton skips a finally task that takes a result which was never made: docs/pipelines.md."""
    assert list(argument_refs(nodes["report"])) == []
    assert list(condition_refs(nodes["report"])) == []
    told = nodes["report"].arguments["tasks"]
    others = [name for name, node in nodes.items() if not node.final]
    assert sorted(told) == sorted(f"{name}=$(tasks.{name}.status)" for name in others)


def test_everything_lies_on_one_claim_with_the_runs_own_folder_last(
    traced: PipelineDef, nodes: Mapping[str, Node]
) -> None:
    """Two claims in one task are refused, and where several workspaces share one, Tekton keeps a task near the volume
    by the last of them: its affinity assistant has that workspace's name (affinity_assistant.go)."""
    sources = {space.name: space.source for space in traced.workspaces}
    claims = {source.name for source in [traced.options.files, *sources.values()] if isinstance(source, PVC)}
    assert claims == {"sonic-data"}
    for node in nodes.values():
        mounted = [
            use.workspace
            for use in node.bindings.values()
            if isinstance(sources.get(use.workspace), PVC) or not use.workspace
        ]
        assert node.task.makes_files or mounted[-1:] in ([], [""]), node.name


def test_the_volume_is_sought_on_a_gpu_node(traced: PipelineDef) -> None:
    assert traced.options.node_selector == {"nvidia.com/gpu.present": "true"}
    assert traced.options.tolerations[0]["key"] == "nvidia.com/gpu"


def test_compiling_needs_and_loads_none_of_what_a_local_run_needs(tmp_path: Path) -> None:
    blocked = "import sys; sys.modules.update(dict.fromkeys(('numpy', 'PIL', 'av', 'moto', 'boto3')))"
    program = f"{blocked}; sys.path.insert(0, {str(fakes.PIPELINES)!r}); import sonic; sonic.sonic.cli(['compile', '-o', {str(tmp_path / 'a.yaml')!r}])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.yaml").read_bytes() == (fakes.PIPELINES / "sonic.yaml").read_bytes()


def test_a_local_run_without_its_packages_says_what_to_install(tmp_path: Path) -> None:
    program = f"import sys, importlib.util as u; found = u.find_spec; u.find_spec = lambda name, *a: None if name == 'av' else found(name, *a); sys.path.insert(0, {str(fakes.PIPELINES)!r}); import sonic; sonic.sonic.cli(['run'])"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "a local run of Sonic needs av: pip install 'flowdsl[sonic]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_it_is_imported_from_the_repository_root_and_compiles_to_the_same_bytes() -> None:
    program = "from pipelines.sonic import sonic; sonic.cli(['compile', '-o', '-'])"
    done = subprocess.run([sys.executable, "-c", program], cwd=fakes.PIPELINES.parent, capture_output=True, check=False)
    assert done.stdout == (fakes.PIPELINES / "sonic.yaml").read_bytes(), done.stderr


def test_the_command_works_in_any_folder(tmp_path: Path) -> None:
    command = [sys.executable, str(fakes.PIPELINES / "sonic.py"), "compile", "--check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("thresholds.lse_d.limit=-1", "limit=-1.0 is no limit: give a finite number of at least 0"),
        ("thresholds.lse_d.limit=nan", "at lse_d.limit: expected float, got 'nan'"),
        ("thresholds.lse_d.regression=-0.05", "regression=-0.05 is no limit"),
        ("thresholds.lsed.limit=8", "there is no key 'lsed', did you mean 'lse_d'?"),
        ('thresholds={"lse_d": {"limit": 8, "better": "higher"}}', "there is no key 'better'"),
    ],
)
def test_a_threshold_that_is_none_is_told_before_the_run(tmp_path: Path, value: str, told: str) -> None:
    command = [sys.executable, str(fakes.PIPELINES / "sonic.py"), "run", "--set", value]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "error[FLOW021]: param 'thresholds': " in done.stderr
    assert told in done.stderr
    assert list(tmp_path.iterdir()) == []
