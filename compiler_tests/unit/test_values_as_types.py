"""`File`, `Directory` and `Workspace` are paths to Python and to checkers, and what they are to flowdsl all the same."""

from __future__ import annotations

import typing
from pathlib import Path
from typing import Annotated, NamedTuple

import pytest

from flowdsl import Directory, File, Result, Workspace, task
from flowdsl.frontend.annotations import Unsupported, type_spec
from flowdsl.ir.types import Kind


class Clip(NamedTuple):
    video: Annotated[File, Result(name="the-video", description="What was made")]
    frames: Directory


@task(image="python:3.12-slim")
def render(portrait: File, *, notes: File | None = None, folder: Workspace = Workspace.auto()) -> Clip:
    return Clip(portrait, folder / "frames")


def test_a_file_is_a_path_to_who_reads_the_annotations() -> None:
    hints = typing.get_type_hints(render.function)
    assert hints["portrait"] is Path
    assert typing.get_type_hints(Clip)["frames"] is Path


def test_a_note_beside_it_keeps_what_it_is() -> None:
    video, frames = render.definition.results
    assert (video.name, video.type.kind, video.description) == ("the-video", Kind.FILE, "What was made")
    assert frames.type.kind is Kind.DIRECTORY
    assert [each.type.kind for each in render.definition.params] == [Kind.FILE, Kind.FILE]


def test_the_plain_function_takes_and_gives_paths(tmp_path: Path) -> None:
    clip = render(tmp_path / "a.png", folder=typing.cast("Workspace", tmp_path))
    assert clip == (tmp_path / "a.png", tmp_path / "frames")


@pytest.mark.parametrize(
    ("annotation", "words"),
    [(File, "File"), (Directory, "Directory"), (File | None, "Optional[File]")],
)
def test_messages_name_it_as_it_was_written(annotation: object, words: str) -> None:
    assert str(type_spec(annotation)) == words


@pytest.mark.parametrize("annotation", [dict[str, File], list[list[Directory]], tuple[Workspace, ...]])
def test_data_can_hold_none(annotation: object) -> None:
    with pytest.raises(Unsupported, match="must be a parameter or a result of its own"):
        type_spec(annotation)
