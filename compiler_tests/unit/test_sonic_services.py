"""The stand-ins behind their doors: HTTP as SERVICE.md has it, a Git server, an S3 store, an image without an engine."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import io
import json
import socket
import struct
import subprocess
import tarfile
import threading
import urllib.error
import urllib.parse
import urllib.request
import zlib
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from types import SimpleNamespace

import pytest
import sonic_fakes
from moto.server import create_backend_app
from sonic_clips import FILES, PORTRAIT, SPEECH
from sonic_local import VERSION, evaluator, image_layout, service, source, store, web
from sonic_local.image_layout import build_image
from sonic_local.local_run import PARAMS, THRESHOLDS, fill_claim, sonic_local_run
from sonic_tasks.clip import evaluate, form, run_inference
from sonic_tasks.upload import send, upload
from werkzeug.serving import make_server

SMALL = {"min_resolution": 256}


@contextmanager
def served(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def model():
    with served(web.handler("/v1/generate", service.generate)) as base:
        yield base


def ask(url, body=None, headers=None):
    """Status and answer of a request, errors included."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers or {})) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def generate(base, fields, **files):
    parts = {name: SimpleNamespace(name=name, read_bytes=lambda c=content: c) for name, content in files.items()}
    status, content = ask(base + "/v1/generate", *form(parts, fields))
    return status, content if status == 200 else json.loads(content)["error"]


def test_the_tasks_work_with_the_services(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = run_inference("m@sha256:1", PORTRAIT, SPEECH, **SMALL, endpoint=model, record=tmp_path)
    assert made.video.read_bytes() == (tmp_path / "clip.mp4").read_bytes()
    assert made.peak_memory_bytes > 1 << 20
    assert made.speech_seconds == made.parameters["duration"] == 5.541
    noted = json.loads((tmp_path / "inference.json").read_text())
    assert noted["service"] == VERSION
    assert "stand-in" in VERSION
    assert noted["sha256"] == {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in (("portrait", PORTRAIT), ("speech", SPEECH), ("video", made.video))
    }
    with served(web.handler("/v1/evaluate", evaluator.evaluate)) as base:
        scores = evaluate("e", made.video, PORTRAIT, SPEECH, tmp_path, endpoint=base)
    assert scores[:3] == (None, None, None)
    assert set(scores.metrics) == set(THRESHOLDS)
    assert VERSION.encode() in made.video.read_bytes()


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"inference_steps": 0}, 400, "inference_steps=0 is outside 1..200"),
        ({"dynamic_scale": "much"}, 400, "dynamic_scale='much' is outside"),
        ({"smooth_motion": 1}, 400, "smooth_motion=1 is outside"),
        ({"duration": 9.0}, 400, "duration=9.0 s, but the speech lasts 5.541 s"),
        ({"seed": 3}, 400, "seed is no parameter"),
    ],
)
def test_parameters_are_checked(model, fields, status, told):
    answered, error = generate(model, fields, **FILES)
    assert answered == status
    assert told in error


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"portrait": FILES["portrait"][:5000]}, "the portrait can't be read"),
        ({"portrait": b"GIF89a not this"}, "the portrait can't be read"),
        ({"portrait": sonic_fakes.png(300, 300)}, "the portrait can't be read|no face is seen"),
        ({"speech": b"RIFF\0\0\0\0WAVE"}, "the speech is no PCM WAV"),
        ({"speech": b"ID3 music"}, "the speech is no PCM WAV"),
    ],
)
def test_files_that_are_no_use_are_refused_in_words(model, changed, told):
    status, error = generate(model, SMALL, **{**FILES, **changed})
    assert status == 422
    assert any(each in error for each in told.split("|"))


def test_a_missing_file_an_unknown_path_and_a_plain_body(model):
    assert generate(model, {}, portrait=FILES["portrait"]) == (400, "the file `speech` is missing or empty")
    assert ask(model + "/health")[0] == 200
    assert ask(model + "/nothing")[0] == 404
    assert ask(model + "/v1/other", b"x")[0] == 404
    assert ask(model + "/v1/generate", b"{}", {"Content-Type": "application/json"})[0] == 415


def test_a_second_request_is_told_to_come_again():
    working, go_on = threading.Event(), threading.Event()

    def slow(*_):
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


def test_a_crash_inside_is_a_500_with_its_reason(capfd):
    def broken(*_):
        raise ZeroDivisionError("of no use")

    with served(web.handler("/v1/x", broken)) as base:
        status, content = ask(base + "/v1/x", *form({}, {}))
        assert (status, json.loads(content)) == (500, {"error": "ZeroDivisionError: of no use"})
        assert ask(base + "/v1/x", *form({}, {}))[0] == 500  # not busy for ever
    capfd.readouterr()


def test_the_source_is_cloned_over_http_and_is_always_the_same_commit(tmp_path):
    bare = source.make_repository(tmp_path / "one")
    again = source.make_repository(tmp_path / "two")
    head = ["git", "rev-parse", "HEAD"]
    commits = {subprocess.run(head, cwd=path, capture_output=True, check=True).stdout for path in (bare, again)}
    assert len(commits) == 1
    with served(source.handler(bare)) as base:
        url, copy = f"{base}/model.git", tmp_path / "copy"
        subprocess.run(["git", "clone", "--quiet", "--depth", "1", url, str(copy)], check=True)
        assert (copy / "Dockerfile").is_file()
        assert (copy / "sonic_local" / "render.py").is_file()
        pushed = subprocess.run(["git", "push", "--quiet", "origin", "HEAD:other"], cwd=copy, capture_output=True)
        assert pushed.returncode != 0
        assert ask(f"{base}/model.git/config")[0] == 404


def test_the_image_is_an_oci_layout_that_holds_the_source(tmp_path):
    source.make_tree(tmp_path / "tree")
    built = build_image(
        "r.local:5000/sonic/model:t1", "abc123", source=tmp_path / "tree", cache=tmp_path, registry=None
    )
    assert built.image == f"r.local:5000/sonic/model@{built.digest}"
    layout = tmp_path / "oci" / "r.local:5000_sonic_model"
    assert json.loads((layout / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}

    def read(descriptor):
        content = (layout / "blobs" / "sha256" / descriptor["digest"].removeprefix("sha256:")).read_bytes()
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
    assert {"opt/sonic/sonic/service.py", "opt/sonic/sonic_local/render.py"} <= set(names)

    other = build_image(
        "r.local:5000/sonic/model:t1", "abc123", source=tmp_path / "tree", cache=tmp_path / "b", registry=None
    )
    assert other == built


@pytest.mark.parametrize(
    ("recipe", "told"),
    [(None, "there is no Dockerfile"), ("FROM x\nCOPY ../secret /a\n", "is not in the context"), ("COPY nowhere /a", "nowhere")],
)  # fmt: skip
def test_a_source_that_can_not_be_built_ends_the_task(tmp_path, recipe, told):
    tree = tmp_path / "tree"
    tree.mkdir()
    (tmp_path / "secret").write_text("x")
    if recipe:
        (tree / "Dockerfile").write_text(recipe)
    with pytest.raises(SystemExit, match=told):
        build_image("a:b", source=tree, cache=tmp_path, registry=None)


def test_a_dockerfile_is_read_with_its_lines_joined_and_its_arguments():
    text = "# first\nARG DIR=/a\nFROM base\nCOPY x \\\n  ${DIR}/x\nENV A=1 B='two words'\nWORKDIR /w\n"
    steps = list(image_layout.instructions(text, {"DIR": "/b"}))
    assert ("COPY", "x    /b/x") in steps
    found = image_layout.settings(steps, "")
    assert found["Env"] == ["A=1", "B=two words"]
    assert found["WorkingDir"] == "/w"


@contextmanager
def stored_in(kept):
    """The store over a folder; gives its address."""
    store.s3().reset()
    store.fill(kept, "clips")
    server = make_server("127.0.0.1", 0, store.keep(create_backend_app("s3"), kept), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_what_is_uploaded_is_read_back_and_kept(tmp_path):
    kept, clip = tmp_path / "kept", tmp_path / "clip.mp4"
    clip.write_bytes(b"\0clip" * 1000)
    with stored_in(kept) as base:
        there = {"endpoint": base, "access_key": "a", "secret_key": "b"}
        stored = upload(clip, "runs/7/output.mp4", "clips", **there)
        assert stored.sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()
        with pytest.raises(SystemExit, match="NoSuchBucket"):
            upload(clip, "x", "nowhere", **there)
    assert (kept / "clips" / "runs" / "7" / "output.mp4").read_bytes() == clip.read_bytes()
    store.s3().reset()
    store.fill(kept, "clips")  # as a store that is started again does
    assert store.s3().get_object("clips", "runs/7/output.mp4").value == clip.read_bytes()


def test_a_key_does_not_leave_the_stores_folder(tmp_path):
    store.s3().reset()
    store.fill(tmp_path / "kept", "clips")
    store.s3().put_object("clips", "../../out", b"x")
    store.write(tmp_path / "kept", "clips", "../../out")
    assert not (tmp_path / "out").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert all(path.parent.name == ".other" for path in (tmp_path / "kept").rglob("*") if path.is_file())


ODD_KEYS = [
    "a",
    "a/b",
    "a/b/c",
    "a/",
    "./x",
    "x/../y",
    "d//e",
    ".hidden",
    "é/ü",
    "n\x01l",
    "x" * 240,
    "y/" * 300 + "z",
    "q?r",
    "%2e",
]


def test_every_key_is_answered_kept_and_there_again(tmp_path):
    kept = tmp_path / "kept"
    with stored_in(kept) as base:
        for number, key in enumerate(ODD_KEYS):
            url = f"{base}/clips/{urllib.parse.quote(key, safe='/')}"
            kind = {"Content-Type": "application/octet-stream"}
            request = urllib.request.Request(url, b"%d" % number, kind, method="PUT")
            with urllib.request.urlopen(request) as answer:
                assert answer.status == 200
        before = {key: store.s3().get_object("clips", key) for key in ODD_KEYS}
        held = {key: found.value for key, found in before.items() if found is not None}
        assert len(held) >= len(ODD_KEYS) - 2  # a client or the server may make one key of two
        send("DELETE", f"{base}/clips/a/b", ("us-east-1", "a", "b"))
    del held["a/b"]
    store.s3().reset()
    store.fill(kept, "clips")
    assert {key: store.s3().get_object("clips", key).value for key in held} == held
    assert all(held.values())
    assert store.s3().get_object("clips", "a/b") is None
    assert all(path.is_relative_to(kept) for path in tmp_path.rglob("*") if path.is_file())


def test_an_object_beyond_the_stores_limit_is_refused_unread(tmp_path):
    with stored_in(tmp_path / "kept") as base:
        connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=30)
        connection.putrequest("PUT", "/clips/large")
        connection.putheader("Content-Length", str(1 << 40))
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()


def test_a_small_body_that_unpacks_to_a_large_one_is_refused(tmp_path):
    small = gzip.compress(bytes(web.LARGEST + 1))
    assert len(small) < 1 << 18
    bare = source.make_repository(tmp_path)
    asks = {"Content-Encoding": "gzip", "Content-Type": "application/x-git-upload-pack-request"}
    with served(source.handler(bare)) as base:
        assert ask(f"{base}/model.git/git-upload-pack", small, asks)[0] == 413
        assert ask(f"{base}/model.git/git-upload-pack", small[:-20], asks)[0] in (400, 413)
        assert ask(f"{base}/model.git/git-upload-pack", b"none", asks)[0] == 400
    with served(web.handler("/v1/x", lambda *_: web.Answer("text/plain", b"x"))) as base:
        assert ask(base + "/v1/x", small, {"Content-Encoding": "gzip", "Content-Type": "multipart/form-data"})[0] == 413


def raw(base, text):
    """The status line that a request gets which no client would send."""
    host, _, port = base.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").readline().split()[1:2]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (b"Content-Length: -1", b"", b"411"),
        (b"Content-Length: many", b"", b"411"),
        ("Content-Length: ²".encode(), b"", b"411"),
        (b"X: y", b"", b"411"),
        (b"Content-Length: 99999999999999999999", b"", b"413"),
        (b"Content-Length: 10", b"short", b"400"),
        (b"Transfer-Encoding: chunked", b"zz\r\n", b"400"),
        (b"Transfer-Encoding: chunked", b"-5\r\n", b"413"),
        (b"Transfer-Encoding: chunked", b"ffffffffff\r\n", b"413"),
        (b"Transfer-Encoding: chunked", b"5\r\nab", b"400"),
        (b"Content-Encoding: br\r\nContent-Length: 0", b"", b"415"),
    ],
)
@pytest.mark.parametrize("which", ["git", "service"])
def test_a_request_that_is_none(which, headers, body, status, tmp_path):
    if which == "git":
        kind, path = source.handler(tmp_path), b"/model.git/git-upload-pack"
    else:
        kind, path = web.handler("/v1/x", lambda *_: web.Answer("text/plain", b"x")), b"/v1/x"
    with served(kind) as base:
        assert raw(base, b"POST " + path + b" HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n\r\n" + body) == [status]


def parts(*given):
    body = b"".join(b"--edge\r\n" + head + b"\r\n\r\n" + content + b"\r\n" for head, content in given)
    return body + b"--edge--\r\n", {"Content-Type": "multipart/form-data; boundary=edge"}


NAMED = b'Content-Disposition: form-data; name="parameters"'


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        (b"[" * 100_000, "is no JSON"),
        (b'{"a": ' * 5_000 + b"1" + b"}" * 5_000, "is no JSON|no text, no boolean"),
        (b'{"inference_steps": ' + b"9" * 6_000 + b"}", "is no JSON"),
        (b'{"inference_steps": 1e999}', "inference_steps is no text"),
        (b'{"inference_steps": NaN}', "inference_steps is no text"),
        (b'{"inference_steps": ' + b"9" * 400 + b"}", "inference_steps is no text"),
        (b'{"smooth_motion": [1]}', "smooth_motion is no text"),
        (b'{"\\u001b[31m\\n": {}}', "the parameter ?[31m? is"),
        (b"\xff\xfe\x00", "is no JSON"),
        (b"[]", "is no object"),
    ],
)
def test_parameters_that_are_no_use(model, parameters, told):
    status, content = ask(model + "/v1/generate", *parts((NAMED, parameters)))
    assert status == 400
    assert any(each in json.loads(content)["error"] for each in told.split("|"))


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (*parts(*[(b"Content-Disposition: form-data; name=a%d" % n, b"") for n in range(40)]), 400),
        (*parts((NAMED, b"{}"), (NAMED, b"{}")), 400),
        (*parts((b"X: " + b"y" * 20_000, b"")), 400),
        (*parts((NAMED + b"\r\nContent-Transfer-Encoding: base64", b"e30=")), 400),
        (*parts((b"Content-Disposition: form-data; name*=utf-8''p%C3%A9", b"x")), 400),
        (b"--edge\r\n" * 3, {"Content-Type": "multipart/form-data; boundary=edge"}, 400),
        (b"", {"Content-Type": "multipart/form-data; boundary=edge"}, 400),
        (b"x", {"Content-Type": "multipart/form-data"}, 415),
        (b"--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" * 10, {"Content-Type": "multipart/form-data; boundary=a"}, 400),
    ],
)  # fmt: skip
def test_a_form_that_is_none(model, body, headers, status):
    assert ask(model + "/v1/generate", body, headers)[0] == status


def test_a_picture_that_is_a_bomb_or_breaks_its_decoder(model):
    bomb = bytearray(sonic_fakes.png(4, 4))
    bomb[16:24] = struct.pack(">II", 60_000, 60_000)
    bomb[29:33] = struct.pack(">I", zlib.crc32(bomb[12:29]))
    for portrait in (
        bytes(bomb),
        FILES["portrait"][:60],
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        b"RIFF\xff\xff\xff\xffWEBPVP8X",
    ):
        status, error = generate(model, SMALL, portrait=portrait, speech=FILES["speech"])
        assert status == 422, error


def test_the_log_has_one_line_a_request_whatever_its_path(model, capsys):
    assert raw(model, b"GET /\x1b[2Jx HTTP/1.1\r\nHost: x\r\n\r\n") == [b"404"]
    assert "\x1b" not in capsys.readouterr().out


def test_the_local_run_names_what_the_pipeline_has(tmp_path):
    import sonic

    given = sonic_local_run()
    params = {param.name for param in sonic.sonic.trace().definition.params}
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
