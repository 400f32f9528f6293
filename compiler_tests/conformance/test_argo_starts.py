"""What starts by Argo Events is what starts by Triggers: the same events, the same params, the same names of runs."""

from __future__ import annotations

import json

import pytest
from argo_events import (
    RECORDED,
    WATCHED,
    asked_by,
    documents,
    events,
    on_the_laptop,
    questions,
    watching,
    with_argo,
    with_triggers,
)

PROVIDERS = ("github", "gitlab", "bitbucket", "gitea")
ANEW = "python compiler_tests/conformance/argo_events.py records anew what Argo Events' own code says"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_same_starts(provider: str) -> None:
    recorded, made = json.loads(RECORDED.read_text(encoding="utf-8")), documents(provider)
    differing = []
    for sent in events(provider):
        known = recorded[f"{provider} {sent.name}"]
        assert known["asked"] == asked_by(questions(made, sent)), ANEW
        if known["starts"] != (found := with_triggers(made, sent)):
            differing.append(f"{sent.name}: by Triggers {found}, by Argo Events {known['starts']}")
    assert differing == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_laptop_says_what_its_own_code_says(provider: str) -> None:
    """`flowdsl trigger` of the Sensor itself, whose scripts it reads and does not run."""
    recorded, made = json.loads(RECORDED.read_text(encoding="utf-8")), documents(provider)
    for sent in events(provider):
        assert on_the_laptop(made, sent) == recorded[f"{provider} {sent.name}"]["starts"], sent.name


@pytest.mark.parametrize("name", WATCHED)
def test_times_and_buckets(name: str) -> None:
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))[f"watch {name}"]
    assert recorded["asked"] == asked_by([watching(name)]), ANEW
    start, _, comes_to = WATCHED[name]
    assert recorded["starts"] == ({start: comes_to} if comes_to else {})


def test_enough_of_them_start() -> None:
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    assert len(recorded) > 70
    assert len([each for each in recorded.values() if each["starts"]]) > 20


@pytest.mark.usefixtures("argo")
@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_records_are_what_its_own_code_says(provider: str) -> None:
    recorded, made = json.loads(RECORDED.read_text(encoding="utf-8")), documents(provider)
    for sent in events(provider):
        assert with_argo(questions(made, sent)) == recorded[f"{provider} {sent.name}"]["starts"], sent.name
