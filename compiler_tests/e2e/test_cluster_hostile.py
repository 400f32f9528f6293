"""A kubeconfig or a server that gives anything: the commands end with 0 to 3, plain words, and no credential."""

from __future__ import annotations

import copy
import json
import re
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml
from cluster_support import TEKTON, Person, end, pipeline, run_of, start, task
from fake_api import TOKEN, FakeApi
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowdsl.kubeclient import answers
from flowdsl.kubeclient.client import Client

SECRET = "Tk-9f2c71e8d4b6a035-planted"
ODD: list[Any] = [None, [], [None], {}, {"a": None}, "", "x\n::error::y\x1b[2J", 0, -1, 1.5, 10**400, True, [[1]], [{}]]
ANYTHING = st.sampled_from(ODD) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture
def person(person: Person, monkeypatch: pytest.MonkeyPatch) -> Person:
    monkeypatch.setattr("flowdsl.kubeclient.follow._LAST_LINES_SECONDS", 0.5)
    monkeypatch.setenv("KUBECONFIG", str(person.config))
    return person


def commands(file: str) -> list[list[str]]:
    return [
        ["apply", file], ["submit", file], ["submit", "--watch", file], ["watch", "r"], ["logs", "r"], ["cancel", "r"],
        ["retry", "r"], ["retry", "--failed-only", "r"], ["list"], ["list", "--output", "json"], ["delete", "r"],
        ["delete", "--pipeline", "flow"], ["doctor", file], ["diff", "--live", file],
    ]  # fmt: skip


COMMANDS = pytest.mark.parametrize("number", range(14), ids=lambda number: " ".join(commands("FILE")[number]))


def filled(api: FakeApi, person: Person) -> str:
    """A cluster on which something ran, and a file to apply."""
    api.objects.clear()
    start(api, "r")
    end(api, "r", "False", "Failed")
    api.ended.add(("pod", "step-main"))
    api.logs[("pod", "step-main")] = [("2026-01-01T00:00:01Z", "a line")]
    owner = {"pipelines.flowdsl.dev/flow": "true"}
    api.put(f"{TEKTON}/tasks/old", {**task("old"), "metadata": {"name": "old", "labels": owner}})
    api.put(f"{TEKTON}/tasks/a", {**task("a"), "metadata": {"name": "a", "labels": owner}})
    return person.file(task("a"), pipeline("flow", "a"), run_of("flow"))


def tried(person: Person, words: list[str], config: Path | None = None) -> tuple[int, str]:
    """Exit code and all that was printed; never a crash, a credential, or a character that acts."""
    if words[0] == "diff":
        from flowdsl.cli import main

        code = main(words)
        out, err = person.capsys.readouterr()
    else:
        code, out, err = person.types(*words, kubeconfig=config)
    told = out + err
    assert code in (0, 1, 2, 3), told
    assert "flowdsl has a bug" not in told
    assert "Traceback" not in told
    assert SECRET not in told
    assert "\x1b" not in told
    assert not re.search(r"^\s*::", told, re.MULTILINE)
    return code, told


ANSWERS: dict[str, Any] = {
    "a login page": (200, {"Content-Type": "text/html"}, "<html><form>log in</form></html>"),
    "a redirect": (302, {"Location": f"https://evil.example/?token={SECRET}"}, ""),
    "nothing": (200, {}, ""),
    "a list": [1],
    "null": (200, {}, "null"),
    "cut off": (200, {}, '{"items": ['),
    "nested": (200, {}, '{"a":' * 50_000 + "1" + "}" * 50_000),
    "nested, and readable": json.loads('{"metadata":' * 300 + "{}" + "}" * 300),
    "no UTF-8": (200, {}, b'{"metadata": {"name": "\xff\xfe'),
    "no number of JSON": (200, {}, '{"items": NaN}'),
    "thousands of digits": (200, {}, '{"items": ' + "1" * 5000 + "}"),
    "compressed": (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b\x08\x00"),
    "half a character": (200, {}, '{"metadata": {"name": "\\ud800"}, "items": [{"metadata": {"name": "\\udfff"}}]}'),
    "items are null": {"metadata": {"resourceVersion": "1"}, "items": [None]},
    "metadata is a list": {"metadata": [], "items": [{"metadata": []}]},
}


@COMMANDS
@pytest.mark.parametrize("what", ANSWERS, ids=lambda what: what)
def test_an_answer_that_is_none_of_kubernetes(api: FakeApi, person: Person, number: int, what: str) -> None:
    words = commands(filled(api, person))[number]
    api.twist = lambda path, answer: ANSWERS[what]
    code, told = tried(person, words)
    assert code == 3, told
    assert "cluster 'fake'" in told


@COMMANDS
def test_who_sends_the_token_back_does_not_get_it_printed(api: FakeApi, person: Person, number: int) -> None:
    import fake_api

    words = commands(filled(api, person))[number]
    api.fault = lambda method, path: (403, f"no, {SECRET}") if "watch=1" in path else None
    config = api.kubeconfig(person.folder, token=SECRET)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fake_api, "TOKEN", SECRET)
        api.twist = lambda path, answer: (400, {}, f"you are Bearer {SECRET}")
        tried(person, words, config)
        api.twist = lambda path, answer: json.loads(json.dumps(answer).replace("it is Failed", f"you are {SECRET}"))
        api.logs[("pod", "step-main")] = [("2026-01-01T00:00:01Z", f"you are {SECRET}")]
        tried(person, words, config)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(data, (dict, list)):
        for key, each in data.items() if isinstance(data, dict) else enumerate(data):
            found += places(each, (*path, key))
    return found


def put_at(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    data = copy.copy(data)
    data[path[0]] = put_at(data[path[0]], path[1:], value)
    return data


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_one_value_of_an_answer_is_another(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flowdsl.kubeclient.follow._LAST_LINES_SECONDS", 0.5)
        api = FakeApi()
        api.start()
        try:
            person = Person(api, tmp_path_factory.mktemp("person"), capsys)
            patch.setenv("KUBECONFIG", str(person.config))
            words = data.draw(st.sampled_from(commands(filled(api, person))))
            wanted, seed, value = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 10_000)), data.draw(ANYTHING)
            asked: list[str] = []

            def twist(path: str, answer: Any) -> Any:
                asked.append(path)
                if len(asked) - 1 != wanted or not isinstance(answer, dict):
                    return answer
                known = places(answer)
                return put_at(answer, known[seed % len(known)], value)

            api.twist = twist
            # A run that is not over is watched: that ends here.
            api.fault = lambda method, path: (403, "no") if "watch=1" in path else None
            tried(person, words)
        finally:
            api.stop()


CONFIG = {
    "apiVersion": "v1", "kind": "Config", "current-context": "fake",
    "clusters": [{"name": "fake", "cluster": {"server": "http://127.0.0.1:9"}}],
    "users": [{"name": "me", "user": {"token": SECRET}}],
    "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": "me", "namespace": "ml"}}],
}  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.sampled_from(places(CONFIG)), value=ANYTHING, token=st.booleans())
def test_one_value_of_a_kubeconfig_is_another(
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    place: tuple[Any, ...],
    value: Any,
    token: bool,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flowdsl.kubeclient.client.Client.stopped", threading.Event(), raising=False)
        api = FakeApi()
        person = Person(api, tmp_path_factory.mktemp("person"), capsys)
        person.config.write_text(yaml.safe_dump(put_at(CONFIG, place, value)), encoding="utf-8")
        code, _ = tried(person, ["list"])
        assert code in (2, 3)


KUBECONFIGS = {
    "a list": "[1]",
    "text": "abc",
    "nothing": "",
    "no YAML": f"users: [{{token: {SECRET}",
    "no YAML at the token": f'users:\n- name: me\n  user:\n    token: "{SECRET}\\q"\n',
    "a binary": "\x00\x01",
    "nested": "a: " + "[" * 5000,
    "aliases of aliases": "a: &a [x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [{', '.join(['*' + old] * 8)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", KUBECONFIGS.values(), ids=KUBECONFIGS.keys())
def test_a_kubeconfig_that_is_none(person: Person, text: str) -> None:
    person.config.write_text(text)
    code, told = tried(person, ["list"])
    assert code == 3
    assert "kubeconfig" in told


@pytest.mark.parametrize(
    "token",
    [f"{SECRET}\n", f"ab\n{SECRET}", f"{SECRET}\r\nX-Other: 1", f"{SECRET}é", f"{SECRET}\u2028", f"\x00{SECRET}"],
    ids=["ends in one", "has one", "another header", "an accent", "a separator", "a zero"],
)
@COMMANDS
def test_a_token_that_no_header_may_have(api: FakeApi, person: Person, token: str, number: int) -> None:
    words = commands(filled(api, person))[number]
    text = yaml.safe_load(person.config.read_text())
    text["users"][0]["user"]["token"] = token
    person.config.write_text(yaml.safe_dump(text))
    code, told = tried(person, words)
    assert code == 3
    assert "line end" in told


@pytest.mark.parametrize(
    "server",
    ["", "host", "ftp://host", "http://", "http://[::1", "http://host:port", "http://host:99999", "https://a b",
     f"http://me:{SECRET}@127.0.0.1:9", "http://" + "a" * 300 + ".example", "http://127.0.0.1:9/\r\nx: y"],
)  # fmt: skip
def test_a_server_that_is_no_address(person: Person, server: str) -> None:
    config = copy.deepcopy(CONFIG)
    config["clusters"][0]["cluster"]["server"] = server  # type: ignore[index]
    person.config.write_text(yaml.safe_dump(config))
    assert tried(person, ["list"])[0] == 3


@pytest.mark.parametrize("field", ["certificate-authority-data", "client-certificate-data", "client-key-data"])
@pytest.mark.parametrize("value", ["no base64!", "YWJj", SECRET])
def test_certificates_that_are_none(person: Person, field: str, value: str) -> None:
    config = copy.deepcopy(CONFIG)
    place = config["clusters"][0]["cluster"] if "authority" in field else config["users"][0]["user"]  # type: ignore[index]
    config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:9"  # type: ignore[index]
    place[field] = value
    person.config.write_text(yaml.safe_dump(config))
    assert tried(person, ["list"])[0] == 3


def test_an_answer_has_a_largest_size(api: FakeApi, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(api, person)
    assert tried(person, ["list"])[0] == 0
    monkeypatch.setattr(Client._read, "__defaults__", (100,))
    code, told = tried(person, ["list"])
    assert code == 3
    assert "it has more than" in told


def test_a_server_that_drips_is_left(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MAX_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=feed, args=(line,), daemon=True).start()

        def feed(line: socket.socket) -> None:
            with line:
                line.recv(65536)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                try:
                    while True:
                        line.sendall(b" ")
                        threading.Event().wait(0.05)
                except OSError:
                    return

        threading.Thread(target=drip, daemon=True).start()
        config = copy.deepcopy(CONFIG)
        config["clusters"][0]["cluster"]["server"] = f"http://127.0.0.1:{server.getsockname()[1]}"  # type: ignore[index]
        person.config.write_text(yaml.safe_dump(config))
        code, told = tried(person, ["list"])
    assert code == 3
    assert "it is not over after 0.5 s" in told


def test_apply_says_when_it_does_nothing(api: FakeApi, person: Person) -> None:
    code, told = tried(person, ["apply", person.file(run_of("flow"))])
    assert code == 0
    assert "nothing was applied" in told
    assert "submit" in told
    assert TOKEN not in told


@pytest.mark.parametrize(
    "document",
    [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": []},
        {"apiVersion": "v1", "kind": "ConfigMap"},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": 5}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "labels": []}},
        {"apiVersion": "v1", "kind": "x\n::error::y", "metadata": {"name": "a"}},
    ],
    ids=["metadata is a list", "no metadata", "a number", "labels are a list", "the kind is a command"],
)
def test_documents_that_no_cluster_takes(api: FakeApi, person: Person, document: dict[str, Any]) -> None:
    file = person.file(task("a"), pipeline("flow", "a"), run_of("flow"), document)
    for words in (["apply", file], ["submit", file], ["doctor", file]):
        code, told = tried(person, words)
        assert code or words[0] == "doctor", told
