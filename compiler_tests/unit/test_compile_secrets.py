"""A compile refuses credentials wherever a task would carry them into the YAML."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl import pipeline, task
from flowdsl.compiler import compile_pipeline
from flowdsl.diagnostics import FlowError

TOKEN = "glpat-" + "a1B2c3D4" * 3
CALLS: list[dict[str, Any]] = [
    {"script": f"curl -H 'PRIVATE-TOKEN: {TOKEN}' https://a.example"},
    {"script": "export DB_PASSWORD=hunter22\npsql"},
    {"command": ["deploy"], "args": ["--token", TOKEN]},
    {"script": "true", "env": {"clientSecret": "hunter22"}},
    {"script": "true", "env": {"NOTE": f"https://x:{TOKEN}@git.example/a"}},
]
HARMLESS: list[dict[str, Any]] = [
    {"script": 'curl -H "PRIVATE-TOKEN: $TOKEN" https://a.example'},
    {"script": "DB_PASSWORD=$(cat /run/password)\npsql"},
    {"command": ["deploy"], "args": ["--token-file", "/run/token"]},
    {"script": "true", "env": {"pad_token": "<pad>", "TOKEN_URL": "https://a.example/token", "AUTH": "basic"}},
]


def compiled(options: dict[str, Any]) -> set[str]:
    @task(image="example.com/a:1", **options)
    def deploy() -> None: ...

    @pipeline
    def release() -> None:
        deploy()

    try:
        compile_pipeline(release)
    except FlowError as error:
        return {each.code for each in error.diagnostics}
    return set()


@pytest.mark.parametrize("options", CALLS, ids=str)
def test_a_credential_is_refused(options: dict[str, Any]) -> None:
    assert compiled(options) == {"FLOW103"}


@pytest.mark.parametrize("options", HARMLESS, ids=str)
def test_what_is_none_is_not(options: dict[str, Any]) -> None:
    assert compiled(options) == set()
