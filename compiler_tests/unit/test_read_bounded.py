"""Whatever a file holds or is, reading it ends soon and costs little, and the other files are told as ever."""

from __future__ import annotations

import json
import os
import socket
import threading
from pathlib import Path

import pytest

from flowdsl.cli import main
from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.project import section
from flowdsl.diagnostics.reading import NotReadError, read_file
from flowdsl.yamlread.reader import MAX_COPIES, UnreadableError, read

HEAD = "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: x}\nspec:\n  steps: [{name: a, image: x, script: 'true'}]\n"
LARGE = "  base: &b {" + ", ".join(f"k{number}: v" for number in range(2000)) + "}\n  all:\n"


def values(text: str) -> list[object]:
    return [each.root.value for each in read(text)]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + LARGE + "  - {<<: *b}\n" * 60,
        HEAD + LARGE + f"  - {{<<: [{', '.join(['*b'] * 60)}]}}\n",
        HEAD + LARGE + "  - *b\n" * 60,
        "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
            f"{new}: &{new} [{', '.join(['*' + old] * 8)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        "a: " + "[" * 5000 + "]" * 5000,
        "a: " + "$(params.a" * 30_000,
    ],
    ids=["merge keys", "a list of merges", "aliases", "aliases of aliases", "nested", "references without end"],
)  # fmt: skip
def test_what_costs_too_much_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        values(text)
    assert caught.value.rule.code == "FLOW402"
    assert caught.value.hint


def test_what_people_write_with_aliases_is_read() -> None:
    text = "base: &b {image: x, env: [{name: a}]}\nsteps:\n" + "".join(
        f"- {{<<: *b, name: s{n}}}\n" for n in range(500)
    )
    (found,) = values(text)
    assert isinstance(found, dict)
    assert found["steps"][499] == {"image": "x", "env": [{"name": "a"}], "name": "s499"}
    assert MAX_COPIES > 500 * 10


@pytest.mark.parametrize("text", ["!!float .inf", "!!float -.inf", "!!int .nan", "!!null .NaN", ".inf", "!!bool .INF"])
def test_what_json_has_no_word_for_is_a_finding(text: str) -> None:
    with pytest.raises(UnreadableError, match="JSON has no word for"):
        values(f"a: {text}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7" * 5000, "7" * 5000),
        ("-" + "7" * 5000, "-" + "7" * 5000),
        ("0x" + "f" * 5000, "0x" + "f" * 5000),
        ("0b" + "1" * 64, 2**64 - 1),
        ("0" * 100 + "17", 15),
        (str(2**64 - 1), 2**64 - 1),
    ],
    ids=["5,000 digits", "below zero", "hexadecimal", "the largest", "zeros first", "the largest, in tens"],
)
def test_long_numbers(text: str, value: object) -> None:
    assert values(f"a: {text}") == [{"a": value}]
    if len(text) < 1000:  # YAML's own limit of a key
        assert values(f"{text}: a")


def fifo(path: Path) -> None:
    os.mkfifo(path)


def bound(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's name is short
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.bind(path.name)
    finally:
        os.chdir(here)


def circle(path: Path) -> None:
    path.symlink_to(path.name)


def nowhere(path: Path) -> None:
    path.symlink_to("is-not-there")


def folder(path: Path) -> None:
    path.mkdir()


def latin(path: Path) -> None:
    path.write_bytes("apiVersion: tekton.dev/v1\nkind: Task # é\n".encode("latin-1"))


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"apiVersion: tekton.dev/v1\nkind: Task\n")
        file.truncate(200 * 2**20)


def infinite(path: Path) -> None:
    path.write_text(HEAD + "  a: !!float .inf\n")


def nested(path: Path) -> None:
    path.write_text(HEAD + "  a: " + "[" * 5000)


BAD = pytest.mark.parametrize("make", [fifo, bound, circle, nowhere, latin, huge, infinite, nested])


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.yaml").write_text(HEAD.replace("image: x", "imgae: x"))
    return tmp_path


@BAD
@pytest.mark.parametrize("named", [True, False], ids=["named", "found in a folder"])
def test_lint_tells_of_the_other_files(
    place: Path, capsys: pytest.CaptureFixture[str], make: object, named: bool
) -> None:
    make(place / "a.yaml")  # type: ignore[operator]
    code = main(["lint", "--output", "json", *(["a.yaml", "b.yaml"] if named else ["."])])
    found = json.loads(capsys.readouterr().out)["documents"]
    told = {Path(each["file"]).name: [finding["code"] for finding in each["findings"]] for each in found}
    assert "FLOW201" in told["b.yaml"]
    assert code == 1
    if named:
        assert told["a.yaml"][0].startswith("FLOW40")


@BAD
def test_diff_and_import_name_what_they_cannot_read(
    place: Path, capsys: pytest.CaptureFixture[str], make: object
) -> None:
    make(place / "a.yaml")  # type: ignore[operator]
    make(place / "c.yaml")  # type: ignore[operator]
    (place / "b.yaml").write_text(HEAD)
    assert main(["diff", "a.yaml", "b.yaml"]) == 2
    assert "a.yaml:" in capsys.readouterr().err
    if make is not nowhere and make is not circle:
        assert main(["diff", "a.yaml", "c.yaml"]) == 2
        told = capsys.readouterr().err
        assert "a.yaml:" in told
        assert "c.yaml:" in told, "all that can't be read is told at once"
    assert main(["import", "a.yaml", "b.yaml"]) in (1, 2)
    told = capsys.readouterr().err
    assert "a.yaml" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("make", [fifo, bound, circle, nowhere, folder, huge])
def test_a_file_that_is_none_is_refused(tmp_path: Path, make: object) -> None:
    make(tmp_path / "a")  # type: ignore[operator]
    with pytest.raises(NotReadError) as caught:
        read_file(tmp_path / "a")
    assert caught.value.words
    assert caught.value.hint
    with pytest.raises(UsageError):
        section(tmp_path / "a", "lint")


def test_a_pipe_of_the_shell_is_read(tmp_path: Path) -> None:
    out, into = os.pipe()

    def write() -> None:
        with os.fdopen(into, "wb") as file:
            file.write(b"late")

    threading.Timer(0.2, write).start()
    try:
        assert read_file(f"/dev/fd/{out}") == b"late"
    finally:
        os.close(out)


@pytest.mark.parametrize(
    "text",
    ["[tool]\nflowdsl = 5", "tool = 5", "a = " + "[" * 5000, "a = " + "1" * 5000, "[tool.flowdsl]\nlint = []", "\udcff",
     "a = ["],
    ids=["no table", "nothing of tools", "nested", "digits", "a list", "no UTF-8", "no TOML"],
)  # fmt: skip
@pytest.mark.parametrize("command", [["lint", "b.yaml"], ["runs", "list"]])
def test_settings_that_are_none(place: Path, capsys: pytest.CaptureFixture[str], text: str, command: list[str]) -> None:
    (place / "pyproject.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    code = main(command)
    told = capsys.readouterr().err
    assert "flowdsl has a bug" not in told
    assert code in (0, 1, 2)
    if "lint = []" not in text:
        assert code == 2
        assert "pyproject.toml" in told
