"""What Tekton's own admission, and kubectl's own YAML reader, say of documents.

    from oracle import admit, admit_yaml, read_yaml

Both are Go programs of this directory over published modules: `admission` (github.com/tektoncd/pipeline, the release in
its go.mod) and `kubeyaml` (sigs.k8s.io/yaml). Every function raises `gobuild.UnavailableError` where they can't be
built; a test that uses one takes the fixture `admission` or `kubeyaml` of conftest.py, which skips then.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
from gobuild import program

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
    lines = [json.dumps({"id": str(number), "doc": document}) for number, document in enumerate(documents)]
    answers = [json.loads(line) for line in _run("admission", "\n".join(lines), *flags)]
    if [answer["id"] for answer in answers] != [str(number) for number in range(len(lines))]:
        raise RuntimeError(f"asked about {len(lines)} documents, got {len(answers)} answers or another order")
    for answer in answers:
        if answer.get("unknown"):
            raise UnknownKindError(answer["message"])
    return [Verdict(answer["accepted"], answer["message"], answer["seen"]) for answer in answers]


def known_kinds() -> set[str]:
    """Each `apiVersion kind` that the program judges."""
    return set(_run("admission", "", "-kinds"))


def defaulted(documents: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Each document as Tekton's defaulting webhook sends it back; None where it can't decode it, or is not asked."""
    lines = [json.dumps({"id": str(number), "doc": document}) for number, document in enumerate(documents)]
    return [json.loads(line).get("defaulted") for line in _run("admission", "\n".join(lines), "-defaulted")]


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


def _run(name: str, text: str, *options: str) -> list[str]:
    """The lines a program prints for `text`. Lines end at a line feed alone, which JSON never holds unescaped."""
    done = subprocess.run(
        [str(program(name)), *options], input=text.encode(), capture_output=True, check=False, timeout=RUN_SECONDS
    )
    if done.returncode != 0:
        raise RuntimeError(f"{name} failed: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode().removesuffix("\n").split("\n") if done.stdout else []
