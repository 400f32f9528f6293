"""Which files a run says that it made."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from flowdsl.runner.made_files import MOST, made_files
from flowdsl.runner.store import FolderRecorder, RunFolder


def write(folder: RunFolder, task: str, results: dict[str, Any], spaces: list[dict[str, Any]] | None = None) -> None:
    recorder = FolderRecorder(folder)
    claim = {"name": "out", "subPath": task, "persistentVolumeClaim": {"claimName": "data"}}
    recorder.write(
        {
            "metadata": {"name": f"r-{task}", "labels": {"tekton.dev/pipelineTask": task}},
            "spec": {"workspaces": [claim]},
            "status": {
                "results": [{"name": name, "value": value} for name, value in results.items()],
                "taskSpec": {"workspaces": spaces or [{"name": "out"}]},
            },
        }
    )
    recorder.close()


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "run", [], {"name": "r"})


def made(folder: RunFolder, path: str) -> Path:
    place = folder.path / "claims" / "data" / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("x")
    return place


def finished(**results: str) -> dict[str, Any]:
    spec = {"results": [{"name": name, "value": value} for name, value in results.items()]}
    children = [{"name": f"r-{task}"} for task in ("render", "report", "t")]
    return {"status": {"pipelineSpec": spec, "childReferences": children}}


def test_the_pipelines_results_come_first(folder: RunFolder) -> None:
    clip, page = made(folder, "render/clip.mp4"), made(folder, "report/a/report.html")
    write(folder, "render", {"clip": "clip.mp4", "frames": "25"})
    write(folder, "report", {"page": "/workspace/out/a/report.html"})
    end = finished(page="$(tasks.report.results.page)", frames="$(tasks.render.results.frames)")
    assert made_files(folder, end) == [f"page: {page}", f"render.clip: {clip}"]


def test_what_an_earlier_part_of_the_run_made_is_none_of_it(folder: RunFolder) -> None:
    made(folder, "gone/clip.mp4")
    write(folder, "gone", {"clip": "clip.mp4"})
    page = made(folder, "t/page.html")
    write(folder, "t", {"page": "page.html"})
    assert made_files(folder, finished()) == [f"t.page: {page}"]


def test_what_a_pipeline_in_a_pipeline_made(folder: RunFolder) -> None:
    page = made(folder, "inner/page.html")
    write(folder, "inner", {"page": "page.html"})
    recorder = FolderRecorder(folder)
    child = {"kind": "PipelineRun", "metadata": {"name": "r-t"}, "spec": {}}
    recorder.nested("r-t").write_run({**child, "status": {"childReferences": [{"name": "r-inner"}, {"name": "r-t"}]}})
    recorder.close()
    assert made_files(folder, finished()) == [f"inner.page: {page}"]


def test_a_mount_path_of_its_own(folder: RunFolder) -> None:
    page = made(folder, "t/page.html")
    write(folder, "t", {"page": "/srv/page.html"}, [{"name": "out", "mountPath": "/srv/"}])
    assert made_files(folder, finished()) == [f"t.page: {page}"]


def test_a_claim_whose_sub_path_became_a_link(folder: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("x")
    made(folder, "keep")
    os.symlink(tmp_path / "outside", folder.path / "claims" / "data" / "t")
    write(folder, "t", {"it": "file"})
    assert made_files(folder, finished()) == []


@pytest.mark.parametrize("value", ["", ".", "gone", "../other/x", "/etc/passwd", "link", "a\0b", "x" * 5000, ["file"]])
def test_what_is_no_file_of_the_claim(folder: RunFolder, value: object) -> None:
    made(folder, "t/file")
    made(folder, "other/x")
    os.symlink("/etc/passwd", folder.path / "claims" / "data" / "t" / "link")
    write(folder, "t", {"it": value})
    assert made_files(folder, finished()) == []


def test_many(folder: RunFolder) -> None:
    for index in range(MOST + 3):
        made(folder, f"t/{index}")
    write(folder, "t", {f"f{index}": str(index) for index in range(MOST + 3)})
    lines = made_files(folder, finished())
    assert len(lines) == MOST + 1
    assert lines[-1] == f"and 3 more in {folder.path / 'claims'}"


def test_a_run_without_claims_reads_nothing(folder: RunFolder) -> None:
    (folder.path / "taskruns").mkdir()
    (folder.path / "taskruns" / "broken.json").write_text("{")
    assert made_files(folder, finished()) == []
