"""What the real things say of documents: Tekton's admission, kubectl's YAML reader, Argo Events, the API server.

    from oracle import admit, admit_yaml, argo, kubernetes, read_yaml

Each is a Go program of this directory over published modules, of the releases in its go.mod: `admission`, `kubeyaml`,
`argo` and `objects`. Every function raises `gobuild.UnavailableError` where its program can't be built; a test that uses
one takes the fixture of the program's name of conftest.py, which skips then.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs
from gobuild import HERE, program, run_go

RUN_SECONDS = 300


@attrs.frozen
class Verdict:
    """What admission says of one document. `seen` is false for a document no Tekton webhook is asked about."""

    accepted: bool
    message: str
    seen: bool = True


class UnknownKindError(Exception):
    """A document is of a kind in Tekton's groups that its webhook does not know: that is no verdict on it."""


class UnreadableError(Exception):
    """kubectl's reader refuses the YAML; the text is its own."""


def admit(documents: Iterable[Mapping[str, Any]], *, api_fields: str = "", on: Iterable[str] = ()) -> list[Verdict]:
    """Tekton's verdict on each document, in order, were it created now.

    `api_fields` sets the feature flag enable-api-fields (stable, beta, alpha); empty leaves Tekton's default. `on` are
    further flags that are true. Raises UnknownKindError for a kind that the webhook does not know.
    """
    flags = [f"-flag={name}=true" for name in on] + ([f"-flag=enable-api-fields={api_fields}"] if api_fields else [])
    answers = _asked("admission", documents, *flags)
    for answer in answers:
        if answer.get("unknown"):
            raise UnknownKindError(answer["message"])
    return [Verdict(answer["accepted"], answer["message"], answer["seen"]) for answer in answers]


def argo(documents: Iterable[Mapping[str, Any]]) -> list[Verdict]:
    """What the controllers of Argo Events say of each document; one with a field that they don't know is refused."""
    answers = _asked("argo", documents)
    return [Verdict(answer["accepted"], answer["message"]) for answer in answers]


def kubernetes(documents: Iterable[Mapping[str, Any]]) -> list[Verdict]:
    """What the API server says of each document, were it created now, without fields that it does not know."""
    answers = _asked("objects", documents, "-crd", str(gateway_definition()))
    return [Verdict(answer["accepted"], answer["message"]) for answer in answers]


def gateway_definition() -> Path:
    """The file of the Gateway API's module that defines HTTPRoute."""
    folder = HERE / "objects"
    module = run_go(["go", "list", "-mod=mod", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/gateway-api"], folder).strip()
    return Path(module) / "config" / "crd" / "standard" / "gateway.networking.k8s.io_httproutes.yaml"


def play(questions: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the pod of a Sensor does with events: each with `sensor`, `dependency` and `data`."""
    lines = [json.dumps({"id": str(number), **question}) for number, question in enumerate(questions)]
    return [json.loads(line) for line in _run("argo", "\n".join(lines), "-play")] if lines else []


def known_kinds() -> set[str]:
    """Each `apiVersion kind` that the program judges."""
    return set(_run("admission", "", "-kinds"))


def defaulted(documents: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Each document as Tekton's defaulting webhook sends it back; None where it can't decode it, or is not asked."""
    return [answer.get("defaulted") for answer in _asked("admission", documents, "-defaulted")]


def admit_yaml(text: bytes, *, api_fields: str = "", on: Iterable[str] = ()) -> list[Verdict]:
    """Tekton's verdict on each document of a YAML file, read as kubectl reads it. Raises UnreadableError."""
    return admit(read_yaml(text), api_fields=api_fields, on=on)


def read_yaml(text: bytes) -> list[Any]:
    """The documents of a YAML file as kubectl would send them: blank ones left out. Raises UnreadableError."""
    documents = []
    for line in _run("kubeyaml", text.decode()):
        answer = json.loads(line)
        if "error" in answer:
            raise UnreadableError(answer["error"])
        documents.append(answer["document"])
    return documents


def _asked(name: str, documents: Iterable[Mapping[str, Any]], *options: str) -> list[dict[str, Any]]:
    """What a program answers about each document, in order."""
    lines = [json.dumps({"id": str(number), "doc": document}) for number, document in enumerate(documents)]
    answers = [json.loads(line) for line in _run(name, "\n".join(lines), *options)]
    if [answer["id"] for answer in answers] != [str(number) for number in range(len(lines))]:
        raise RuntimeError(f"asked about {len(lines)} documents, got {len(answers)} answers or another order")
    return answers


def _run(name: str, text: str, *options: str) -> list[str]:
    """The lines a program prints for `text`. Lines end at a line feed alone, which JSON never holds unescaped."""
    done = subprocess.run(
        [str(program(name)), *options], input=text.encode(), capture_output=True, check=False, timeout=RUN_SECONDS
    )
    if done.returncode != 0:
        raise RuntimeError(f"{name} failed: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode().removesuffix("\n").split("\n") if done.stdout else []
