"""The source line below a finding: the right one, and never one that holds a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowdsl.cli.app import run
from flowdsl.diagnostics import Finding, Location, Severity
from flowdsl.diagnostics.render import WIDEST, render
from flowdsl.yamlread.excerpts import rendered

HIDDEN = "opensesame-4711-XyZ"
SECRET = f"kind: Secret\napiVersion: v1\nmetadata: {{name: MINE}}\nstringData:\n  'no key': {HIDDEN}\n"
TASK = "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec:\n  steps:\n"
STEP = "  - {name: a, image: busybox:1, script: id, %s}\n"

DOCUMENTS = {
    "a key no Secret has": SECRET,
    "a tab in a Secret": SECRET + f"\tmore: {HIDDEN}\n",
    "a Secret in JSON that ends too early": f'{{"apiVersion": "v1", "kind": "Secret", "data": {{"a b": "{HIDDEN}"',
    "a Secret in a List": f"apiVersion: v1\nkind: List\nitems:\n- {{apiVersion: v1, kind: Secret, metadata: {{name: X}}, stringData: {{'a b': {HIDDEN}}}}}\n",
    "a Secret after a Task": TASK + STEP % "unknown: 1" + "---\n" + SECRET,
    "a variable in a line of its own": TASK
    + STEP % f"env: [{{name: DB_PASSWORD, value: 'ghp_{'a1B2' * 9}{HIDDEN}'}}], unknown: 1",
    "a param in lines of its own": TASK.replace(
        "spec:\n", f"spec:\n  params:\n  - name: password\n    default: {HIDDEN}\n    unknown: 1\n"
    )
    + STEP % "env: []",
    "a param by its name": TASK.replace(
        "spec:\n", f"spec:\n  params: [{{name: password, default: '{HIDDEN}', unknown: 1}}]\n"
    )
    + STEP % "env: []",
}


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
@pytest.mark.parametrize("command", ["lint", "import"])
def test_no_excerpt_holds_a_secret(
    command: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("some.yaml").write_text(text)
    run([command, "some.yaml", *(["-o", "made.py"] if command == "import" else [])], None)
    shown = capsys.readouterr()
    said = shown.out + shown.err
    assert "--> some.yaml:" in said or command == "import"
    assert HIDDEN not in said


def test_other_lines_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("some.yaml").write_text(SECRET + "---\n" + TASK + STEP % "unknown: 1")
    run(["lint", "some.yaml"], None)
    assert "unknown: 1" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "end"), [("a.py", "\r"), ("a.py", "\r\n"), ("a.yaml", "\u2028"), ("a.yaml", "\x85")])
def test_the_line_is_the_one_that_its_language_counts(name: str, end: str, tmp_path: Path) -> None:
    # A form feed ends a line for `splitlines`, and neither for Python nor for YAML.
    file = tmp_path / name
    file.write_bytes(f"one\x0c{end}two{end}three".encode())
    finding = Finding("FLOW001", Severity.ERROR, "message", Location(str(file), 2))
    assert " 2 | two" in rendered([finding])


@pytest.mark.parametrize("at", [0, 1, 2, WIDEST // 2, WIDEST, 5_000, 10_000 - WIDEST, 9_999, 10_000, 10_001])
def test_of_a_line_that_is_too_long_the_part_around_the_place_is_shown(at: int) -> None:
    text = "".join(f"{number:05}" for number in range(2_000))
    found = Finding("FLOW005", Severity.ERROR, "wrong", Location("it.yaml", 7, at))
    told = render([found], lambda file, line: text).splitlines()
    shown = told[3].removeprefix(" 7 | ")
    assert shown.strip("…") in text
    assert len(shown.strip("…")) == WIDEST
    assert shown.startswith("…") is not text.startswith(shown[:9])
    assert shown.endswith("…") is not text.endswith(shown[-9:])
    if at == 0:
        assert not any("^" in each for each in told)
        return
    caret = told[4].removeprefix("   | ").index("^")
    # What stands before the caret is what stands before the place.
    assert text[: at - 1].endswith(shown[:caret].strip("…")[-20:])
    assert (shown + " ")[caret] == (text + " ")[at - 1]


def test_a_line_of_usual_length_is_shown_whole() -> None:
    found = Finding("FLOW005", Severity.ERROR, "wrong", Location("it.yaml", 7, 3))
    assert " 7 | " + "x" * WIDEST in render([found], lambda file, line: "x" * WIDEST).splitlines()
