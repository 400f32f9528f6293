"""No credential gets into a comment, wherever it stands in a document."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from flowdsl.differ import compare
from flowdsl.differ.render import as_json, as_markdown, as_text

SCRIPT = "#!/bin/sh\necho a\n"
KEY = "KEY='-----BEGIN RSA PRIVATE KEY-----\nMIIhunter\nhunter\n-----END RSA PRIVATE KEY-----'\necho b\n"


def task(script: str = SCRIPT, **default: str) -> dict[str, Any]:
    params = [{"name": name, "type": "string", "default": value} for name, value in default.items()]
    spec = {"params": params, "steps": [{"name": "s", "image": "a:1", "script": script}]}
    return {"apiVersion": "tekton.dev/v1", "kind": "Task", "metadata": {"name": "t"}, "spec": spec}


def secret(value: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"a": value}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (task(), task(SCRIPT + "export DB_PASSWORD=hunterhunter\n")),
        (task(), task(SCRIPT + KEY)),
        (task(SCRIPT + KEY), task(SCRIPT + KEY.replace("MII", "MIJ"))),
        (task(), task(password="hunterhunter")),
        (task(password="hunterhunter"), task(password="hunterhunter2")),
        (secret("hunter1"), secret("hunter2")),
        (secret("hunter1"), secret("hunter1\nhunter2")),
        (task(note="a"), task(note="a\ntoken: hunterhunter\n")),
    ],
)
def test_hidden_in_every_format_and_still_a_difference(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = compare([before], [copy.deepcopy(after)])
    assert found
    for text in (as_text(found), as_markdown(found), as_json(found)):
        assert "hunter" not in text
        assert "hidden" in text
