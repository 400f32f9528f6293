"""upload as a plain function, against an S3 on loopback that checks every signature, and AWS's published examples."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import importlib
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from sonic_flow.s3 import EMPTY, Signer, object_url, sign
from sonic_flow.tasks.upload import Uploaded, upload
from sonic_flow.tests.fakes import served

KEYS = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
AWS = Signer("us-east-1", *KEYS)


def signature(headers: Mapping[str, str]) -> str:
    return headers["Authorization"].rpartition("Signature=")[2]


# The examples without a query in the Amazon S3 API reference, "Signature Calculations for the Authorization Header".
def test_aws_example_get_object() -> None:
    headers = sign(
        "GET",
        "https://examplebucket.s3.amazonaws.com/test.txt",
        AWS,
        EMPTY,
        now="20130524T000000Z",
        headers={"Range": "bytes=0-9"},
    )
    assert "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date" in headers["Authorization"]
    assert signature(headers) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"


def test_aws_example_put_object() -> None:
    payload = hashlib.sha256(b"Welcome to Amazon S3.").hexdigest()
    url = object_url("https://s3.amazonaws.com", "examplebucket", "us-east-1", "test$file.text")
    url = url.replace("s3.amazonaws.com/examplebucket", "examplebucket.s3.amazonaws.com")
    headers = sign(
        "PUT",
        url,
        AWS,
        payload,
        now="20130524T000000Z",
        headers={"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
    )
    assert signature(headers) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"


@pytest.mark.parametrize("key", ["runs/1/output.mp4", "a b/ü+~(x)&=.mp4", "x//y", "100%/$.mp4"])
def test_agrees_with_botocore(key: str) -> None:
    auth = pytest.importorskip("botocore.auth", reason="botocore is not installed")
    AWSRequest = importlib.import_module("botocore.awsrequest").AWSRequest
    Credentials = importlib.import_module("botocore.credentials").Credentials

    url = object_url("http://127.0.0.1:9000", "clips", "eu-west-1", key)
    ours = sign(
        "PUT", url, Signer("eu-west-1", *KEYS), EMPTY, now="20260102T030405Z", headers={"Content-Type": "video/mp4"}
    )
    request = AWSRequest("PUT", url, headers={"Content-Type": "video/mp4", "X-Amz-Content-SHA256": EMPTY})
    request.context["timestamp"] = "20260102T030405Z"
    request.headers["X-Amz-Date"] = "20260102T030405Z"
    signer = auth.S3SigV4Auth(Credentials(*KEYS), "s3", "eu-west-1")
    text = signer.string_to_sign(request, signer.canonical_request(request))
    assert signature(ours) == signer.signature(text, request)


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("", "https://clips.s3.eu-west-1.amazonaws.com/runs/1%202/o.mp4"),
        ("http://minio:9000", "http://minio:9000/clips/runs/1%202/o.mp4"),
        ("https://s3.example.org/", "https://s3.example.org/clips/runs/1%202/o.mp4"),
    ],
)
def test_where_an_object_is(endpoint: str, url: str) -> None:
    assert object_url(endpoint, "clips", "eu-west-1", "runs/1 2/o.mp4") == url


def test_an_endpoint_without_a_scheme_stops() -> None:
    with pytest.raises(SystemExit, match="error: endpoint 'minio:9000' is no http"):
        object_url("minio:9000", "clips", "eu-west-1", "o.mp4")


class Store:
    """A bucket. Refuses what is not signed with `secret`, and what does not match the hash it was signed with."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        self.secret = KEYS[1]
        self.damage: Callable[[bytes], bytes] = lambda content: content
        self.base = ""

    @contextmanager
    def running(self) -> Iterator[Store]:
        with served(self.handler()) as self.base:
            yield self

    def allowed(self, request: BaseHTTPRequestHandler, content: bytes) -> bool:
        """AWS Signature Version 4 as the server sees it."""
        scheme, _, rest = request.headers["Authorization"].partition(" ")
        fields = dict(part.strip().split("=", 1) for part in rest.split(","))
        names = fields["SignedHeaders"].split(";")
        access, day, region, service, _ = fields["Credential"].split("/")
        canonical = [request.command, request.path, ""]
        canonical += [f"{name}:{' '.join(request.headers[name].split())}" for name in names]
        canonical += ["", fields["SignedHeaders"], request.headers["x-amz-content-sha256"]]
        hashed = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
        when = request.headers["x-amz-date"]
        text = "\n".join([scheme, when, f"{day}/{region}/{service}/aws4_request", hashed])
        key = b"AWS4" + self.secret.encode()
        for part in (day, region, service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        age = datetime.datetime.now(datetime.timezone.utc) - datetime.datetime.strptime(
            when + "+0000", "%Y%m%dT%H%M%SZ%z"
        )
        return (
            hmac.digest(key, text.encode(), "sha256").hex() == fields["Signature"]
            and {"host", "x-amz-date", "x-amz-content-sha256"} <= set(names)
            and hashlib.sha256(content).hexdigest() == request.headers["x-amz-content-sha256"]
            and (access, service, when[:8]) == (KEYS[0], "s3", day)
            and abs(age.total_seconds()) < 900
        )

    def handler(self) -> type[BaseHTTPRequestHandler]:
        store = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None: ...

            def do_PUT(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                if self.refuse(content):
                    return
                path = urllib.parse.unquote(self.path)
                store.objects[path] = content
                store.types[path] = self.headers["Content-Type"]
                self.answer(200, b"")

            def do_GET(self) -> None:
                if not self.refuse(b""):
                    self.answer(200, store.damage(store.objects[urllib.parse.unquote(self.path)]))

            def refuse(self, content: bytes) -> bool:
                if store.allowed(self, content):
                    return False
                self.answer(403, b"<Error><Code>SignatureDoesNotMatch</Code>\n<Message>no</Message></Error>")
                return True

            def answer(self, code: int, content: bytes) -> None:
                self.send_response(code)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        return Handler


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "output.mp4"
    path.write_bytes(b"\0\1\2\xff" * 700_000)
    return path


def put(video: Path, store: Store, **changes: Any) -> Uploaded:
    given = {"key": "runs/7f3 a/output.mp4", "bucket": "clips", "endpoint": store.base, "region": "eu-west-1"}
    return upload(video, **{**given, "access_key": KEYS[0], "secret_key": KEYS[1], **changes})


def test_stores_the_clip_and_reads_it_back(video: Path) -> None:
    with Store().running() as store:
        stored = put(video, store)
    assert store.objects == {"/clips/runs/7f3 a/output.mp4": video.read_bytes()}
    assert store.types == {"/clips/runs/7f3 a/output.mp4": "video/mp4"}
    digest = hashlib.sha256(video.read_bytes()).hexdigest()
    assert stored == ("s3://clips/runs/7f3 a/output.mp4", digest, 2_800_000)


def test_says_what_s3_says_and_never_the_keys(video: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store()
    store.secret = "another"
    with store.running(), pytest.raises(SystemExit) as stopped:
        put(video, store)
    told = str(stopped.value)
    assert told.startswith(
        f"error: PUT {store.base}/clips/runs/7f3%20a/output.mp4: 403 Forbidden: <Error><Code>Signature"
    )
    assert "\n" not in told
    assert KEYS[1] not in told + "".join(capsys.readouterr())
    assert store.objects == {}


def test_an_object_that_reads_back_otherwise_stops(video: Path) -> None:
    store = Store()
    store.damage = lambda content: content[:-1] + b"?"
    with store.running(), pytest.raises(SystemExit, match="was stored, but reads back with SHA-256"):
        put(video, store)


def test_a_store_that_is_down_stops_with_one_line(video: Path) -> None:
    with Store().running() as store:
        pass
    with pytest.raises(SystemExit, match=r"^error: PUT .*refused"):
        put(video, store)


def test_an_object_too_large_for_one_request_stops(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sonic_flow.tasks.upload.LARGEST", 1000)
    with Store().running() as store, pytest.raises(SystemExit, match="2800000 bytes; S3 takes 1000 in one request"):
        put(video, store)
