"""What `compile --events argo` wrote comes back as `on=[...]`; another's Sensors stay, and say why."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from test_import_as_code import written as written_for
from test_import_starts import CASES as STARTS
from test_import_starts import PLAIN, again, assert_same, changed, imported

from flowdsl.ir.settings import EventSettings, Settings

written = written_for
SHARED = (
    "push", "branches", "two-pushes", "forks", "texts", "texts-with-quotes", "filters", "ending", "reported", "gitea",
    "certified", "constants", "one-type-of-two-starts", "types",
)  # fmt: skip
"""Cases of Triggers' that Argo Events takes, too."""
CASES = {
    "gitlab": 'provider="gitlab", on=[push("main", paths="src/**"), pull_request("main"), tag(["v*", "w1"])]',
    "bitbucket": 'provider="bitbucket", on=[push("main", verify=False, params={"repo": event.repo_url}), '
    "pull_request(verify=False)]",
    "bucket": 'on=[bucket("weights", endpoint="minio:9000", suffix=".pt", insecure=True, params={"revision": event.key}), '
    'bucket("data", name="data", endpoint="m:9000", secret=Secret("keys"), filter=event.size > 5)]',
    "webhooks": 'on=[webhook("open", verify=False), webhook("w", secret=Secret("a", "b"), id=f"{body.a}-{body.b}", '
    'params={"repo": body["x y"], "revision": f"\\u2028 -- [[{body.a}\\n-- v0: x"})]',
    "times": 'on=[schedule("@daily", name="daily"), '
    'schedule("1 2 * * *", timezone="Asia/Shanghai", params={"revision": "n"})]',
    "all": 'provider="github", keep=5, on=[push("main"), schedule("@daily"), bucket("w", endpoint="m:9000"), '
    'webhook("a", id=body.id)]',
}
SETTINGS = Settings(events=EventSettings(repositories=("team/model", "team/other"), token="api/token"))
GOLDEN = Path(__file__).parents[1] / "golden" / "started-argo.yaml"


@pytest.mark.parametrize(
    ("name", "named"),
    [
        *((each, False) for each in (*SHARED, *CASES) if each != "gitlab"),
        *((each, True) for each in ("push", "gitlab", "bitbucket", "all")),
    ],
)
def test_a_sensor_comes_back_and_compiles_to_the_same(
    name: str, named: bool, written: Callable[..., Path], tmp_path: Path
) -> None:
    source = STARTS[name] if name in SHARED else f"@pipeline({CASES[name]})\n{PLAIN}"
    file = written(source, "argo", settings=SETTINGS if named else Settings())
    result = imported(file)
    assert "on=[" in result.text, [each.message for each in result.diagnostics]
    assert 'events=["argo"]' in result.text
    assert result.diagnostics == ()
    assert ("team/model" in result.text) is named
    assert_same(file, again(result.text, tmp_path))


def test_the_golden_comes_back(tmp_path: Path) -> None:
    result = imported(GOLDEN)
    assert 'repositories=["team/model"]' in result.text
    assert result.diagnostics == ()
    assert_same(GOLDEN, again(result.text, tmp_path))


@pytest.mark.parametrize("others", [("triggers",), ("cron",), ("triggers", "cron", "pac")], ids="+".join)
def test_starts_of_argo_alone_say_so_where_others_are_there(
    others: tuple[str, ...], written: Callable[..., Path], tmp_path: Path
) -> None:
    pushed = "" if "pac" not in others else ', params={"revision": event.revision}, targets=["pac"]'
    starts = f'push("main"{pushed}), push("dev", name="dev", targets=["argo"]), bucket("w", endpoint="m:9000"), '
    times = 'schedule("1 2 * * *"), schedule("@daily", name="daily", targets=["argo"])'
    file = written(f'@pipeline(provider="github", on=[{starts}{times}])\n{PLAIN}', *others, "argo")
    result = imported(file)
    listening = {"triggers", "pac"} & {*others}
    assert bool(re.search(r'push\(\s*"dev"[^)]*\),\s*targets=\["argo"\]', result.text)) is bool(listening)
    assert ('name="daily", targets=["argo"]' in result.text) is ("cron" in others)
    assert result.diagnostics == ()
    assert_same(file, again(result.text, tmp_path))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("body.deleted == false", "body.deleted == true", "it lacks body.deleted == false"),
        ('eq(get(event.body, \\"deleted\\"), false)', "true", "would write the Sensor 'fitted' in another way"),
        ("-- starts: ", "-- from: ", "the script of its dependency push isn't one that on= writes"),
        ("'X-GitHub-Event'", "'X-Other'", "its condition asks for no kind of event"),
        ("eventName: git", "eventName: other", "no event, or no trigger, is there for its dependency push"),
        ('port: "12000"', 'port: "12001"', "would write the EventSource 'fitted' in another way"),
        ("dest: metadata.name", "dest: metadata.labels.x", "a value of its trigger push goes to metadata.labels.x"),
    ],
    ids=["comment", "script", "no-comment", "header", "event", "port", "place"],
)
def test_what_on_would_write_in_another_way_stays_and_says_why(
    before: str, after: str, told: str, written: Callable[..., Path], tmp_path: Path
) -> None:
    before = before.replace("\\", "")
    file = changed(written(STARTS["push"], "argo"), before, after)
    result = imported(file)
    assert "on=[" not in result.text
    (found,) = [each for each in result.diagnostics if "Sensor 'fitted'" in each.message.partition(" is kept")[0]]
    assert found.code == "FLOW502"
    assert told in found.message
    assert found.location is not None
    assert found.location.line == 1 + file.read_text()[: file.read_text().index("kind: Sensor\n")].count("\n") - 1
    assert_same(file, again(result.text, tmp_path))


@pytest.mark.parametrize(
    "said",
    [
        "(" * 3000,
        "__import__('os')",
        "body.x.matches('^(?:" + "(" * 3000,
        "header.canonical('X-GitHub-Event') in []",
        "1",
    ],
    ids=["brackets", "code", "pattern", "nothing", "number"],
)
def test_a_comment_of_any_form_is_answered(said: str, written: Callable[..., Path], tmp_path: Path) -> None:
    file = written(STARTS["push"], "argo")
    line = next(each for each in file.read_text().splitlines() if each.strip().startswith("-- starts: "))
    result = imported(changed(file, line, line.partition("--")[0] + f"-- starts: {said}"))
    assert not result.failed
    assert "on=[" not in result.text
    assert_same(file, again(result.text, tmp_path))
