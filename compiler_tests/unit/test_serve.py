"""`flowdsl serve` within one process: what comes in, what is kept, and what is started."""

from __future__ import annotations

import concurrent.futures
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from serve_support import SOURCE, Site, prepare, serving

from flowdsl.diagnostics import UsageError
from flowdsl.library.serve.service import ServeOptions, service
from flowdsl.library.serve.tables import NewDelivery, NewRun, Tables


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    return tmp_path


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    with serving(folder) as found:
        yield found


def test_an_event_is_kept_with_its_verdicts_and_its_run(site: Site) -> None:
    assert site.push("d-1") == 202
    site.until(lambda: site.state()["runs"] == {"succeeded": 1})
    (came,) = site.state()["deliveries"]
    outcomes = {each["trigger"]: each["outcome"] for each in came["verdicts"]}
    assert outcomes == {
        "greeting-push": "starts",
        "greeting-tag": "stopped",
        "greeting-model": "stopped",
        "greeting-open": "stopped",
    }
    assert came["event"] == "GitHub push"
    assert came["delivery"] == "d-1"
    assert [each["name"] for each in came["runs"]] == ["greeting-d-1"]
    assert came["verdicts"][0]["params"]["branch"] == "main"
    assert "the filter is false" in came["verdicts"][1]["reason"]
    # It is told once it is kept.
    site.until(lambda: [each["state"] for each in site.told if each["event"] == "run"] == ["running", "succeeded"])


def test_what_is_not_signed_or_is_signed_by_another_starts_nothing(site: Site) -> None:
    assert site.push("d-1", key="another") == 202
    assert (
        site.ask("POST", "/greeting/model", b'{"id": "a", "name": "b"}', {"Content-Type": "application/json"})[0] == 202
    )
    assert site.state()["runs"] == {}
    assert "signature check failed" in site.state()["deliveries"][1]["verdicts"][0]["reason"]


def test_a_check_that_the_pipeline_turned_off_is_off(site: Site) -> None:
    assert site.ask("POST", "/greeting/open", b'{"name": "b"}', {"Content-Type": "application/json"})[0] == 202
    site.until(lambda: site.state()["runs"] == {"succeeded": 1})


def test_a_redelivery_starts_nothing_whatever_happened_in_between(folder: Path) -> None:
    with serving(folder) as first:
        assert first.push("d-1") == 202
        assert first.push("d-1") == 202
        first.until(lambda: first.state()["runs"] == {"succeeded": 1})
        assert first.launcher.started == ["greeting-d-1"]
    with serving(folder) as second:
        assert second.push("d-1") == 202
        assert second.state()["deliveries"][0]["verdicts"][0]["outcome"] == "before"
        assert second.state()["deliveries"][0]["verdicts"][0]["reason"] == "greeting-d-1 was started before"
        assert second.push("d-2") == 202
        second.until(lambda: second.launcher.started == ["greeting-d-2"])


def test_of_200_events_at_once_none_is_lost_and_none_is_doubled(site: Site) -> None:
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda number: site.push(f"d-{number % 200}", "refs/tags/v1"), range(220)))
    assert answers == [202] * 220
    site.until(lambda: site.state()["runs"] == {"succeeded": 200})
    assert sorted(site.launcher.started) == sorted(f"greeting-d-{number}" for number in range(200))
    assert len(site.state("?limit=500")["deliveries"]) == 220


def test_runs_wait_for_room(folder: Path) -> None:
    with serving(folder, most=2) as site:
        site.launcher.hold.clear()
        for number in range(5):
            assert site.push(f"d-{number}", "refs/tags/v1") == 202
        # On one CPU or two, one of 1.5 fits; never more than two.
        site.until(lambda: site.state()["runs"].get("running", 0) >= 1)
        assert site.state()["runs"]["queued"] >= 3
        assert site.launcher.most <= 2


@pytest.fixture
def one_at_once(folder: Path) -> Path:
    flow = folder / "flow.py"
    small = flow.read_text().replace("1500m", "1m").replace('provider="github",', 'provider="github", max_at_once=1,')
    flow.write_text(small)
    return folder


def test_so_many_runs_of_a_pipeline_go_on_at_once_as_it_says(one_at_once: Path) -> None:
    with serving(one_at_once, most=8) as site:
        site.launcher.hold.clear()
        for number in range(5):
            assert site.push(f"d-{number}", "refs/tags/v1") == 202
        site.until(lambda: site.launcher.started == ["greeting-d-0"])
        for number in (0, 2):  # one that runs, and one that waits
            headers = {"X-Flowdsl-Token": site.token()}
            assert site.ask("POST", f"/-/runs/greeting-d-{number}/cancel", headers=headers)[0] == 202
        site.until(lambda: site.launcher.started == ["greeting-d-0", "greeting-d-1"])
        assert site.state()["runs"]["queued"] == 2
        site.launcher.hold.set()
        assert site.ask("POST", "/-/runs/greeting-d-1/cancel", headers={"X-Flowdsl-Token": site.token()})[0] == 202
        site.until(lambda: "queued" not in site.state()["runs"] and "running" not in site.state()["runs"])
        assert [each[-1] for each in site.launcher.started] == ["0", "1", "3", "4"]
        assert site.launcher.most == 1


def test_so_many_go_on_after_a_restart_too(one_at_once: Path) -> None:
    with serving(one_at_once, most=8) as site:
        site.launcher.hold.clear()
        for number in range(3):
            assert site.push(f"d-{number}", "refs/tags/v1") == 202
        site.until(lambda: site.launcher.started == ["greeting-d-0"])
    with serving(one_at_once, most=8) as site:
        site.until(lambda: "queued" not in site.state()["runs"] and "running" not in site.state()["runs"])
        assert [*site.launcher.started][-2:] == ["greeting-d-1", "greeting-d-2"]
        assert site.launcher.most == 1


def test_a_newer_run_ends_the_older_ones_of_its_branch(folder: Path) -> None:
    with serving(folder, most=1) as site:
        site.launcher.hold.clear()
        assert site.push("other", "refs/heads/topic") == 202
        site.until(lambda: site.state()["runs"].get("running") == 1)
        for number in range(3):
            assert site.push(f"d-{number}") == 202
        states = {each["name"]: each["state"] for came in site.state()["deliveries"] for each in came["runs"]}
        assert states == {
            "greeting-other": "running",
            "greeting-d-0": "cancelled",
            "greeting-d-1": "cancelled",
            "greeting-d-2": "queued",
        }
        site.launcher.hold.set()
        assert site.push("newer", "refs/heads/topic") == 202  # which ends the one that runs
        site.until(lambda: site.launcher.started == ["greeting-other", "greeting-d-2", "greeting-newer"])


def test_a_run_that_waited_is_none_of_what_another_file_has(folder: Path) -> None:
    with serving(folder, most=1) as first:
        first.launcher.hold.clear()
        for number in range(2):
            assert first.push(f"d-{number}", "refs/tags/v1") == 202
        first.until(lambda: first.state()["runs"] == {"running": 1, "queued": 1})
    (folder / "flow.py").write_text(SOURCE.replace("greeting", "farewell"))
    with serving(folder, secret_files=()) as second:
        second.until(lambda: second.state()["runs"].keys().isdisjoint(["queued", "running"]))
        found = json.loads(second.ask("GET", "/-/runs/greeting-d-1")[1])
        assert (found["state"], second.launcher.started) == ("failed", [])
        assert "is not served any more" in found["message"]


def at(text: str) -> float:
    import datetime

    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc).timestamp()


def test_a_schedule_fires_once_late_within_its_deadline_and_not_over_an_earlier_run(folder: Path) -> None:
    """02:30 in Shanghai is 18:30 UTC."""
    now = [at("2026-03-01 18:00")]
    options = ServeOptions(port=0, state=str(folder / "state"), environment={})
    with ExitStack() as stack:
        found = stack.enter_context(
            service([str(folder / "flow.py")], options, lambda _: None, lambda _: None, lambda: now[0])
        )
        tick = lambda text: found.timetable.tick(at(text))  # noqa: E731
        assert tick("2026-03-01 18:00") == []
        assert tick("2026-03-01 18:29") == []
        first = tick("2026-03-01 18:30")
        assert first == [f"greeting-schedule-{int(at('2026-03-01 18:30')) // 60}"]
        assert [tick(text) for text in ("2026-03-01 18:30", "2026-03-01 18:31", "2026-03-01 23:00")] == [[], [], []]
        # The first has not ended: the second is not started, and not later either.
        assert tick("2026-03-02 18:30") == []
        found.tables.note(first[0], "succeeded")
        assert tick("2026-03-02 18:40") == []
        # Two were missed: the latest is started, an hour late.
        assert tick("2026-03-04 19:30") == [f"greeting-schedule-{int(at('2026-03-04 18:30')) // 60}"]
        found.tables.note(f"greeting-schedule-{int(at('2026-03-04 18:30')) // 60}", "failed")
        # Too late by the deadline of two hours.
        assert tick("2026-03-05 20:31") == []
        assert found.timetable.next(at("2026-03-05 20:31"))["greeting-asleep"] is None
        (document,) = found.tables.rows("SELECT document FROM runs WHERE name = ?", first[0])
        assert {"name": "branch", "value": "nightly"} in json.loads(document["document"])["spec"]["params"]
    with service([str(folder / "flow.py")], options, lambda _: None, lambda _: None, lambda: now[0]) as again:
        assert again.timetable.tick(at("2026-03-04 18:30")) == []


def test_a_delivery_is_played_again_by_the_page(folder: Path) -> None:
    with serving(folder, secret_files=()) as first:
        assert first.push("d-1") == 202
        assert first.state()["runs"] == {}
    with serving(folder) as second:
        headers = {"X-Flowdsl-Token": second.token(), "Content-Length": "0"}
        (came,) = second.state()["deliveries"]
        status, text, _ = second.ask("POST", f"/-/deliveries/{came['id']}/redeliver", b"", headers)
        assert (status, json.loads(text)["started"]) == (202, ["greeting-d-1"])
        assert second.ask("POST", "/-/deliveries/77/redeliver", b"", headers)[0] == 410
        second.until(lambda: second.state()["runs"] == {"succeeded": 1})
        assert second.ask("GET", "/-/runs/greeting-d-1")[0] == 200
        assert second.ask("GET", "/-/runs/greeting-d-1/log")[0] == 200
        assert second.ask("POST", "/-/runs/greeting-d-1/cancel", b"", headers)[0] == 404


def test_a_run_that_waits_is_cancelled_by_the_page(folder: Path) -> None:
    with serving(folder, most=1) as site:
        site.launcher.hold.clear()
        for number in range(2):
            assert site.push(f"d-{number}", "refs/tags/v1") == 202
        site.until(lambda: site.state()["runs"] == {"running": 1, "queued": 1})
        headers = {"X-Flowdsl-Token": site.token(), "Content-Length": "0"}
        assert site.ask("POST", "/-/runs/greeting-d-1/cancel", b"", headers)[0] == 202
        site.until(lambda: site.state()["runs"] == {"running": 1, "cancelled": 1})
    assert site.launcher.started == ["greeting-d-0"]


def test_a_search_finds_words_and_takes_them_as_they_are(site: Site) -> None:
    for number in range(3):
        assert site.push(f"d-{number}", f"refs/tags/v{number}") == 202
    assert [each["delivery"] for each in site.state("?q=V1+github")["deliveries"]] == ["d-1"]
    assert site.state("?q=%25")["deliveries"] == []
    found = site.state("?limit=2")
    assert (len(found["deliveries"]), found["more"]) == (2, True)
    rest = site.state(f"?before={found['deliveries'][-1]['id']}")
    assert (len(rest["deliveries"]), rest["more"]) == (1, False)


def test_what_is_kept_is_bounded_and_noise_drives_nothing_out(tmp_path: Path) -> None:
    tables = Tables(tmp_path, keep=20)
    for number in range(10):
        tables.keep(NewDelivery(at=number, source="request", listener="a"), [run(f"r-{number}")])
    tables.note("r-0", "succeeded")
    for number in range(100):
        tables.keep(NewDelivery(at=number, source="request", listener="a", body=b"x"))
    assert tables.rows("SELECT count(*) FROM deliveries WHERE started")[0][0] == 10
    assert tables.rows("SELECT count(*) FROM deliveries WHERE NOT started")[0][0] <= 36
    for number in range(10, 90):
        tables.note(f"r-{number - 1}", "succeeded")
        tables.keep(NewDelivery(at=number, source="request", listener="a"), [run(f"r-{number}")])
    assert tables.rows("SELECT count(*) FROM deliveries WHERE started")[0][0] <= 36 + 10
    # The name outlives the run.
    assert tables.keep(NewDelivery(at=0, source="request", listener="a"), [run("r-0")]).taken == ("r-0",)
    tables.close()


def run(name: str) -> NewRun:
    return NewRun(name=name, pipeline="p", start="s", document={})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"secret_files": ("greeting-webhook",)}, "NAME=FILE"),
        ({"secret_files": ("Not A Name=secret",)}, "NAME=FILE"),
        ({"secret_files": ("a=missing",)}, "missing"),
        ({"secret_variables": ("a=NOT_THERE",)}, "NOT_THERE"),
        ({"host": "example.com"}, "--host takes an address"),
        ({"host": "192.0.2.1"}, "can't listen"),
        ({"port": 70000}, "can't listen"),
        ({"state": "secret"}, "can't be used"),
    ],
)
def test_a_wrong_option_is_told(folder: Path, options: dict[str, Any], words: str) -> None:
    chosen = ServeOptions(**{"port": 0, "environment": {}, **options})
    with (
        pytest.raises(UsageError, match=re.escape(words)),
        service([str(folder / "flow.py")], chosen, lambda _: None, lambda _: None),
    ):
        pass
