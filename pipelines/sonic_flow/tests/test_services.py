"""The stand-ins behind their doors: HTTP as SERVICE.md has it, a Git server, an S3 store, an image without an engine."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from flowdsl import Workspace
from sonic_flow.local import evaluator, image_layout, service, source, store, web
from sonic_flow.local.image_layout import build_image
from sonic_flow.local.local_run import PARAMS, THRESHOLDS, fill_claim, sonic_local_run
from sonic_flow.local.weights import MODELS, NEWEST
from sonic_flow.measures import WORDS
from sonic_flow.services import form
from sonic_flow.settings import Settings
from sonic_flow.tasks.evaluation import evaluate
from sonic_flow.tasks.inference import run_inference
from sonic_flow.tasks.upload import upload
from sonic_flow.tests import fakes
from sonic_flow.tests.clips import FILES, PORTRAIT, SPEECH
from sonic_flow.tests.fakes import served
from sonic_flow.tests.servers import ask, generate, stored_in

SMALL = {"min_resolution": 256}
NO_REGISTRY = cast(Workspace, None)  # as a body is given it that none is bound to


@pytest.fixture
def model() -> Iterator[str]:
    with served(web.handler("/v1/generate", service.generate)) as base:
        yield base


def test_the_tasks_work_with_the_services(model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = run_inference(
        "m@sha256:1",
        PORTRAIT,
        SPEECH,
        Settings(min_resolution=SMALL["min_resolution"]),
        endpoint=model,
        record=cast(Workspace, tmp_path),
    )
    assert made.video.read_bytes() == (tmp_path / "clip.mp4").read_bytes()
    assert made.peak_memory_bytes is not None
    assert made.peak_memory_bytes > 1 << 20
    assert made.speech_seconds == made.settings.duration == 5.541
    noted = json.loads((tmp_path / "inference.json").read_text())
    assert noted["service"] == NEWEST.version
    assert "stand-in" in NEWEST.version
    assert noted["sha256"] == {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in (("portrait", PORTRAIT), ("speech", SPEECH), ("video", made.video))
    }
    with served(web.handler("/v1/evaluate", evaluator.evaluate)) as base:
        scores = evaluate("e", made.video, PORTRAIT, SPEECH, cast(Workspace, tmp_path), endpoint=base)
    assert set(scores.not_made) == {"lse_d", "lse_c", "syncnet_offset_frames", "fid"}
    assert set(scores.metrics) | set(scores.not_made) == set(THRESHOLDS.rules()) - {WORDS}  # that is of `transcribe`
    assert NEWEST.version.encode() in made.video.read_bytes()


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"inference_steps": 0}, 400, "inference_steps=0 is outside 1..200"),
        ({"dynamic_scale": "much"}, 400, "dynamic_scale='much' is outside"),
        ({"smooth_motion": 1}, 400, "smooth_motion=1 is neither true nor false"),
        ({"duration": 9.0}, 400, "duration=9.0 s, but the speech lasts 5.541 s"),
        ({"seed": 3}, 400, "seed is no parameter"),
    ],
)
def test_parameters_are_checked(model: str, fields: dict[str, Any], status: int, told: str) -> None:
    answered, error = generate(model, fields, **FILES)
    assert answered == status
    assert told in error


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"portrait": FILES["portrait"][:5000]}, "the portrait can't be read"),
        ({"portrait": b"GIF89a not this"}, "the portrait can't be read"),
        ({"portrait": fakes.png(300, 300)}, "the portrait can't be read|no face is seen"),
        ({"speech": b"RIFF\0\0\0\0WAVE"}, "the speech is no PCM WAV"),
        ({"speech": b"ID3 music"}, "the speech is neither a PCM WAV nor an MP3 that can be decoded"),
        ({"speech": b"#EXTM3U\nfile:///etc/passwd\n"}, "the speech is neither a PCM WAV nor an MP3"),
    ],
)
def test_files_that_are_no_use_are_refused_in_words(model: str, changed: dict[str, bytes], told: str) -> None:
    status, error = generate(model, SMALL, **{**FILES, **changed})
    assert status == 422
    assert any(each in error for each in told.split("|"))


def test_a_missing_file_an_unknown_path_and_a_plain_body(model: str) -> None:
    assert generate(model, {}, portrait=FILES["portrait"]) == (400, "the file `speech` is missing or empty")
    assert ask(model + "/health")[0] == 200
    assert ask(model + "/nothing")[0] == 404
    assert ask(model + "/v1/other", b"x")[0] == 404
    assert ask(model + "/v1/generate", b"{}", {"Content-Type": "application/json"})[0] == 415


def test_a_second_request_is_told_to_come_again() -> None:
    working, go_on = threading.Event(), threading.Event()

    def slow(*_: object) -> web.Answer:
        working.set()
        go_on.wait(30)
        return web.Answer("text/plain", b"done")

    with served(web.handler("/v1/x", slow)) as base:
        kept = []
        first = threading.Thread(target=lambda: kept.append(ask(base + "/v1/x", *form({}, {}))))
        first.start()
        assert working.wait(30)
        assert ask(base + "/v1/x", *form({}, {}))[0] == 503
        assert ask(base + "/health")[0] == 200
        go_on.set()
        first.join()
        assert kept == [(200, b"done")]


def test_a_crash_inside_is_a_500_with_its_reason(capfd: pytest.CaptureFixture[str]) -> None:
    def broken(*_: object) -> NoReturn:
        raise ZeroDivisionError("of no use")

    with served(web.handler("/v1/x", broken)) as base:
        status, content = ask(base + "/v1/x", *form({}, {}))
        assert (status, json.loads(content)) == (500, {"error": "ZeroDivisionError: of no use"})
        assert ask(base + "/v1/x", *form({}, {}))[0] == 500  # not busy for ever
    capfd.readouterr()


def test_the_source_is_cloned_over_http_and_is_always_the_same_commit(tmp_path: Path) -> None:
    bare = source.make_repository(tmp_path / "one")
    again = source.make_repository(tmp_path / "two")
    head = ["git", "rev-parse", "HEAD"]
    commits = {subprocess.run(head, cwd=path, capture_output=True, check=True).stdout for path in (bare, again)}
    assert len(commits) == 1
    with served(source.handler(bare)) as base:
        url, copy = f"{base}/model.git", tmp_path / "copy"
        subprocess.run(["git", "clone", "--quiet", "--depth", "1", url, str(copy)], check=True)
        assert (copy / "Dockerfile").is_file()
        assert (copy / "sonic_flow" / "local" / "render.py").is_file()
        assert (copy / "sonic" / "model.txt").read_text() == f"{NEWEST.name}\n"
        for model in MODELS:
            fetch = ["git", "fetch", "--quiet", "--depth", "1", "origin", "tag", f"v{model}"]
            subprocess.run(fetch, cwd=copy, check=True)
            told = subprocess.run(
                ["git", "show", f"v{model}:sonic/model.txt"], cwd=copy, capture_output=True, text=True
            )
            assert told.stdout == f"{model}\n"
        pushed = subprocess.run(["git", "push", "--quiet", "origin", "HEAD:other"], cwd=copy, capture_output=True)
        assert pushed.returncode != 0
        assert ask(f"{base}/model.git/config")[0] == 404


def test_the_image_is_an_oci_layout_that_holds_the_source(tmp_path: Path) -> None:
    source.make_tree(tmp_path / "tree")
    built = build_image(
        "r.local:5000/sonic/model:t1",
        "abc123",
        source=cast(Workspace, tmp_path / "tree"),
        cache=cast(Workspace, tmp_path),
        registry=NO_REGISTRY,
    )
    assert built.image == f"r.local:5000/sonic/model@{built.digest}"
    layout = tmp_path / "oci" / "r.local:5000_sonic_model"
    assert json.loads((layout / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}

    def read(descriptor: dict[str, Any]) -> bytes:
        content: bytes = (layout / "blobs" / "sha256" / descriptor["digest"].removeprefix("sha256:")).read_bytes()
        assert f"sha256:{hashlib.sha256(content).hexdigest()}" == descriptor["digest"]
        assert len(content) == descriptor["size"]
        return content

    (entry,) = json.loads((layout / "index.json").read_text())["manifests"]
    assert entry["digest"] == built.digest
    assert entry["annotations"] == {"org.opencontainers.image.ref.name": "t1"}
    manifest = json.loads(read(entry))
    config = json.loads(read(manifest["config"]))
    assert config["config"]["Cmd"][:3] == ["python3", "-m", "sonic.service"]
    assert config["config"]["User"] == "65532"
    assert config["config"]["Labels"] == {"org.opencontainers.image.revision": "abc123"}
    plain = gzip.decompress(read(manifest["layers"][0]))
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(plain).hexdigest()}"]
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        names = archive.getnames()
    assert {"opt/sonic/sonic/service.py", "opt/sonic/sonic_flow/local/render.py"} <= set(names)

    other = build_image(
        "r.local:5000/sonic/model:t1",
        "abc123",
        source=cast(Workspace, tmp_path / "tree"),
        cache=cast(Workspace, tmp_path / "b"),
        registry=NO_REGISTRY,
    )
    assert other == built


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        (None, "there is no Dockerfile"),
        ("FROM x\nCOPY ../secret /a\n", "is not in the context"),
        ("COPY nowhere /a", "nowhere"),
    ],
)
def test_a_source_that_can_not_be_built_ends_the_task(tmp_path: Path, recipe: str | None, told: str) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tmp_path / "secret").write_text("x")
    if recipe:
        (tree / "Dockerfile").write_text(recipe)
    with pytest.raises(SystemExit, match=told):
        build_image("a:b", source=cast(Workspace, tree), cache=cast(Workspace, tmp_path), registry=NO_REGISTRY)


def test_a_dockerfile_is_read_with_its_lines_joined_and_its_arguments() -> None:
    text = "# first\nARG DIR=/a\nFROM base\nCOPY x \\\n  ${DIR}/x\nENV A=1 B='two words'\nWORKDIR /w\n"
    steps = list(image_layout.instructions(text, {"DIR": "/b"}))
    assert ("COPY", "x    /b/x") in steps
    found = image_layout.settings(steps, "")
    assert found["Env"] == ["A=1", "B=two words"]
    assert found["WorkingDir"] == "/w"


def test_what_is_uploaded_is_read_back_and_kept(tmp_path: Path) -> None:
    kept, clip = tmp_path / "kept", tmp_path / "clip.mp4"
    clip.write_bytes(b"\0clip" * 1000)
    with stored_in(kept) as base:
        there: dict[str, Any] = {"endpoint": base, "access_key": "a", "secret_key": "b"}
        stored = upload(clip, "runs/7/output.mp4", "clips", **there)
        assert stored.sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()
        with pytest.raises(SystemExit, match="NoSuchBucket"):
            upload(clip, "x", "nowhere", **there)
    assert (kept / "clips" / "runs" / "7" / "output.mp4").read_bytes() == clip.read_bytes()
    store.s3().reset()
    store.fill(kept, "clips")  # as a store that is started again does
    assert store.s3().get_object("clips", "runs/7/output.mp4").value == clip.read_bytes()


def test_a_key_does_not_leave_the_stores_folder(tmp_path: Path) -> None:
    store.s3().reset()
    store.fill(tmp_path / "kept", "clips")
    store.s3().put_object("clips", "../../out", b"x")
    store.write(tmp_path / "kept", "clips", "../../out")
    assert not (tmp_path / "out").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert all(path.parent.name == ".other" for path in (tmp_path / "kept").rglob("*") if path.is_file())


def test_the_local_run_names_what_the_pipeline_has(tmp_path: Path) -> None:
    import sonic

    given = sonic_local_run()
    definition = sonic.sonic.trace().definition
    assert definition is not None
    params = {param.name for param in definition.params}
    assert set(PARAMS) <= params
    assert {name for each in given.services for name in each.params} <= params
    assert given.secrets["sonic-s3"].keys() == {"access-key", "secret-key"}
    assert "for-the-store" not in repr(given)
    fill_claim(tmp_path)
    assert sorted(path.name for path in (tmp_path / "assets").iterdir()) == [
        "baseline.json",
        "portrait.png",
        "speech.wav",
    ]
