"""The controller of Rating CustomRuns against an API server's contract, in this process: restarts, cancels, hostile runs.

`compiler_tests/cluster/test_rating_on_plane.py` has it under the real API server and Tekton's own controller.
"""

from __future__ import annotations

import copy
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from sonic_flow.files import stop
from sonic_flow.rating.book import Book
from sonic_flow.rating.clips import NotNowError, fetched, tidy
from sonic_flow.rating.controller import Controller
from sonic_flow.rating.kubernetes import Api, ApiError
from sonic_flow.rating.requests import timeout_of
from sonic_flow.s3 import Signer
from sonic_flow.tests.fakes import PIPELINES, served

DIGEST = "0" * 64
PARAMS = {
    "title": "a run", "backend": "ask", "key": "ratings/1/clip.mp4", "sha256": DIGEST, "least": "2", "wanted": "3", "hours": "1",
}  # fmt: skip


class FakeApi:
    """CustomRuns by name; a patch of one that has changed is refused, as the API server refuses it."""

    def __init__(self) -> None:
        self.runs: dict[str, dict[str, Any]] = {}
        self.patches = 0
        self.refuses = 0

    def add(self, name: str, uid: str = "", kind: str = "Rating", params: Any = PARAMS, **spec: Any) -> None:
        given = [{"name": key, "value": value} for key, value in params.items()] if isinstance(params, dict) else params
        reference = {"apiVersion": "rating.flowdsl.dev/v1alpha1", "kind": kind}
        self.runs[name] = {
            "metadata": {"name": name, "uid": uid or f"uid-{name}", "resourceVersion": "1"},
            "spec": {"customRef": reference, "params": given, **spec},
        }

    def custom_runs(self) -> list[dict[str, Any]]:
        return copy.deepcopy(list(self.runs.values()))

    def patch_status(self, name: str, version: str, status: dict[str, Any]) -> None:
        if self.refuses:
            raise ApiError(self.refuses, "no")
        found = self.runs[name]
        assert found["metadata"]["resourceVersion"] == version
        assert all(each["lastTransitionTime"] for each in status["conditions"]), "422 without it"
        found["status"] = {**found.get("status", {}), **status}
        found["metadata"]["resourceVersion"] = str(int(version) + 1)
        self.patches += 1

    def condition(self, name: str) -> tuple[str, str]:
        (found,) = self.runs[name]["status"]["conditions"]
        return found["status"], found["reason"]

    def results(self, name: str) -> dict[str, str]:
        return {each["name"]: each["value"] for each in self.runs[name]["status"]["results"]}


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


def controller(api: FakeApi, folder: Path, now: float = 1_000_000.0, clip: Any = None) -> Controller:
    """One that has just started."""
    fetch = clip or (lambda key, digest: folder / f"{digest}.mp4")
    return Controller(cast(Api, api), Book(folder / "ratings.sqlite"), fetch, lambda: now)


def test_what_people_say_becomes_results_over_a_restart(api: FakeApi, tmp_path: Path) -> None:
    api.add("r")
    first = controller(api, tmp_path)
    first.look()
    assert api.condition("r") == ("Unknown", "Rating")
    first.book.score("uid-r", "Ann", 4, 1_000_001.0)
    again = controller(api, tmp_path, 1_000_010.0)  # the old process is gone, with all that it had in memory
    assert again.look() == []
    assert again.clips, "the clip is there again"
    for name, score in (("Bo", 5), ("Cy", 3)):
        again.book.score("uid-r", name, score, 1_000_011.0)
    again.look()
    assert api.condition("r") == ("True", "Rated")
    assert api.results("r") == {"mos": "4.0000", "low": "1.5159", "high": "5.0000", "raters": "3"}
    assert again.look() == []
    assert api.patches == 2
    assert not again.clips


def test_time_is_over(api: FakeApi, tmp_path: Path) -> None:
    api.add("few", params={**PARAMS, "hours": "0.5"}, timeout="2h")
    api.add("enough", params={**PARAMS, "hours": "0.5"}, timeout="2h")
    controller(api, tmp_path).look()
    book = Book(tmp_path / "ratings.sqlite")
    for run, names in (("few", "a"), ("enough", "ab")):
        for name in names:
            book.score(f"uid-{run}", name, 4, 1_000_001.0)
    controller(api, tmp_path, 1_000_000.0 + 1799).look()
    assert api.condition("enough") == ("Unknown", "Rating")
    controller(api, tmp_path, 1_000_000.0 + 1801).look()
    assert (api.condition("few"), api.results("few")["mos"]) == (("True", "TooFewRaters"), "nan")
    assert (api.condition("enough"), api.results("enough")["raters"]) == (("True", "Rated"), "2")


def test_cancelled_timed_out_and_deleted(api: FakeApi, tmp_path: Path) -> None:
    api.add("cancelled")
    api.add("late", timeout="10m")
    api.add("deleted")
    one = controller(api, tmp_path)
    one.look()
    api.runs["cancelled"]["spec"]["status"] = "RunCancelled"
    del api.runs["deleted"]
    later = controller(api, tmp_path, 1_000_000.0 + 601)
    later.look()
    assert api.condition("cancelled") == ("False", "CustomRunCancelled")
    assert api.condition("late") == ("False", "CustomRunTimedOut")
    assert not later.book.open_requests(1_000_601.0), "nobody is asked any more"


@pytest.mark.parametrize(
    "change",
    [{"key": "../../x"}, {"key": ""}, {"key": "a//b"}, {"sha256": "x"}, {"least": "0"}, {"least": "4"}, {"wanted": "1e9"},
     {"hours": "nan"}, {"hours": "inf"}, {"hours": "-1"}, {"hours": "9999"}, {"least": ["2"]}, {"backend": "elsewhere"}],
)  # fmt: skip
def test_what_can_t_be_asked_fails_with_a_word(api: FakeApi, tmp_path: Path, change: dict[str, Any]) -> None:
    api.add("r", params={**PARAMS, **change})
    controller(api, tmp_path).look()
    assert api.condition("r") == ("False", "WrongRating")


@pytest.mark.parametrize("params", [None, "x", [None, 3, {"name": 4}], [{"name": "key", "value": {"a": 1}}]])
def test_no_params_that_are_none(api: FakeApi, tmp_path: Path, params: Any) -> None:
    api.add("r", params=params)
    controller(api, tmp_path).look()
    assert api.condition("r") == ("False", "WrongRating")


def test_a_clip_that_is_not_there(api: FakeApi, tmp_path: Path) -> None:
    api.add("r")
    controller(api, tmp_path, clip=lambda *_: stop("GET http://store/x: 404 Not Found")).look()
    assert api.condition("r") == ("False", "NoClip")


class Store:
    """One that has no clip for some tries."""

    def __init__(self, folder: Path, fails: int) -> None:
        self.folder, self.fails, self.tries = folder, fails, 0

    def __call__(self, key: str, digest: str) -> Path:
        self.tries += 1
        if self.tries <= self.fails:
            raise NotNowError("GET http://store/x: 503 Slow Down")
        return self.folder / f"{digest}.mp4"


def test_a_store_that_rests_is_asked_again_ever_less_often(api: FakeApi, tmp_path: Path) -> None:
    api.add("r")
    clock, store = [1_000_000.0], Store(tmp_path, 3)
    one = Controller(cast(Api, api), Book(tmp_path / "ratings.sqlite"), store, lambda: clock[0])
    assert one.look() == ["r: NoClipYet: tried again: GET http://store/x: 503 Slow Down"]
    assert not one.book.open_requests(clock[0]), "nobody is asked about what can't be seen"
    tried = []
    for _ in range(30):
        clock[0] += 1
        one.look()
        tried.append(store.tries)
    assert [tried.count(each) for each in (1, 2, 3)] == [2, 6, 12]
    assert (store.tries, api.patches) == (4, 1)
    assert one.clips
    assert one.book.open_requests(clock[0])[0].until == 1_000_000.0 + 3600, "the time runs from the start"


def test_a_store_that_never_comes_ends_the_rating_in_time(api: FakeApi, tmp_path: Path) -> None:
    api.add("r", params={**PARAMS, "hours": "0.5"})
    clock = [1_000_000.0]
    one = Controller(cast(Api, api), Book(tmp_path / "ratings.sqlite"), Store(tmp_path, 10**6), lambda: clock[0])
    one.look()
    clock[0] += 1801
    one.look()
    assert api.condition("r") == ("False", "NoClip")


def test_what_people_said_counts_though_the_clip_is_lost_at_the_end(api: FakeApi, tmp_path: Path) -> None:
    api.add("r", params={**PARAMS, "hours": "0.5"})
    one = controller(api, tmp_path)
    one.look()
    for name in ("a", "b"):
        one.book.score("uid-r", name, 4, 1_000_001.0)
    again = controller(api, tmp_path, 1_000_000.0 + 1801, Store(tmp_path, 10**6))
    again.look()
    assert (api.condition("r"), api.results("r")["raters"]) == (("True", "Rated"), "2")


def test_clips_are_deleted_once_nobody_rates_them(api: FakeApi, tmp_path: Path) -> None:
    api.add("r")
    clip, kept = tmp_path / f"{DIGEST}.mp4", tmp_path / "other.mp4"
    old = tmp_path / f"{'a' * 64}.mp4"  # of a run that ended while no controller was there
    for each in (clip, kept, old):
        each.touch()
    book = Book(tmp_path / "ratings.sqlite")
    fetch, now = Store(tmp_path, 0), 1_000_000.0
    one = Controller(cast(Api, api), book, fetch, lambda: now, lambda digests: tidy(tmp_path, digests))
    one.look()
    assert (clip.exists(), kept.exists(), old.exists()) == (True, True, False)
    del api.runs["r"]
    one.look()
    assert (clip.exists(), kept.exists()) == (False, True)


@pytest.mark.parametrize("code", [404, 403, 503, 429])
def test_which_answers_pass(code: int, tmp_path: Path) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(code)
            self.end_headers()

        def log_message(self, *_: object, **named: object) -> None: ...

    signer = Signer("eu", "key", "secret")
    with served(Answer) as base:
        expected = NotNowError if code in (503, 429) else SystemExit
        with pytest.raises(expected, match=str(code)):
            fetched(f"{base}/clip", signer, DIGEST, tmp_path)
    with pytest.raises(NotNowError, match="refused"):
        fetched(f"{base}/clip", signer, DIGEST, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_other_controllers_runs_are_left_alone(api: FakeApi, tmp_path: Path) -> None:
    api.add("wait", kind="Wait")
    api.runs["embedded"] = {"metadata": {"name": "embedded"}, "spec": {"customSpec": {"kind": "Rating"}}}
    api.runs["odd"] = {"metadata": {"name": "odd"}, "spec": None}
    assert controller(api, tmp_path).look() == []
    assert not api.patches


def test_a_refused_patch_is_tried_again(api: FakeApi, tmp_path: Path) -> None:
    api.add("r")
    one = controller(api, tmp_path)
    api.refuses = 409
    assert one.look() == []
    api.refuses = 403
    assert one.look() == ["r: no"]
    api.refuses = 0
    one.look()
    assert api.condition("r") == ("Unknown", "Rating")


def test_two_runs_of_one_name_are_two(api: FakeApi, tmp_path: Path) -> None:
    api.add("r", uid="one")
    controller(api, tmp_path).look()
    Book(tmp_path / "ratings.sqlite").score("one", "Ann", 5, 1_000_001.0)
    api.add("r", uid="two")
    one = controller(api, tmp_path)
    one.look()
    assert one.book.scores("two") == {}


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("1h30m0s", 5400), ("0", 0), ("0s", 0), ("250ms", 0.25), (None, 3600), ("1.5h", 5400), ("x", 3600), ("1h-", 3600)],
)
def test_timeouts_as_kubernetes_writes_them(given: object, seconds: float) -> None:
    assert timeout_of({"spec": {"timeout": given}}) == pytest.approx(seconds)


def test_its_documents_are_those_of_now_and_its_code_needs_python_alone(tmp_path: Path) -> None:
    command = [sys.executable, str(PIPELINES / "raters.py"), "compile", "--check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    of = {each["kind"]: each for each in yaml.safe_load_all((PIPELINES / "raters.yaml").read_text("utf-8"))}
    assert [each["verbs"] for each in of["Role"]["rules"]] == [["list"], ["patch"]]
    code = of["ConfigMap"]["data"]
    (volume,) = (each for each in of["Deployment"]["spec"]["template"]["spec"]["volumes"] if each["name"] == "code")
    for item in volume["configMap"]["items"]:
        target = tmp_path / "code" / item["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(code[item["key"]], "utf-8")
    # As the pod has it: no package but Python's own, and no other file of ours.
    started = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path / 'code')!r}); "
               "sys.argv = ['x']; import runpy; runpy.run_module('sonic_flow.rating.controller', run_name='__main__')"]  # fmt: skip
    ran = subprocess.run(started, capture_output=True, text=True, check=False, env={})
    assert ran.stderr.startswith("error: the environment lacks KUBERNETES_SERVICE_HOST"), ran.stderr
