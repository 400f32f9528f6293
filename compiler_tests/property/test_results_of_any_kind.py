"""Whatever lies where a result should, of whatever type and content: the run ends, as Tekton's would, and is no bug."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl.cli import main

# P is the path of the result, D a file with the content.
LEFT = {
    "file": "cat D > P",
    "pipe": "mkfifo P",
    "link to a file": "ln -s D P",
    "link to nothing": "ln -s /nowhere P",
    "link to what never ends": "ln -s /dev/zero P",
    "link to itself": "ln -s P P",
    "folder": "mkdir P",
    "socket": "python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' s.$$; mv s.$$ P",
    "nothing": "true",
    "without rights": "cat D > P; chmod 0 P",
    "more than fits": "truncate -s 1G P",
    "its folder is a link": 'rm -rf "$(dirname P)"; ln -s /etc "$(dirname P)"',
    "its folder is gone": 'rm -rf "$(dirname P)"',
}
TEXTS = st.text(st.characters(), max_size=12)  # half surrogates too
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)
CONTENTS = st.one_of(
    st.binary(max_size=300),
    TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    VALUES.map(lambda value: json.dumps(value).encode()),
    VALUES.map(lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")),
    st.builds(lambda depth, sign: sign * depth, st.integers(900, 1900), st.sampled_from([b"[", b'{"a":[', b'["'])),
    st.integers(4000, 5000).map(lambda size: b"x" * size),
    st.sampled_from([b"null", b" null", b"[null]", b"\xef\xbb\xbf[]", b"NaN", b"\x1b]0;x\x07", b"::error::x\n"]),
)
USES = {
    "string": ["$(tasks.a.results.r)"],
    "array": ["$(tasks.a.results.r[*])", "$(tasks.a.results.r[0])"],
    "object": ["$(tasks.a.results.r.k)"],
}


@st.composite
def runs(draw: st.DrawFn) -> tuple[dict[str, Any], bytes]:
    """A PipelineRun whose first task leaves something for a result that the second, and the run, take."""
    kind = draw(st.sampled_from(sorted(USES)))
    result: dict[str, Any] = {"name": "r", "type": kind}
    if kind == "object":
        result["properties"] = {"k": {"type": "string"}}
    use = draw(st.sampled_from(USES[kind]))
    is_whole = use.endswith("[*])")
    path = draw(st.sampled_from(["$(results.r.path)", "$(step.results.r.path)"]))
    script = "cd /tmp\n" + LEFT[draw(st.sampled_from(sorted(LEFT)))].replace("P", path)
    first: dict[str, Any] = {
        "name": "s",
        "image": "i",
        "script": script,
        "onError": draw(st.sampled_from(["continue", "stopAndFail"])),
    }
    if path.startswith("$(step."):
        first["results"] = [result]
        result = {**result, "value": "$(steps.s.results.r)"}
    second = {
        "name": "s",
        "image": "i",
        "command": ["printf", "%s"],
        "args": ["$(params.p[*])" if is_whole else "$(params.p)"],
    }
    second["env"] = [] if is_whole else [{"name": "P", "value": "$(params.p)"}]
    tasks = [
        {"name": "a", "taskSpec": {"steps": [first], "results": [result]}},
        {
            "name": "b",
            "params": [{"name": "p", "value": [use] if is_whole else use}],
            "taskSpec": {"params": [{"name": "p", "type": "array" if is_whole else "string"}], "steps": [second]},
        },
    ]
    spec = {"tasks": tasks, "results": [{"name": "out", "value": [use] if is_whole else use}]}
    document = {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "metadata": {"name": "r"}}
    return {**document, "spec": {"pipelineSpec": spec}}, draw(CONTENTS)


@contextlib.contextmanager
def within(folder: str) -> Iterator[None]:
    """As contextlib.chdir, which Python has from 3.11."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def told(*arguments: str) -> tuple[int, str]:
    """A command in this process: its exit code, and all that it told."""
    data = io.BytesIO()
    out = io.TextIOWrapper(data, "utf-8", errors="backslashreplace")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = main(list(arguments))
    out.flush()
    return code, data.getvalue().decode()


@settings(max_examples=int(os.environ.get("RESULT_EXAMPLES", "25")))
@given(runs())
def test_a_run_ends_and_can_be_looked_at(made: tuple[dict[str, Any], bytes]) -> None:
    document, content = made
    with tempfile.TemporaryDirectory() as folder, within(folder):
        (Path(folder) / "data").write_bytes(content)
        text = json.dumps(document).replace("cat D", f"cat {folder}/data").replace("-s D", f"-s {folder}/data")
        (Path(folder) / "run.yaml").write_text(text)
        code, out = told("run", "run.yaml", "--no-cache")
        assert code in (0, 1), out
        assert "bug" not in out
        assert told("runs", "show", "r")[0] == 0
        assert told("runs", "show", "r", "--output", "json")[0] == 0
        assert told("runs", "logs", "r")[0] == 0
        again, out = told("run", "--resume", "r")
        assert again in (0, 1), out
        if code == 0:
            assert "a: done before" in out
