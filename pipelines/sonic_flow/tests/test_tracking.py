"""champion, register and track as plain functions, against the stand-in and against MLflow's own server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, cast

import pytest

from flowdsl import Workspace
from sonic_flow import mlflow, registry
from sonic_flow.mlflow import Mlflow
from sonic_flow.tasks.tracking import champion, register, track
from sonic_flow.tests import mlflow_servers
from sonic_flow.tests.fakes import served
from sonic_flow.tests.reports import EVIL, TASKS, fill

IMAGE = "registry.internal:5000/sonic/model@sha256:" + "ab" * 32
OTHER = "registry.internal:5000/sonic/model@sha256:" + "cd" * 32
TOKEN = "not-a-real-token"


@pytest.fixture(scope="module", params=["stand-in", "mlflow"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    start = {"stand-in": mlflow_servers.stand_in, "mlflow": mlflow_servers.real}[request.param]
    with start(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A model and an experiment of the test's own: one server serves them all."""
    return "".join(char if char.isalnum() else "-" for char in request.node.name)


@pytest.fixture
def made(record: Workspace) -> Workspace:
    """What the tasks of a run noted."""
    fill(record)
    noted = json.loads((record / "metrics.json").read_text())
    inputs = {"portrait": "1" * 64, "speech": "2" * 64}
    noted["origin"] = {"run": "sonic-x7", "date": "2026-11-27T12:00:00Z", "revision": "c" * 40, "inputs": inputs}
    (record / "metrics.json").write_text(json.dumps(noted))
    (record / "clip.mp4").write_bytes(b"a clip")
    return record


def tracked(address: str, name: str, record: Workspace, uid: str = "7f3-uid", status: str = "Completed") -> str:
    return track(
        address,
        "sonic-x7",
        uid,
        status,
        TASKS,
        record,
        experiment=name,
        repository="https://git.internal/sonic",
        branch="main",
        token=cast(Any, TOKEN),
    )


def registered(address: str, name: str, record: Workspace, uid: str = "7f3-uid", image: str = IMAGE) -> Any:
    return register(address, name, image, uid, "sonic-x7", record, experiment=name, token=cast(Any, TOKEN))


def run_of(address: str, id_: str) -> dict[str, Any]:
    return cast(dict[str, Any], mlflow.field(mlflow.ask(Mlflow(address), "GET", "runs/get", {"run_id": id_}), "run"))


def pairs(run: dict[str, Any], kind: str) -> dict[str, Any]:
    return {each["key"]: each["value"] for each in run["data"][kind]}


def test_a_run_has_its_settings_measures_commit_image_clip_and_report(address: str, name: str, made: Workspace) -> None:
    run = run_of(address, tracked(address, name, made))
    assert run["info"]["status"] == "FINISHED"
    assert run["info"]["run_name"] == "sonic-x7"
    wanted = {"settings.duration": "2.0", "settings.inference_steps": "18", "settings.smooth_motion": "true"}
    assert pairs(run, "params") == {**wanted, "model": "registry/sonic@sha256:1"}
    assert pairs(run, "metrics")["lse_d"] == 8.19
    assert pairs(run, "metrics")["inference_seconds"] == 31.5
    tags = pairs(run, "tags")
    assert tags["mlflow.source.git.commit"] == "c" * 40
    assert tags["mlflow.source.git.repoURL"] == "https://git.internal/sonic"
    assert tags["image.digest"] == "sha256:1"
    assert tags["assets.speech.sha256"] == "2" * 64
    assert tags["flowdsl.run_uid"] == "7f3-uid"
    assert tags["gate"] == "stopped: lse_d"
    assert tags["task.upload"] == "None"
    kept = mlflow.as_run(run)
    assert mlflow.get(Mlflow(address), kept, "clip.mp4") == b"a clip"
    assert b"sonic-x7" in mlflow.get(Mlflow(address), kept, "report.html")
    assert json.loads(mlflow.get(Mlflow(address), kept, "report.json"))["gate"]["verdict"] == "stopped: lse_d"


def test_a_run_has_the_words_that_were_heard(address: str, name: str, made: Workspace) -> None:
    words = [{"word": "hello", "start": 0.5, "end": 1.0}]
    rate = {"word_error_rate": {"value": 0.125, "method": "words"}}
    (made / "words.json").write_text(json.dumps({"words": words, "seconds": 2.0, "metrics": rate}))
    run = run_of(address, tracked(address, name, made))
    kept = mlflow.as_run(run)
    assert pairs(run, "metrics")["word_error_rate"] == 0.125
    assert b">hello</button>" in mlflow.get(Mlflow(address), kept, "report.html")
    for file in ("metrics.json", "report.json"):
        assert b"word_error_rate" in mlflow.get(Mlflow(address), kept, file)


def test_again_changes_nothing(address: str, name: str, made: Workspace) -> None:
    first = [registered(address, name, made), tracked(address, name, made)]
    before = run_of(address, first[1])
    again = [registered(address, name, made), tracked(address, name, made)]
    after = run_of(address, again[1])
    assert first == again
    assert first[0].tracked == first[1], "both say it of one MLflow run"
    assert before["data"]["params"] == after["data"]["params"]
    assert sorted(before["data"]["metrics"], key=str) == sorted(after["data"]["metrics"], key=str)
    assert before["info"]["end_time"] == after["info"]["end_time"]


def test_a_run_that_was_resumed_with_other_settings_is_another_of_the_same_pipelinerun(
    address: str, name: str, made: Workspace
) -> None:
    first = tracked(address, name, made)
    noted = json.loads((made / "inference.json").read_text())
    noted["settings"]["inference_steps"] = 30
    (made / "inference.json").write_text(json.dumps(noted))
    second = tracked(address, name, made)
    assert first != second
    assert pairs(run_of(address, first), "params")["settings.inference_steps"] == "18"
    assert pairs(run_of(address, second), "params")["settings.inference_steps"] == "30"
    assert tracked(address, name, made) == second


@pytest.mark.parametrize(
    ("status", "ended"), [("Succeeded", "FINISHED"), ("Failed", "FAILED"), ("Cancelled", "KILLED")]
)
def test_a_run_that_failed_early_is_kept_as_well(
    address: str, name: str, record: Workspace, status: str, ended: str
) -> None:
    run = run_of(address, tracked(address, name, record, status=status))
    assert run["info"]["status"] == ended
    assert "metrics" not in run["data"] or run["data"]["metrics"] == []


def test_names_and_texts_of_any_kind_are_kept(address: str, name: str, made: Workspace) -> None:
    odd = {"../../etc": 1.0, "..": 2.0, "a b/ü": 3.0, EVIL: 4.0, "long" * 100: 5.0}
    noted = json.loads((made / "metrics.json").read_text())
    noted["metrics"] = {key: {"value": value, "method": "m"} for key, value in odd.items()}
    noted["origin"]["inputs"] = {"a'b` = \"": "x" * 9000}
    (made / "metrics.json").write_text(json.dumps(noted))
    told = json.loads((made / "inference.json").read_text())
    told["settings"]["note"] = "y" * 9000
    (made / "inference.json").write_text(json.dumps(told))
    first = tracked(address, name, made, uid="x' OR '1'='1")
    run = run_of(address, first)
    assert {1.0, 2.0, 3.0, 4.0, 5.0} <= set(pairs(run, "metrics").values())
    assert pairs(run, "params")["settings.note"] == "y" * 5000
    assert tracked(address, name, made, uid="x' OR '1'='1") == first


def test_a_version_is_the_images_digest_and_called_candidate(address: str, name: str, made: Workspace) -> None:
    got = registered(address, name, made)
    found = registry.called(Mlflow(address), name, "candidate")
    assert found is not None
    assert (found.number, found.source, found.run) == (got.version, f"oci://{IMAGE}", got.tracked)
    assert found.tags["commit"] == "c" * 40
    assert found.tags["assets.portrait.sha256"] == "1" * 64
    assert registry.called(Mlflow(address), name, "champion") is None


def test_an_older_run_that_is_tried_again_takes_the_name_from_no_newer_version(
    address: str, name: str, made: Workspace
) -> None:
    old = registered(address, name, made, uid="old")
    new = registered(address, name, made, uid="new", image=OTHER)
    assert (new.version, registered(address, name, made, uid="old").version) == (old.version + 1, old.version)
    found = registry.called(Mlflow(address), name, "candidate")
    assert found is not None
    assert found.number == new.version


def test_an_image_without_a_digest_is_no_version(
    address: str, name: str, made: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="names no digest"):
        registered(address, name, made, image="registry/sonic:v1")


def test_the_baseline_is_what_the_champion_measured(address: str, name: str, made: Workspace) -> None:
    assert champion(address, name, made, token=cast(Any, TOKEN)).version == 0
    assert not (made / "champion.json").exists()
    got = registered(address, name, made)
    assert champion(address, name, made, token=cast(Any, TOKEN)).version == 0
    registry.call(Mlflow(address), name, "champion", got.version)
    assert champion(address, name, made, token=cast(Any, TOKEN)).version == got.version
    noted = json.loads((made / "champion.json").read_text())
    assert noted["metrics"]["lse_d"]["value"] == 8.19
    assert noted["origin"]["champion"] == got.version
    registry.uncall(Mlflow(address), name, "champion")
    champion(address, name, made, token=cast(Any, TOKEN))
    assert not (made / "champion.json").exists(), "of an earlier attempt"


class Telling(BaseHTTPRequestHandler):
    """A server that answers everything with `reply`, and notes what it was sent."""

    reply: tuple[int, dict[str, str], bytes] = (200, {}, b"{}")
    sent: list[str | None] = []

    def do_GET(self) -> None:
        self.sent.append(self.headers.get("Authorization"))
        code, headers, content = self.reply
        self.send_response(code)
        for key, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_PUT = do_GET

    def log_message(self, *_: object, **named: object) -> None: ...


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ((200, {}, b"<html>a login page</html>"), "the answer is no JSON object; is this an MLflow server"),
        ((200, {}, b"[" * 100_000), "the answer is no JSON object"),
        ((200, {}, b"{}"), "the MLflow server's answer has no model_version"),
        ((401, {}, b"\x1b[31mno"), r"401  \[31mno"),
        ((401, {}, f"you sent {TOKEN}".encode()), r"you sent \*\*\*"),
        ((500, {}, b'{"error_code": "X", "message": "a\\nb"}'), "500 X a b"),
        ((302, {"Location": "http://127.0.0.1:9/"}, b""), "302"),
    ],
    ids=["page", "deep", "empty", "terminal", "token", "lines", "redirect"],
)
def test_what_no_mlflow_server_answers(record: Workspace, reply: tuple[int, dict[str, str], bytes], told: str) -> None:
    kind = type("Odd", (Telling,), {"reply": reply, "sent": []})
    with served(kind) as address, pytest.raises(SystemExit, match=told) as ended:
        champion(address, "sonic", record, token=cast(Any, TOKEN))
    assert TOKEN not in str(ended.value)
    assert "\x1b" not in str(ended.value)


@pytest.mark.parametrize("token", [f"{TOKEN}\nmore", f"{TOKEN}\u20ac", f"{TOKEN}\x1b[0m", f"{TOKEN} b"])
def test_a_token_that_no_header_takes_is_told_without_it(record: Workspace, token: str) -> None:
    sent: list[str | None] = []
    kind = type("Asked", (Telling,), {"sent": sent})
    with served(kind) as address, pytest.raises(SystemExit, match="no one line of printable ASCII") as ended:
        champion(address, "sonic", record, token=cast(Any, token))
    assert TOKEN not in str(ended.value)
    assert sent == []


def test_a_run_of_an_odd_id_and_a_source_for_terminals(record: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="calls a run by no id"):
        mlflow.as_run({"info": {"run_id": "a\x1b[31m", "artifact_uri": "mlflow-artifacts:/0", "status": "RUNNING"}})
    assert "\x1b" not in registry.as_version({"version": "1", "source": "oci://a\x1b[31m"}).source


def test_the_token_is_a_bearers_or_a_users(record: Workspace) -> None:
    sent: list[str | None] = []
    kind = type("Noting", (Telling,), {"sent": sent, "reply": (404, {}, b'{"error_code": "RESOURCE_DOES_NOT_EXIST"}')})
    with served(kind) as address:
        for token in ("abc\n", "ada:pass", ""):
            champion(address, "sonic", record, token=cast(Any, token))
    assert sent == ["Bearer abc", "Basic YWRhOnBhc3M=", None]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("ftp://x", "is no http:// or https:// address"),
        ("127.0.0.1:5000", "is no http:// or https:// address"),
        ("http://ada:secret@x", "has a password in it: put that into the Secret"),
    ],
)
def test_an_address_that_is_none(record: Workspace, address: str, told: str) -> None:
    with pytest.raises(SystemExit, match=told):
        champion(address, "sonic", record, token=cast(Any, TOKEN))


def test_the_stand_in_keeps_what_it_has_and_its_files_inside(tmp_path: Path) -> None:
    with mlflow_servers.stand_in(tmp_path / "kept") as address:
        of = mlflow.experiment(Mlflow(address), "e")
        run = mlflow.tracked(Mlflow(address), of, "u", "r", {})
        mlflow.put(Mlflow(address), run, "a.txt", b"1", "text/plain")
        outside = run._replace(files="mlflow-artifacts:/x/%2e%2e/%2e%2e")
        for name in ("b.txt", "/etc/x"):
            with pytest.raises(SystemExit, match=r"Invalid path|no such"):
                mlflow.put(Mlflow(address), outside, name, b"2", "text/plain")
    with mlflow_servers.stand_in(tmp_path / "kept") as address:
        again = mlflow.tracked(Mlflow(address), mlflow.experiment(Mlflow(address), "e"), "u", "r", {})
        assert again.id == run.id
        assert mlflow.get(Mlflow(address), again, "a.txt") == b"1"
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
