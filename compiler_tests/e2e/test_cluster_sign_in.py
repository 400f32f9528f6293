"""Who the commands are to a cluster: what a kubeconfig says of it, as kubectl reads it, and nothing else."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cluster_support import Person, start
from fake_api import FakeApi

pytest.importorskip("kubernetes")

VERSION = "client.authentication.k8s.io/v1"


@pytest.fixture
def api(api: FakeApi) -> FakeApi:
    start(api, "r")
    return api


@pytest.fixture
def person(person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    monkeypatch.chdir(tmp_path)
    return person


def config_of(api: FakeApi, user: dict[str, Any], **cluster: object) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "it",
        "clusters": [{"name": "it", "cluster": {"server": f"http://127.0.0.1:{api.port}", **cluster}}],
        "users": [{"name": "me", "user": user}],
        "contexts": [{"name": "it", "context": {"cluster": "it", "user": "me", "namespace": "ml"}}],
    }


def lists(person: Person, user: dict[str, Any], **cluster: object) -> tuple[int, str, str]:
    person.config.write_text(yaml.safe_dump(config_of(person.api, user, **cluster)))
    return person.types("list")


def program(folder: Path, code: str, **fields: object) -> dict[str, Any]:
    """A user whose credentials a program gives: Python code, which finds the number of its call in `calls`."""
    path = folder / "plugin.py"
    count = f"p = {str(folder / 'calls')!r}\nopen(p, 'a').write('x')\ncalls = len(open(p).read())\n"
    given = "def give(**status):\n    print(json.dumps({'apiVersion': VERSION, 'kind': 'ExecCredential', 'status': status}))\n"
    path.write_text(f"import json, os, sys\nVERSION = {VERSION!r}\n{count}{given}{code}\n")
    base = {"apiVersion": VERSION, "command": sys.executable, "args": [str(path)], "interactiveMode": "Never"}
    return {"exec": {**base, **fields}}


def sent(api: FakeApi, name: str) -> list[str]:
    """The values of a header in the last request."""
    return [value for key, value in api.headers[-1] if key.lower() == name.lower()]


def test_a_user_that_impersonates_is_sent_as_the_other(person: Person) -> None:
    extra = {"example.org/Reason": ["nightly", "drift"], "a b": ["1"]}
    user = {
        "token": "good", "as": "ada", "as-uid": "u-1", "as-groups": ["ml", "system:authenticated"],
        "as-user-extra": extra,
    }  # fmt: skip
    code, _, err = lists(person, user)
    assert code == 0, err
    assert sent(person.api, "Authorization") == ["Bearer good"]
    assert sent(person.api, "Impersonate-User") == ["ada"]
    assert sent(person.api, "Impersonate-Uid") == ["u-1"]
    assert sent(person.api, "Impersonate-Group") == ["ml", "system:authenticated"]
    assert sent(person.api, "Impersonate-Extra-example.org%2FReason") == ["nightly", "drift"]
    assert sent(person.api, "Impersonate-Extra-a%20b") == ["1"]


def test_requests_say_who_sends_them(person: Person) -> None:
    assert lists(person, {"token": "good"})[0] == 0
    assert sent(person.api, "User-Agent")[0].startswith("flowdsl/")
    assert len(sent(person.api, "User-Agent")) == 1


def test_a_name_and_a_password(person: Person) -> None:
    basic = f"Basic {base64.b64encode(b'ada:secret-of-ada').decode()}"
    person.api.accepted = {basic}
    code, out, err = lists(person, {"username": "ada", "password": "secret-of-ada"})
    assert code == 0, err
    assert "secret-of-ada" not in out + err


def test_a_name_that_is_empty_is_none(person: Person) -> None:
    assert lists(person, {"username": "", "password": "", "token": "good"})[0] == 0
    person.api.accepted.add(None)
    assert lists(person, {"username": ""})[0] == 0
    assert sent(person.api, "Authorization") == []


def test_a_program_gives_the_token_and_is_told_of_the_cluster(person: Person, tmp_path: Path) -> None:
    code = f"open({str(tmp_path / 'info')!r}, 'w').write(os.environ['KUBERNETES_EXEC_INFO'])\n"
    code += "give(token=os.environ['WHICH'])"
    user = program(tmp_path, code, provideClusterInfo=True, env=[{"name": "WHICH", "value": "good"}])
    extensions = [{"name": "client.authentication.k8s.io/exec", "extension": {"audience": "x"}}]
    code_, _, err = lists(person, user, extensions=extensions)
    assert code_ == 0, err
    info = json.loads((tmp_path / "info").read_text())
    assert info["kind"] == "ExecCredential"
    assert info["spec"]["interactive"] is False
    assert info["spec"]["cluster"]["server"] == f"http://127.0.0.1:{person.api.port}"
    assert info["spec"]["cluster"]["config"] == {"audience": "x"}
    assert (tmp_path / "calls").read_text() == "x", "one call serves all requests until it expires"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("sys.exit('log in first: sso login')", "ended with 1: log in first: sso login"),
        ("print('no json')", "no ExecCredential in JSON"),
        (
            "print(json.dumps({'apiVersion': VERSION, 'kind': 'Other', 'status': {'token': 'good'}}))",
            "no ExecCredential",
        ),
        ("print(json.dumps({'apiVersion': VERSION, 'kind': 'ExecCredential'}))", "status is missing"),
        ("give()", "neither a token nor a certificate"),
        ("give(clientCertificateData='x')", "a certificate without its key"),
        ("give(token='good', expirationTimestamp='soon')", "expirationTimestamp must be a time"),
        ("print('\\x1b[31m', file=sys.stderr); sys.exit(2)", "ended with 2"),
    ],
)
def test_a_program_that_gives_nothing_is_an_error_and_nobody_is_asked(
    person: Person, tmp_path: Path, code: str, words: str
) -> None:
    person.api.accepted.add("")
    found, out, err = lists(person, program(tmp_path, code))
    assert found == 3
    assert words in err
    assert "\x1b" not in out + err
    assert person.api.requests == [], "not as system:anonymous"


def test_a_program_that_is_missing_has_its_hint_shown(person: Person, tmp_path: Path) -> None:
    user = program(tmp_path, "", command="no-such-login-tool", installHint="Install it:\n  brew install login-tool")
    code, _, err = lists(person, user)
    assert code == 3
    assert "no-such-login-tool" in err
    assert "brew install login-tool" in err
    assert person.api.requests == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"apiVersion": "client.authentication.k8s.io/v1alpha1"}, "v1alpha1"),
        ({"interactiveMode": None}, "needs an interactiveMode"),
        ({"interactiveMode": "Sometimes"}, "needs an interactiveMode"),
        ({"interactiveMode": "Always"}, "standard input is no terminal"),
    ],
)
def test_a_program_that_kubectl_would_not_run(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fields: dict[str, object], words: str
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    code, _, err = lists(person, program(tmp_path, "give(token='good')", **fields))
    assert code == 3
    assert words in err
    assert not (tmp_path / "calls").exists()


def test_a_token_that_is_refused_or_expired_is_asked_for_anew(person: Person, tmp_path: Path) -> None:
    person.api.accepted = {"Bearer second-token"}
    code = "give(token='first-token' if calls == 1 else 'second-token')"
    found, _, err = lists(person, program(tmp_path, code))
    assert found == 0, err
    assert (tmp_path / "calls").read_text() == "xx"
    (tmp_path / "calls").unlink()
    expired = "give(token='second-token', expirationTimestamp='2020-01-01T00:00:00Z')"
    assert lists(person, program(tmp_path, expired))[0] == 0
    assert len((tmp_path / "calls").read_text()) > 1
    (tmp_path / "calls").unlink()
    found, _, err = lists(person, program(tmp_path, "give(token='never-good')"))
    assert found == 3
    assert "(401)" in err
    assert (tmp_path / "calls").read_text() == "xx", "asked once more, not without end"
    assert "never-good" not in err


def test_a_token_file_beside_the_kubeconfig_is_read_again_when_it_was_rotated(person: Person) -> None:
    place = person.folder / "token"
    place.write_text("old-token\n")

    def rotate(method: str, path: str) -> None:
        place.write_text("good\n")

    person.api.fault = rotate
    code, _, err = lists(person, {"tokenFile": "token", "token": "older-token"})
    assert code == 0, err
    place.unlink()
    code, _, err = lists(person, {"tokenFile": "token"})
    assert code == 3
    assert "token file" in err


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ({"token": "good", "username": "ada", "password": "p"}, "by a token and by a user name"),
        ({"token": "good", "password": "p"}, "by a token and by a user name"),
        ({"token": "good", "as-groups": ["ml"]}, "not as whom"),
        ({"auth-provider": {"name": "gcp"}}, "gke-gcloud-auth-plugin"),
        ({"auth-provider": {"name": "oidc", "config": {"id-token": "a=b"}}}, "gave no token"),
        ({"client-certificate": "cert.pem"}, "without its client-key"),
    ],
)
def test_a_user_that_kubectl_would_refuse(person: Person, user: dict[str, Any], words: str) -> None:
    code, _, err = lists(person, user)
    assert code == 3
    assert words in err
    assert person.api.requests == []


def test_a_context_whose_user_is_missing_is_not_somebody_else(person: Person) -> None:
    config = config_of(person.api, {"token": "good"})
    config["users"] = []
    person.config.write_text(yaml.safe_dump(config))
    code, _, err = person.types("list")
    assert code == 3
    assert "names the user 'me', which it does not have" in err
    assert person.api.requests == []


def test_files_are_merged_the_first_counts(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = person.folder / "first", person.folder / "second"
    config = config_of(person.api, {"token": "good"})
    first.write_text(yaml.safe_dump({"users": config["users"]}))
    second.write_text(yaml.safe_dump({**config, "users": [{"name": "me", "user": {"token": "other"}}]}))
    monkeypatch.setenv("KUBECONFIG", f"{first}:{person.folder / 'none'}:{second}")
    from flowdsl.cli import main

    assert main(["list"]) == 0
    assert sent(person.api, "Authorization") == ["Bearer good"]


def test_a_certificate_that_is_not_checked_is_told_in_one_line(person: Person) -> None:
    code, _, err = lists(person, {"token": "good"}, **{"insecure-skip-tls-verify": True})
    assert code == 0
    assert err.count("is not checked (insecure-skip-tls-verify)") == 1
    both = {"insecure-skip-tls-verify": True, "certificate-authority": "ca.pem"}
    code, _, err = lists(person, {"token": "good"}, **both)
    assert code == 3
    assert "keep one of them" in err


def test_a_proxy_of_the_kubeconfig_is_asked_with_its_password(person: Person) -> None:
    # The fake server is its own proxy: it gets the whole URL.
    url = f"http://ada:secret-of-proxy@127.0.0.1:{person.api.port}"
    person.config.write_text(yaml.safe_dump(config_of(person.api, {"token": "good"}, **{"proxy-url": url})))
    _, out, err = person.types("list")
    assert any(path.startswith("http://127.0.0.1") for _, path in person.api.requests)
    assert "secret-of-proxy" not in out + err
    code, _, err = lists(person, {"token": "good"}, **{"proxy-url": "ftp://x"})
    assert code == 3
    assert "proxy-url" in err


def test_in_a_pod_the_namespace_is_found_as_kubectl_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kubernetes.config import incluster_config

    from flowdsl.kubeclient import access

    for name in ("TOKEN", "CERT"):
        (tmp_path / name).write_text("x")
        monkeypatch.setattr(incluster_config, f"SERVICE_{name}_FILENAME", str(tmp_path / name))
    for variable, value in (("HOST", "10.0.0.1"), ("PORT", "443")):
        monkeypatch.setenv(f"KUBERNETES_SERVICE_{variable}", value)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.delenv("POD_NAMESPACE", raising=False)
    monkeypatch.setattr(access, "_IN_POD", str(tmp_path / "namespace"))
    assert access.load("", "").namespace == "default"
    (tmp_path / "namespace").write_text("ml\n")
    assert access.load("", "").namespace == "ml"
    monkeypatch.setenv("POD_NAMESPACE", "prod")
    assert access.load("", "").namespace == "prod"


def test_a_kubeconfig_that_is_named_is_one_file(person: Person) -> None:
    odd = person.folder / "team:prod"
    odd.write_text(person.config.read_text())
    assert person.types("list", kubeconfig=odd)[0] == 0
    code, _, err = person.types("list", kubeconfig=Path(f"{person.config}:{person.config}"))
    assert code == 3
    assert "there is no such file" in err
